import type { History, StepSpan } from './history.js';

/** The load as it really was over the steps: a verdict under a load that paused proves little. */
export interface Load {
  /** Records a second that the run declared. */
  readonly declared: number;
  /** Records a second that were produced, from the first of them (or the first step) to the end of the steps. */
  readonly measured: number;
  /** Longest time without any record produced, in ms. */
  readonly longestGapMs: number;
}

export function loadOf(history: History): Load {
  const declared = history.run?.rate ?? 0;
  const from = Math.max(history.steps[0]?.from ?? history.from, history.sent[0]?.t ?? history.from);
  const to = history.stepsEnd;
  let count = 0;
  let longestGapMs = 0;
  let before = from;
  for (const line of history.sent) {
    if (line.t < from || line.t > to) continue;
    count += 1;
    longestGapMs = Math.max(longestGapMs, line.t - before);
    before = line.t;
  }
  longestGapMs = Math.max(longestGapMs, to - before);
  const seconds = (to - from) / 1000;
  return { declared, measured: seconds > 0 ? count / seconds : 0, longestGapMs };
}

/** Fewest records on one partition that were acknowledged, and processed, within the step: too few tell nothing of it. */
export function fewestRecords(history: History, step: StepSpan): { readonly partition: number; readonly records: number } {
  const partitions = history.run?.partitions ?? 0;
  const acked = new Array<number>(partitions).fill(0);
  const processed = new Array<number>(partitions).fill(0);
  tally(history.acked, step, acked);
  tally(history.processed, step, processed);
  const counts = acked.map((count, partition) => Math.min(count, processed[partition] ?? 0));
  const records = Math.min(...counts);
  return partitions === 0 ? { partition: 0, records: 0 } : { partition: counts.indexOf(records), records };
}

function tally(lines: readonly { readonly t: number; readonly partition: number }[], step: StepSpan, counts: number[]): void {
  for (let index = firstFrom(lines, step.from); index < lines.length; index += 1) {
    const line = lines[index];
    if (line === undefined || line.t >= step.to) return;
    const count = counts[line.partition];
    if (count !== undefined) counts[line.partition] = count + 1;
  }
}

/** Index of the first line at or after `t`. */
function firstFrom(lines: readonly { readonly t: number }[], t: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.t ?? Infinity) < t) low = middle + 1;
    else high = middle;
  }
  return low;
}
