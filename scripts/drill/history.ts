import type { Acked, Assigned, Committed, Dead, Evidence, Failed, Processed, Sent, Stopped, Unassigned } from '../../workers/ledger.js';
import { onOneClock } from './clocks.js';
import type {
  Changed,
  DrillOverhead,
  FaultInjected,
  FaultKind,
  Foretold,
  GroupSeen,
  LeadersSeen,
  LogLine,
  OffsetsRead,
  PodChanged,
  RunStarted,
  StepStarted,
} from './events.js';
import { expectedOf, type Expected } from './expectations.js';

/** A step with its end: the next step, the end of the steps, or the last line of a run cut short. */
export interface StepSpan {
  readonly name: string;
  readonly members: number;
  readonly from: number;
  readonly to: number;
  readonly faults: readonly FaultInjected[];
  readonly changes: readonly Changed[];
  /** Partitions of the topic when it ended. */
  readonly partitions: number;
}

/** The event log sorted by kind, in order of time: what every part of the verdict starts from. Only the run's topic is in it. */
export interface History extends Sorted {
  readonly run: RunStarted | undefined;
  readonly expect: Expected;
  readonly steps: readonly StepSpan[];
  readonly faults: readonly FaultInjected[];
  readonly changes: readonly Changed[];
  readonly pods: readonly PodChanged[];
  readonly groups: readonly GroupSeen[];
  readonly leaders: readonly LeadersSeen[];
  readonly predictions: readonly Foretold[];
  /** The last reading, after the drain. */
  readonly offsets: OffsetsRead | undefined;
  readonly readings: readonly OffsetsRead[];
  /** The run reached its last line. */
  readonly ended: boolean;
  readonly overhead: DrillOverhead | undefined;
  readonly from: number;
  readonly to: number;
  /** When the steps ended; the last line of a run cut short. */
  readonly stepsEnd: number;
  /** Times of two pods may be wrong against each other by this, in ms. */
  readonly uncertaintyMs: number;
}

/** The workers' evidence about the run's topic, by kind. */
interface Sorted {
  /** These three are of the topic's producers, or of those of its source. */
  readonly sent: readonly Sent[];
  readonly acked: readonly Acked[];
  readonly failed: readonly Failed[];
  /** The acknowledgements whose partition and offset are places in the run's topic: none where its load comes from another. */
  readonly placed: readonly Acked[];
  readonly processed: readonly Processed[];
  readonly dead: readonly Dead[];
  readonly committed: readonly Committed[];
  /** What members said of their ownership, for the run's topic. */
  readonly ownership: readonly (Assigned | Unassigned | Stopped)[];
}

/**
 * The order the verdict reads in: by time; within one millisecond the lines of one writer keep their order, and writers stand by
 * name, so that the way in which the drill happened to interleave its sources decides nothing.
 */
export function inOrder(events: readonly LogLine[]): LogLine[] {
  const writer = (line: LogLine): string => ('evidence' in line ? line.member : '');
  return [...events].sort((a, b) => {
    if (a.t !== b.t) return a.t - b.t;
    const [left, right] = [writer(a), writer(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  });
}

export function historyOf(events: readonly LogLine[]): History {
  const clocked = onOneClock(events);
  const lines = inOrder(clocked.events);
  let run: RunStarted | undefined;
  let ended = false;
  let overhead: DrillOverhead | undefined;
  let stepsEnd: number | undefined;
  const steps: StepStarted[] = [];
  const faults: FaultInjected[] = [];
  const changes: Changed[] = [];
  const pods: PodChanged[] = [];
  const groups: GroupSeen[] = [];
  const leaders: LeadersSeen[] = [];
  const predictions: Foretold[] = [];
  const readings: OffsetsRead[] = [];
  const evidence: Evidence[] = [];
  for (const line of lines) {
    if ('evidence' in line) {
      evidence.push(line);
      continue;
    }
    switch (line.event) {
      case 'run':
        run ??= line;
        break;
      case 'step':
        steps.push(line);
        break;
      case 'end-of-steps':
        stepsEnd = line.t;
        break;
      case 'fault':
        faults.push(line);
        break;
      case 'change':
        changes.push(line);
        break;
      case 'pod':
        pods.push(line);
        break;
      case 'group':
        groups.push(line);
        break;
      case 'leaders':
        leaders.push(line);
        break;
      case 'prediction':
        predictions.push(line);
        break;
      case 'offsets':
        readings.push(line);
        break;
      case 'end':
        ended = true;
        break;
      case 'overhead':
        overhead = line;
        break;
      case 'clock':
      case 'command':
        break;
    }
  }
  const from = lines[0]?.t ?? 0;
  const to = lines.at(-1)?.t ?? 0;
  stepsEnd ??= to;
  return {
    run,
    expect: expectedOf(run?.expect),
    steps: spans(steps, faults, changes, stepsEnd, run?.partitions ?? 0),
    faults,
    changes,
    pods,
    groups,
    leaders,
    predictions,
    offsets: readings.at(-1),
    readings,
    ended,
    overhead,
    ...byKind(evidence, run),
    from,
    to,
    stepsEnd,
    uncertaintyMs: clocked.uncertaintyMs,
  };
}

function byKind(evidence: readonly Evidence[], run: RunStarted | undefined): Sorted {
  const topic = run?.topic;
  const source = run?.source ?? topic;
  const sent: Sent[] = [];
  const acked: Acked[] = [];
  const failed: Failed[] = [];
  const processed: Processed[] = [];
  const dead: Dead[] = [];
  const committed: Committed[] = [];
  const ownership: (Assigned | Unassigned | Stopped)[] = [];
  const isOf = (line: { readonly topic: string }, wanted: string | undefined): boolean => wanted === undefined || line.topic === wanted;
  for (const line of evidence) {
    switch (line.evidence) {
      case 'sent':
        if (isOf(line, source)) sent.push(line);
        break;
      case 'acked':
        if (isOf(line, source)) acked.push(line);
        break;
      case 'failed':
        if (isOf(line, source)) failed.push(line);
        break;
      case 'processed':
        if (isOf(line, topic)) processed.push(line);
        break;
      case 'dead':
        if (isOf(line, topic)) dead.push(line);
        break;
      case 'committed':
        if (isOf(line, topic)) committed.push(line);
        break;
      case 'assigned':
        ownership.push({ ...line, partitions: line.partitions.filter((one) => isOf(one, topic)) });
        break;
      case 'revoked':
      case 'lost':
      case 'stopped':
        ownership.push(line);
        break;
    }
  }
  return { sent, acked, failed, placed: source === topic ? acked : [], processed, dead, committed, ownership };
}

function spans(
  steps: readonly StepStarted[],
  faults: readonly FaultInjected[],
  changes: readonly Changed[],
  end: number,
  partitions: number,
): StepSpan[] {
  return steps.map((step, index) => {
    const to = steps[index + 1]?.t ?? Math.max(end, step.t);
    const within = (line: { readonly t: number }): boolean => line.t >= step.t && (line.t < to || index === steps.length - 1);
    return {
      name: step.name,
      members: step.members,
      from: step.t,
      to,
      faults: faults.filter(within),
      changes: changes.filter(within),
      partitions: grown(changes, partitions, to - 1),
    };
  });
}

/** Partitions of the topic at `t`. */
export function partitionsAt(history: Pick<History, 'run' | 'changes'>, t: number): number {
  return grown(history.changes, history.run?.partitions ?? 0, t);
}

function grown(changes: readonly Changed[], partitions: number, t: number): number {
  return changes.findLast((change) => change.kind === 'partitions' && change.t <= t)?.partitions ?? partitions;
}

/** A member that stops to beat without a word: the coordinator waits for its session to end. */
export function isCrash(kind: FaultKind): boolean {
  return kind === 'sigkill' || kind === 'freeze';
}
/** A member that goes in order. */
export function isCleanStop(kind: FaultKind): boolean {
  return kind === 'sigterm' || kind === 'force-delete';
}
/** The end of another fault, and none itself. */
export function isEnding(kind: FaultKind): boolean {
  return kind === 'thaw' || kind === 'broker-thaw' || kind === 'broker-start';
}

/** When a fault was ended by its counterpart (thawed, started again); undefined where it never was. */
export function endOf(history: Pick<History, 'faults'>, fault: FaultInjected): number | undefined {
  const same = (one: FaultInjected): boolean => (fault.broker === undefined ? one.pod === fault.pod : one.broker === fault.broker);
  return history.faults.find((one) => isEnding(one.kind) && one.t >= fault.t && same(one))?.t;
}
