import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import { ClientError, type ClientPort, type Compression, type Transport } from '../client-port.js';
import type { producerContract } from '../contract.js';
import type { Values } from '../config.js';
import { producerDeadLetterHeaders } from '../dead-letter.js';
import { readable, type FailureLog } from '../failure-log.js';
import { partitionOf } from '../keys.js';
import type { Logger } from '../logging.js';
import type { NewRecord, Published } from '../record.js';
import { createAccumulator, type Batch, type Failure, type Outgoing, type Settle } from './accumulator.js';
import { createDelivery, offsetAt } from './delivery.js';
import { producerMetrics } from './producer-metrics.js';
import { sayAgainMs } from '../once-in-a-while.js';

/** Where a record that was given up is kept. */
export type KeptIn = 'retry-topic' | 'dead-letter-topic' | 'failure-log' | 'nowhere';

/** Told of the fate of records, a batch at a time; for evidence and logs. */
export interface PublisherEvents {
  sending?(records: readonly Outgoing[]): void;
  acked?(records: readonly Outgoing[], offsets: number | readonly number[]): void;
  /** Once it is known where they are kept. */
  failed?(records: readonly Outgoing[], failure: Failure, keptIn: KeptIn): void;
}

export interface PublisherOptions {
  readonly client: ClientPort;
  readonly clientId: string;
  readonly logger: Logger;
  readonly registry: Registry;
  /** @default 'all' */
  readonly acks?: '0' | '1' | 'all' | undefined;
  /** @default true with acks all */
  readonly idempotent?: boolean | undefined;
  /** @default 'none' */
  readonly compression?: Compression | undefined;
  /** Ms. @default 5 */
  readonly lingerMs?: number | undefined;
  /** @default 16 384 */
  readonly batchBytes?: number | undefined;
  /** @default 33 554 432 */
  readonly bufferBytes?: number | undefined;
  /** Ms. @default 30 000 */
  readonly requestTimeoutMs?: number | undefined;
  /** Ms. @default 120 000 */
  readonly deliveryTimeoutMs?: number | undefined;
  /** Attempts after the first, within the delivery timeout. @default without end */
  readonly retries?: number | undefined;
  /** Ms. @default 100 */
  readonly retryBackoffMs?: number | undefined;
  /** Ms that `publish` waits for a full buffer or an unknown topic, as Java's max.block.ms. @default 60 000 */
  readonly maxBlockMs?: number | undefined;
  /** For records whose retries are used up. @default none */
  readonly retryTopic?: string | undefined;
  /** For records that are refused for good. @default none */
  readonly deadLetterTopic?: string | undefined;
  /** For records that no topic takes. @default none: they are said to be lost */
  readonly failureLog?: FailureLog | undefined;
  /** Whoever publishes does something about a record that is given up: that nothing here keeps it is no trouble. @default false */
  readonly callerKeeps?: boolean | undefined;
  readonly events?: PublisherEvents | undefined;
  /** Kafka refuses us, until a person changes something: all that is still here has been given up. Called once. */
  readonly onRefused?: ((error: ClientError, topic: string) => void) | undefined;
  /** For tests and for workers broken on purpose. */
  readonly around?: ((transport: Transport) => Transport) | undefined;
}

/** Why a record was not acknowledged: S8's class, and whether it may be in the topic all the same. */
export class PublishError extends ClientError {
  override name = 'PublishError';
  constructor(
    readonly topic: string,
    failure: Pick<Failure, 'code' | 'kind' | 'outcome' | 'reason'>,
  ) {
    super(failure.reason, failure.code, failure.kind, failure.outcome === 'indeterminate');
  }
}

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

/** Bytes a record adds to a batch besides key, value and headers, at most. */
const recordOverhead = 40;
/** What a batch grows to while its partition waits for an answer: max.request.size of Java, with room for what is not counted. */
const mostRequestBytes = 1_000_000;
/** What may wait for the retry and the dead-letter topic, so that they take nothing from the others. */
const asideBufferBytes = 8_388_608;
/** Ms that one of these may be unknown before its records go to the failure log. */
const asideMaxBlockMs = 10_000;
/** How long a smaller number of partitions must be seen: metadata of a broker that lags behind is smaller too. */
const shrinkAfterMs = 2_000;
/** Of a value too large for the dead-letter topic. */
const keptValueBytes = 1_024;

interface Topic {
  readonly name: string;
  /** 0: not known yet. */
  partitions: number;
  /** Turn of the records without key: the next when the batch of the one before leaves, which is on its way to `stuckTo`. */
  turn: number;
  stuckTo: number;
  fewerSince?: number | undefined;
  /** `publish` before the topic is known, in its order. */
  waiting: (() => void)[];
  asking?: Promise<number> | undefined;
  /** In trouble since, in ms of `performance.now()`. */
  trouble?: { readonly since: number; said: number } | undefined;
}

/** The settings of a contract with PRODUCER_* as options of a publisher. */
export function deliveryOptions(
  settings: Pick<
    Values<typeof producerContract>,
    | 'PRODUCER_ACKS'
    | 'PRODUCER_IDEMPOTENCE'
    | 'PRODUCER_COMPRESSION'
    | 'PRODUCER_LINGER_MS'
    | 'PRODUCER_BATCH_BYTES'
    | 'PRODUCER_BUFFER_BYTES'
    | 'PRODUCER_REQUEST_TIMEOUT_MS'
    | 'PRODUCER_DELIVERY_TIMEOUT_MS'
    | 'PRODUCER_RETRIES'
    | 'PRODUCER_RETRY_BACKOFF_MS'
    | 'PRODUCER_RETRY_TOPIC'
    | 'PRODUCER_DEAD_LETTER_TOPIC'
  >,
): Partial<PublisherOptions> {
  return {
    acks: settings.PRODUCER_ACKS,
    idempotent: settings.PRODUCER_IDEMPOTENCE === 'true',
    compression: settings.PRODUCER_COMPRESSION,
    lingerMs: settings.PRODUCER_LINGER_MS,
    batchBytes: settings.PRODUCER_BATCH_BYTES,
    bufferBytes: settings.PRODUCER_BUFFER_BYTES,
    requestTimeoutMs: settings.PRODUCER_REQUEST_TIMEOUT_MS,
    deliveryTimeoutMs: settings.PRODUCER_DELIVERY_TIMEOUT_MS,
    retries: settings.PRODUCER_RETRIES,
    retryBackoffMs: settings.PRODUCER_RETRY_BACKOFF_MS,
    retryTopic: settings.PRODUCER_RETRY_TOPIC === '' ? undefined : settings.PRODUCER_RETRY_TOPIC,
    deadLetterTopic: settings.PRODUCER_DEAD_LETTER_TOPIC === '' ? undefined : settings.PRODUCER_DEAD_LETTER_TOPIC,
  };
}

/** Writes records to any topics: batches, partitions, retries, deadlines, and what becomes of records that are not taken. */
export function createPublisher(options: PublisherOptions): Publisher {
  const { client, clientId, logger, events, failureLog } = options;
  const acks = options.acks ?? 'all';
  const requestTimeoutMs = options.requestTimeoutMs ?? 30_000;
  const deliveryTimeoutMs = options.deliveryTimeoutMs ?? 120_000;
  const maxBlockMs = options.maxBlockMs ?? 60_000;
  const bufferBytes = options.bufferBytes ?? 33_554_432;
  const batchBytes = options.batchBytes ?? 16_384;
  const metrics = producerMetrics(options.registry);
  metrics.watchBuffer(() => bufferBytes - accumulator.usedBytes());

  const topics = new Map<string, Topic>();
  const onTheirWay = new Set<Batch>();
  let lastAnswer = performance.now();
  let refused: ClientError | undefined;
  let isAbandoned = false;
  let abandoned: () => void = () => undefined;
  const whenAbandoned = new Promise<void>((resolve) => {
    abandoned = resolve;
  });
  /** Bytes of the records given up whose keeping is not done yet. */
  let beingKept = 0;
  let aside: Publisher | undefined;

  const topicOf = (name: string): Topic => {
    const known = topics.get(name);
    if (known !== undefined) return known;
    const topic: Topic = { name, partitions: 0, turn: 0, stuckTo: -1, waiting: [] };
    topics.set(name, topic);
    for (const counter of [metrics.sent, metrics.errors, metrics.retries, metrics.exhausted]) counter.inc({ topic: name }, 0);
    return topic;
  };

  const setPartitions = (topic: Topic, count: number): void => {
    topic.partitions = count;
    const waiting = topic.waiting;
    topic.waiting = [];
    for (const go of waiting) go();
  };

  const place = (record: NewRecord | Outgoing, topic: Topic, own?: readonly number[]): number => {
    const count = own?.length ?? topic.partitions;
    const at = record.key === null ? topic.turn % count : partitionOf(record.key, count);
    const partition = own === undefined ? at : (own[at] ?? 0);
    if (record.key === null) topic.stuckTo = partition;
    return partition;
  };

  const onPartitions = (name: string, count: number): void => {
    const topic = topicOf(name);
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
    accumulator.shrink(name, count, (record) => place(record, topic));
  };

  const transportOptions = {
    acks,
    idempotent: options.idempotent ?? acks === 'all',
    compression: options.compression ?? 'none',
    requestTimeoutMs,
    deliveryTimeoutMs,
    onPartitions,
  };
  const plain = client.createTransport(transportOptions);
  const transport = options.around?.(plain) ?? plain;

  const answered = (records: readonly Outgoing[]): void => {
    lastAnswer = performance.now();
    const topic = topicOf(records[0]?.topic ?? '');
    if (topic.trouble === undefined) return;
    if (topic.trouble.said > 0)
      logger.info({ topic: topic.name, afterMs: Math.round(performance.now() - topic.trouble.since) }, 'acknowledged again');
    topic.trouble = undefined;
  };

  const deliver = createDelivery({
    transport,
    deliveryTimeoutMs,
    retries: options.retries ?? Infinity,
    retryBackoffMs: options.retryBackoffMs ?? 100,
    events: {
      sending: (records) => events?.sending?.(records),
      acked(records, offsets) {
        if (isAbandoned) return;
        answered(records);
        const topic = records[0]?.topic ?? '';
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
        lastAnswer = performance.now();
        const { topic: name = '', partition } = records[0] ?? {};
        metrics.retries.inc({ topic: name }, records.length);
        const topic = topicOf(name);
        topic.trouble ??= { since: performance.now(), said: -Infinity };
        if (performance.now() - topic.trouble.said < sayAgainMs) return;
        topic.trouble.said = performance.now();
        logger.warn(
          {
            topic: name,
            partition,
            records: records.length,
            error: error.code,
            reason: error.message,
            bufferedBytes: accumulator.usedBytes(),
          },
          'not acknowledged, sending again',
        );
      },
      failed(records, failure) {
        if (isAbandoned) return;
        lastAnswer = performance.now();
        giveUp(records, failure);
      },
      tooLarge(topic, bytes) {
        accumulator.limit(topic, bytes / 2);
      },
      refusal: () => refused,
      isGone: (topic, partition) => partition >= topicOf(topic).partitions,
    },
  });

  const accumulator = createAccumulator({
    lingerMs: options.lingerMs ?? 5,
    batchBytes,
    requestBytes: Math.max(batchBytes, mostRequestBytes),
    bufferBytes,
    async deliver(batch) {
      const topic = topicOf(batch.topic);
      // Java ≥ 2.4: records without key stick to a partition until their batch leaves.
      if (topic.stuckTo === batch.partition) topic.turn += 1;
      const begun = performance.now();
      onTheirWay.add(batch);
      const moved = await deliver(batch);
      onTheirWay.delete(batch);
      metrics.latency.observe({ topic: batch.topic }, (performance.now() - begun) / 1000);
      for (const record of moved) record.partition = place(record, topic);
      return isAbandoned ? [] : moved;
    },
  });

  // ---- what is not taken

  const giveUp = (records: readonly Outgoing[], failure: Failure): void => {
    const topic = records[0]?.topic ?? '';
    metrics.errors.inc({ topic }, records.length);
    for (const record of records) {
      record.isSettled = true;
      record.settle?.failed(failure);
    }
    if (failure.kind === 'configuration' && refused === undefined && options.onRefused !== undefined) {
      refused = new ClientError(failure.reason, failure.code, failure.kind, false);
      keep(records, failure);
      // Those that wait would be refused as well.
      const rest = accumulator.drain();
      giveUpAll(rest, { ...failure, outcome: 'rejected', retries: 0 });
      options.onRefused(refused, topic);
      return;
    }
    keep(records, failure);
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

  const asidePublisher = (): Publisher =>
    (aside ??= createPublisher({
      client,
      clientId,
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

  /** Brings records where a person finds them; those before and after them go on meanwhile. */
  const keep = (records: readonly Outgoing[], failure: Failure): void => {
    const [target, keptIn] =
      failure.kind === 'retriable'
        ? ([options.retryTopic, 'retry-topic'] as const)
        : failure.kind === 'permanent'
          ? ([options.deadLetterTopic, 'dead-letter-topic'] as const)
          : ([undefined, 'nowhere'] as const);
    const where = asidePublisher;
    if (target === undefined || refused !== undefined || isAbandoned) {
      log(records, failure);
      return;
    }
    const time = new Date().toISOString();
    for (const record of records) {
      const other = { ...record, topic: target, partition: undefined, headers: headersOf(record, failure, time) };
      const cost = record.bytes + recordOverhead;
      const done = (problem?: unknown): void => {
        beingKept -= cost;
        if (problem === undefined) kept([record], failure, keptIn, target);
        else {
          const why = problem instanceof Error ? problem.message : String(problem);
          logger.error(
            { topic: target, reason: why },
            `the ${keptIn === 'retry-topic' ? 'retry' : 'dead-letter'} topic does not take a record`,
          );
          log([record], { ...failure, reason: `${failure.reason}; and ${target} does not take it: ${why}` });
        }
        if (beingKept > 0) return;
        const woken = whenKept;
        whenKept = [];
        for (const wake of woken) wake();
      };
      beingKept += cost;
      if (beingKept > asideBufferBytes) {
        done(new Error(`${asideBufferBytes} bytes wait for it already`));
        continue;
      }
      void where()
        .publish(other)
        .then(
          () => {
            done();
          },
          (error: unknown) => {
            if (!isTooLarge(error) || record.value === null) {
              done(error);
              return;
            }
            // The beginning of the value there, so that its monitor sees it; the whole in the failure log.
            const value = Buffer.from(record.value);
            const beginning = {
              ...other,
              value: value.subarray(0, keptValueBytes),
              headers: { ...other.headers, [producerDeadLetterHeaders.originalBytes]: String(value.length) },
            };
            void where()
              .publish(beginning)
              .catch((): undefined => undefined)
              .then(() => {
                done(error);
              });
          },
        );
    }
  };
  let whenKept: (() => void)[] = [];
  const allKept = async (): Promise<void> => {
    while (beingKept > 0) await new Promise<void>((resolve) => whenKept.push(resolve));
  };

  const log = (records: readonly Outgoing[], failure: Failure): void => {
    if (failureLog !== undefined) {
      try {
        failureLog.write(records.map((record) => failedRecord(record, failure, clientId)));
        kept(records, failure, 'failure-log', failureLog.dir);
        return;
      } catch (error) {
        logger.error(
          { dir: failureLog.dir, reason: error instanceof Error ? error.message : String(error) },
          'the failure log cannot be written',
        );
      }
    }
    kept(records, failure, 'nowhere', undefined);
  };

  const kept = (records: readonly Outgoing[], failure: Failure, keptIn: KeptIn, where: string | undefined): void => {
    const [{ topic, partition } = { topic: '', partition: -1 }] = records;
    metrics.kept.inc({ topic, in: keptIn }, records.length);
    logger.error(
      {
        topic,
        partition,
        records: records.length,
        key: records[0]?.key?.toString(),
        outcome: failure.outcome,
        error: failure.code,
        reason: failure.reason,
        retries: failure.retries,
        keptIn,
        where,
      },
      keptIn === 'nowhere' && options.callerKeeps !== true
        ? 'records given up, and kept nowhere: set PRODUCER_DEAD_LETTER_TOPIC, PRODUCER_RETRY_TOPIC or FAILURE_LOG_DIR'
        : 'records given up',
    );
    events?.failed?.(records, failure, keptIn);
  };

  // ---- what is to be written

  const enqueue = (record: NewRecord, topic: Topic, settle?: Settle, seq?: number, own?: readonly number[]): void => {
    let bytes = (record.key?.length ?? 0) + (record.value?.length ?? 0) + recordOverhead;
    for (const name in record.headers) bytes += name.length + (record.headers[name]?.length ?? 0) + 4;
    accumulator.append({
      topic: topic.name,
      partition: record.partition ?? place(record, topic, own),
      key: record.key,
      value: record.value,
      headers: record.headers,
      timestamp: record.timestamp ?? Date.now(),
      bytes,
      seq,
      isSettled: false,
      settle,
    });
  };

  const ready = (name: string): Promise<number> => {
    const topic = topicOf(name);
    if (topic.partitions > 0) return Promise.resolve(topic.partitions);
    return (topic.asking ??= client
      .partitionsOf(name)
      .then((count) => {
        if (topic.partitions === 0) setPartitions(topic, count);
        return topic.partitions;
      })
      .finally(() => {
        topic.asking = undefined;
      }));
  };

  /** Asks again and again while somebody waits for the topic. */
  const find = async (topic: Topic, deadline: number): Promise<void> => {
    for (;;) {
      try {
        await ready(topic.name);
        return;
      } catch (thrown) {
        const error = thrown instanceof ClientError ? thrown : new ClientError(String(thrown), 'UNKNOWN', 'retriable', false);
        if (error.kind !== 'retriable' || performance.now() >= deadline || refused !== undefined || isAbandoned) throw error;
        await sleep(Math.min(200, Math.max(1, deadline - performance.now())));
      }
    }
  };

  const publisher: Publisher = {
    async publish(record) {
      const unsendable = unsendablePart(record);
      if (unsendable !== undefined) {
        const failure = unserialisable(unsendable);
        publisher.refuse(record, new Error(unsendable));
        throw new PublishError(record.topic, failure);
      }
      const topic = topicOf(record.topic);
      if (topic.partitions === 0 || topic.waiting.length > 0 || !accumulator.hasRoom()) await admitted(record, topic);
      if (refused !== undefined)
        throw new PublishError(record.topic, { code: refused.code, kind: refused.kind, outcome: 'rejected', reason: refused.message });
      if (record.partition !== undefined && record.partition >= topic.partitions)
        throw new PublishError(record.topic, {
          code: 'UNKNOWN_TOPIC_OR_PARTITION',
          kind: 'permanent',
          outcome: 'rejected',
          reason: `${record.topic} has partitions 0 to ${topic.partitions - 1}, and no ${record.partition}`,
        });
      return new Promise<Published>((resolve, reject) => {
        enqueue(record, topic, {
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
      enqueue(record, topicOf(record.topic), undefined, seq, own);
    },
    refuse(record, problem, seq) {
      const topic = topicOf(record.topic);
      const outgoing: Outgoing = {
        topic: record.topic,
        partition: topic.partitions === 0 ? -1 : (record.partition ?? place(record, topic)),
        key: record.key,
        value: typeof record.value === 'string' || Buffer.isBuffer(record.value) ? record.value : null,
        headers: Object.fromEntries(Object.entries(record.headers ?? {}).filter(([, value]) => isContent(value))),
        timestamp: record.timestamp ?? Date.now(),
        bytes: 0,
        seq,
        isSettled: false,
      };
      giveUp([outgoing], unserialisable(problem.message));
    },
    ready,
    hasRoom: () => accumulator.hasRoom(),
    room: () => accumulator.room(),
    usedBytes: () => accumulator.usedBytes(),
    async flush() {
      await Promise.race([accumulator.flush(), whenAbandoned]);
      if (aside !== undefined) await aside.flush();
      await allKept();
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
      await allKept();
    },
    async close() {
      if (!isAbandoned) await publisher.flush();
      await aside?.close();
      await transport.close();
    },
    problem() {
      if (accumulator.usedBytes() === 0) lastAnswer = performance.now();
      const silent = performance.now() - lastAnswer;
      // Twice the longest an attempt may take; without anything to deliver there is no progress to expect.
      return silent > 2 * requestTimeoutMs + 10_000 ? `no answer and no failure for ${Math.round(silent)} ms` : undefined;
    },
  };

  /** Waits for the topic to be known and for room. */
  const admitted = async (record: NewRecord, topic: Topic): Promise<void> => {
    const deadline = performance.now() + maxBlockMs;
    if (topic.partitions === 0) {
      // In the order of the calls, however many wait.
      const turn = new Promise<void>((resolve) => topic.waiting.push(resolve));
      try {
        await Promise.race([turn, find(topic, deadline)]);
      } catch (error) {
        const { code, kind, message } = error as ClientError;
        throw new PublishError(record.topic, { code, kind, outcome: 'rejected', reason: message });
      }
    }
    while (!accumulator.hasRoom()) {
      const left = deadline - performance.now();
      if (left <= 0) {
        metrics.exhausted.inc({ topic: record.topic });
        throw new PublishError(record.topic, {
          code: 'BUFFER_EXHAUSTED',
          kind: 'retriable',
          outcome: 'rejected',
          reason: `the buffer of ${bufferBytes} bytes is full, and was for ${maxBlockMs} ms: the brokers take less than is written`,
        });
      }
      const timeout = new AbortController();
      await Promise.race([accumulator.room(), sleep(left, undefined, { signal: timeout.signal }).catch(() => undefined)]);
      timeout.abort();
    }
  };

  return publisher;
}

const isContent = (value: unknown): boolean => typeof value === 'string' || Buffer.isBuffer(value);

/** What of a record is neither text nor bytes, whatever its type says. */
function unsendablePart(record: NewRecord): string | undefined {
  if (record.value !== null && !isContent(record.value))
    return `the value is ${typeof record.value}, neither text nor bytes: serialise it first`;
  if (record.key !== null && !isContent(record.key)) return `the key is ${typeof record.key}, neither text nor bytes`;
  for (const [name, value] of Object.entries(record.headers ?? {}))
    if (!isContent(value)) return `the header "${name}" is ${typeof value}, neither text nor bytes`;
  return undefined;
}

const unserialisable = (reason: string): Failure => ({
  code: 'NOT_SERIALISABLE',
  kind: 'permanent',
  outcome: 'rejected',
  reason,
  retries: 0,
});

const isTooLarge = (error: unknown): boolean =>
  error instanceof ClientError && (error.code === 'MESSAGE_TOO_LARGE' || error.code === 'RECORD_LIST_TOO_LARGE');

function headersOf(record: Outgoing, failure: Failure, time: string): Record<string, string | Buffer> {
  const names = producerDeadLetterHeaders;
  return {
    ...record.headers,
    [names.originalTopic]: record.topic,
    [names.errorTimestamp]: time,
    [names.errorType]: failure.code,
    [names.errorMessage]: failure.reason,
    [names.retryCount]: String(failure.retries),
    [names.outcome]: failure.outcome,
    // Its own, so that it is found again; a new one where it had none.
    [names.correlationId]: record.headers?.[names.correlationId] ?? randomUUID(),
  };
}

function failedRecord(record: Outgoing, failure: Failure, clientId: string): Parameters<FailureLog['write']>[0][number] {
  const base64: string[] = [];
  const key = readable(record.key, 'key', base64);
  const value = readable(record.value, 'value', base64);
  const headers = Object.fromEntries(
    Object.entries(record.headers ?? {}).map(([name, content]) => [name, readable(content, `headers.${name}`, base64) ?? '']),
  );
  return {
    time: new Date().toISOString(),
    topic: record.topic,
    key,
    value,
    headers,
    ...(base64.length > 0 && { base64 }),
    timestamp: record.timestamp,
    errorType: failure.code,
    reason: failure.reason,
    outcome: failure.outcome,
    retryCount: failure.retries,
    clientId,
  };
}
