import type { History, StepSpan } from './history.js';
import { advanceOf } from './progress.js';

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
  if (history.run?.evidenceFrom === 'coordinator') return loadOfReadings(history, declared);
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

/** By the growth of the partitions, where nobody told of the records. */
function loadOfReadings(history: History, declared: number): Load {
  const readings = history.readings.filter((reading) => reading.t <= history.stepsEnd);
  const from = readings[0]?.t ?? history.from;
  const to = readings.at(-1)?.t ?? from;
  let longestGapMs = 0;
  let grown = from;
  let before: number | undefined;
  for (const { t, partitions } of readings) {
    const ends = partitions.reduce((sum, one) => sum + one.end, 0);
    if (before !== undefined && ends > before) {
      longestGapMs = Math.max(longestGapMs, t - grown);
      grown = t;
    }
    before = ends;
  }
  const produced = [...advanceOf(history, from, to).values()].reduce((sum, one) => sum + one.produced, 0);
  return { declared, measured: to > from ? (produced * 1000) / (to - from) : 0, longestGapMs: Math.max(longestGapMs, to - grown) };
}

/** Fewest records on one partition that were acknowledged, and processed, within the step: too few tell nothing of it. */
export function fewestRecords(history: History, step: StepSpan): { readonly partition: number; readonly records: number } {
  const { partitions } = step;
  const acked = new Array<number>(partitions).fill(0);
  const processed = new Array<number>(partitions).fill(0);
  if (history.run?.evidenceFrom === 'coordinator') {
    for (const [partition, advance] of advanceOf(history, step.from, step.to)) {
      acked[partition] = advance.produced;
      processed[partition] = advance.committed;
    }
  } else {
    tally(history.placed, step, acked);
    tally(history.processed, step, processed);
    // What was written to this topic is not known where its load comes by way of another.
    if (history.placed !== history.acked) acked.fill(Infinity);
  }
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
