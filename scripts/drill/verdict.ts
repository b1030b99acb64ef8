import { catchUpsOf, type CatchUp } from './catch-up.js';
import { commitsAhead, uncommittedAt, type CommitAhead } from './commits.js';
import { deliveryOf, type RecordExample, type Repeat } from './delivery.js';
import type { LogLine } from './events.js';
import { faultResult, zombiesAfter, type FaultResult } from './fault-results.js';
import { finalLag } from './final-lag.js';
import { historyOf, isEnding } from './history.js';
import { joined } from './joined-verdict.js';
import { laneLogs } from './lanes.js';
import { loadOf, type Load } from './load.js';
import { coverStates, zombiesOf } from './ownership.js';
import { lateFinding, type Overhead } from './overhead.js';
import { findingsOf, heldPredictions, type PredictionResult } from './predictions-held.js';
import { advanceOf } from './progress.js';
import { crashBoundMs, joinBoundMs, reasonsOf } from './reasons.js';
import { replaysOf, type Replay } from './replays.js';
import { stepResult, type PartitionStop, type StepResult } from './step-results.js';
import { gapsOf, quantilesOf, type Quantiles } from './stops.js';
import { examples, records, was } from './words.js';

export type { CatchUp, FaultResult, PartitionStop, PredictionResult, Replay, StepResult };
export { crashBoundMs, joinBoundMs };

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
  readonly deadLetters: readonly (RecordExample & { readonly reason: string })[];
}
/** Records that were set aside: accounted for, neither lost nor processed. */
export interface DeadLettered {
  readonly count: number;
  /** Letters beyond the first of a record. */
  readonly repeated: number;
  /** Set aside once and processed once, as after a crash between letter and commit. */
  readonly alsoProcessed: number;
  readonly to: { readonly topic: number; readonly file: number };
  /** Most frequent first. */
  readonly byReason: readonly { readonly reason: string; readonly count: number }[];
}
/** Sends without an acknowledgement: none of them is a loss. */
export interface FailedSends {
  /** Refused for certain. */
  readonly rejected: number;
  /** May or may not be in the log. */
  readonly indeterminate: number;
  /** Where a person finds what the producer gave up. */
  readonly keptIn: readonly { readonly place: string; readonly count: number }[];
}
/** What a run with only the coordinator's word cannot prove, by the name of its field. */
export type Unproved = 'lost' | 'duplicates' | 'reordered' | 'zombies' | 'commitsAhead' | 'deadLettered';
/** What `judge` says of one run. Names of cli.md's JSON are kept; a change of their meaning raises `schemaVersion`. */
export interface Verdict {
  readonly schemaVersion: 1;
  readonly scenario: string;
  /** The system it is about, where several ran side by side. */
  readonly lane?: string;
  /** One for each lane, complete; the verdict they stand in has their sums, and passed only if all did. */
  readonly lanes?: readonly Verdict[];
  readonly verdict: 'passed' | 'failed';
  /** Why it failed, worst first; empty when it passed. */
  readonly reasons: readonly string[];
  /** What would be a failure elsewhere and is none here, for the scenario expects it or leaves it open; and what was repeated on purpose. */
  readonly expected: readonly string[];
  /** What does not break a guarantee and a person should know: predictions that did not hold, above all. */
  readonly findings: readonly string[];
  /** Proofs that could not be given: these fields are 0 because nobody knows. */
  readonly unproved: readonly Unproved[];
  readonly predictions: readonly PredictionResult[];
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
  /** Records processed again because the offsets of the group were set back on purpose; no duplicates. */
  readonly replayed: number;
  readonly replays: readonly Replay[];
  /** Under exactly-once: work done again that no reader sees twice; no duplicates. */
  readonly reworked: number;
  readonly deadLettered: DeadLettered;
  readonly failedSends: FailedSends;
  readonly reordered: number;
  /** Keys that were written to more than one partition, as after the topic grew. */
  readonly movedKeys: number;
  /** Records processed by a member while another owned the partition. */
  readonly zombies: number;
  /** Records over which a commit passed before they were processed. */
  readonly commitsAhead: number;
  /** Records the group had not committed after the drain; null when the offsets were not read. */
  readonly lag: number | null;
  /** Offsets after the last commits that hold no record; they are not in `lag`. */
  readonly markers: number;
  readonly load: Load;
  readonly catchUps: readonly CatchUp[];
  /** Rebalances of the group over all steps. */
  readonly rebalances: number;
  readonly stops: StopSummary;
  /** From the first line to the last, in ms. */
  readonly durationMs: number;
  /** Figures that compare times of two pods may be wrong by this, in ms; 0 where all ran on one machine. */
  readonly clockUncertaintyMs: number;
  /** What the drill itself cost the machine it measured on; null where the log does not tell. */
  readonly overhead: { readonly cores: number; readonly lateP99Ms: number; readonly lateMaxMs: number } | null;
  readonly examples: Examples;
  readonly steps: readonly StepResult[];
  readonly faults: readonly FaultResult[];
}

/** How many examples of each kind a verdict carries. */
const exampleCount = 10;

const unprovable: readonly Unproved[] = ['lost', 'duplicates', 'reordered', 'zombies', 'commitsAhead', 'deadLettered'];

/** The verdict of an event log: a pure function of it. The order of lines that different writers wrote in one millisecond decides nothing. */
export function judge(events: readonly LogLine[]): Verdict {
  const logs = laneLogs(events);
  const verdicts = logs.map((log) => judgeLane(log.events));
  const [only] = verdicts;
  const verdict = only !== undefined && logs[0]?.lane === undefined ? only : joined(verdicts);
  return { ...verdict, findings: [...verdict.findings, ...lateFinding(verdict.overhead)] };
}

/** The verdict of a log with one `run` line. */
function judgeLane(events: readonly LogLine[]): Verdict {
  const history = historyOf(events);
  const states = coverStates(history);
  const gaps = gapsOf(history);
  const delivery = deliveryOf(history);
  const uncommitted = uncommittedAt(history);
  const ahead = commitsAhead(history);
  const zombies = zombiesOf(history);
  const lag = finalLag(history);
  const load = loadOf(history);
  const catchUps = catchUpsOf(history);
  const replays = replaysOf(history, delivery.replayed);
  const steps = history.steps.map((step, index) => stepResult(history, states, gaps, step, index));
  const faults = history.faults.filter((fault) => !isEnding(fault.kind)).map((fault) => faultResult(history, states, fault, zombies));
  const predictions = heldPredictions({ history, delivery, catchUps, steps, faults });
  const found = { history, delivery, uncommitted, ahead, zombies, lag, load, steps, faults, catchUps, replays, predictions };
  const { reasons, expected } = reasonsOf(found);
  const { dead } = delivery;
  const isStrange = history.run?.evidenceFrom === 'coordinator';
  const advance = isStrange ? [...advanceOf(history).values()] : [];
  const lane = history.run?.lane;
  return {
    schemaVersion: 1,
    scenario: history.run?.scenario ?? 'unknown',
    ...(lane !== undefined && { lane }),
    verdict: reasons.length === 0 ? 'passed' : 'failed',
    reasons,
    expected,
    findings: [...findingsOf(predictions), ...twice(dead.alsoProcessed)],
    unproved: isStrange ? unprovable : [],
    predictions,
    produced: isStrange ? sum(advance.map((one) => one.produced)) : delivery.produced,
    acknowledged: isStrange ? sum(advance.map((one) => one.produced)) : delivery.acknowledged,
    indeterminate: delivery.indeterminate,
    processed: isStrange ? sum(advance.map((one) => one.committed)) : delivery.processed,
    lost: delivery.lost.length,
    duplicates: delivery.repeats.length,
    // What a frozen member does before it hears that it was given up may come twice, too.
    duplicatesBound:
      sum(uncommitted.map((one) => one.bound)) +
      sum(history.faults.map((fault) => (fault.kind === 'freeze' ? zombiesAfter(fault, zombies).length : 0))),
    duplicatesByPod: byPod(delivery.repeats),
    replayed: sum(delivery.replayed),
    replays,
    reworked: delivery.reworked,
    deadLettered: {
      count: dead.count,
      repeated: dead.repeated,
      alsoProcessed: dead.alsoProcessed.length,
      to: dead.to,
      byReason: dead.byReason,
    },
    failedSends: {
      rejected: delivery.rejected,
      indeterminate: delivery.indeterminate,
      keptIn: [...delivery.failedKeptIn].map(([place, count]) => ({ place, count })).sort((a, b) => (a.place < b.place ? -1 : 1)),
    },
    reordered: delivery.reordered.length,
    movedKeys: delivery.movedKeys,
    zombies: zombies.length,
    commitsAhead: ahead.length,
    lag: lag === undefined ? null : sum(lag.map((one) => one.lag)),
    markers: sum((lag ?? []).map((one) => one.markers)),
    load,
    catchUps,
    rebalances: sum(steps.map((step) => step.rebalances)),
    stops: stopSummary(steps),
    durationMs: history.to - history.from,
    clockUncertaintyMs: history.uncertaintyMs,
    overhead: overheadOf(history.overhead),
    examples: {
      lost: delivery.lost.slice(0, exampleCount),
      duplicates: delivery.repeats.slice(0, exampleCount),
      reordered: delivery.reordered.slice(0, exampleCount),
      zombies: zombies.slice(0, exampleCount),
      commitsAhead: ahead.slice(0, exampleCount),
      deadLetters: dead.examples.slice(0, exampleCount),
    },
    steps,
    faults,
  };
}

function twice(list: readonly RecordExample[]): string[] {
  return list.length === 0
    ? []
    : [
        `${records(list.length)} ${was(list.length)} both set aside and processed: ${examples(list)}; who replays the dead letters does that work a second time`,
      ];
}

function overheadOf(overhead: Overhead | undefined): Verdict['overhead'] {
  if (overhead === undefined) return null;
  const { cpuMs, wallMs, lateP99Ms, lateMaxMs } = overhead;
  return { cores: Math.round((100 * cpuMs) / Math.max(1, wallMs)) / 100, lateP99Ms, lateMaxMs };
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
