import type { FetchedBatch, Progress, Turn } from '../client-port.js';
import type { ConsumedRecord } from '../record.js';
import type { Attempts, Publish } from './attempts.js';
import { workInLanes } from './key-lanes.js';
import type { Partition } from './partition.js';

export interface ByKeyOptions {
  readonly attempts: Attempts;
  readonly publish: Publish;
  readonly concurrency: number;
  readonly commitEveryMs: number | undefined;
  /** Commits what is done, without a hole. */
  readonly commit: () => Promise<void>;
  readonly lastCommit: () => number;
}

/**
 * Works on several records of a batch at a time, the records of a key one after the other. A record that must wait holds its key back alone:
 * what is done beyond it is remembered, and left out when the partition comes again.
 */
export async function workByKey(batch: FetchedBatch, partition: Partition, turn: Turn, options: ByKeyOptions): Promise<Progress> {
  const { attempts, publish, commitEveryMs } = options;
  const { ahead } = partition;
  const { records } = batch;
  let done: string | undefined;
  /** Shortest rest of those that wait; undefined: none does. */
  let restMs: number | undefined;
  const beyond = await workInLanes<ConsumedRecord>({
    records,
    concurrency: options.concurrency,
    laneOf: ({ key }) => (key === null ? undefined : key.toString('latin1')),
    mayBegin: () => {
      const may = (): boolean => !turn.mustEnd() && partition.status === 'ours';
      const gate = turn.beforeRecord();
      return gate === undefined ? may() : gate.then(may);
    },
    work: (record) => {
      if (ahead.size > 0 && ahead.has(record.offset)) return true;
      const note = (outcome: number | undefined): boolean => {
        if (outcome === undefined) return partition.status !== 'gone';
        restMs = Math.min(restMs ?? outcome, outcome);
        return false;
      };
      const working = attempts.at(record, partition, publish);
      if (typeof working !== 'object') return note(working);
      return working.then(async (outcome) => {
        const isDone = note(outcome);
        if (isDone && commitEveryMs !== undefined && Date.now() - options.lastCommit() >= commitEveryMs && !turn.mustEnd())
          await options.commit();
        return isDone;
      });
    },
    onPrefix: (count) => {
      if (partition.status === 'gone') return;
      const record = records[count - 1] as ConsumedRecord;
      done = record.offset;
      partition.last = record.offset;
      partition.next = count === records.length ? batch.next : undefined;
    },
  });
  // Only what is beyond a hole is needed: the rest is below the position.
  ahead.clear();
  for (const index of beyond) ahead.add((records[index] as ConsumedRecord).offset);
  return { done, ...(restMs !== undefined && { restMs }) };
}
