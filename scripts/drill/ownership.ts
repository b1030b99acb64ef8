import type { RecordExample } from './delivery.js';
import type { FaultInjected, GroupSeen } from './events.js';
import { endOf, partitionsAt, type History } from './history.js';

/** One member held one partition from `from` until `to`, by its own evidence; a killed member holds nothing from the kill on. */
export interface OwnedSpan {
  readonly partition: number;
  readonly member: string;
  readonly from: number;
  readonly to: number;
}

/** Who held what at one moment. */
export type Holding = ReadonlyMap<string, readonly number[]>;

/** From `t` on until the next state. */
export interface CoverState {
  readonly t: number;
  /** Every partition has exactly one owner. */
  readonly exact: boolean;
  readonly holding: Holding;
}

type Change = { readonly t: number; readonly member: string; readonly holds: readonly number[] | undefined };

/** What the members said, and the ends of their processes, as changes of what each holds (`undefined`: no longer a member). */
function changesOf(history: History): Change[] {
  if (history.run?.evidenceFrom === 'coordinator') return groupChanges(history.groups);
  const changes: Change[] = history.ownership.map((line) => ({
    t: line.t,
    member: line.member,
    holds: line.evidence === 'assigned' ? line.partitions.flatMap((one) => one.partitions) : line.evidence === 'stopped' ? undefined : [],
  }));
  for (const fault of history.faults) {
    if (fault.kind === 'sigkill') changes.push({ t: fault.t, member: fault.pod, holds: undefined });
    // A frozen member cannot say that it lost anything; it did when the coordinator removed it.
    const removed = fault.kind === 'freeze' ? removedAt(history, fault) : undefined;
    if (removed !== undefined) changes.push({ t: removed, member: fault.pod, holds: undefined });
  }
  for (const pod of history.pods) {
    if (pod.role === 'consumer' && pod.state === 'exited') changes.push({ t: pod.t, member: pod.pod, holds: undefined });
  }
  return changes.sort((a, b) => a.t - b.t);
}

/** Where the members are strangers, the coordinator's word stands for theirs. */
function groupChanges(groups: readonly GroupSeen[]): Change[] {
  const changes: Change[] = [];
  let known: ReadonlySet<string> = new Set();
  for (const { t, state, members } of groups) {
    const now = new Set(members.map((member) => member.clientId));
    for (const member of known) if (!now.has(member)) changes.push({ t, member, holds: undefined });
    for (const { clientId, partitions } of members) changes.push({ t, member: clientId, holds: state === 'Stable' ? partitions : [] });
    known = now;
  }
  return changes;
}

/** The coordinator is asked ten times a second, and may be slow to answer, in ms: a removal before a thaw may be seen so much after it. */
const seenLateMs = 1_000;

/**
 * When the coordinator stopped listing the member: by its member id, since a new pod may carry the old name. One that is thawed before its session is over was never
 * removed, though it leaves some time.
 */
export function removedAt(history: Pick<History, 'groups' | 'faults'>, fault: FaultInjected): number | undefined {
  const { groups } = history;
  const before = groups.findLast((group) => group.t <= fault.t);
  const ids = new Set(before?.members.filter((member) => member.clientId === fault.pod).map((member) => member.memberId));
  if (ids.size === 0) return undefined;
  const removed = groups.find((group) => group.t > fault.t && !group.members.some((member) => ids.has(member.memberId)))?.t;
  const thawed = fault.kind === 'freeze' ? endOf(history, fault) : undefined;
  return removed !== undefined && removed > (thawed ?? Infinity) + seenLateMs ? undefined : removed;
}

/** The states of the cover by the workers' evidence; changes of one millisecond, and a change of the partitions, make one state each. */
export function coverStates(history: History): CoverState[] {
  const holding = new Map<string, readonly number[]>();
  const states: CoverState[] = [];
  const grown = history.changes.filter((change) => change.kind === 'partitions');
  const changes: (Change | { readonly t: number })[] = [...changesOf(history), ...grown].sort((a, b) => a.t - b.t);
  changes.forEach((change, index) => {
    if ('holds' in change) {
      if (change.holds === undefined) holding.delete(change.member);
      else holding.set(change.member, change.holds);
    }
    if (changes[index + 1]?.t === change.t) return;
    const exact = isExactCover([...holding.values()], partitionsAt(history, change.t));
    states.push({ t: change.t, exact, holding: new Map(holding) });
  });
  return states;
}

/** Every partition of 0 … `partitions` − 1 is in exactly one of the lists. */
export function isExactCover(lists: readonly (readonly number[])[], partitions: number): boolean {
  const all = lists.flat();
  return (
    all.length === partitions && new Set(all).size === partitions && all.every((partition) => partition >= 0 && partition < partitions)
  );
}

/** The state in force at `t`. */
export function stateAt(states: readonly CoverState[], t: number): CoverState | undefined {
  let low = 0;
  let high = states.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((states[middle]?.t ?? Infinity) <= t) low = middle + 1;
    else high = middle;
  }
  return states[low - 1];
}

/** The only owner of a partition in a state; undefined when there is none, or more than one. */
export function ownerOf(state: CoverState | undefined, partition: number): string | undefined {
  if (state === undefined) return undefined;
  const owners = [...state.holding].filter(([, partitions]) => partitions.includes(partition));
  return owners.length === 1 ? owners[0]?.[0] : undefined;
}

/** Since when the cover has been exact without interruption up to `until`; undefined when it is not exact then. */
export function exactSince(states: readonly CoverState[], until: number): number | undefined {
  let since: number | undefined;
  for (const state of states) {
    if (state.t > until) break;
    since = state.exact ? (since ?? state.t) : undefined;
  }
  return since;
}

/** Like `exactSince`, by the coordinator: the group is Stable, has `members` members, and they cover the partitions exactly. */
export function stableSince(groups: readonly GroupSeen[], partitions: number, members: number, until: number): number | undefined {
  let since: number | undefined;
  for (const group of groups) {
    if (group.t > until) break;
    const good =
      group.members.length === members && (members === 0 || (group.state === 'Stable' && isExactCover(listsOf(group), partitions)));
    since = good ? (since ?? group.t) : undefined;
  }
  return since;
}

function listsOf(group: GroupSeen): (readonly number[])[] {
  return group.members.map((member) => member.partitions);
}

/** Who owned what when, one span a row, ordered by partition and time. */
export function ownedSpans(history: History): OwnedSpan[] {
  const open = new Map<string, OwnedSpan>();
  const spans: OwnedSpan[] = [];
  const close = (id: string, to: number): void => {
    const span = open.get(id);
    open.delete(id);
    if (span !== undefined && to > span.from) spans.push({ ...span, to });
  };
  for (const { t, member, holds } of changesOf(history)) {
    for (const [id, span] of open) if (span.member === member && !(holds ?? []).includes(span.partition)) close(id, t);
    for (const partition of holds ?? []) {
      const id = `${member}\n${String(partition)}`;
      if (!open.has(id)) open.set(id, { partition, member, from: t, to: t });
    }
  }
  for (const id of [...open.keys()]) close(id, history.to);
  return spans.sort((a, b) => a.partition - b.partition || a.from - b.from);
}

/** Since when nobody has held anything up to `until`: what a group without members must come to. */
export function nobodySince(states: readonly CoverState[], until: number): number | undefined {
  let since: number | undefined = -Infinity;
  for (const state of states) {
    if (state.t > until) break;
    const empty = [...state.holding.values()].every((partitions) => partitions.length === 0);
    since = empty ? (since ?? state.t) : undefined;
  }
  return since;
}

/**
 * Records processed by a member after another one was given the partition, and it had not been given it back. Both lines are the
 * members' own; within one millisecond, or what their clocks may differ by, nothing is held against anybody.
 */
export function zombiesOf(history: History): RecordExample[] {
  interface Grant {
    readonly member: string;
    readonly t: number;
  }
  /** The last grant of each partition to each member. */
  const grants = new Map<number, Grant[]>();
  const zombies: RecordExample[] = [];
  let next = 0;
  const lines = history.ownership;
  for (const record of history.processed) {
    for (let line = lines[next]; line !== undefined && line.t <= record.t; line = lines[++next]) {
      if (line.evidence !== 'assigned') continue;
      for (const partition of line.partitions.flatMap((one) => one.partitions)) {
        const others = (grants.get(partition) ?? []).filter((grant) => grant.member !== line.member);
        grants.set(partition, [...others, { member: line.member, t: line.t }]);
      }
    }
    const mine = grants.get(record.partition) ?? [];
    const own = mine.find((grant) => grant.member === record.member)?.t ?? -Infinity;
    const other = mine.find((grant) => grant.member !== record.member && grant.t > own && grant.t + history.uncertaintyMs < record.t);
    if (other === undefined) continue;
    zombies.push({
      partition: record.partition,
      offset: record.offset,
      key: record.key,
      seq: record.seq ?? -1,
      t: record.t,
      pod: record.member,
      before: other.member,
    });
  }
  return zombies;
}
