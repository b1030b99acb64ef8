import { ClientError, type FetchedBatch, type Progress, type Transactions, type Turn } from '../client-port.js';
import type { BatchHandler } from '../handler.js';
import type { Logger } from '../logging.js';
import type { ConsumedRecord } from '../record.js';
import type { Attempts, Publish } from './attempts.js';
import { mustGoAlone } from './in-order.js';
import { after, nameOf, positionAt, type Partition } from './partition.js';

export interface InTransactionsOptions {
  readonly attempts: Attempts;
  readonly transactions: Transactions;
  readonly batches: { readonly handle: BatchHandler; readonly records: number } | undefined;
  readonly onBatchRefused: (error: unknown, partition: Partition, records: readonly ConsumedRecord[]) => void;
  readonly onRefused: (error: ClientError) => void;
  readonly logger: Logger;
}

/** Records of one transaction at most, and ms after which it begins no further one: readers wait for its end. */
const mostRecords = 500;
const longestMs = 1_000;
/** Ms a partition rests when its transaction failed and no record is to blame. */
const restAfterFailureMs = 500;

/** Ends a transaction that is not to be committed; what is to be done next is known without it. */
class Abandoned extends Error {}

export interface TransactionalWork {
  /** `committed` is told after each transaction. */
  process(
    batch: FetchedBatch,
    partition: Partition,
    turn: Turn,
    committed: (partition: Partition, offset: string) => void,
  ): Promise<Progress>;
  release(partition: Partition): Promise<void>;
}

/**
 * Exactly-once: what is published and the offset of what was read become visible together. A record that fails is taken out of its
 * transaction: those before it are done without it, then it comes alone.
 */
export function createTransactionalWork(options: InTransactionsOptions): TransactionalWork {
  const { attempts, transactions, batches, logger } = options;
  /** Offset below which all is done, as the former owner left it; of partitions that are taken over. */
  const floors = new Map<string, bigint>();
  /** A record that failed after it had published: the next transaction ends before it. */
  const cuts = new Map<string, string>();

  const takeOver = async (partition: Partition): Promise<bigint> => {
    const known = floors.get(nameOf(partition));
    if (known !== undefined) return known;
    const position = await transactions.takeOver(partition);
    const floor = position === undefined ? 0n : BigInt(position.offset);
    if (partition.status === 'ours') floors.set(nameOf(partition), floor);
    return floor;
  };

  /** The records of the next transaction: none that must go alone, unless it is the first. */
  const chunkFrom = (records: readonly ConsumedRecord[], from: number, partition: Partition): readonly ConsumedRecord[] => {
    const most = batches === undefined ? mostRecords : batches.records;
    const cut = cuts.get(nameOf(partition));
    const isAlone = (record: ConsumedRecord): boolean =>
      record.offset === cut || partition.troubles.has(record.offset) || (batches !== undefined && mustGoAlone(record, partition));
    let to = from + 1;
    if (!isAlone(records[from] as ConsumedRecord))
      while (to < records.length && to - from < most && !isAlone(records[to] as ConsumedRecord)) to += 1;
    return records.slice(from, to);
  };

  return {
    async process(batch, partition, turn, committed) {
      const name = nameOf(partition);
      let done: string | undefined;
      let restMs: number | undefined;
      try {
        const floor = await takeOver(partition);
        let from = batch.records.findIndex(({ offset }) => BigInt(offset) >= floor);
        if (from === -1) return { done: batch.records.at(-1)?.offset };
        if (from > 0) done = batch.records[from - 1]?.offset;
        while (from < batch.records.length && restMs === undefined) {
          const gate = turn.beforeRecord();
          if (gate !== undefined) await gate;
          if (turn.mustEnd() || partition.status !== 'ours') break;
          const first = partition.troubles.get((batch.records[from] as ConsumedRecord).offset);
          if (first !== undefined && first.dueAt > Date.now()) {
            restMs = first.dueAt - Date.now();
            break;
          }
          const chunk = chunkFrom(batch.records, from, partition);
          const began = Date.now();
          let count = 0;
          await transactions.run(partition, async (send) => {
            let isBroken = false;
            let sends = 0;
            const publish: Publish = async (record) => {
              sends += 1;
              try {
                return await send(record);
              } catch (error) {
                isBroken = true;
                throw error;
              }
            };
            if (chunk.length > 1 && batches !== undefined) {
              const context = attempts.contextOf(chunk[0], partition, 1, publish);
              try {
                await batches.handle(chunk, context);
                if (context.publishing !== undefined) await Promise.all(context.publishing);
              } catch (error) {
                options.onBatchRefused(error, partition, chunk);
                partition.aloneUpTo = BigInt((chunk.at(-1) as ConsumedRecord).offset);
                throw new Abandoned();
              }
              for (const record of chunk) attempts.finished(record, partition);
              count = chunk.length;
            } else {
              for (const record of chunk) {
                if (count > 0) {
                  const pause = turn.beforeRecord();
                  if (pause !== undefined) await pause;
                  if (turn.mustEnd() || partition.status !== 'ours' || Date.now() - began > longestMs) break;
                }
                const before = sends;
                const outcome = await attempts.at(record, partition, publish);
                if (outcome !== undefined) {
                  restMs = outcome;
                  cuts.set(name, record.offset);
                  // What the failed attempt has published must not be seen; without such, those before it need not be done again.
                  if (isBroken || sends > before || count === 0) throw new Abandoned();
                  break;
                }
                count += 1;
              }
            }
            if (isGone(partition)) throw new Abandoned();
            return positionAt(partition, endOf(batch, from + count - 1));
          });
          const end = endOf(batch, from + count - 1);
          from += count;
          done = batch.records[from - 1]?.offset;
          partition.last = done;
          partition.next = end;
          committed(partition, end);
        }
      } catch (thrown) {
        floors.delete(name);
        // Those before the failed record come first, at once; then it rests.
        if (thrown instanceof Abandoned) return { done, restMs: firstIsAtFault(batch, done, cuts.get(name)) ? restMs : 0 };
        if (thrown instanceof ClientError && thrown.kind === 'configuration') options.onRefused(thrown);
        logger.warn(
          { topic: batch.topic, partition: batch.partition, reason: thrown instanceof Error ? thrown.message : String(thrown) },
          'the transaction failed and is aborted: what it held is done again',
        );
        return { done, restMs: restAfterFailureMs };
      }
      return { done, ...(restMs !== undefined && { restMs }) };
    },
    async release(partition) {
      floors.delete(nameOf(partition));
      cuts.delete(nameOf(partition));
      await transactions.release(partition);
    },
  };
}

function isGone(partition: Partition): boolean {
  return partition.status === 'gone';
}

/** Where to go on after the record at the index. */
function endOf(batch: FetchedBatch, index: number): string {
  const { offset } = batch.records[index] as ConsumedRecord;
  return index === batch.records.length - 1 ? (batch.next ?? after(offset)) : after(offset);
}

function firstIsAtFault(batch: FetchedBatch, done: string | undefined, cut: string | undefined): boolean {
  const first = done === undefined ? batch.records[0] : batch.records.find(({ offset }) => BigInt(offset) > BigInt(done));
  return first?.offset === cut;
}
