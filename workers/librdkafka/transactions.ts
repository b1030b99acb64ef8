import type { ClientError } from '../client-port.js';
import { type Position, type TopicPartition, type TransactionOptions, type Transactions } from '../client-port.js';
import { causeOf } from '../errors.js';
import type { Published } from '../record.js';
import { answerOf, type NativeError, type NativeProducer } from './binding.js';
import { clientError, isNative } from './client-error.js';
import { close, open, questionMs } from './connect.js';
import type { LibrdkafkaMembership } from './membership.js';
import { produce, reportDeliveries } from './produce.js';
import { producerSettings } from './settings.js';
import type { ClientContext } from './transport.js';
import { watchTroubles } from './troubles.js';

/**
 * A transactional producer an input partition, as with kafkajs. One a member would be enough since the group's generation fences too, but
 * then the open transaction of a member that was killed would hold its partitions up until `transaction.timeout.ms`; whoever takes over a
 * transactional id ends it at once.
 */
export function createTransactions(
  { binding, names, common, logger }: ClientContext,
  { consumer, committed, beforePositions }: Pick<LibrdkafkaMembership, 'consumer' | 'committed' | 'beforePositions'>,
  options: TransactionOptions,
): Transactions {
  const producers = new Map<string, NativeProducer>();
  const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}-${String(partition)}`;

  /** Runs under way: the binding must not be closed below a call of its own. */
  const underWay = new Map<string, Promise<unknown>>();

  const discard = async (input: TopicPartition): Promise<void> => {
    const producer = producers.get(nameOf(input));
    producers.delete(nameOf(input));
    if (producer !== undefined) await close(producer, 5_000);
  };
  const release = async (input: TopicPartition): Promise<void> => {
    await underWay.get(nameOf(input));
    await discard(input);
  };

  /** Asks again while librdkafka says that this may help, until `deadline` of `Date.now()`. */
  const step = async (deadline: number, call: (timeoutMs: number, done: (error?: NativeError | null) => void) => void): Promise<void> => {
    for (;;) {
      try {
        await answerOf((done) => {
          call(Math.max(100, Math.min(questionMs, deadline - Date.now())), done);
        });
        return;
      } catch (error) {
        if (!isNative(error) || error.isRetriable !== true || error.isTxnRequiresAbort === true || Date.now() >= deadline) throw error;
      }
    }
  };

  const create = async (input: TopicPartition): Promise<void> => {
    const producer = new binding.Producer(
      {
        ...producerSettings(common, options.compression),
        'transactional.id': `${options.transactionalIdPrefix}-${nameOf(input)}`,
        'transaction.timeout.ms': options.timeoutMs,
      },
      { partitioner: 'murmur2_random' },
    );
    let refusal: ClientError | undefined;
    watchTroubles(producer, logger, (error) => {
      refusal = error;
    });
    reportDeliveries(producer);
    await open(producer);
    producer.setPollInBackground(true);
    producers.set(nameOf(input), producer);
    try {
      await step(Date.now() + options.timeoutMs, (timeoutMs, done) => {
        if (refusal !== undefined) throw refusal;
        producer.initTransactions(timeoutMs, done);
      });
    } catch (error) {
      await discard(input);
      throw names.clientErrorOf(refusal ?? error);
    }
  };

  /** Becomes the one producer of the partition's transactional id, which ends the transaction of whoever was it before. */
  const takeOverId = async (input: TopicPartition): Promise<void> => {
    if (!producers.has(nameOf(input))) await create(input);
  };

  // Offsets in the open transaction of a member that was killed are told to nobody (UNSTABLE_OFFSET_COMMIT) until it ends: without this the
  // new owner would wait for `transaction.timeout.ms`.
  beforePositions(async (partitions) => {
    await Promise.all(partitions.map(async (input) => takeOverId(input)));
  });

  const runOnce: Transactions['run'] = async (input, work) => {
    const producer = producers.get(nameOf(input));
    if (producer === undefined) throw new Error(`${nameOf(input)} was not taken over`);
    const deadline = Date.now() + options.timeoutMs;
    let failure: NativeError | undefined;
    const send = async (record: Parameters<Parameters<typeof work>[0]>[0]): Promise<Published> => {
      const { topic, partition = -1, timestamp = Date.now() } = record;
      const outcome = await produce(producer, topic, partition, { ...record, timestamp });
      if ('offset' in outcome) return outcome;
      failure ??= outcome;
      throw names.clientErrorOf(outcome);
    };
    let isBegun = false;
    try {
      await answerOf((done) => {
        producer.beginTransaction(done);
      });
      isBegun = true;
      const sends: Promise<Published>[] = [];
      const position = await work((record) => {
        const sent = send(record);
        sent.catch(() => undefined);
        sends.push(sent);
        return sent;
      });
      await Promise.all(sends);
      await step(deadline, (timeoutMs, done) => {
        // The binding takes the group's metadata from the consumer, and does not look whether it is still there.
        if (!consumer.isConnected()) throw clientError('DISCONNECTED', 'the member of the group is closed');
        producer.sendOffsetsToTransaction([offsetOf(position)], consumer, timeoutMs, done);
      });
      await step(deadline, (timeoutMs, done) => {
        producer.commitTransaction(timeoutMs, done);
      });
    } catch (error) {
      if (isBegun)
        try {
          await step(Date.now() + questionMs * 2, (timeoutMs, done) => {
            producer.abortTransaction(timeoutMs, done);
          });
        } catch (refused) {
          logger.debug({ reason: causeOf(refused).message }, 'the transaction could not be aborted; whoever takes over ends it');
          await discard(input);
        }
      else await discard(input);
      throw isNative(error) ? names.clientErrorOf(failure ?? error) : error;
    }
  };

  return {
    async takeOver(input) {
      await takeOverId(input);
      try {
        const [position] = await committed([input]);
        return position;
      } catch (error) {
        throw names.clientErrorOf(error);
      }
    },
    async run(input, work) {
      let ended: () => void = () => undefined;
      underWay.set(
        nameOf(input),
        new Promise<void>((resolve) => {
          ended = resolve;
        }),
      );
      try {
        await runOnce(input, work);
      } finally {
        underWay.delete(nameOf(input));
        ended();
      }
    },
    release,
    async close() {
      await Promise.all(
        [...producers].map(async ([name, producer]) => {
          await underWay.get(name);
          if (producers.delete(name)) await close(producer, 5_000);
        }),
      );
    },
  };
}

function offsetOf({ topic, partition, offset, metadata }: Position): {
  topic: string;
  partition: number;
  offset: number;
  metadata?: string;
} {
  return { topic, partition, offset: Number(offset), ...(metadata !== undefined && { metadata }) };
}
