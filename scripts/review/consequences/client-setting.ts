import { settingOf, type WorkerView } from '../../../constructs/model/system.js';
import type { FieldChange } from '../change.js';
import type { Said } from './workload-fields.js';
import type { WorkloadIndex } from './workload-index.js';

/** A variable of one of our workers that changed in effect: a default left out equals its value. */
export interface SettingChange {
  readonly variable: string;
  /** Undefined where only the running pod knows it. */
  readonly was: string | undefined;
  readonly now: string | undefined;
  readonly before: WorkerView;
  readonly after: WorkerView;
  readonly base: WorkloadIndex;
  readonly head: WorkloadIndex;
  /** Whether old and new pods are there at once during the rollout. */
  readonly meetsOld: boolean;
}

/** What a variable's change does; undefined where it is no more than its restart. */
export type JudgesSetting = (change: SettingChange) => Omit<Said, 'before' | 'after' | 'path'> | undefined;
export type JudgesSettings = Readonly<Record<string, JudgesSetting>>;

export const ms = (text: string | undefined): number => (text !== undefined && /^\d+$/.test(text) ? Number(text) : NaN);
export const setting = (worker: WorkerView, name: string): string => settingOf(worker, name) ?? '';
export const readTopicsOf = (worker: WorkerView): string[] =>
  worker.topics.filter(({ operation }) => operation === 'Read').map(({ name }) => name);

/** The differences of a variable, by its name. */
export function fieldsByVariable(fields: readonly FieldChange[]): Map<string, FieldChange[]> {
  const found = new Map<string, FieldChange[]>();
  for (const field of fields) {
    const [, , , list, , env, entry] = field.steps;
    if (list !== 'containers' || env !== 'env' || typeof entry !== 'object') continue;
    const there = found.get(entry.is);
    if (there === undefined) found.set(entry.is, [field]);
    else there.push(field);
  }
  return found;
}
