import type { ClientError, Transport, TransportOptions, WireRecord } from '../client-port.js';
import { causeOf } from '../errors.js';
import type { Logger } from '../logging.js';
import type { Binding, NativeProducer, NativeSettings } from './binding.js';
import { clientError, isNative, type ErrorNames } from './client-error.js';
import { close, open, partitionsOf } from './connect.js';
import { eachIdentified, eachInTurn, type ProduceAll } from './produce.js';
import { metadataMaxAgeMs, producerSettings } from './settings.js';
import { watchTroubles, type Troubles } from './troubles.js';

/** What a port of librdkafka has for its parts. */
export interface ClientContext {
  readonly binding: Binding;
  readonly names: ErrorNames;
  readonly common: NativeSettings;
  readonly logger: Logger;
}

interface OpenProducer {
  readonly producer: NativeProducer;
  readonly produceAll: ProduceAll;
  readonly opened: Promise<void>;
  readonly troubles: Troubles;
  readonly underWay: Set<UnderWay>;
  hasDelivered: boolean;
}

/** A send that waits for its acknowledgement. */
interface UnderWay {
  /** Ends it when Kafka refuses us: librdkafka itself would try until its time is over. */
  readonly refuse: (error: ClientError) => void;
  readonly retry: (error: ClientError) => void;
}

/** A send that has lasted so long, in ms, is said to be tried again: librdkafka does not tell when it does. */
const longMs = 5_000;

/**
 * One producer for all partitions: librdkafka keeps five requests in flight by itself. It also tries again by itself, which is the only way to
 * do that under the same sequence numbers; so a `send` here lasts until the delivery timeout, and its failure is final. When it gives a batch
 * up that it had sent, it takes a new epoch of its producer id before it writes on, so `renew` has nothing left to do.
 */
export function createTransport({ binding, names, common, logger }: ClientContext, options: TransportOptions): Transport {
  let current: OpenProducer | undefined;
  const topics = new Set<string>();
  const asking = new Set<string>();

  const create = (): OpenProducer => {
    const producer = new binding.Producer(
      { ...producerSettings(common, options.compression), 'enable.idempotence': options.idempotent },
      {
        acks: options.acks === 'all' ? -1 : Number(options.acks),
        'request.timeout.ms': options.requestTimeoutMs,
        'message.timeout.ms': options.deliveryTimeoutMs ?? options.requestTimeoutMs,
      },
    );
    const underWay: OpenProducer['underWay'] = new Set();
    const troubles = watchTroubles(
      producer,
      logger,
      (error) => {
        for (const { refuse } of underWay) refuse(error);
      },
      (error) => {
        for (const { retry } of underWay) retry(error);
      },
    );
    const produceAll = options.idempotent ? eachInTurn(producer) : eachIdentified(producer);
    const opened = open(producer).then(() => {
      producer.setPollInBackground(true);
    });
    return { producer, produceAll, opened, troubles, underWay, hasDelivered: false };
  };

  const discard = (used: OpenProducer): void => {
    if (current === used) current = undefined;
    void close(used.producer, 10_000);
  };

  const ask = async (topic: string): Promise<void> => {
    if (current === undefined || asking.has(topic)) return;
    asking.add(topic);
    try {
      const count = await partitionsOf(current.producer, topic);
      if (count > 0) options.onPartitions(topic, count);
    } catch (error) {
      logger.debug({ topic, reason: causeOf(error).message }, 'no metadata yet');
    } finally {
      asking.delete(topic);
    }
  };
  const asked = setInterval(() => {
    for (const topic of topics) void ask(topic);
  }, metadataMaxAgeMs);
  asked.unref();

  return {
    async send(topic, partition, records, onRetry) {
      const used = (current ??= create());
      await used.opened;
      if (!topics.has(topic)) {
        topics.add(topic);
        void ask(topic);
      }
      let refuse: (error: ClientError) => void = () => undefined;
      const refused = new Promise<never>((_, reject) => {
        refuse = reject;
      });
      const waiting: UnderWay = {
        refuse,
        retry(error) {
          onRetry?.(error);
        },
      };
      used.underWay.add(waiting);
      const long = setInterval(
        () => {
          waiting.retry(used.troubles.last() ?? clientError('TIMED_OUT', 'not acknowledged yet'));
          // The topic may have been made anew.
          void ask(topic);
        },
        Math.min(longMs, options.requestTimeoutMs),
      );
      try {
        const offsets = await Promise.race([refused, sendAll(used.produceAll, names, topic, partition, records)]);
        used.hasDelivered = true;
        used.troubles.forget();
        return offsets;
      } catch (error) {
        const known = names.clientErrorOf(error);
        if (known === error && known.kind === 'configuration') {
          discard(used);
          // Before it was refused it may have been asked to write what is asked for here.
          throw used.hasDelivered ? indeterminate(known) : known;
        }
        if (isNative(error) && names.nameOf(error.code) === 'FATAL') {
          logger.warn(
            { reason: used.troubles.last()?.message ?? known.message },
            'librdkafka gave its producer up; another takes its place',
          );
          discard(used);
        }
        if (known.code === 'UNKNOWN_TOPIC_OR_PARTITION') await ask(topic);
        const why = known.code === 'TIMED_OUT' ? used.troubles.last() : undefined;
        throw why === undefined ? known : clientError(known.code, `${known.message}; last trouble: ${why.message}`, error);
      } finally {
        clearInterval(long);
        used.underWay.delete(waiting);
      }
    },
    renew: () => undefined,
    async close() {
      clearInterval(asked);
      if (current !== undefined) await close(current.producer, 10_000);
    },
  };
}

/** Sends, and splits what the broker finds too large although a part of the batch, sent as a request of its own, was taken. */
async function sendAll(
  produceAll: ProduceAll,
  names: ErrorNames,
  topic: string,
  partition: number,
  records: readonly WireRecord[],
): Promise<number | readonly number[]> {
  const offsets: (number | undefined)[] = records.map(() => undefined);
  const attempt = async (indexes: readonly number[]): Promise<void> => {
    const { of: outcomes, isSure } = await produceAll(
      topic,
      partition,
      indexes.map((i) => records[i] as WireRecord),
    );
    const failed: number[] = [];
    let failure: unknown;
    outcomes.forEach((outcome, at) => {
      const index = indexes[at] ?? 0;
      if ('offset' in outcome) offsets[index] = outcome.offset;
      else {
        failed.push(index);
        failure ??= outcome;
      }
    });
    if (failed.length === 0) return;
    if (offsets.every((offset) => offset === undefined)) throw failure;
    const known = names.clientErrorOf(failure);
    if (!isSure) throw indeterminate(known);
    if (known.code !== 'MESSAGE_TOO_LARGE' || failed.length === 1) throw indeterminate(known);
    const half = Math.ceil(failed.length / 2);
    await attempt(failed.slice(0, half));
    await attempt(failed.slice(half));
  };
  await attempt(records.map((_, i) => i));
  const found = offsets.map((offset) => offset ?? -1);
  const [first = -1] = found;
  return found.every((offset, i) => offset === first + i) || first < 0 ? first : found;
}

/** Part of the batch is, or may be, in the log. The core judges it as a whole, so nothing of it may count as refused for certain. */
function indeterminate(error: ClientError): ClientError {
  return Object.assign(clientError(error.code, error.message, error), { isIndeterminate: true });
}
