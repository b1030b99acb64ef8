import { apiContract, consumerContract, producerContract, type Contract, type Settings } from '../workers/contract.js';
import { didYouMean } from './model/suggest.js';
import { MusterError } from './model/error.js';
import { settingProblem } from './model/worker-setting.js';

/** What each kind of worker reads, by the value of its label app.kubernetes.io/component. */
export const workerContracts = { producer: producerContract, consumer: consumerContract, api: apiContract } as const;

/** One entry of a container's `env`. */
export type EnvironmentVariable =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly valueFrom: { readonly fieldRef: { readonly fieldPath: string } } };

/**
 * A container's environment: every variable of the contract that has a value, in its order, defaults written out, so that a manifest shows
 * what runs and a changed default shows as a changed manifest. `KAFKA_CLIENT_ID` is the name of the pod, and so is what else is told to be.
 * @throws MusterError `bad-input` naming every variable that is unknown, missing, or out of its range.
 */
export function environmentOf<C extends Contract>(
  contract: C,
  settings: Settings<C>,
  namedByPod: readonly (keyof C)[] = [],
): EnvironmentVariable[] {
  const given: Readonly<Record<string, unknown>> = settings;
  const problems = Object.keys(given)
    .filter((name) => !Object.hasOwn(contract, name))
    .map((name) => `${name} is no variable of this worker${didYouMean(name, Object.keys(contract))}`);
  const variables: EnvironmentVariable[] = [];
  for (const [name, setting] of Object.entries(contract)) {
    const value = given[name] ?? setting.default;
    if ((name === 'KAFKA_CLIENT_ID' && value === undefined) || namedByPod.includes(name)) {
      variables.push({ name, valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } });
    } else if (value === undefined) {
      problems.push(`${name} is missing: ${setting.description}`);
    } else {
      const problem = settingProblem(name, setting, String(value));
      if (problem !== undefined) problems.push(problem);
      // Nothing is said by leaving it out: Kubernetes would drop an empty value, and every comparison with the manifest would find that.
      if (value !== '') variables.push({ name, value: String(value) });
    }
  }
  if (problems.length > 0) throw new MusterError('bad-input', problems.join('; '));
  return variables;
}
