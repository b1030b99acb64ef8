import type { History } from './history.js';

/** The group went on with a partition. `member` is not known where the workers are strangers. */
export interface Progress {
  readonly t: number;
  readonly partition: number;
  readonly member?: string;
}

/**
 * Every sign that a partition goes on, in order of time: a record processed, or, where the workers are strangers, a committed offset that is higher
 * than at the reading before (as fine as the offsets were read).
 */
export function progressOf(history: History): readonly Progress[] {
  if (history.run?.evidenceFrom !== 'coordinator') return history.processed;
  const committedAt = new Map<number, number>();
  const progress: Progress[] = [];
  for (const { t, partitions } of history.readings) {
    for (const { partition, committed } of partitions) {
      const before = committedAt.get(partition);
      committedAt.set(partition, committed);
      if (before !== undefined && committed > before) progress.push({ t, partition });
    }
  }
  return progress;
}

/** How far ends and commits have come over a run in which only the coordinator was asked, in records; transaction markers count as records. */
export interface Advance {
  readonly produced: number;
  readonly committed: number;
}

/** What was added to the partitions, and committed, between the readings of `[from, to]`. */
export function advanceOf(history: History, from = -Infinity, to = Infinity): ReadonlyMap<number, Advance> {
  const first = new Map<number, { end: number; committed: number }>();
  const advance = new Map<number, Advance>();
  for (const { t, partitions } of history.readings) {
    if (t < from || t > to) continue;
    for (const { partition, end, committed } of partitions) {
      const seen = { end, committed: Math.max(0, committed) };
      const start = first.get(partition) ?? seen;
      first.set(partition, start);
      advance.set(partition, { produced: seen.end - start.end, committed: Math.max(0, seen.committed - start.committed) });
    }
  }
  return advance;
}
