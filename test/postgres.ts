import { describe, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePorts } from '../scripts/kafka/ports.js';
import { launch, signal, type Running } from '../scripts/processes.js';
import { openRun } from '../scripts/run-folder.js';
import { packageDir } from './brokers.js';

/** Where Debian and Red Hat put the programs; the newest first. */
function programs(): string | undefined {
  const versions = (dir: string): string[] =>
    existsSync(dir)
      ? readdirSync(dir)
          .sort((a, b) => Number(b) - Number(a))
          .map((version) => join(dir, version, 'bin'))
      : [];
  return [...versions('/usr/lib/postgresql'), '/usr/bin', '/usr/local/bin'].find((dir) =>
    ['initdb', 'postgres'].every((name) => existsSync(join(dir, name))),
  );
}

/** Why there is no PostgreSQL here, and how to get it; undefined when there is. */
const postgresMissing =
  programs() === undefined ? 'there is no PostgreSQL: install it (Debian: apt-get install postgresql; nothing has to run)' : undefined;

export interface Postgres {
  /** For DATABASE_URL. */
  readonly url: string;
  readonly passwordFile: string;
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** Ends it at once, as a crash does, or stops it where it stands (SIGSTOP). */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** The same data again, on the same port. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A real PostgreSQL for a test, on a port and with data of its own; nothing is left when it has stopped, or when the test run dies. */
export async function startPostgres(): Promise<Postgres> {
  const bin = programs();
  if (bin === undefined) throw new Error(postgresMissing);
  const cwd = mkdtempSync(join(tmpdir(), 'muster-postgres-'));
  const run = openRun(cwd, 'test', join(packageDir, 'build/scripts/watchdog.js'));
  // It refuses to run as root: there, as the user that its package has made.
  const own = process.getuid?.() === 0 ? idOf('postgres') : undefined;
  const home = mkdtempSync(join(tmpdir(), 'muster-postgres-data-'));
  const data = join(home, 'data');
  const passwordFile = join(home, 'password');
  const password = 'only-for-this-test';
  writeFileSync(passwordFile, `${password}\n`);
  if (own !== undefined) for (const path of [home, passwordFile]) chownSync(path, own.uid, own.gid);
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'muster', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--no-locale', '--encoding=UTF8', '--no-sync'],
    { ...own, cwd: home, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const [port = 0] = await freePorts(1);
  const ask = async (database: string, sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'muster', password, database, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<Record<string, unknown>>(sql, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  };

  let server: Running | undefined;
  const start = async (): Promise<void> => {
    const settings = {
      port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: 'off',
      max_connections: 100,
    };
    const command = [
      ...(own === undefined ? [] : ['setpriv', `--reuid=${own.uid}`, `--regid=${own.gid}`, '--clear-groups']),
      join(bin, 'postgres'),
      '-D',
      data,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ];
    const output = join(run.dir, 'postgres.log');
    const [program = '', ...args] = command;
    server = launch(run.dir, { what: 'postgres', command: program, args, cwd: home, env: { PATH: process.env['PATH'] ?? '' }, output });
    const deadline = Date.now() + 30_000;
    for (;;) {
      try {
        await ask('postgres', 'select 1');
        return;
      } catch (error) {
        if (Date.now() > deadline) throw new Error(`PostgreSQL does not start: ${readFileSync(output, 'utf8')}`, { cause: error });
        await sleep(30);
      }
    }
  };
  await start();
  await ask('postgres', 'create database reservations');
  return {
    url: `postgresql://muster@127.0.0.1:${port}/reservations`,
    passwordFile,
    query: (sql, values) => ask('reservations', sql, values),
    async kill(name = 'SIGKILL') {
      if (server === undefined) return;
      signal(server.ref, name);
      if (name !== 'SIGSTOP' && name !== 'SIGCONT') await server.ended;
    },
    start,
    async stop() {
      await run.remove();
      for (const dir of [cwd, home]) rmSync(dir, { recursive: true, force: true });
    },
  };
}

function idOf(user: string): { uid: number; gid: number } {
  const number = (flag: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: number('-u'), gid: number('-g') };
}

/** `describe` where there is a PostgreSQL. Elsewhere the name says that nothing was proved; where CI is set, that is a failure. */
export function describeWithPostgres(name: string, tests: () => void): void {
  if (postgresMissing === undefined) describe(name, tests);
  else if (process.env['CI'] === undefined) describe.skip(`${name} — NOT PROVED HERE: ${postgresMissing}`, tests);
  else
    it(name, () => {
      throw new Error(postgresMissing);
    });
}
