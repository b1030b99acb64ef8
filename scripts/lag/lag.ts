import type { DescribedMember } from './group.js';
import type { GroupSample, PartitionOffsets } from './sample.js';

/** How far a group is behind. Lag is in records (offsets: markers of transactions and compacted records count too) and never below 0. */
export interface Lag {
  readonly group: string;
  readonly at: number;
  readonly state: string;
  readonly members: number;
  /** Members that have no partition; null while that is not known. */
  readonly idle: number | null;
  readonly partitions: readonly PartitionLag[];
  readonly total: number;
  /** Since the sample before; null at the first. */
  readonly rates: Rates | null;
  /** What a person has to know to read the figures. */
  readonly notes: readonly string[];
}
export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  /** The next offset the group reads; null when it has committed nothing here. */
  readonly committed: number | null;
  readonly start: number;
  readonly end: number;
  readonly lag: number;
  /** Client id; the member id where several members share one. Null: nobody, or not known. */
  readonly member: string | null;
  readonly rates: Rates | null;
  /** Why the lag is not simply end − committed. */
  readonly note?: string;
}
/** Records a second, never below 0. */
export interface Rates {
  readonly in: number;
  readonly out: number;
}

/** The lag of a sample; with the sample before it, the rates between the two. */
export function lagOf(sample: GroupSample, before?: GroupSample): Lag {
  const owners = ownersOf(sample);
  const seconds = before === undefined ? 0 : (sample.at - before.at) / 1_000;
  const partitions = sample.partitions.map((one): PartitionLag => {
    const earlier = before?.partitions.find(({ topic, partition }) => topic === one.topic && partition === one.partition);
    const note = noteOf(one, earlier);
    return {
      topic: one.topic,
      partition: one.partition,
      committed: one.committed ?? null,
      start: one.start,
      end: one.end,
      lag: Math.max(0, one.end - positionOf(one)),
      member: owners?.get(placeOf(one)) ?? null,
      rates: earlier === undefined || seconds <= 0 ? null : ratesBetween(earlier, one, seconds),
      ...(note !== undefined && { note }),
    };
  });
  const rates = partitions.flatMap((one) => one.rates ?? []);
  return {
    group: sample.group,
    at: sample.at,
    state: sample.state,
    members: sample.members.length,
    idle: owners === undefined ? null : sample.members.filter(({ assigned }) => assigned.length === 0).length,
    partitions,
    total: partitions.reduce((sum, { lag }) => sum + lag, 0),
    rates: rates.length === 0 ? null : { in: sumOf(rates, 'in'), out: sumOf(rates, 'out') },
    notes: notesOf(sample, owners !== undefined),
  };
}

/** Where the group goes on, as far as that can be known: at what it has committed, if that is still a place in the log, else at its start. */
function positionOf({ committed, start, end }: PartitionOffsets): number {
  return committed === undefined || committed > end ? start : Math.max(committed, start);
}

function noteOf(one: PartitionOffsets, earlier: PartitionOffsets | undefined): string | undefined {
  const { committed, start, end } = one;
  if (committed !== undefined && committed > end)
    return `the topic was recreated (or has lost records): ${String(committed)} was committed and the log ends at ${String(end)}; counted from its start`;
  if (earlier !== undefined && end < earlier.end)
    return `the topic was recreated (or has lost records): the log ended at ${String(earlier.end)} before, now at ${String(end)}`;
  if (committed === undefined)
    return end === start
      ? 'nothing committed yet, and nothing to read'
      : 'nothing committed yet: counted from the start of the log; where the group begins is for its offset reset to say';
  if (committed < start)
    return `retention deleted ${String(start - committed)} offsets before the group had read them; counted from the start of the log`;
  if (earlier?.committed !== undefined && committed < earlier.committed)
    return `the offsets were set back from ${String(earlier.committed)} to ${String(committed)}`;
  return undefined;
}

function ratesBetween(before: PartitionOffsets, now: PartitionOffsets, seconds: number): Rates {
  return {
    in: Math.max(0, now.end - before.end) / seconds,
    // What retention takes away was not read by anybody: from the start of the log on, not from before it.
    out: now.committed === undefined ? 0 : Math.max(0, positionOf(now) - Math.max(positionOf(before), now.start)) / seconds,
  };
}

/** Name of the owner of each partition; undefined while the coordinator does not tell who has what. */
function ownersOf({ state, members }: GroupSample): Map<string, string> | undefined {
  // In a classic rebalance the coordinator still lists what members had before; by the consumer protocol it says what each has now.
  if (state === 'PreparingRebalance' || state === 'CompletingRebalance') return undefined;
  const sharing = new Set(members.filter((one) => members.some((other) => other !== one && other.clientId === one.clientId)));
  const nameOf = (member: DescribedMember): string => (sharing.has(member) ? member.id : member.clientId);
  return new Map(members.flatMap((member) => member.assigned.map((one) => [placeOf(one), nameOf(member)])));
}

/** Both protocols' words for a group whose members do not all have what they are to have yet. */
export const isRebalancing = (state: string): boolean =>
  ['PreparingRebalance', 'CompletingRebalance', 'Assigning', 'Reconciling'].includes(state);

function notesOf({ state, goneTopics, partitions }: GroupSample, ownersAreKnown: boolean): string[] {
  const notes: string[] = [];
  if (state === 'Empty') notes.push('nobody is in the group: what it has committed is kept, and its lag grows with every record');
  if (!ownersAreKnown && isRebalancing(state)) notes.push('the group rebalances: who has what is not known before it ends');
  for (const topic of goneTopics) notes.push(`the topic ${topic} is not there any more, though the group has read it`);
  if (partitions.length === 0)
    notes.push('the group has committed nothing, and no partition is given to it: --topic names one to count against');
  return notes;
}

const placeOf = ({ topic, partition }: { topic: string; partition: number }): string => `${topic}/${String(partition)}`;
const sumOf = (rates: readonly Rates[], of: keyof Rates): number => rates.reduce((sum, one) => sum + one[of], 0);
