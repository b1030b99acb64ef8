import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError, type ClientPort } from '../client-port.js';
import { partitionOf } from '../keys.js';
import type { Logger } from '../logging.js';
import type { NewRecord } from '../record.js';

/** A topic that is written to. */
export interface Topic {
  readonly name: string;
  /** 0: not known yet. */
  readonly partitions: number;
}

interface State {
  readonly name: string;
  partitions: number;
  /** Turn of the records without key: the next when the batch of the one before leaves, which is on its way to `stuckTo`. */
  turn: number;
  stuckTo: number;
  fewerSince?: number | undefined;
  /** Who waits for it to be known, in the order of the calls. */
  waiting: (() => void)[];
  asking?: Promise<number> | undefined;
}

export interface TopicsOptions {
  readonly client: Pick<ClientPort, 'partitionsOf'>;
  readonly logger: Logger;
  /** A topic is spoken of for the first time. */
  readonly onNew: (topic: string) => void;
  /** Partitions from `count` on are gone. */
  readonly onFewer: (topic: string, count: number) => void;
  /** Whether nobody needs to know any more. */
  readonly hasEnded: () => boolean;
}

/** What is known of the topics that are written to, and which of their partitions a record goes to. */
export interface Topics {
  of(name: string): Topic;
  /** The number of partitions, once Kafka knows the topic. Asks once; rejects with `ClientError`. */
  ready(name: string): Promise<number>;
  /** As `ready`, but asks again and again until `deadline`, in ms of `performance.now()`. Resolves in the order of the calls. */
  known(name: string, deadline: number): Promise<void>;
  /** By the key as Java does it, without key in turn. @param own choose among these partitions only. @default all */
  place(record: Pick<NewRecord, 'key'>, name: string, own?: readonly number[]): number;
  /** The batch that records without key went to leaves. */
  leaves(name: string, partition: number): void;
  /** The metadata shows so many partitions. */
  seen(name: string, count: number): void;
}

/** How long a smaller number of partitions must be seen, in ms: metadata of a broker that lags behind is smaller too. */
const shrinkAfterMs = 2_000;
/** Between two questions for a topic that is not there yet, in ms. */
const askAgainMs = 200;

export function createTopics({ client, logger, onNew, onFewer, hasEnded }: TopicsOptions): Topics {
  const topics = new Map<string, State>();

  const stateOf = (name: string): State => {
    const known = topics.get(name);
    if (known !== undefined) return known;
    const topic: State = { name, partitions: 0, turn: 0, stuckTo: -1, waiting: [] };
    topics.set(name, topic);
    onNew(name);
    return topic;
  };

  const setPartitions = (topic: State, count: number): void => {
    topic.partitions = count;
    for (const go of topic.waiting.splice(0)) go();
  };

  const ready = (topic: State): Promise<number> => {
    if (topic.partitions > 0) return Promise.resolve(topic.partitions);
    return (topic.asking ??= client
      .partitionsOf(topic.name)
      .then((count) => {
        if (topic.partitions === 0) setPartitions(topic, count);
        return topic.partitions;
      })
      .finally(() => {
        topic.asking = undefined;
      }));
  };

  const find = async (topic: State, deadline: number): Promise<void> => {
    for (;;) {
      try {
        await ready(topic);
        return;
      } catch (thrown) {
        const error = thrown instanceof ClientError ? thrown : new ClientError(String(thrown), 'UNKNOWN', 'retriable', false);
        if (error.kind !== 'retriable' || performance.now() >= deadline || hasEnded()) throw error;
        await sleep(Math.min(askAgainMs, Math.max(1, deadline - performance.now())));
      }
    }
  };

  return {
    of: stateOf,
    ready: (name) => ready(stateOf(name)),
    async known(name, deadline) {
      const topic = stateOf(name);
      const turn = new Promise<void>((resolve) => topic.waiting.push(resolve));
      await Promise.race([turn, find(topic, deadline)]);
    },
    place(record, name, own) {
      const topic = stateOf(name);
      const count = own?.length ?? topic.partitions;
      const at = record.key === null ? topic.turn % count : partitionOf(record.key, count);
      const partition = own === undefined ? at : (own[at] ?? 0);
      if (record.key === null) topic.stuckTo = partition;
      return partition;
    },
    leaves(name, partition) {
      const topic = stateOf(name);
      // Java ≥ 2.4: records without key stick to a partition until their batch leaves.
      if (topic.stuckTo === partition) topic.turn += 1;
    },
    seen(name, count) {
      const topic = stateOf(name);
      if (count === 0) return;
      if (topic.partitions === 0 || count === topic.partitions) {
        topic.fewerSince = undefined;
        if (topic.partitions === 0) setPartitions(topic, count);
        return;
      }
      const from = topic.partitions;
      if (count > from) {
        topic.fewerSince = undefined;
        logger.warn(
          { topic: name, from, to: count },
          'the number of partitions has changed: most keys move, and a moved key keeps no order across the change until its old partition is read to the end',
        );
        setPartitions(topic, count);
        return;
      }
      topic.fewerSince ??= performance.now();
      if (performance.now() - topic.fewerSince < shrinkAfterMs) return;
      topic.fewerSince = undefined;
      logger.error(
        { topic: name, from, to: count },
        'the topic has fewer partitions than before, which only happens when it is deleted and made anew: what it held is gone; going on with those there are',
      );
      setPartitions(topic, count);
      onFewer(name, count);
    },
  };
}
