import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import { MusterError } from '../../constructs/model/error.js';
import { didYouMean } from '../../constructs/model/suggest.js';
import { persist } from '../kafka/admin.js';
import type { Nodes } from '../kafka/nodes.js';
import { ask, mustBeNone } from '../kafka/protocol.js';
import { describeGroup, groupsOf, type DescribedMember } from './group.js';

/** What the coordinator and the leaders said of a group at one moment. */
export interface GroupSample {
  readonly group: string;
  /** Milliseconds since the epoch, by the clock of this machine. */
  readonly at: number;
  /** The coordinator's word: `Stable`, `Empty`, `PreparingRebalance`, `Reconciling`, … */
  readonly state: string;
  readonly members: readonly DescribedMember[];
  readonly partitions: readonly PartitionOffsets[];
  /** Topics the group has committed to or is given, and which are not there any more. */
  readonly goneTopics: readonly string[];
}
export interface PartitionOffsets {
  readonly topic: string;
  readonly partition: number;
  /** Undefined: the group has committed nothing here. */
  readonly committed: number | undefined;
  /** The first offset that is still there. */
  readonly start: number;
  /** The offset the next record gets, among those that are replicated (the high watermark). */
  readonly end: number;
}

/** How long a sample tries when leaders or the coordinator move, in ms. */
const patienceMs = 10_000;

/**
 * Asks for members, then for committed offsets, then for the ends: in this order a group that goes on meanwhile seems to have a little more lag,
 * never one below zero.
 * @param topics only these. @default all that the group has committed to or is given
 * @throws MusterError `bad-input` when there is no such group or topic
 */
export async function sampleGroup(nodes: Nodes, group: string, topics?: readonly string[]): Promise<GroupSample> {
  return persist(async () => sampleOnce(nodes, group, topics), patienceMs);
}

async function sampleOnce(nodes: Nodes, group: string, topics: readonly string[] | undefined): Promise<GroupSample> {
  const leaders = await leadersOf(nodes);
  const described = await describeGroup(nodes, group);
  if (described === undefined) throw await noSuchGroup(nodes, group);
  const committed = await committedOf(nodes, described.coordinator, group);
  const known = new Set([...committed.keys(), ...described.members.flatMap((one) => one.assigned.map(({ topic }) => topic))]);
  for (const topic of topics ?? [])
    if (!leaders.has(topic) && !known.has(topic))
      throw new MusterError(
        'bad-input',
        `there is no topic "${topic}" here${didYouMean(topic, leaders.keys())}; ${group} reads ${[...known].sort().join(', ') || 'none yet'}`,
      );
  const wanted = topics ?? [...known].sort();
  const there = new Map([...leaders].filter(([topic]) => wanted.includes(topic)));
  const [starts, ends] = [await offsetsAt(nodes, there, 'start'), await offsetsAt(nodes, there, 'end')];
  const partitions = wanted.flatMap((topic) =>
    [...(ends.get(topic) ?? [])]
      .map(([partition, end]): PartitionOffsets => {
        const start = Math.min(end, starts.get(topic)?.get(partition) ?? 0);
        return { topic, partition, committed: committed.get(topic)?.get(partition), start, end };
      })
      .sort((a, b) => a.partition - b.partition),
  );
  return {
    group,
    at: Date.now(),
    state: described.state,
    members: described.members,
    partitions,
    goneTopics: wanted.filter((topic) => !ends.has(topic)),
  };
}

async function noSuchGroup(nodes: Nodes, group: string): Promise<MusterError> {
  const groups = await groupsOf(nodes);
  const there = groups.length === 0 ? 'there is none at all' : `there are ${shortList(groups)}`;
  return new MusterError(
    'bad-input',
    `there is no group "${group}" here${didYouMean(group, groups)}; ${there}. A group is there once a member has joined or an offset was committed, and Kafka forgets an empty one after offsets.retention.minutes (7 days by default)`,
  );
}

/** Leader of each partition of each topic; Kafka's own topics are left out. */
async function leadersOf(nodes: Nodes): Promise<Map<string, Map<number, number>>> {
  const answer = await nodes.any(async (broker) => ask(broker, 'Metadata', { topics: [], allowAutoTopicCreation: false }));
  nodes.learn(answer.brokers);
  const named = answer.topicMetadata.filter(({ topic, topicErrorCode }) => !topic.startsWith('__') && topicErrorCode !== unknownTopic);
  return new Map(
    named.map(({ topic, partitionMetadata }) => [topic, new Map(partitionMetadata.map((one) => [one.partitionId, one.leader]))]),
  );
}

async function committedOf(nodes: Nodes, coordinator: number, groupId: string): Promise<Map<string, Map<number, number>>> {
  // No topics: all there are.
  const answer = await nodes.one(coordinator, async (broker) => ask(broker, 'OffsetFetch', { groupId, topics: [] }));
  mustBeNone(answer.errorCode);
  const offsets = new Map<string, Map<number, number>>();
  for (const { topic, partitions } of answer.responses) {
    const told = partitions.filter(({ offset }) => Number(offset) >= 0);
    for (const { errorCode } of partitions) mustBeNone(errorCode);
    if (told.length > 0) offsets.set(topic, new Map(told.map((one) => [one.partition, Number(one.offset)])));
  }
  return offsets;
}

/** Timestamps that ListOffsets takes for a place. */
const places = { start: -2, end: -1 } as const;
/** Up to the high watermark: an open transaction does not hide what has been written behind it. */
const readUncommitted = 0;
const unknownTopic = 3;
const leaderNotAvailable = 5;

/** The first or the next offset of each partition, asked of its leader. A topic that went between two questions is left out. */
async function offsetsAt(
  nodes: Nodes,
  leaders: ReadonlyMap<string, ReadonlyMap<number, number>>,
  place: keyof typeof places,
): Promise<Map<string, Map<number, number>>> {
  const found = new Map<string, Map<number, number>>();
  const ids = new Set([...leaders.values()].flatMap((partitions) => [...partitions.values()]));
  if (ids.has(-1)) throw createErrorFromCode(leaderNotAvailable);
  const gone = new Set<string>();
  await Promise.all(
    [...ids].map(async (id) => {
      const topics = [...leaders].map(([topic, partitions]) => ({
        topic,
        partitions: [...partitions].filter(([, leader]) => leader === id).map(([partition]) => ({ partition, timestamp: places[place] })),
      }));
      const request = { replicaId: -1, isolationLevel: readUncommitted, topics: topics.filter(({ partitions }) => partitions.length > 0) };
      const { responses } = await nodes.one(id, async (broker) => ask(broker, 'ListOffsets', request));
      for (const { topic, partitions } of responses)
        for (const { partition, offset, errorCode } of partitions) {
          if (errorCode === unknownTopic) gone.add(topic);
          else mustBeNone(errorCode);
          found.set(topic, (found.get(topic) ?? new Map<number, number>()).set(partition, Number(offset)));
        }
    }),
  );
  for (const topic of gone) found.delete(topic);
  return found;
}

const shortList = (names: readonly string[]): string =>
  names.length <= 12 ? names.join(', ') : `${names.slice(0, 12).join(', ')} and ${String(names.length - 12)} more`;
