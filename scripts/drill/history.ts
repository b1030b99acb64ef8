import type { Acked, Assigned, Committed, Evidence, Failed, Processed, Sent, Stopped, Unassigned } from '../../workers/ledger.js';
import type { FaultInjected, GroupSeen, LogLine, OffsetsRead, PodChanged, RunStarted, StepStarted } from './events.js';

/** A step with its end: the next step, the end of the steps, or the last line of a run cut short. */
export interface StepSpan {
  readonly name: string;
  readonly members: number;
  readonly from: number;
  readonly to: number;
  readonly faults: readonly FaultInjected[];
}

/** The event log sorted by kind, in order of time: what every part of the verdict starts from. Only the run's topic is in it. */
export interface History {
  readonly run: RunStarted | undefined;
  readonly steps: readonly StepSpan[];
  readonly faults: readonly FaultInjected[];
  readonly pods: readonly PodChanged[];
  readonly groups: readonly GroupSeen[];
  readonly offsets: OffsetsRead | undefined;
  /** The run reached its last line. */
  readonly ended: boolean;
  readonly sent: readonly Sent[];
  readonly acked: readonly Acked[];
  readonly failed: readonly Failed[];
  readonly processed: readonly Processed[];
  readonly committed: readonly Committed[];
  /** What members said of their ownership, for the run's topic. */
  readonly ownership: readonly (Assigned | Unassigned | Stopped)[];
  readonly from: number;
  readonly to: number;
  /** When the steps ended; the last line of a run cut short. */
  readonly stepsEnd: number;
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
  const lines = inOrder(events);
  let run: RunStarted | undefined;
  let offsets: OffsetsRead | undefined;
  let ended = false;
  let stepsEnd: number | undefined;
  const steps: StepStarted[] = [];
  const faults: FaultInjected[] = [];
  const pods: PodChanged[] = [];
  const groups: GroupSeen[] = [];
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
      case 'pod':
        pods.push(line);
        break;
      case 'group':
        groups.push(line);
        break;
      case 'offsets':
        offsets = line;
        break;
      case 'end':
        ended = true;
        break;
      case 'change':
      case 'leaders':
      case 'prediction':
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
    steps: spans(steps, faults, stepsEnd),
    faults,
    pods,
    groups,
    offsets,
    ended,
    ...byKind(evidence, run?.topic),
    from,
    to,
    stepsEnd,
  };
}

type Sorted = Pick<History, 'sent' | 'acked' | 'failed' | 'processed' | 'committed' | 'ownership'>;

function byKind(evidence: readonly Evidence[], topic: string | undefined): Sorted {
  const sent: Sent[] = [];
  const acked: Acked[] = [];
  const failed: Failed[] = [];
  const processed: Processed[] = [];
  const committed: Committed[] = [];
  const ownership: (Assigned | Unassigned | Stopped)[] = [];
  for (const line of evidence) {
    if ('topic' in line && topic !== undefined && line.topic !== topic) continue;
    switch (line.evidence) {
      case 'sent':
        sent.push(line);
        break;
      case 'acked':
        acked.push(line);
        break;
      case 'failed':
        failed.push(line);
        break;
      case 'processed':
        processed.push(line);
        break;
      case 'committed':
        committed.push(line);
        break;
      case 'dead':
        break;
      case 'assigned':
        ownership.push({ ...line, partitions: line.partitions.filter((one) => topic === undefined || one.topic === topic) });
        break;
      case 'revoked':
      case 'lost':
      case 'stopped':
        ownership.push(line);
        break;
    }
  }
  return { sent, acked, failed, processed, committed, ownership };
}

function spans(steps: readonly StepStarted[], faults: readonly FaultInjected[], end: number): StepSpan[] {
  return steps.map((step, index) => {
    const to = steps[index + 1]?.t ?? Math.max(end, step.t);
    const mine = faults.filter((fault) => fault.t >= step.t && (fault.t < to || index === steps.length - 1));
    return { name: step.name, members: step.members, from: step.t, to, faults: mine };
  });
}
