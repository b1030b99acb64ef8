import { stayingShare } from '../../../constructs/model/key-spread.js';
import { expandKeys, murmur2 } from '../../../constructs/model/keys.js';
import { annotation, settingOf, type TopicView, type WorkerView } from '../../../constructs/model/system.js';
import { topicOperator } from '../../../constructs/model/rule.js';
import { numberAt } from '../../../constructs/model/resource.js';
import type { ResourceChange, States } from '../change.js';
import type { Judged } from '../consequence.js';
import { retentionOf, topicOn, topicOption } from './kafka-cluster.js';
import { called, counted, listed, percent, rounded, sentences, spoken } from './strimzi-words.js';
import { fieldsAt, judged } from './workload-fields.js';
import { groupOf, indexOf, scalerFor } from './workload-index.js';
import { recordsIn } from './topic-load.js';

const modifying = 'https://kafka.apache.org/43/documentation.html#basic_ops_modify_topic';

export function partitionConsequences(change: ResourceChange, states: States): Judged[] {
  const fields = fieldsAt(change, ['spec', 'partitions']);
  const [was, is] = [topicOn(states.base, change.before), topicOn(states.head, change.after)];
  if (fields.length === 0 || was === undefined || is === undefined) return [];
  const [from, to] = [was.partitions, is.partitions];
  if (from === undefined || to === undefined) {
    return [
      judged(fields, {
        id: 'topic-partitions-unset',
        grade: 'safe',
        path: 'spec.partitions',
        consequence:
          to === undefined
            ? `${is.name} keeps the partitions it has, ${from ?? 0} by the manifests so far: without spec.partitions the operator changes none.`
            : `${is.name} gets ${to} partitions where it has fewer; where it has more, the operator refuses.`,
        source: topicOperator('BatchingTopicController'),
      }),
    ];
  }
  return [to < from ? fewer(was, from, to, fields, states) : more(is, from, to, fields, states)];
}

function fewer(topic: TopicView, from: number, to: number, fields: Judged['explains'], states: States): Judged {
  const groups = groupsOf(topic, states);
  const load = recordsIn(states.base, topic, retentionOf(topic));
  return judged(fields, {
    id: 'topic-partitions-down',
    grade: 'refused',
    consequence: sentences(
      `Kafka cannot take partitions away: the operator refuses (NotSupported, "Decreasing partitions not supported"), the KafkaTopic is no longer Ready, and ${topic.name} keeps its ${from} partitions.`,
      `Whoever deletes and recreates it to get ${to} loses every record in it, up to ${spoken(retentionOf(topic))} of history${load === undefined ? '' : ` (about ${rounded(load.records)} records at the ${load.rate} a second its producers declare)`}, and the committed offsets of ${groups.length === 0 ? 'its groups' : counted(groups.length, 'group') + ` (${listed(groups)})`}.`,
    ),
    source: topicOperator('BatchingTopicController'),
    action: `Leave partitions at ${from}. Idle partitions cost little; if there must be ${to}, make a new topic, let producers write there, and drain this one first.`,
  });
}

function more(topic: TopicView, from: number, to: number, fields: Judged['explains'], states: States): Judged {
  const writers = (indexOf(states.head).writers.get(topic.name) ?? []).filter((worker) => writesKeys(worker, topic.name));
  const keyless = isKeyless(topic, states);
  const groups = groupsOf(topic, states);
  const compacted = (topicOption(topic, 'cleanup.policy', 'log.cleanup.policy', 'delete') ?? '').includes('compact');
  const latest = (indexOf(states.head).readers.get(topic.name) ?? []).filter(
    (worker) => settingOf(worker, 'CONSUMER_OFFSET_RESET') === 'latest',
  );
  const action = sentences(
    !keyless && 'Where order per key counts, stop the producers, let every group reach the end, apply, then start them again.',
    limits(topic, from, to, states),
  );
  return judged(fields, {
    id: 'topic-partitions-up',
    grade: keyless ? 'rebalance' : 'reorders',
    consequence: sentences(
      `${topic.name} grows from ${from} to ${to} partitions, and there is no way back.`,
      keyless
        ? 'Its producers write without keys, so no order per key can break.'
        : `${movedKeys(writers, from, to)} Its old records stay where they are: until they are consumed, two members can handle one key at the same time, newer records before older ones.`,
      !keyless && compacted && 'The topic is compacted: the old value of a key that moves stays in its old partition for ever.',
      groups.length > 0
        ? `${groups.length === 1 ? 'Group' : 'Groups'} ${listed(groups)} ${groups.length === 1 ? 'rebalances' : 'rebalance'} once a member learns of the new partitions, after metadata.max.age.ms (5 min by default).`
        : 'Groups rebalance once a member learns of the new partitions, after metadata.max.age.ms (5 min by default).',
      latest.length > 0 &&
        `${listed(latest.map(({ resource }) => resource.metadata.name))} ${latest.length === 1 ? 'starts' : 'start'} at the end of a partition without offsets (latest) and ${latest.length === 1 ? 'skips' : 'skip'} what is written to the new ones before that.`,
    ),
    ...(!keyless && {
      reason: `A key goes to hash mod N: of the keys, min(${from}, ${to}) ÷ lcm(${from}, ${to}) = ${percent(stayingShare(from, to))} stay, ${percent(1 - stayingShare(from, to))} move.`,
    }),
    source: modifying,
    ...(action !== '' && { action }),
  });
}

/** Keys of a producer that are worth counting one by one in a review. */
const mostKeys = 100_000;

/** Which share of the keys moves: those that a producer declares, counted; else what the hash gives on average. */
function movedKeys(writers: readonly WorkerView[], from: number, to: number): string {
  const known = writers.flatMap((worker) => {
    const keys = keysOf(worker);
    if (keys === undefined) return [];
    const moved = countMoved(keys, from, to);
    return [`${moved} of the ${keys.length} keys of ${worker.resource.metadata.name} (${percent(moved / keys.length)})`];
  });
  return known.length > 0
    ? `${listed(known)} move to another partition, by murmur2.`
    : `${percent(1 - stayingShare(from, to))} of the keys move to another partition.`;
}

/** As `partitionFor` before and after, with one hash. Producers of many topics often have the same keys: each set of them is hashed once. */
function countMoved(keys: readonly string[], from: number, to: number): number {
  const hashes = hashesOf.get(keys) ?? keys.map((key) => murmur2(key) & 0x7fffffff);
  hashesOf.set(keys, hashes);
  return hashes.filter((hash) => hash % from !== hash % to).length;
}

const hashesOf = new WeakMap<readonly string[], readonly number[]>();
const expanded = new Map<string, readonly string[]>();

function keysOf(worker: WorkerView): readonly string[] | undefined {
  const patterns = worker.component === 'producer' ? settingOf(worker, 'PRODUCER_KEYS') : undefined;
  if (patterns === undefined) return undefined;
  try {
    const keys = expanded.get(patterns) ?? [...new Set(expandKeys(patterns))];
    if (keys.length <= mostKeys) expanded.set(patterns, keys);
    return keys.length > mostKeys ? undefined : keys;
  } catch {
    // A rule says that the pattern is none.
    return undefined;
  }
}

/** Whether it is a worker's main topic, to which it writes by key. */
const writesKeys = (worker: WorkerView, topic: string): boolean =>
  worker.component !== 'producer' ||
  worker.topic?.name !== topic ||
  (settingOf(worker, 'PRODUCER_KEYED') !== 'false' && (settingOf(worker, 'PRODUCER_PARTITIONS') ?? '') === '');

/** Known to have no order to break: said so, or every producer among the manifests writes without keys. */
function isKeyless(topic: TopicView, { head }: States): boolean {
  const ordering = annotation(topic.resource, 'muster.dev/ordering');
  if (ordering !== undefined) return ordering === 'none';
  const writers = indexOf(head).writers.get(topic.name) ?? [];
  return writers.length > 0 && !writers.some((worker) => writesKeys(worker, topic.name));
}

const groupsOf = (topic: TopicView, { head }: States): string[] => [
  ...new Set((indexOf(head).readers.get(topic.name) ?? []).flatMap((worker) => groupOf(worker) ?? [])),
];

/** What was set by the old number of partitions and now holds the group back. */
function limits(topic: TopicView, from: number, to: number, { head }: States): string | undefined {
  const index = indexOf(head);
  const readers = (index.readers.get(topic.name) ?? []).map(({ resource }) => resource);
  const scalers = readers.flatMap((resource) => scalerFor(index, resource) ?? []);
  const behind = [
    ...[...scalers, ...(index.triggered.get(topic.name) ?? [])]
      .filter(({ max }) => max === from)
      .map(({ resource }) => `${called(resource)} (at most ${from})`),
    ...readers
      .filter((resource) => numberAt(resource, 'metadata', 'annotations', 'muster.dev/max-replicas') === from)
      .map((resource) => `muster.dev/max-replicas of ${called(resource)} (${from})`),
    ...readers
      .filter((resource) => numberAt(resource, 'spec', 'replicas') === from)
      .map((resource) => `replicas of ${called(resource)} (${from})`),
  ];
  return behind.length === 0
    ? undefined
    : `Raise what was set by the old number of partitions: ${listed(behind)}; up to ${to} members have work now.`;
}
