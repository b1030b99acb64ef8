import { MusterError } from './model/error.js';
import type { WorkerVolume } from './worker-volume.js';

/** A PostgreSQL that a worker's handler uses. */
export interface Database {
  /** `postgresql://user@host:5432/name`, without a password. */
  readonly url: string;
  /** Secret in the worker's namespace with the password; it is mounted as a file. */
  readonly passwordSecret: { readonly name: string; readonly key: string };
}

const folder = '/etc/muster/database';

/** The contract's settings for a database, and the Secret as a file. */
export function databaseAccess({ url, passwordSecret }: Database): {
  readonly volume: WorkerVolume;
  readonly settings: { readonly DATABASE_URL: string; readonly DATABASE_PASSWORD_FILE: string };
} {
  let password: string;
  try {
    ({ password } = new URL(url));
  } catch {
    throw new MusterError('bad-input', `the database "${url}" is no address: write postgresql://user@host:5432/name`);
  }
  // The address stands in the manifest, for everybody to read.
  if (password !== '') throw new MusterError('bad-input', 'the address of the database holds a password: put it into the Secret alone');
  return {
    volume: {
      mount: { name: 'database', mountPath: folder, readOnly: true },
      volume: { name: 'database', secret: { secretName: passwordSecret.name, items: [{ key: passwordSecret.key, path: 'password' }] } },
    },
    settings: { DATABASE_URL: url, DATABASE_PASSWORD_FILE: `${folder}/password` },
  };
}
