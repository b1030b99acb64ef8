import { MusterError } from '../../constructs/model/error.js';
import { didYouMean } from '../../constructs/model/suggest.js';
import type { PodTemplate } from '../local/deployment.js';

/** A variable that a person sets instead of the manifest's: for all workers that have it, or for one. */
interface Setting {
  readonly worker: string | undefined;
  readonly name: string;
  readonly value: string;
}

/**
 * Variables by worker, out of `NAME=VALUE` (every worker whose manifest sets NAME) and `WORKER:NAME=VALUE`.
 * @throws MusterError `bad-input` for what is no setting, or what nobody has.
 */
export function overridesOf(
  workers: readonly PodTemplate[],
  given: readonly string[],
): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const overrides = new Map(workers.map(({ deployment }) => [deployment, {} as Record<string, string>]));
  for (const text of given) {
    const { worker, name, value } = parse(text);
    const names = workers.map(({ deployment }) => deployment);
    if (worker !== undefined && !names.includes(worker))
      throw new MusterError(
        'bad-input',
        `--set ${text}: there is no worker "${worker}"${didYouMean(worker, names)}; there are ${names.join(', ')}`,
      );
    const having = workers.filter(({ deployment, env }) =>
      worker === undefined ? env.some((variable) => variable.name === name) : deployment === worker,
    );
    if (having.length === 0)
      throw new MusterError('bad-input', `--set ${text}: no worker of this system has ${name} in its manifest; name one: WORKER:${name}=…`);
    for (const { deployment } of having) Object.assign(overrides.get(deployment) ?? {}, { [name]: value });
  }
  return overrides;
}

function parse(text: string): Setting {
  const found = /^(?:([^:=]+):)?([A-Z][A-Z0-9_]*)=(.*)$/s.exec(text);
  if (found === null) throw new MusterError('bad-input', `--set ${text} cannot be: write NAME=VALUE, or WORKER:NAME=VALUE`);
  const [, worker, name = '', value = ''] = found;
  return { worker, name, value };
}

/**
 * Replicas by worker, out of `WORKER=N`.
 * @throws MusterError `bad-input` for what is no such pair.
 */
export function replicasOf(workers: readonly PodTemplate[], given: readonly string[]): ReadonlyMap<string, number> {
  const names = workers.map(({ deployment }) => deployment);
  return new Map(
    given.map((text) => {
      const [, worker = '', count = ''] = /^(.+)=(\d{1,3})$/.exec(text) ?? [];
      if (worker === '' || Number(count) > 100)
        throw new MusterError('bad-input', `--replicas ${text} cannot be: write WORKER=N, with N from 0 to 100`);
      if (!names.includes(worker))
        throw new MusterError(
          'bad-input',
          `--replicas ${text}: there is no worker "${worker}"${didYouMean(worker, names)}; there are ${names.join(', ')}`,
        );
      return [worker, Number(count)] as const;
    }),
  );
}
