import { setTimeout as sleep } from 'node:timers/promises';
import { Partitioners, type Kafka, type Producer, type Transaction } from 'kafkajs';
import type { Position, TopicPartition, TransactionOptions, Transactions } from '../client-port.js';
import type { NewRecord, Published } from '../record.js';
import { clientErrorOf } from './client-error.js';
import { compressionTypes } from './codecs.js';
import { metadataMaxAgeMs } from './kafka.js';

/** Ms in which the broker must have ended the transaction before, whose markers it writes after it has answered. */
const longestEndMs = 10_000;

interface Open {
  readonly producer: Producer;
  /** Begun by `takeOver`: kafkajs has no other way to ask for a producer id, which is what fences. */
  next: Transaction | undefined;
}

/**
 * Transactions on kafkajs, a transactional id for each input partition. kafkajs' offsets in a transaction carry no generation, so it is
 * the id that keeps a former owner out: the next one takes it over, and the former one's transaction is aborted or was committed before.
 */
export function createTransactions(kafka: Kafka, options: TransactionOptions): Transactions {
  const opened = new Map<string, Open>();
  const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${String(partition)}`;

  const drop = (input: TopicPartition): void => {
    const open = opened.get(nameOf(input));
    opened.delete(nameOf(input));
    open?.producer.disconnect().catch(() => undefined);
  };

  const create = (input: TopicPartition): Producer =>
    kafka.producer({
      transactionalId: `${options.transactionalIdPrefix}-${nameOf(input)}`,
      transactionTimeout: options.timeoutMs,
      allowAutoTopicCreation: false,
      maxInFlightRequests: 1,
      metadataMaxAge: metadataMaxAgeMs,
      // One attempt: kafkajs takes its sequence numbers back when one fails, and a retry of its own may then write twice.
      retry: { retries: NaN },
      createPartitioner: Partitioners.DefaultPartitioner,
    });

  const send = async (transaction: Transaction, record: NewRecord): Promise<Published> => {
    const { topic, key, value, headers, partition, timestamp } = record;
    // One record a send, for kafkajs may lose a part of one that spans brokers, in a transaction too.
    const [answer] = await untilEnded(() =>
      transaction.send({
        topic,
        acks: -1,
        compression: compressionTypes[options.compression],
        messages: [
          {
            key,
            value,
            ...(headers !== undefined && { headers: { ...headers } }),
            ...(partition !== undefined && { partition }),
            ...(timestamp !== undefined && { timestamp: String(timestamp) }),
          },
        ],
      }),
    );
    if (answer === undefined) throw clientErrorOf(new Error(`the broker gave no offset for a record of ${topic}`));
    return { partition: answer.partition, offset: Number(answer.baseOffset) };
  };

  const commit = async (transaction: Transaction, { topic, partition, offset, metadata }: Position): Promise<void> => {
    const topics = [{ topic, partitions: [{ partition, offset, ...(metadata !== undefined && { metadata }) }] }];
    await untilEnded(() => transaction.sendOffsets({ consumerGroupId: options.groupId, topics }));
    await transaction.commit();
  };

  return {
    async takeOver(input) {
      // Nothing of its own went wrong: the transaction before was ended by who ran it, and aborted.
      if (opened.has(nameOf(input))) return (await options.membership.committed([input]))[0];
      const producer = create(input);
      const open: Open = { producer, next: undefined };
      opened.set(nameOf(input), open);
      try {
        await producer.connect();
        open.next = await producer.transaction();
        const [position] = await options.membership.committed([input]);
        return position;
      } catch (error) {
        drop(input);
        throw clientErrorOf(error);
      }
    },
    async run(input, work) {
      const open = opened.get(nameOf(input));
      if (open === undefined) throw new Error(`${nameOf(input)} was not taken over`);
      let transaction: Transaction | undefined;
      /** Sends follow each other: kafkajs counts sequence numbers when a request leaves, and one that fails must be the last. */
      let last: Promise<unknown> = Promise.resolve();
      let isBroken = true;
      try {
        const current = (transaction = open.next ?? (await open.producer.transaction()));
        open.next = undefined;
        isBroken = false;
        const position = await work((record) => {
          const sent = last
            .then(() => send(current, record))
            .catch((error: unknown) => {
              isBroken = true;
              throw clientErrorOf(error);
            });
          last = sent;
          sent.catch(() => undefined);
          return sent;
        });
        await last;
        isBroken = true;
        await commit(current, position);
      } catch (error) {
        await last.catch(() => undefined);
        // After any error of kafkajs' own its producer is not to be used again: what it counts and what the broker counts may differ.
        if (transaction?.isActive() === true)
          await transaction.abort().catch(() => {
            isBroken = true;
          });
        if (isBroken) drop(input);
        throw error;
      }
    },
    release(input) {
      drop(input);
      return Promise.resolve();
    },
    async close() {
      const all = [...opened.values()];
      opened.clear();
      await Promise.allSettled(all.map(({ producer }) => producer.disconnect()));
    },
  };
}

/** The broker writes the markers of the transaction before when it has answered already, and refuses the next one meanwhile: nothing was done then. */
async function untilEnded<T>(ask: () => Promise<T>): Promise<T> {
  const until = Date.now() + longestEndMs;
  for (;;) {
    try {
      return await ask();
    } catch (thrown) {
      const error = clientErrorOf(thrown);
      if (error.code !== 'CONCURRENT_TRANSACTIONS' || Date.now() > until) throw error;
      await sleep(5);
    }
  }
}
