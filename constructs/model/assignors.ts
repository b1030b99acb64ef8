import { MusterError } from './error.js';

/** One partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A member of a consumer group as its leader sees it when it deals out the partitions. */
export interface GroupMember {
  readonly id: string;
  /** `group.instance.id` of a static member: these come before the others, in the order of this id. */
  readonly instanceId?: string;
  /** Topics it reads. @default all that there are */
  readonly topics?: readonly string[];
  /** What it owned before: only `sticky` looks at it. @default nothing */
  readonly owned?: readonly TopicPartition[];
  /** Generation of the group in which it owned them: of two claims the younger holds. @default -1, older than any */
  readonly generation?: number;
}

/** Number of partitions by topic. */
export type TopicSizes = Readonly<Record<string, number>>;
/** What each member gets, by its id, in the order of the members given. */
export type Assignment = ReadonlyMap<string, readonly TopicPartition[]>;

export const strategyNames = ['range', 'roundrobin', 'sticky'] as const;
export type StrategyName = (typeof strategyNames)[number];

/** Java compares strings by UTF-16 units, and so does JavaScript's `<`; `localeCompare` does not. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Order in which Kafka's assignors serve members: static ones by instance id, then the others by member id. */
function inTurn(a: GroupMember, b: GroupMember): number {
  if (a.instanceId !== undefined && b.instanceId !== undefined) return byText(a.instanceId, b.instanceId);
  if (a.instanceId !== undefined || b.instanceId !== undefined) return a.instanceId === undefined ? 1 : -1;
  return byText(a.id, b.id);
}

const reads = (member: GroupMember, topic: string): boolean => member.topics?.includes(topic) ?? true;
const partitionsOf = (topic: string, count: number): TopicPartition[] =>
  Array.from({ length: count }, (_, partition) => ({ topic, partition }));
const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${String(partition)}`;

/** Empty hands, in the order of the members given. */
const hands = (members: readonly GroupMember[]): Map<string, TopicPartition[]> => new Map(members.map(({ id }) => [id, []]));

/**
 * Each topic by itself in consecutive runs, the first members taking one more. Over several topics the same members take more each time.
 * Source: org.apache.kafka.clients.consumer.RangeAssignor, without racks.
 */
function range(topics: TopicSizes, members: readonly GroupMember[]): Assignment {
  const assignment = hands(members);
  for (const topic of Object.keys(topics).sort(byText)) {
    const partitions = partitionsOf(topic, topics[topic] ?? 0);
    const readers = members.filter((member) => reads(member, topic)).sort(inTurn);
    const each = Math.floor(partitions.length / readers.length);
    const more = partitions.length % readers.length;
    let next = 0;
    readers.forEach(({ id }, index) => {
      const count = each + (index < more ? 1 : 0);
      assignment.get(id)?.push(...partitions.slice(next, next + count));
      next += count;
    });
  }
  return assignment;
}

/**
 * All partitions of all topics in a row, the members taking turns.
 * Source: org.apache.kafka.clients.consumer.RoundRobinAssignor; kafkajs' roundRobinAssigner agrees where all read the same topics.
 */
function roundRobin(topics: TopicSizes, members: readonly GroupMember[]): Assignment {
  const assignment = hands(members);
  const turn = [...members].sort(inTurn);
  let next = 0;
  for (const topic of Object.keys(topics).sort(byText)) {
    if (!turn.some((member) => reads(member, topic))) continue;
    for (const partition of partitionsOf(topic, topics[topic] ?? 0)) {
      for (;;) {
        const member = turn[next++ % turn.length];
        if (member === undefined || !reads(member, topic)) continue;
        assignment.get(member.id)?.push(partition);
        break;
      }
    }
  }
  return assignment;
}

/**
 * Every member keeps what it owned, up to its fair share; what is left goes round. With cooperative-sticky only what changes hands stops.
 * Source: AbstractStickyAssignor.ConstrainedAssignmentBuilder of Kafka's clients, the case of equal subscriptions, without racks.
 * @throws MusterError `bad-input` when the members read different topics
 */
function sticky(topics: TopicSizes, members: readonly GroupMember[]): Assignment {
  const names = Object.keys(topics).sort(byText);
  if (members.some((member) => names.some((topic) => !reads(member, topic))))
    throw new MusterError(
      'bad-input',
      'the sticky assignment is computed for members that all read the same topics, as the pods of one Deployment do',
    );
  const all = names.flatMap((topic) => partitionsOf(topic, topics[topic] ?? 0));
  const exists = new Set(all.map(nameOf));
  const owner = rightfulOwners(members);
  const least = Math.floor(all.length / members.length);
  const most = Math.ceil(all.length / members.length);
  // Members that get one more than the least; none when it comes out even.
  const larger = all.length % members.length;
  let served = 0;

  const assignment = hands(members);
  let atLeast: string[] = [];
  const below: string[] = [];
  for (const { id, owned = [] } of inHashOrder(members)) {
    const kept = owned
      .filter((partition) => exists.has(nameOf(partition)) && owner.get(nameOf(partition)) === id)
      .sort((a, b) => a.partition - b.partition || byText(a.topic, b.topic));
    if (kept.length < least) {
      assignment.get(id)?.push(...kept);
      below.push(id);
    } else if (kept.length >= most && served < larger) {
      assignment.get(id)?.push(...kept.slice(0, most));
      served += 1;
      if (served === larger) atLeast = [];
    } else {
      assignment.get(id)?.push(...kept.slice(0, least));
      if (served < larger) atLeast.push(id);
    }
  }

  const taken = new Set([...assignment.values()].flat().map(nameOf));
  below.sort(byText);
  atLeast.sort(byText);
  let next = 0;
  for (const partition of all.filter((candidate) => !taken.has(nameOf(candidate)))) {
    if (next >= below.length) next = 0;
    const id = below[next] ?? atLeast.shift();
    const hand = id === undefined ? undefined : assignment.get(id);
    if (id === undefined || hand === undefined) continue;
    hand.push(partition);
    if (below[next] !== id) continue;
    if (hand.length === least) {
      below.splice(next, 1);
      atLeast.push(id);
    } else next += 1;
  }
  return assignment;
}

/**
 * Members in the order in which a java.util.HashMap yields their ids. Where more members own a larger share than may keep one, Kafka
 * lets those keep it that come first in this order.
 */
function inHashOrder(members: readonly GroupMember[]): GroupMember[] {
  let buckets = 16;
  // The table doubles when it is filled by more than three quarters.
  while (members.length > buckets * 0.75) buckets *= 2;
  const bucketOf = ({ id }: GroupMember): number => {
    let hash = 0;
    for (let i = 0; i < id.length; i++) hash = (Math.imul(hash, 31) + id.charCodeAt(i)) | 0;
    return (hash ^ (hash >>> 16)) & (buckets - 1);
  };
  return [...members].sort((a, b) => bucketOf(a) - bucketOf(b));
}

/** The member that owned each partition; nobody where two claim it of the same generation. */
function rightfulOwners(members: readonly GroupMember[]): Map<string, string | undefined> {
  const claims = new Map<string, { generation: number; id: string | undefined }>();
  for (const { id, owned = [], generation = -1 } of members) {
    for (const name of owned.map(nameOf)) {
      const other = claims.get(name);
      if (other === undefined || generation > other.generation) claims.set(name, { generation, id });
      else if (generation === other.generation) claims.set(name, { generation, id: undefined });
    }
  }
  return new Map([...claims].map(([name, { id }]) => [name, id]));
}

const strategies: Readonly<Record<StrategyName, (topics: TopicSizes, members: readonly GroupMember[]) => Assignment>> = {
  range,
  roundrobin: roundRobin,
  sticky,
};

/** Who gets which partitions. Members that get none are idle. */
export function assign(strategy: StrategyName, topics: TopicSizes, members: readonly GroupMember[]): Assignment {
  return members.length === 0 ? new Map<string, TopicPartition[]>() : strategies[strategy](topics, members);
}

/** Members `member-1` … of equal width, so that their order as text is that of their numbers. */
export function numberedMembers(count: number): GroupMember[] {
  const width = String(count).length;
  return Array.from({ length: count }, (_, index) => ({ id: `member-${String(index + 1).padStart(width, '0')}` }));
}

/**
 * The partitions that change hands from one assignment to the next: their new owner has to catch up on state, and under a cooperative
 * protocol they alone stop.
 */
export function moved(before: Assignment, after: Assignment): TopicPartition[] {
  const owner = new Map([...before].flatMap(([id, partitions]) => partitions.map((partition) => [nameOf(partition), id] as const)));
  return [...after].flatMap(([id, partitions]) =>
    partitions.filter((partition) => owner.has(nameOf(partition)) && owner.get(nameOf(partition)) !== id),
  );
}
