import { commitsAhead, finalLag, uncommittedAt, type CommitAhead } from './commits.js';
import { deliveryOf, type RecordExample, type Repeat } from './delivery.js';
import type { LogLine } from './events.js';
import { historyOf, type History, type StepSpan } from './history.js';
import { fewestRecords, loadOf, type Load } from './load.js';
import { coverStates, ownerOf, stableSince, stateAt, zombiesOf, type CoverState } from './ownership.js';
import { crashBoundMs, fewestTelling, joinBoundMs, reasonsOf } from './reasons.js';
import { gapsOf, longestStop, quantilesOf, type Gaps, type Quantiles } from './stops.js';
import { faultTiming, settledAt, stepRebalance } from './timings.js';

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
export interface FaultResult {
  readonly kind: string;
  readonly pod: string;
  /** Fault → the coordinator no longer lists the member. */
  readonly detectionMs: number | null;
  /** Removal → every remaining member has its assignment. */
  readonly rebalanceMs: number | null;
  /** Fault → the first record processed again, on the slowest of the partitions the member owned. */
  readonly recoveryMs: number | null;
  readonly partitions: readonly { readonly partition: number; readonly recoveryMs: number | null }[];
}
/** Stop times over all steps but the first, which is a start. */
export interface StopSummary {
  readonly moved: Quantiles | null;
  readonly unmoved: Quantiles | null;
}
/** The first few of each kind, to look up in the topic or in the event log. */
export interface Examples {
  readonly lost: readonly RecordExample[];
  readonly duplicates: readonly Repeat[];
  readonly reordered: readonly RecordExample[];
  readonly zombies: readonly RecordExample[];
  readonly commitsAhead: readonly CommitAhead[];
}
/** What `judge` says of one run. Names of cli.md's JSON are kept; a change of their meaning raises `schemaVersion`. */
export interface Verdict {
  readonly schemaVersion: 1;
  readonly scenario: string;
  readonly verdict: 'passed' | 'failed';
  /** Why it failed, worst first; empty when it passed. */
  readonly reasons: readonly string[];
  readonly produced: number;
  readonly acknowledged: number;
  readonly indeterminate: number;
  /** Distinct records processed. */
  readonly processed: number;
  readonly lost: number;
  readonly duplicates: number;
  /** Most duplicates the run may have: rate × time since the last commit, summed over the partitions of its crashed members. */
  readonly duplicatesBound: number;
  /** Who repeated how many records, most first. */
  readonly duplicatesByPod: readonly { readonly pod: string; readonly duplicates: number }[];
  readonly reordered: number;
  /** Records processed by a member while another owned the partition. */
  readonly zombies: number;
  /** Records over which a commit passed before they were processed. */
  readonly commitsAhead: number;
  /** Records the group had not committed after the drain; null when the offsets were not read. */
  readonly lag: number | null;
  readonly load: Load;
  readonly stops: StopSummary;
  /** From the first line to the last, in ms. */
  readonly durationMs: number;
  readonly examples: Examples;
  readonly steps: readonly StepResult[];
  readonly faults: readonly FaultResult[];
}

export { crashBoundMs, joinBoundMs };

/** How many examples of each kind a verdict carries. */
const exampleCount = 10;

/** The verdict of an event log: a pure function of it. The order of lines that different writers wrote in one millisecond decides nothing. */
export function judge(events: readonly LogLine[]): Verdict {
  const history = historyOf(events);
  const states = coverStates(history);
  const gaps = gapsOf(history);
  const delivery = deliveryOf(history);
  const uncommitted = uncommittedAt(history);
  const ahead = commitsAhead(history);
  const zombies = zombiesOf(history);
  const lag = finalLag(history);
  const load = loadOf(history);
  const steps = history.steps.map((step, index) => stepResult(history, states, gaps, step, index));
  const faults = history.faults.map((fault): FaultResult => ({ kind: fault.kind, pod: fault.pod, ...faultTiming(history, states, fault) }));
  const reasons = reasonsOf({ history, delivery, uncommitted, ahead, zombies, lag, load, steps, faults });
  return {
    schemaVersion: 1,
    scenario: history.run?.scenario ?? 'unknown',
    verdict: reasons.length === 0 ? 'passed' : 'failed',
    reasons,
    produced: delivery.produced,
    acknowledged: delivery.acknowledged,
    indeterminate: delivery.indeterminate,
    processed: delivery.processed,
    lost: delivery.lost.length,
    duplicates: delivery.repeats.length,
    duplicatesBound: sum(uncommitted.map((one) => one.bound)),
    duplicatesByPod: byPod(delivery.repeats),
    reordered: delivery.reordered.length,
    zombies: zombies.length,
    commitsAhead: ahead.length,
    lag: lag === undefined ? null : sum(lag.map((one) => one.lag)),
    load,
    stops: stopSummary(steps),
    durationMs: history.to - history.from,
    examples: {
      lost: delivery.lost.slice(0, exampleCount),
      duplicates: delivery.repeats.slice(0, exampleCount),
      reordered: delivery.reordered.slice(0, exampleCount),
      zombies: zombies.slice(0, exampleCount),
      commitsAhead: ahead.slice(0, exampleCount),
    },
    steps,
    faults,
  };
}

function stepResult(history: History, states: readonly CoverState[], gaps: Gaps, step: StepSpan, index: number): StepResult {
  const partitions = history.run?.partitions ?? 0;
  const before = stateAt(states, step.from - 1);
  const after = stateAt(states, step.to - 1);
  const coveredMs = coverTime(history, states, step);
  const crash = step.faults.some((fault) => fault.kind === 'sigkill');
  const bound = crash ? crashBoundMs(history.run?.sessionTimeoutMs ?? 0) : joinBoundMs;
  const inconclusive = fewestRecords(history, step).records < fewestTelling;
  return {
    name: step.name,
    members: step.members,
    assignment: assignmentOf(history, after, step),
    outcome: coveredMs === null || coveredMs > bound ? 'not-covered' : inconclusive ? 'inconclusive' : 'covered',
    rebalanceMs: stepRebalance(history, states, step),
    coveredMs,
    partitions: Array.from({ length: partitions }, (_, partition) => ({
      partition,
      stopMs: longestStop(gaps.get(partition) ?? [], step),
      moved: index > 0 && ownerOf(before, partition) !== ownerOf(after, partition),
    })),
  };
}

/** From the step, or the fault in it, until both the members and the coordinator had an exact cover that lasted to its end. */
function coverTime(history: History, states: readonly CoverState[], step: StepSpan): number | null {
  const members = settledAt(states, step);
  const coordinator = stableSince(history.groups, history.run?.partitions ?? 0, step.members, step.to - 1);
  if (members === undefined || coordinator === undefined) return null;
  const from = Math.max(step.from, ...step.faults.map((fault) => fault.t));
  return Math.max(0, members - from, coordinator - from);
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

function stopSummary(steps: readonly StepResult[]): StopSummary {
  const stops = steps.slice(1).flatMap((step) => step.partitions);
  const of = (moved: boolean): Quantiles | null => quantilesOf(stops.filter((stop) => stop.moved === moved).map((stop) => stop.stopMs));
  return { moved: of(true), unmoved: of(false) };
}

function byPod(repeats: readonly Repeat[]): Verdict['duplicatesByPod'] {
  const counts = new Map<string, number>();
  for (const repeat of repeats) counts.set(repeat.pod, (counts.get(repeat.pod) ?? 0) + 1);
  return [...counts]
    .map(([pod, duplicates]) => ({ pod, duplicates }))
    .sort((a, b) => b.duplicates - a.duplicates || (a.pod < b.pod ? -1 : 1));
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
