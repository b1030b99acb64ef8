import { join } from 'node:path';
import { isRecord, listAt, textAt } from '../../constructs/model/resource.js';
import { readState, removeRun, runsDir, survivors } from '../run-folder.js';
import type { RunningBroker } from '../kafka/cluster.js';

/** The state `muster up` leaves for `status` and `down`. */
export interface EnvironmentState {
  readonly schemaVersion: 1;
  readonly environment: string;
  readonly kafkaVersion: string;
  readonly bootstrap: string;
  readonly brokers: readonly RunningBroker[];
  readonly topics: readonly string[];
  readonly notes: readonly string[];
}

export type Environment =
  | { readonly is: 'absent' }
  | { readonly is: 'running'; readonly state: EnvironmentState }
  /** It has a state, but some of its nodes are gone (a reboot, a kill). */
  | { readonly is: 'stale'; readonly state: EnvironmentState | undefined; readonly alive: number };

/** Name of the run of an environment; it cannot leave the folder of runs. */
export const runName = (environment: string): string => `env-${environment.replace(/[^\w.-]/g, '_')}`;

const folderOf = (cwd: string, environment: string): string => join(runsDir(cwd), runName(environment));

export function lookAt(cwd: string, environment: string): Environment {
  const dir = folderOf(cwd, environment);
  const state = readState(dir);
  const alive = survivors(dir).length;
  if (state === undefined && alive === 0) return { is: 'absent' };
  if (!isState(state)) return { is: 'stale', state: undefined, alive };
  return alive === state.brokers.length ? { is: 'running', state } : { is: 'stale', state, alive };
}

/** Ends an environment's processes and removes its folder; returns how many processes were ended. */
export async function end(cwd: string, environment: string): Promise<number> {
  return removeRun(folderOf(cwd, environment));
}

function isState(value: unknown): value is EnvironmentState {
  return isRecord(value) && value['schemaVersion'] === 1 && textAt(value, 'bootstrap') !== undefined && listAt(value, 'brokers').length > 0;
}
