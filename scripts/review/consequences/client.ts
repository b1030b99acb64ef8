import { settingOf, type WorkerView } from '../../../constructs/model/system.js';
import type { FieldChange, ResourceChange, States } from '../change.js';
import type { Judged } from '../consequence.js';
import { connectionSettings } from './client-connection.js';
import { deliverySettings } from './client-delivery.js';
import { groupSettings } from './client-group.js';
import { partitionerConsequences } from './client-partitioner.js';
import { fieldsByVariable, type JudgesSettings } from './client-setting.js';
import { workSettings } from './client-work.js';
import { judged } from './workload-fields.js';
import { indexOf } from './workload-index.js';
import { meetsOld } from './workload-rollout.js';

const ofProducer: JudgesSettings = {
  ...deliverySettings,
  ...connectionSettings,
  KAFKA_CLIENT: groupSettings['KAFKA_CLIENT'] ?? (() => undefined),
};
const ofConsumer: JudgesSettings = {
  FAILURE_LOG_DIR: deliverySettings['FAILURE_LOG_DIR'] ?? (() => undefined),
  ...connectionSettings,
  ...groupSettings,
  ...workSettings,
};
const judges: Readonly<Record<WorkerView['component'], JudgesSettings>> = { consumer: ofConsumer, producer: ofProducer, api: ofProducer };

/** What the variables of a worker do when they change, and of anybody's pods what chooses the partition of a key. */
export function clientConsequences(change: ResourceChange, states: States): Judged[] {
  const { before: was, after: now, fields } = change;
  if (was === undefined || now === undefined) return [];
  const byVariable = fieldsByVariable(fields);
  if (byVariable.size === 0) return [];
  const [base, head] = [indexOf(states.base), indexOf(states.head)];
  const [before, after] = [base.workers.get(was), head.workers.get(now)];
  if (before === undefined || after === undefined || before.component !== after.component) return partitionerConsequences(byVariable);
  const said: { readonly fields: FieldChange[]; readonly judged: Judged }[] = [];
  for (const [variable, explained] of byVariable) {
    const [from, to] = [settingOf(before, variable), settingOf(after, variable)];
    if (from === to && from !== undefined) continue;
    const one = judges[after.component][variable]?.({
      variable,
      was: from,
      now: to,
      before,
      after,
      base,
      head,
      meetsOld: meetsOld(head, now),
    });
    if (one !== undefined) said.push({ fields: explained, judged: judged(explained, { before: from, after: to, ...one }) });
  }
  return merged(said.map((one) => one.judged));
}

/** Variables that go together say one thing once: it explains the differences of all of them. */
function merged(found: readonly Judged[]): Judged[] {
  const once = new Map<string, Judged>();
  for (const one of found) {
    const key = `${one.id}\n${one.consequence}`;
    const there = once.get(key);
    once.set(key, there === undefined ? one : { ...there, explains: [...there.explains, ...one.explains] });
  }
  return [...once.values()];
}
