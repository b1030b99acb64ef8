import { ClientError } from '../client-port.js';
import type { NewRecord, Published } from '../record.js';
import { createAccumulator, type Batch } from './accumulator.js';
import { createAdmission } from './admission.js';
import { createDelivery, offsetAt } from './delivery.js';
import { isContent, PublishError, unsendablePart, unserialisable, type Failure } from './failures.js';
import { asideBufferBytes, createGivenUp } from './given-up.js';
import { outgoingOf, type Outgoing, type Settle } from './outgoing.js';
import { producerMetrics } from './producer-metrics.js';
import { createProgress } from './progress.js';
import type { PublisherOptions } from './publisher-options.js';
import { createTopics } from './topics.js';

export interface Publisher {
  /** Resolves when the record is acknowledged; rejects with `PublishError`. Records of one key stay in the order of the calls. */
  publish(record: NewRecord): Promise<Published>;
  /**
   * Takes a record without a promise; ask `hasRoom` first. The topic must be known: await `ready`. Partitions that are given choose among
   * themselves, by the key or in turn.
   */
  append(record: NewRecord, seq?: number, own?: readonly number[]): void;
  /** A record that cannot be made: goes where permanent failures go. */
  refuse(record: NewRecord, problem: Error, seq?: number): void;
  /** The number of partitions, once Kafka knows the topic. Asks once; rejects with `ClientError`. */
  ready(topic: string): Promise<number>;
  hasRoom(): boolean;
  /** Resolves when there may be room again. */
  room(): Promise<void>;
  usedBytes(): number;
  /** Sends without lingering; resolves when the fate of every record taken so far is known, and those given up are kept. */
  flush(): Promise<void>;
  /** Gives up all that is still here, at once: what is on its way is indeterminate. For a process that must end. */
  abandon(reason: string): Promise<void>;
  /** Flushes, then closes its connections; the client stays open. */
  close(): Promise<void>;
  /** Why it is not to be trusted any more: no answer and no failure for longer than any attempt may take. */
  problem(): string | undefined;
}

/** What a batch grows to while its partition waits for an answer: max.request.size of Java, with room for what is not counted. */
const mostRequestBytes = 1_000_000;
/** Ms that the retry or the dead-letter topic may be unknown before its records go to the failure log. */
const asideMaxBlockMs = 10_000;

/** Writes records to any topics: batches, partitions, retries, deadlines, and what becomes of records that are not taken. */
export function createPublisher(options: PublisherOptions): Publisher {
  const { client, logger, events } = options;
  const acks = options.acks ?? 'all';
  const requestTimeoutMs = options.requestTimeoutMs ?? 30_000;
  const deliveryTimeoutMs = options.deliveryTimeoutMs ?? 120_000;
  const bufferBytes = options.bufferBytes ?? 33_554_432;
  const batchBytes = options.batchBytes ?? 16_384;
  const metrics = producerMetrics(options.registry);
  metrics.watchBuffer(() => bufferBytes - accumulator.usedBytes());

  const onTheirWay = new Set<Batch>();
  /** Kafka refuses us: nothing is tried any more. */
  let refused: ClientError | undefined;
  let isAbandoned = false;
  let abandoned: () => void = () => undefined;
  const whenAbandoned = new Promise<void>((resolve) => {
    abandoned = resolve;
  });
  const hasEnded = (): boolean => refused !== undefined || isAbandoned;

  const topics = createTopics({
    client,
    logger,
    hasEnded,
    onNew(topic) {
      for (const counter of [metrics.sent, metrics.errors, metrics.retries, metrics.exhausted]) counter.inc({ topic }, 0);
    },
    onFewer(topic, count) {
      accumulator.shrink(topic, count, (record) => topics.place(record, topic));
    },
  });

  const plain = client.createTransport({
    acks,
    idempotent: options.idempotent ?? acks === 'all',
    compression: options.compression ?? 'none',
    requestTimeoutMs,
    deliveryTimeoutMs,
    onPartitions: topics.seen,
  });
  const transport = options.around?.(plain) ?? plain;

  const deliver = createDelivery({
    transport,
    deliveryTimeoutMs,
    retries: options.retries ?? Infinity,
    retryBackoffMs: options.retryBackoffMs ?? 100,
    events: {
      sending: (records) => events?.sending?.(records),
      acked(records, offsets) {
        if (isAbandoned) return;
        const topic = records[0]?.topic ?? '';
        progress.acked(topic);
        let bytes = 0;
        for (const [i, record] of records.entries()) {
          bytes += record.bytes;
          record.isSettled = true;
          record.settle?.acked(record.partition, offsetAt(offsets, i));
        }
        metrics.sent.inc({ topic }, records.length);
        metrics.bytes.inc({ topic }, bytes);
        events?.acked?.(records, offsets);
      },
      retrying(records, error) {
        metrics.retries.inc({ topic: records[0]?.topic ?? '' }, records.length);
        progress.retrying(records, error);
      },
      failed(records, failure) {
        if (isAbandoned) return;
        progress.failed();
        giveUp(records, failure);
      },
      tooLarge(topic, bytes) {
        accumulator.limit(topic, bytes / 2);
      },
      refusal: () => refused,
      isGone: (topic, partition) => partition >= topics.of(topic).partitions,
    },
  });

  const accumulator = createAccumulator({
    lingerMs: options.lingerMs ?? 5,
    batchBytes,
    requestBytes: Math.max(batchBytes, mostRequestBytes),
    bufferBytes,
    async deliver(batch) {
      topics.leaves(batch.topic, batch.partition);
      const begun = performance.now();
      onTheirWay.add(batch);
      const moved = await deliver(batch);
      onTheirWay.delete(batch);
      metrics.latency.observe({ topic: batch.topic }, (performance.now() - begun) / 1000);
      for (const record of moved) record.partition = topics.place(record, batch.topic);
      return isAbandoned ? [] : moved;
    },
  });
  const progress = createProgress({ requestTimeoutMs, logger, usedBytes: accumulator.usedBytes });
  const admitted = createAdmission({
    topics,
    buffer: accumulator,
    bufferBytes,
    maxBlockMs: options.maxBlockMs ?? 60_000,
    onExhausted: (topic) => {
      metrics.exhausted.inc({ topic });
    },
  });

  /** Writes to the retry and the dead-letter topic; made for the first record that goes there. */
  let aside: Publisher | undefined;
  const asidePublisher = (): Publisher =>
    (aside ??= createPublisher({
      client,
      clientId: options.clientId,
      logger,
      registry: options.registry,
      compression: options.compression,
      requestTimeoutMs,
      deliveryTimeoutMs,
      retryBackoffMs: options.retryBackoffMs,
      lingerMs: 5,
      bufferBytes: asideBufferBytes,
      maxBlockMs: asideMaxBlockMs,
      callerKeeps: true,
    }));
  const givenUp = createGivenUp({ ...options, metrics, hasEnded, publish: (record) => asidePublisher().publish(record) });

  const giveUp = (records: readonly Outgoing[], failure: Failure): void => {
    const topic = records[0]?.topic ?? '';
    metrics.errors.inc({ topic }, records.length);
    for (const record of records) {
      record.isSettled = true;
      record.settle?.failed(failure);
    }
    if (failure.kind === 'configuration' && refused === undefined && options.onRefused !== undefined) {
      refused = new ClientError(failure.reason, failure.code, failure.kind, false);
      givenUp.keep(records, failure);
      // Those that wait would be refused as well.
      giveUpAll(accumulator.drain(), { ...failure, outcome: 'rejected', retries: 0 });
      options.onRefused(refused, topic);
      return;
    }
    givenUp.keep(records, failure);
  };

  const giveUpAll = (records: readonly Outgoing[], failure: Failure): void => {
    const byTopic = new Map<string, Outgoing[]>();
    for (const record of records) {
      const those = byTopic.get(record.topic);
      if (those === undefined) byTopic.set(record.topic, [record]);
      else those.push(record);
    }
    for (const those of byTopic.values()) giveUp(those, failure);
  };

  const enqueue = (record: NewRecord, settle?: Settle, seq?: number, own?: readonly number[]): void => {
    accumulator.append(outgoingOf(record, record.partition ?? topics.place(record, record.topic, own), seq, settle));
  };

  const refuse = (record: NewRecord, problem: Error, seq?: number): void => {
    const partition = topics.of(record.topic).partitions === 0 ? -1 : (record.partition ?? topics.place(record, record.topic));
    const sendable = {
      ...record,
      value: isContent(record.value) ? record.value : null,
      headers: Object.fromEntries(Object.entries(record.headers ?? {}).filter(([, value]) => isContent(value))),
    };
    giveUp([{ ...outgoingOf(sendable, partition, seq, undefined), bytes: 0 }], unserialisable(problem.message));
  };

  /** Why a record cannot be written, although the topic is known and there is room. */
  const refusalOf = ({ topic, partition }: NewRecord): PublishError | undefined => {
    if (refused !== undefined)
      return new PublishError(topic, { code: refused.code, kind: refused.kind, outcome: 'rejected', reason: refused.message });
    const { partitions } = topics.of(topic);
    if (partition === undefined || partition < partitions) return undefined;
    return new PublishError(topic, {
      code: 'UNKNOWN_TOPIC_OR_PARTITION',
      kind: 'permanent',
      outcome: 'rejected',
      reason: `${topic} has partitions 0 to ${partitions - 1}, and no ${partition}`,
    });
  };

  const publisher: Publisher = {
    async publish(record) {
      const unsendable = unsendablePart(record);
      if (unsendable !== undefined) {
        refuse(record, new Error(unsendable));
        throw new PublishError(record.topic, unserialisable(unsendable));
      }
      const waiting = admitted(record);
      if (waiting !== undefined) await waiting;
      const refusal = refusalOf(record);
      if (refusal !== undefined) throw refusal;
      return new Promise<Published>((resolve, reject) => {
        enqueue(record, {
          acked: (partition, offset) => {
            resolve({ partition, offset });
          },
          failed: (failure) => {
            reject(new PublishError(record.topic, failure));
          },
        });
      });
    },
    append(record, seq, own) {
      enqueue(record, undefined, seq, own);
    },
    refuse,
    ready: topics.ready,
    hasRoom: accumulator.hasRoom,
    room: accumulator.room,
    usedBytes: accumulator.usedBytes,
    async flush() {
      await Promise.race([accumulator.flush(), whenAbandoned]);
      if (aside !== undefined) await aside.flush();
      await givenUp.allKept();
    },
    async abandon(reason) {
      const waiting = accumulator.drain();
      const gone = { code: 'ABANDONED', kind: 'retriable', reason, retries: 0 } as const;
      isAbandoned = true;
      abandoned();
      giveUpAll(
        [...onTheirWay].flatMap(({ records }) => records.filter(({ isSettled }) => !isSettled)),
        { ...gone, outcome: 'indeterminate' },
      );
      giveUpAll(waiting, { ...gone, outcome: 'rejected' });
      await aside?.abandon(reason);
      await givenUp.allKept();
    },
    async close() {
      if (!isAbandoned) await publisher.flush();
      await aside?.close();
      await transport.close();
    },
    problem: () => progress.problem(),
  };
  return publisher;
}
