import { crashBoundMs, fewestTelling, joinBoundMs } from './bounds.js';
import { isCrash, type History, type StepSpan } from './history.js';
import { fewestRecords } from './load.js';
import { ownerOf, stableSince, stateAt, type CoverState } from './ownership.js';
import { rebalancesIn } from './rebalances.js';
import { longestStop, type Gaps } from './stops.js';
import { settledAt, stepRebalance } from './timings.js';

/** How one step went: cli.md's `steps[]`, with what a person needs beside it. */
export interface StepResult {
  readonly name: string;
  /** Members asked for. */
  readonly members: number;
  /** Who owned what when the step ended, sorted by member; idle members have an empty list. */
  readonly assignment: readonly { readonly member: string; readonly partitions: readonly number[] }[];
  /** `covered`: an exact cover within the bound; `inconclusive`: some partition saw too few records to tell. */
  readonly outcome: 'covered' | 'not-covered' | 'inconclusive';
  /** From the first sign of the change (a join, a leave, a removal) until every member had its assignment, in ms. */
  readonly rebalanceMs: number | null;
  /** How often the group rebalanced. */
  readonly rebalances: number;
  /** Step, or fault in it → exact cover by the members' evidence and by the coordinator, in ms; null when it never came. */
  readonly coveredMs: number | null;
  readonly partitions: readonly PartitionStop[];
}
export interface PartitionStop {
  readonly partition: number;
  /** Longest gap between two processed records, less the gap in production, in ms. */
  readonly stopMs: number;
  /** The owner after the step is not the owner before it. In the first step nobody owned anything, so nothing moved. */
  readonly moved: boolean;
}

export function stepResult(history: History, states: readonly CoverState[], gaps: Gaps, step: StepSpan, index: number): StepResult {
  const before = stateAt(states, step.from - 1);
  const after = stateAt(states, step.to - 1);
  const coveredMs = coverTime(history, states, step);
  const inconclusive = step.members > 0 && fewestRecords(history, step).records < fewestTelling;
  return {
    name: step.name,
    members: step.members,
    assignment: assignmentOf(history, after, step),
    outcome: coveredMs === null || coveredMs > coverBoundMs(history, step) ? 'not-covered' : inconclusive ? 'inconclusive' : 'covered',
    rebalanceMs: stepRebalance(history, states, step),
    rebalances: rebalancesIn(history, step),
    coveredMs,
    partitions: Array.from({ length: step.partitions }, (_, partition) => ({
      partition,
      stopMs: longestStop(gaps.get(partition) ?? [], step),
      moved: index > 0 && ownerOf(before, partition) !== ownerOf(after, partition),
    })),
  };
}

/** How long the partitions may be without an exact cover after the step's last change, in ms. */
export function coverBoundMs(history: History, step: StepSpan): number {
  return step.faults.some((fault) => isCrash(fault.kind)) ? crashBoundMs(history.run?.sessionTimeoutMs ?? 0) : joinBoundMs;
}

/** From the last change of the step until both the members and the coordinator had an exact cover that lasted to its end. */
function coverTime(history: History, states: readonly CoverState[], step: StepSpan): number | null {
  const members = settledAt(states, step);
  const coordinator = stableSince(history.groups, step.partitions, step.members, step.to - 1);
  if (members === undefined || coordinator === undefined) return null;
  const from = lastChange(history, step);
  return Math.max(0, members - from, coordinator - from);
}

/** Where pods come one after another, the last of them; the start of the step, or its last fault or change, otherwise. */
function lastChange(history: History, step: StepSpan): number {
  const isGradual = step.changes.some((change) => change.kind === 'rollout' || change.kind === 'group-started');
  const started = isGradual
    ? history.pods.filter((pod) => pod.role === 'consumer' && pod.state === 'started' && pod.t >= step.from && pod.t < step.to)
    : [];
  const ofMembers = step.faults.filter((fault) => !fault.kind.startsWith('broker-') && fault.kind !== 'producer-sigkill');
  return [...ofMembers, ...step.changes, ...started].reduce((last, { t }) => Math.max(last, t), step.from);
}

/** By the coordinator, which knows the idle members, too; by the members' evidence while the group is not stable. */
function assignmentOf(history: History, state: CoverState | undefined, step: StepSpan): StepResult['assignment'] {
  const group = history.groups.findLast((one) => one.t < step.to);
  const lists: [string, readonly number[]][] =
    group?.state === 'Stable' ? group.members.map((member) => [member.clientId, member.partitions]) : [...(state?.holding ?? [])];
  return lists
    .map(([member, partitions]) => ({ member, partitions: [...partitions].sort((a, b) => a - b) }))
    .sort((a, b) => (a.member < b.member ? -1 : a.member > b.member ? 1 : 0));
}
