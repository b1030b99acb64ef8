import type { Position } from '../client-port.js';
import { answerOf, type NativeConsumer, type NativeError, type NativePartition } from './binding.js';

/**
 * One commit at a time, awaited. The binding calls back when a commit is queued; whether the coordinator took it is an event, which comes only
 * while the consumer is polled.
 */
export interface Commits {
  /** Rejects with the coordinator's refusal. */
  commit(consumer: NativeConsumer, positions: readonly Position[]): Promise<void>;
  /** To be called by offset_commit_cb. */
  answered(error: NativeError | undefined, offsets: readonly NativePartition[]): void;
}

export function createCommits(): Commits {
  let inTurn: Promise<void> = Promise.resolve();
  let waiting: { readonly name: string; readonly settle: (error: NativeError | undefined) => void } | undefined;

  const send = async (consumer: NativeConsumer, positions: readonly Position[]): Promise<void> => {
    const offsets = positions.map(({ topic, partition, offset, metadata }) => ({
      topic,
      partition,
      offset: Number(offset),
      ...(metadata !== undefined && { metadata }),
    }));
    const answer = new Promise<void>((resolve, reject) => {
      waiting = {
        name: nameOf(offsets),
        settle: (error) => {
          if (error === undefined) resolve();
          else reject(error);
        },
      };
    });
    answer.catch(() => undefined);
    await answerOf((done) => {
      consumer.commitCb(offsets, done);
    });
    await answer;
  };

  return {
    commit(consumer, positions) {
      const mine = inTurn.then(() => send(consumer, positions));
      inTurn = mine.catch(() => undefined);
      return mine;
    },
    answered(error, offsets) {
      if (waiting?.name !== nameOf(offsets)) return;
      waiting.settle(error);
      waiting = undefined;
    },
  };
}

const nameOf = (offsets: readonly NativePartition[]): string =>
  offsets
    .map(({ topic, partition, offset }) => `${topic}/${String(partition)}/${String(offset)}`)
    .sort()
    .join();
