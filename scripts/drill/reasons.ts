import type { CommitAhead, Uncommitted } from './commits.js';
import type { Delivery, RecordExample, Repeat } from './delivery.js';
import type { History } from './history.js';
import { fewestRecords, type Load } from './load.js';
import type { FaultResult, StepResult } from './verdict.js';

/** Kafka's own system tests give a group this long to agree after a join, in ms. */
export const joinBoundMs = 30_000;
/** And this long after a crash, in ms: twice the session and 5 s. */
export function crashBoundMs(sessionTimeoutMs: number): number {
  return 2 * sessionTimeoutMs + 5_000;
}
/** Fewer records than this on a partition tell nothing of a step. */
export const fewestTelling = 5;
/** Share of the declared rate that must have been produced. */
const leastLoad = 0.8;
/** Longest time without any production in a load that never pauses, in ms. */
const longestPauseMs = 1_000;

/** Everything the reasons are drawn from. */
export interface Findings {
  readonly history: History;
  readonly delivery: Delivery;
  readonly uncommitted: readonly Uncommitted[];
  readonly ahead: readonly CommitAhead[];
  readonly zombies: readonly RecordExample[];
  readonly lag: readonly { readonly partition: number; readonly lag: number }[] | undefined;
  readonly load: Load;
  readonly steps: readonly StepResult[];
  readonly faults: readonly FaultResult[];
}

/** Why the run failed, worst first; empty when it passed. Each is a sentence with its figures. */
export function reasonsOf(found: Findings): string[] {
  return [
    ...lost(found),
    ...reordered(found),
    ...passedOver(found),
    ...repeated(found),
    ...zombies(found),
    ...lagging(found),
    ...uncovered(found),
    ...unrecovered(found),
    ...ended(found),
    ...paused(found),
    ...inconclusive(found),
    ...cutShort(found),
  ];
}

function lost({ delivery }: Findings): string[] {
  const reasons: string[] = [];
  if (delivery.lost.length > 0) {
    reasons.push(
      `${String(delivery.lost.length)} of ${String(delivery.acknowledged)} acknowledged records ${was(delivery.lost.length)} lost: ${examples(delivery.lost)} never processed`,
    );
  }
  if (delivery.contradicted.length > 0) {
    reasons.push(
      `${records(delivery.contradicted.length)} ${was(delivery.contradicted.length)} acknowledged under an offset that holds another record: ${examples(delivery.contradicted)}; the log was cut after the acknowledgement`,
    );
  }
  if (delivery.rejectedSeen.length > 0) {
    reasons.push(
      `${records(delivery.rejectedSeen.length)} ${was(delivery.rejectedSeen.length)} processed although a broker had refused ${delivery.rejectedSeen.length === 1 ? 'it' : 'them'}: ${examples(delivery.rejectedSeen)}`,
    );
  }
  return reasons;
}

function reordered({ delivery: { reordered: list } }: Findings): string[] {
  return list.length === 0
    ? []
    : [`${records(list.length)} ${was(list.length)} processed after a later one of the same key: ${examples(list)}`];
}

function passedOver({ ahead }: Findings): string[] {
  const [first] = ahead;
  if (first === undefined) return [];
  return [
    `${records(ahead.length)} ${was(ahead.length)} committed before anybody had processed ${ahead.length === 1 ? 'it' : 'them'}: ${first.pod} committed ${String(first.committed)} on partition ${String(first.partition)} while offset ${String(first.offset)} was open; a crash at that moment loses it`,
  ];
}

/** A repeat is excused when the member that had processed the record was killed before it committed that offset. */
function excused(repeat: Repeat, uncommitted: readonly Uncommitted[]): boolean {
  return uncommitted.some(
    (one) =>
      one.fault.pod === repeat.before &&
      one.partition === repeat.partition &&
      repeat.t > one.fault.t &&
      repeat.offset >= (one.committed ?? -1),
  );
}

function repeated({ delivery: { repeats }, uncommitted }: Findings): string[] {
  const reasons: string[] = [];
  const unexcused = repeats.filter((repeat) => !excused(repeat, uncommitted));
  if (unexcused.length > 0) {
    const pairs = new Map<string, number>();
    for (const { pod, before } of unexcused) pairs.set(`${before} then ${pod}`, (pairs.get(`${before} then ${pod}`) ?? 0) + 1);
    const who = [...pairs].map(([pair, count]) => `${pair} ${String(count)}`).join(', ');
    reasons.push(
      `${records(unexcused.length)} ${was(unexcused.length)} processed again though no crash excuses it (${who}): ${examples(unexcused)}; 0 are allowed where the first member ended cleanly, lives, or had committed past the record`,
    );
  }
  for (const one of uncommitted) {
    const count = repeats.filter(
      (repeat) => repeat.before === one.fault.pod && repeat.partition === one.partition && repeat.t > one.fault.t,
    ).length;
    if (count <= one.bound) continue;
    reasons.push(
      `${records(count)} of partition ${String(one.partition)} ${was(count)} repeated after the crash of ${one.fault.pod}; at most ${String(one.bound)} can be, for its last commit there was ${seconds(one.sinceMs)} before`,
    );
  }
  return reasons;
}

function zombies({ zombies: list }: Findings): string[] {
  const [first] = list;
  if (first === undefined) return [];
  return [
    `${records(list.length)} ${was(list.length)} processed by a member after another had been given the partition: ${first.pod} processed offset ${String(first.offset)} of partition ${String(first.partition)}, which was ${first.before ?? 'another'}'s by then`,
  ];
}

function lagging({ lag, history }: Findings): string[] {
  if (lag === undefined)
    return history.run === undefined
      ? []
      : ['the committed offsets were not read after the drain, so nobody knows whether all was committed'];
  const behind = lag.filter((one) => one.lag !== 0);
  if (behind.length === 0) return [];
  const total = behind.reduce((all, one) => all + one.lag, 0);
  return [
    `after the drain the group lags by ${records(total)}: ${behind.map((one) => `partition ${String(one.partition)} by ${String(one.lag)}`).join(', ')}; committed must equal the end`,
  ];
}

function uncovered({ history, steps }: Findings): string[] {
  const partitions = history.run?.partitions ?? 0;
  return steps.flatMap((step, index) => {
    const crash = history.steps[index]?.faults.some((fault) => fault.kind === 'sigkill') ?? false;
    const bound = crash ? crashBoundMs(history.run?.sessionTimeoutMs ?? 0) : joinBoundMs;
    const shown = shownAssignment(step);
    if (step.coveredMs === null) {
      return [
        `step "${step.name}": ${String(partitions)} partitions were not covered exactly by ${members(step.members)} when the step ended (${shown})`,
      ];
    }
    const reasons: string[] = [];
    if (step.coveredMs > bound)
      reasons.push(
        `step "${step.name}": the partitions were covered after ${seconds(step.coveredMs)}, later than the bound of ${seconds(bound)}`,
      );
    const sizes = step.assignment.map((one) => one.partitions.length);
    const idle = sizes.filter((size) => size === 0).length;
    const expected = Math.max(0, step.members - partitions);
    const busy = sizes.filter((size) => size > 0);
    if (idle !== expected || Math.max(...busy) - Math.min(...busy) > 1) {
      const [least, most] = [Math.floor(partitions / step.members), Math.ceil(partitions / step.members)];
      const share = least === most ? String(least) : `${String(least)} or ${String(most)}`;
      const each = step.members > partitions || share === '1' ? '1 partition each' : `${share} partitions each`;
      reasons.push(
        `step "${step.name}": ${members(step.members)} should own ${each} and ${String(expected)} be idle, but they own ${shown}`,
      );
    }
    return reasons;
  });
}

/** `pod-a: 0 1 2, pod-b: idle`. */
function shownAssignment(step: StepResult): string {
  if (step.assignment.length === 0) return 'nobody owned anything';
  return step.assignment.map((one) => `${one.member}: ${one.partitions.length === 0 ? 'idle' : one.partitions.join(' ')}`).join(', ');
}

function unrecovered({ history, faults }: Findings): string[] {
  const session = history.run?.sessionTimeoutMs ?? 0;
  return faults.flatMap((fault) => {
    if (fault.partitions.length === 0) return [];
    const never = fault.partitions.filter((one) => one.recoveryMs === null);
    if (never.length > 0)
      return [
        `after the ${fault.kind} of ${fault.pod}, partition ${never.map((one) => String(one.partition)).join(', ')} was never processed again`,
      ];
    const clean = fault.kind === 'sigterm';
    const bound = clean ? session : crashBoundMs(session);
    if (fault.recoveryMs === null || (clean ? fault.recoveryMs < bound : fault.recoveryMs <= bound)) return [];
    const why = clean ? 'a clean stop leaves no session to wait for' : `2 × session + 5 s`;
    return [`the ${fault.kind} of ${fault.pod} took ${seconds(fault.recoveryMs)} to recover from, more than ${seconds(bound)} (${why})`];
  });
}

function ended({ history }: Findings): string[] {
  return history.pods
    .filter((pod) => pod.state === 'exited' && pod.asked !== true)
    .map((pod) => {
      const how = pod.signal === undefined || pod.signal === null ? `exit code ${String(pod.code ?? 'unknown')}` : pod.signal;
      return `${pod.pod} (${pod.role}) ended by itself ${seconds(pod.t - history.from)} after the start, with ${how}`;
    });
}

function paused({ history, load }: Findings): string[] {
  if (history.run === undefined || history.steps.length === 0) return [];
  if (history.sent.length === 0) return ['load paused: nothing was produced, so nothing was proved'];
  const reasons: string[] = [];
  if (load.measured < leastLoad * load.declared) {
    reasons.push(
      `load paused: ${load.measured.toFixed(0)} of the declared ${String(load.declared)} records/s were produced over the steps, less than ${String(leastLoad * 100)} %`,
    );
  }
  if (load.longestGapMs > longestPauseMs) {
    reasons.push(
      `load paused: nothing was produced for ${seconds(load.longestGapMs)}, more than ${seconds(longestPauseMs)}, so a stop in that time went unseen`,
    );
  }
  return reasons;
}

function inconclusive({ history, steps }: Findings): string[] {
  return history.steps.flatMap((span, index) => {
    if (steps[index]?.outcome !== 'inconclusive') return [];
    const few = fewestRecords(history, span);
    return [
      `step "${span.name}" is inconclusive: partition ${String(few.partition)} saw ${records(few.records)} acknowledged and processed in ${seconds(span.to - span.from)}, fewer than ${String(fewestTelling)}`,
    ];
  });
}

function cutShort({ history }: Findings): string[] {
  const reasons: string[] = [];
  if (history.run === undefined) reasons.push('the event log has no "run" line: nobody knows what was run');
  if (history.steps.length === 0) reasons.push('no step was run');
  if (!history.ended)
    reasons.push(`the run was cut short: its log stops after ${seconds(history.to - history.from)} without an "end" line`);
  return reasons;
}

/** The first three, `partition/offset (key #seq)`. */
function examples(list: readonly RecordExample[]): string {
  const shown = list.slice(0, 3).map((one) => `${String(one.partition)}/${String(one.offset)} (${one.key} #${String(one.seq)})`);
  const more = list.length - shown.length;
  return `partition/offset ${shown.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

const records = (count: number): string => `${String(count)} record${count === 1 ? '' : 's'}`;
const members = (count: number): string => `${String(count)} member${count === 1 ? '' : 's'}`;
const was = (count: number): string => (count === 1 ? 'was' : 'were');
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
