import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MusterError } from '../constructs/model/error.js';
import { didYouMean } from '../constructs/model/suggest.js';

/**
 * The folder of an environment's manifests.
 * @throws MusterError `bad-input` when there is none of that name, with the names there are.
 */
export function manifestsOf(cwd: string, dir: string, environment: string): string {
  const base = resolve(cwd, dir);
  const names = existsSync(base) ? readdirSync(base).filter((name) => statSync(join(base, name)).isDirectory()) : [];
  if (names.includes(environment)) return join(base, environment);
  throw new MusterError(
    'bad-input',
    names.length === 0
      ? `${dir} holds no environments; run "muster synth" first, or name the folder with --dir`
      : `there is no environment "${environment}" in ${dir}${didYouMean(environment, names)}; there are ${names.join(', ')}`,
  );
}
