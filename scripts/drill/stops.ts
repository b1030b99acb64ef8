import type { Processed } from '../../workers/ledger.js';
import type { History, StepSpan } from './history.js';

/** Two consecutive records of a partition, and how much longer the second one waited than the production explains. */
interface Gap {
  readonly from: number;
  readonly to: number;
  readonly stopMs: number;
}

/** The gaps of each partition, in order of time. */
export type Gaps = ReadonlyMap<number, readonly Gap[]>;

/**
 * Stop of a partition between two processed records = the gap between them, less the gap between their productions, never below 0.
 * A repeated record was produced before the one processed last, so nothing is taken off: the partition stood still all the time.
 * A partition that had records to process and never went on stops until the end of the steps.
 */
export function gapsOf(history: History): Gaps {
  if (history.run?.evidenceFrom === 'coordinator') return gapsOfReadings(history);
  const producedAt = productionTimes(history);
  const last = new Map<number, Processed>();
  const gaps = new Map<number, Gap[]>();
  const add = (partition: number, gap: Gap): void => {
    const list = gaps.get(partition);
    if (list === undefined) gaps.set(partition, [gap]);
    else list.push(gap);
  };
  for (const line of history.processed) {
    const before = last.get(line.partition);
    last.set(line.partition, line);
    if (before === undefined) continue;
    const produced = [producedAt(before), producedAt(line)] as const;
    const growth = produced[0] === undefined || produced[1] === undefined ? 0 : Math.max(0, produced[1] - produced[0]);
    add(line.partition, { from: before.t, to: line.t, stopMs: Math.max(0, line.t - before.t - growth) });
  }
  for (const [partition, waiting] of firstWaiting(history, last)) {
    const from = Math.max(last.get(partition)?.t ?? waiting, waiting);
    if (from < history.stepsEnd) add(partition, { from, to: history.stepsEnd, stopMs: history.stepsEnd - from });
  }
  return gaps;
}

/**
 * Of strangers: how long the committed offset of a partition stood still while it was below the end. As fine as the offsets were read, and as
 * coarse as the group commits.
 */
function gapsOfReadings(history: History): Gaps {
  const gaps = new Map<number, Gap[]>();
  const moved = new Map<number, { committed: number; t: number }>();
  for (const { t, partitions } of history.readings) {
    for (const { partition, end, committed } of partitions) {
      const before = moved.get(partition);
      if (before !== undefined && committed === before.committed && committed < end) continue;
      if (before !== undefined && committed !== before.committed) {
        const gap = { from: before.t, to: t, stopMs: t - before.t };
        const list = gaps.get(partition);
        if (list === undefined) gaps.set(partition, [gap]);
        else list.push(gap);
      }
      moved.set(partition, { committed, t });
    }
  }
  return gaps;
}

/** When the producer had the record in hand; its acknowledgement stands in where the line was lost. */
function productionTimes(history: History): (line: Processed) => number | undefined {
  const times = new Map<string, Map<string, Map<number, number>>>();
  for (const lines of [history.acked, history.sent]) {
    for (const { producer, key, seq, t } of lines) {
      let ofProducer = times.get(producer);
      if (ofProducer === undefined) times.set(producer, (ofProducer = new Map<string, Map<number, number>>()));
      const sequence = ofProducer.get(key);
      if (sequence === undefined) ofProducer.set(key, new Map([[seq, t]]));
      else sequence.set(seq, t);
    }
  }
  return (line) =>
    line.seq === undefined
      ? undefined
      : times
          .get(line.producer ?? '')
          ?.get(line.key)
          ?.get(line.seq);
}

/** The first acknowledged record of each partition that came after everything processed there. */
function firstWaiting(history: History, last: ReadonlyMap<number, Processed>): Map<number, number> {
  const done = new Map<number, number>();
  for (const lines of [history.processed, history.dead])
    for (const line of lines) done.set(line.partition, Math.max(done.get(line.partition) ?? -1, line.offset));
  const waiting = new Map<number, number>();
  for (const line of history.placed) {
    if (line.offset < 0 || line.offset <= (done.get(line.partition) ?? -1) || waiting.has(line.partition)) continue;
    waiting.set(line.partition, Math.max(line.t, last.get(line.partition)?.t ?? line.t));
  }
  return waiting;
}

/**
 * Longest stop of a partition in a step, in ms. A gap counts in the step in which it ends, and in one whose beginning or fault it
 * overlaps: a stop that outlasts its step belongs to the change that caused it, too.
 */
export function longestStop(gaps: readonly Gap[], step: StepSpan): number {
  const changes = [step.from, ...step.faults.map((fault) => fault.t), ...step.changes.map((change) => change.t)];
  let longest = 0;
  for (const gap of gaps) {
    if (gap.from >= step.to) break;
    const ends = gap.to >= step.from && gap.to < step.to;
    const overlaps = changes.some((change) => gap.from <= change && gap.to > change);
    const final = gap.to >= step.to && gap.from >= step.from && gap === gaps.at(-1);
    if (ends || overlaps || final) longest = Math.max(longest, gap.stopMs);
  }
  return longest;
}

/** Middle, tail and worst of a list of times in ms. */
export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** Nearest-rank quantiles; null of an empty list. */
export function quantilesOf(values: readonly number[]): Quantiles | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}
