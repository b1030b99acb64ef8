import type { FetchedBatch, Progress, Turn } from '../client-port.js';
import type { BatchHandler } from '../handler.js';
import type { ConsumedRecord } from '../record.js';
import type { Attempts, Publish } from './attempts.js';
import { after, type Partition } from './partition.js';

export interface InOrderOptions {
  readonly attempts: Attempts;
  readonly publish: Publish;
  /** For several records at once, this many at most. */
  readonly batches: { readonly handle: BatchHandler; readonly records: number } | undefined;
  /** Undefined: not within a batch. Ms. */
  readonly commitEveryMs: number | undefined;
  /** Commits what is done. */
  readonly commit: () => Promise<void>;
  readonly lastCommit: () => number;
  /** At-most-once: commits this offset of the partition before any record below it is begun. */
  readonly commitFirst: ((partition: Partition, offset: string) => Promise<void>) | undefined;
  readonly onBatchRefused: (error: unknown, partition: Partition, records: readonly ConsumedRecord[]) => void;
}

/** Records committed before they are begun: what a crash may lose at most. Java's max.poll.records. */
const mostCommittedFirst = 500;

/** Works on a batch one record after the other, or several at once where the handler takes them so. */
export async function workInOrder(batch: FetchedBatch, partition: Partition, turn: Turn, options: InOrderOptions): Promise<Progress> {
  const { attempts, publish, batches, commitFirst, commitEveryMs } = options;
  const { records } = batch;
  let done: string | undefined;
  /** Up to here, exclusively, records are committed already. */
  let committedFirst = 0;
  const advance = (index: number): void => {
    const record = records[index] as ConsumedRecord;
    done = record.offset;
    partition.last = record.offset;
    partition.next = index === records.length - 1 ? batch.next : undefined;
  };

  for (let i = 0; i < records.length;) {
    const size = batches === undefined ? 1 : sizeOfNext(records, i, batches.records, partition);
    const gate = turn.beforeRecord(size);
    if (gate !== undefined) await gate;
    if (turn.mustEnd() || partition.status !== 'ours') break;
    const record = records[i] as ConsumedRecord;
    if (commitFirst !== undefined && i + size > committedFirst) {
      committedFirst = Math.min(records.length, i + Math.max(size, mostCommittedFirst));
      await commitFirst(partition, after((records[committedFirst - 1] as ConsumedRecord).offset));
      if (turn.mustEnd() || partition.status !== 'ours') break;
    }
    if (size > 1 && batches !== undefined) {
      const several = records.slice(i, i + size);
      const context = attempts.contextOf(record, partition, 1, publish);
      try {
        await batches.handle(several, context);
        if (context.publishing !== undefined) await Promise.all(context.publishing);
      } catch (error) {
        if (!partitionIsGone(partition)) options.onBatchRefused(error, partition, several);
        partition.aloneUpTo = BigInt((several.at(-1) as ConsumedRecord).offset);
        continue;
      }
      for (const one of several) attempts.finished(one, partition);
    } else {
      const before = done;
      // Begun is as good as done, when it may be done once at most.
      if (commitFirst !== undefined) advance(i);
      const working = attempts.at(record, partition, publish);
      const restMs = typeof working === 'object' ? await working : working;
      if (restMs !== undefined) return { done: before, restMs };
    }
    // Lost meanwhile: what was done counts for nothing, and is done again by whoever has it now.
    if (partitionIsGone(partition)) break;
    advance(i + size - 1);
    i += size;
    if (commitEveryMs !== undefined && Date.now() - options.lastCommit() >= commitEveryMs && !turn.mustEnd()) await options.commit();
  }
  return { done };
}

/** For the compiler, which does not see that the status changes while others work. */
function partitionIsGone(partition: Partition): boolean {
  return partition.status === 'gone';
}

/** How many records go to the handler at once: one, where each must be looked at. */
function sizeOfNext(records: readonly ConsumedRecord[], from: number, most: number, partition: Partition): number {
  if (mustGoAlone(records[from] as ConsumedRecord, partition)) return 1;
  let size = 1;
  while (size < most && from + size < records.length && !mustGoAlone(records[from + size] as ConsumedRecord, partition)) size += 1;
  return size;
}

export function mustGoAlone(record: ConsumedRecord, { troubles, held, aloneUpTo }: Partition): boolean {
  return (
    (troubles.size > 0 && troubles.has(record.offset)) || held.size > 0 || (aloneUpTo !== undefined && BigInt(record.offset) <= aloneUpTo)
  );
}
