import type { History } from './history.js';

/** How far the group was behind on a partition after the drain. */
export interface PartitionLag {
  readonly partition: number;
  /** Records not committed; below 0 where the topic was made anew under the group. */
  readonly lag: number;
  /** Offsets at the end that hold no record: the marks of transactions, which nobody processes and which need no commit. */
  readonly markers: number;
}

/**
 * End offset less committed offset of each partition after the drain; undefined when it was never read. What is left counts as markers only where
 * transactions leave them: on a topic that another lane writes, or one whose known offsets have holes already. A record that is known to lie there, or a
 * send that nobody knows the end of, is no marker.
 */
export function finalLag(history: History): readonly PartitionLag[] | undefined {
  if (history.offsets === undefined) return undefined;
  const isBehind = history.offsets.partitions.some(({ end, committed }) => end > Math.max(0, committed));
  const known = isBehind ? knownOffsets(history) : new Map<number, Offsets>();
  const isWrittenInTransactions = history.run?.source !== undefined;
  return history.offsets.partitions.map(({ partition, end, committed }) => {
    const lag = end === 0 ? 0 : end - Math.max(0, committed);
    const offsets = known.get(partition);
    if (lag <= 0 || offsets === undefined || offsets.last >= committed) return { partition, lag, markers: 0 };
    const hasHoles = offsets.count < offsets.last + 1 - offsets.first;
    return isWrittenInTransactions || (hasHoles && !hasOpenSends(history, partition))
      ? { partition, lag: 0, markers: lag }
      : { partition, lag, markers: 0 };
  });
}

/** Whether a record may lie in the partition that nobody acknowledged or processed. */
function hasOpenSends(history: History, partition: number): boolean {
  const id = (line: { readonly producer?: string; readonly key: string; readonly seq?: number }): string =>
    `${line.producer ?? ''}\n${line.key}\n${String(line.seq)}`;
  const open = new Set(history.sent.filter((line) => line.partition === partition).map(id));
  for (const lines of [history.acked, history.processed, history.dead]) for (const line of lines) open.delete(id(line));
  for (const line of history.failed) if (line.outcome === 'rejected') open.delete(id(line));
  return open.size > 0;
}

interface Offsets {
  first: number;
  last: number;
  count: number;
}

/** Which offsets of each partition hold a record, by acknowledgement, work or dead letter. */
function knownOffsets(history: History): Map<number, Offsets> {
  const seen = new Map<number, Set<number>>();
  for (const lines of [history.placed, history.processed, history.dead]) {
    for (const { partition, offset } of lines) {
      if (offset < 0) continue;
      const offsets = seen.get(partition);
      if (offsets === undefined) seen.set(partition, new Set([offset]));
      else offsets.add(offset);
    }
  }
  const known = new Map<number, Offsets>();
  for (const [partition, offsets] of seen) {
    const one = { first: Infinity, last: -1, count: offsets.size };
    for (const offset of offsets) {
      one.first = Math.min(one.first, offset);
      one.last = Math.max(one.last, offset);
    }
    known.set(partition, one);
  }
  return known;
}
