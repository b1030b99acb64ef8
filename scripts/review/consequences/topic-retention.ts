import { numberAt } from '../../../constructs/model/resource.js';
import { settingOf, type TopicView } from '../../../constructs/model/system.js';
import { formatSize } from '../../../constructs/model/units.js';
import type { ResourceChange, States } from '../change.js';
import type { Judged } from '../consequence.js';
import { retentionOf, topicOn, topicOption } from './kafka-cluster.js';
import { percent, rounded, sentences, spoken, spokenBytes, listed } from './strimzi-words.js';
import { recordsIn } from './topic-load.js';
import { fieldsAt, judged } from './workload-fields.js';
import { indexOf } from './workload-index.js';

const topicConfig = (option: string): string => `https://kafka.apache.org/43/documentation.html#topicconfigs_${option}`;
const never = (value: number): number => (value < 0 ? Infinity : value);

export const policyOf = (topic: TopicView | undefined): string =>
  topicOption(topic, 'cleanup.policy', 'log.cleanup.policy', 'delete') ?? 'delete';
const deletes = (topic: TopicView | undefined): boolean => policyOf(topic).includes('delete');
const compacts = (topic: TopicView | undefined): boolean => policyOf(topic).includes('compact');

export function retentionConsequences(change: ResourceChange, states: States): Judged[] {
  const [was, is] = [topicOn(states.base, change.before), topicOn(states.head, change.after)];
  if (was === undefined || is === undefined) return [];
  return [...byTime(change, states, was, is), ...bySize(change, was, is), ...byPolicy(change, was, is)];
}

function byTime(change: ResourceChange, states: States, was: TopicView, is: TopicView): Judged[] {
  const fields = fieldsAt(change, ['spec', 'config', 'retention.ms']);
  const [from, to] = [never(retentionOf(was)), never(retentionOf(is))];
  if (fields.length === 0 || from === to) return [];
  const said = { path: 'spec.config.retention.ms', before: retentionOf(was), after: retentionOf(is), source: topicConfig('retention.ms') };
  if (!deletes(is))
    return [
      judged(fields, {
        ...said,
        id: 'topic-retention-idle',
        grade: 'safe',
        consequence: `Nothing changes: ${is.name} is compacted only, and retention.ms acts with cleanup.policy delete.`,
      }),
    ];
  if (to > from) return [judged(fields, { ...said, ...longer(states, was, is, from, to) })];
  const gone = Number.isFinite(from) ? recordsIn(states.base, was, from - to) : undefined;
  return [
    judged(fields, {
      ...said,
      id: 'topic-retention-down',
      grade: 'data-loss',
      consequence: sentences(
        `What is older than ${spoken(to)} in ${is.name} is deleted within minutes, segment by segment, and does not come back:`,
        Number.isFinite(from)
          ? `${spoken(from)} are kept today, so the older ${percent(1 - to / from)} of its history goes${gone === undefined ? '' : `, about ${rounded(gone.records)} records at the ${gone.rate} a second its producers declare`}.`
          : 'everything is kept today.',
        `A group that is more than ${spoken(to)} behind loses what it has not read, and goes on where its offset reset says${latestReaders(states, is)}.`,
      ),
      reason: 'The broker looks every log.retention.check.interval.ms, 5 min by default.',
      action: `Look at the lag of every group first (muster lag), and copy away what somebody may still ask for.`,
    }),
  ];
}

function latestReaders({ head }: States, topic: TopicView): string {
  const latest = (indexOf(head).readers.get(topic.name) ?? []).filter((worker) => settingOf(worker, 'CONSUMER_OFFSET_RESET') === 'latest');
  return latest.length === 0
    ? ''
    : ` (latest, so the end of the topic, for ${listed(latest.map(({ resource }) => resource.metadata.name))})`;
}

function longer(
  { head }: States,
  was: TopicView,
  is: TopicView,
  from: number,
  to: number,
): Pick<Judged, 'id' | 'grade' | 'consequence' | 'action'> {
  const load = Number.isFinite(to) ? recordsIn(head, is, to - from) : undefined;
  const brokers = is.cluster?.brokers ?? 0;
  const each = load === undefined || load.bytes === 0 || brokers === 0 ? undefined : (load.bytes * (is.replicas ?? 1)) / brokers;
  return {
    id: 'topic-retention-up',
    grade: 'safe',
    consequence: sentences(
      `${was.name} keeps its records ${spoken(Number.isFinite(to) ? to : -1)}, no longer ${spoken(from)}: nothing that is gone comes back, and its disk grows ${
        Number.isFinite(to) ? `to ${Number((to / from).toPrecision(2))} times of what it is` : 'without end'
      }.`,
      each !== undefined &&
        `At what its producers declare that is ${formatSize(each)} more on each of ${brokers} brokers, with ${is.replicas ?? 1} replicas.`,
    ),
    ...(!Number.isFinite(to) && { action: 'Bound it by retention.bytes, or watch the disks.' }),
  };
}

function bySize(change: ResourceChange, was: TopicView, is: TopicView): Judged[] {
  const fields = fieldsAt(change, ['spec', 'config', 'retention.bytes']);
  const bytes = (topic: TopicView): number =>
    numberAt(topic.resource, 'spec', 'config', 'retention.bytes') ?? numberAt(topic.cluster?.config, 'log.retention.bytes') ?? -1;
  const [from, to] = [never(bytes(was)), never(bytes(is))];
  if (fields.length === 0 || from === to) return [];
  const said = { path: 'spec.config.retention.bytes', before: bytes(was), after: bytes(is), source: topicConfig('retention.bytes') };
  if (!deletes(is) || to > from)
    return [
      judged(fields, {
        ...said,
        id: deletes(is) ? 'topic-retention-bytes-up' : 'topic-retention-bytes-idle',
        grade: 'safe',
        consequence: deletes(is)
          ? `Each partition of ${is.name} keeps up to ${spokenBytes(bytes(is))}, no longer ${spokenBytes(bytes(was))}${Number.isFinite(to) && is.partitions !== undefined ? `: ${formatSize(to * is.partitions * (is.replicas ?? 1))} over its ${is.partitions} partitions and ${is.replicas ?? 1} replicas` : ''}.`
          : `Nothing changes: ${is.name} is compacted only, and retention.bytes acts with cleanup.policy delete.`,
      }),
    ];
  return [
    judged(fields, {
      ...said,
      id: 'topic-retention-bytes-down',
      grade: 'data-loss',
      consequence: `Each partition of ${is.name} keeps ${formatSize(to)}, no longer ${spokenBytes(bytes(was))}${is.partitions === undefined ? '' : `, ${formatSize(to * is.partitions)} over ${is.partitions} partitions`}: the oldest segments beyond that are deleted within minutes, however young they are, and do not come back.`,
      reason: 'The broker looks every log.retention.check.interval.ms, 5 min by default.',
      action: 'Compare with the size of the partitions first (kafka-log-dirs.sh), and with the lag of every group.',
    }),
  ];
}

function byPolicy(change: ResourceChange, was: TopicView, is: TopicView): Judged[] {
  const fields = fieldsAt(change, ['spec', 'config', 'cleanup.policy']);
  if (fields.length === 0 || policyOf(was) === policyOf(is)) return [];
  const startsCompaction = compacts(is) && !compacts(was);
  const keeps = retentionOf(is);
  const startsDeletion = deletes(is) && !deletes(was) && keeps >= 0;
  return [
    judged(fields, {
      id: startsCompaction ? 'topic-compaction-starts' : startsDeletion ? 'topic-compaction-ends' : 'topic-cleanup-relaxed',
      grade: startsCompaction || startsDeletion ? 'data-loss' : 'safe',
      path: 'spec.config.cleanup.policy',
      before: policyOf(was),
      after: policyOf(is),
      consequence: sentences(
        startsCompaction &&
          `${is.name} keeps the latest record of each key only: older ones go with the next cleaning, and a record without a key is refused (INVALID_RECORD).`,
        startsCompaction &&
          !deletes(is) &&
          'Nothing is deleted by age any more: the topic grows with its keys, until tombstones remove them.',
        startsDeletion &&
          `Records of ${is.name} older than ${spoken(keeps)} are deleted within minutes, the only value of a key that was not written since included.`,
        !startsCompaction &&
          !startsDeletion &&
          `${is.name} has ${policyOf(is)} where it had ${policyOf(was)}: nothing is deleted that would have stayed.`,
      ),
      source: topicConfig('cleanup.policy'),
      ...(startsCompaction && {
        action: 'Make sure that every producer gives its records keys, and that no reader needs the history of a key.',
      }),
      ...(startsDeletion && { action: 'Set retention.ms to -1 to keep what compaction kept, or copy the topic first.' }),
    }),
  ];
}
