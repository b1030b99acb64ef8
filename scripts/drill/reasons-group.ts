import { crashBoundMs, fewestTelling } from './bounds.js';
import type { FaultResult } from './fault-results.js';
import { isCleanStop } from './history.js';
import { fewestRecords } from './load.js';
import { failure, judged, type Findings, type Said } from './said.js';
import { isStill } from './rebalances.js';
import { coverBoundMs, type StepResult } from './step-results.js';
import { givenUp } from './unmoved.js';
import { members, records, seconds } from './words.js';

/** What is said of the group, its members and the run itself: worst first. */
export function groupReasons(found: Findings): Said[] {
  return [
    lagging(found),
    failure(...uncovered(found)),
    failure(...unrecovered(found)),
    failure(...rebalanced(found)),
    failure(...stoodStill(found)),
    failure(...tooSlow(found)),
    failure(...behind(found)),
    failure(...ended(found)),
    failure(...paused(found)),
    failure(...inconclusive(found)),
    failure(...cutShort(found)),
  ];
}

function lagging({ lag, history }: Findings): Said {
  const { lag: wanted } = history.expect;
  if (lag === undefined)
    return history.run === undefined || wanted === 'any'
      ? failure()
      : failure('the committed offsets were not read after the drain, so nobody knows whether all was committed');
  const markers = lag.reduce((all, one) => all + one.markers, 0);
  const marked: string[] =
    markers === 0
      ? []
      : [
          `${String(markers)} offset${markers === 1 ? '' : 's'} after the last commits hold marks of transactions and no record: nothing is left to commit`,
        ];
  const far = lag.filter((one) => one.lag !== 0);
  const total = far.reduce((all, one) => all + one.lag, 0);
  const sentence =
    far.length === 0
      ? undefined
      : `after the drain the group lags by ${records(total)}: ${far.map((one) => `partition ${String(one.partition)} by ${String(one.lag)}`).join(', ')}; committed must equal the end`;
  const said = judged(wanted, 'lag', sentence, '');
  return { reasons: said.reasons, expected: [...said.expected, ...marked] };
}

function uncovered({ history, steps }: Findings): string[] {
  if (history.expect.cover === 'any') return [];
  return steps.flatMap((step, index) => {
    const span = history.steps[index];
    if (span === undefined) return [];
    const { partitions } = span;
    const shown = shownAssignment(step);
    if (step.coveredMs === null) {
      return [
        step.members === 0
          ? `step "${step.name}": partitions were still owned when the step ended, though no member was asked for (${shown})`
          : `step "${step.name}": ${String(partitions)} partitions were not covered exactly by ${members(step.members)} when the step ended (${shown})`,
      ];
    }
    if (step.members === 0) return [];
    const bound = coverBoundMs(history, span);
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
  const own = history.expect.recoveryMs;
  const hadWork = (partition: number, since: number): boolean => {
    const later = history.placed.filter((line) => line.t > since);
    return later.length === 0 || later.some((line) => line.partition === partition);
  };
  return faults.flatMap((fault) => {
    const span = history.steps.find((step) => step.faults.some((one) => one.t === fault.at));
    // Where nobody is left nobody can go on.
    if (fault.partitions.length === 0 || span?.members === 0) return [];
    const never = fault.partitions.filter((one) => one.recoveryMs === null && hadWork(one.partition, fault.at));
    if (never.length > 0)
      return [
        `after the ${fault.kind} of ${fault.pod}, partition ${never.map((one) => String(one.partition)).join(', ')} was never processed again`,
      ];
    const clean = isCleanStop(fault.kind);
    const bound = own ?? (clean ? session : crashBoundMs(session));
    if (fault.recoveryMs === null || (clean && own === undefined ? fault.recoveryMs < bound : fault.recoveryMs <= bound)) return [];
    const why = own !== undefined ? "the scenario's own bound" : clean ? 'a clean stop leaves no session to wait for' : `2 × session + 5 s`;
    return [
      `the ${fault.kind} of ${fault.pod} took ${seconds(fault.recoveryMs)} to recover from, more than ${seconds(bound)} (${why})${clocks(fault)}`,
    ];
  });
}

/** Which of the three clocks it was. */
function clocks({ detectionMs, rebalanceMs, recoveryMs }: FaultResult): string {
  if (detectionMs === null || rebalanceMs === null || recoveryMs === null) return '';
  const rest = Math.max(0, recoveryMs - detectionMs - rebalanceMs);
  return `: noticed after ${seconds(detectionMs)}, owned again ${seconds(rebalanceMs)} later, and ${seconds(rest)} more until the last partition had its turn behind what had gathered`;
}

function rebalanced({ history, steps }: Findings): string[] {
  if (history.expect.rebalances === 'any') return [];
  return history.steps.flatMap((span, index) => {
    const count = steps[index]?.rebalances ?? 0;
    if (count === 0 || !isStill(span, history.steps[index - 1])) return [];
    return [`step "${span.name}": the group rebalanced ${count === 1 ? 'once' : `${String(count)} times`}, though no member came or went`];
  });
}

function stoodStill({ history }: Findings): string[] {
  if (history.expect.unmoved === 'any') return [];
  const list = givenUp(history);
  return [...new Set(list.map(({ step }) => step))].map((step) => {
    const own = list.filter((one) => one.step === step);
    const shown = own.slice(0, 3).map(({ member, partition }) => `${member} partition ${String(partition)}`);
    return `step "${step}": members gave up partitions that stayed with them, ${String(own.length)} in all: ${shown.join(', ')}${own.length > 3 ? ' and more' : ''}; a cooperative group stops only what moves`;
  });
}

function tooSlow({ history, predictions }: Findings): string[] {
  if (history.expect.throughput === 'any') return [];
  return predictions
    .filter(({ of, measured, atLeast }) => of === 'throughput' && measured !== null && measured < (atLeast ?? 0))
    .map(
      ({ at, measured, predicted, because }) =>
        `step "${at}": ${(measured ?? 0).toFixed(0)} records/s were processed, foretold were ${predicted} (${because})`,
    );
}

function behind({ history, catchUps }: Findings): string[] {
  if (history.expect.lag === 'any') return [];
  return catchUps
    .filter((one) => one.catchUpMs === null)
    .map(
      (one) =>
        `step "${one.step}": after ${seconds(one.downMs)} without members the group never caught up with the ${records(one.backlog)} that waited`,
    );
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
  if (load.measured === 0) return ['load paused: nothing was produced, so nothing was proved'];
  const { leastLoad, longestPauseMs } = history.expect;
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
  if (history.expect.cover === 'any') return [];
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
