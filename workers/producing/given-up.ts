import { randomUUID } from 'node:crypto';
import { ClientError } from '../client-port.js';
import { producerDeadLetterHeaders } from '../dead-letter.js';
import { causeOf } from '../errors.js';
import { readable, type FailureLog } from '../failure-log.js';
import type { NewRecord } from '../record.js';
import type { Failure } from './failures.js';
import { recordOverhead, type Outgoing } from './outgoing.js';
import type { ProducerMetrics } from './producer-metrics.js';
import type { KeptIn, PublisherOptions } from './publisher-options.js';

export interface GivenUpOptions extends Pick<
  PublisherOptions,
  'clientId' | 'logger' | 'retryTopic' | 'deadLetterTopic' | 'failureLog' | 'callerKeeps' | 'events'
> {
  readonly metrics: ProducerMetrics;
  /** Writes a record to the retry or the dead-letter topic; rejects when it is not taken. */
  readonly publish: (record: NewRecord) => Promise<unknown>;
  /** Whether no topic is to be written to any more. */
  readonly hasEnded: () => boolean;
}

/** Keeps records that were given up where a person finds them. */
export interface GivenUp {
  /** Begins at once; those before and after them go on meanwhile. All of one topic. */
  keep(records: readonly Outgoing[], failure: Failure): void;
  /** Resolves when all given so far are kept, or said to be lost. */
  allKept(): Promise<void>;
}

/** Bytes that may wait for the retry and the dead-letter topic, so that they take nothing from the others. */
export const asideBufferBytes = 8_388_608;
/** Of a value too large for the dead-letter topic. */
const keptValueBytes = 1_024;

export function createGivenUp(options: GivenUpOptions): GivenUp {
  const { clientId, logger, failureLog, events, metrics, publish, hasEnded } = options;
  /** Bytes of the records whose keeping is not done yet. */
  let beingKept = 0;
  let whenKept: (() => void)[] = [];

  const targetOf = ({ kind }: Failure): readonly [string | undefined, KeptIn] => {
    if (kind === 'retriable') return [options.retryTopic, 'retry-topic'];
    if (kind === 'permanent') return [options.deadLetterTopic, 'dead-letter-topic'];
    return [undefined, 'nowhere'];
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

  const log = (records: readonly Outgoing[], failure: Failure): void => {
    if (failureLog !== undefined) {
      try {
        failureLog.write(records.map((record) => failedRecord(record, failure, clientId)));
        kept(records, failure, 'failure-log', failureLog.dir);
        return;
      } catch (error) {
        logger.error({ dir: failureLog.dir, reason: causeOf(error).message }, 'the failure log cannot be written');
      }
    }
    kept(records, failure, 'nowhere', undefined);
  };

  const done = (bytes: number): void => {
    beingKept -= bytes;
    if (beingKept > 0) return;
    const woken = whenKept;
    whenKept = [];
    for (const wake of woken) wake();
  };

  /** Writes a record to a topic. Of one that it finds too large the beginning, so that its monitor sees it; rejects then all the same. */
  const write = async (record: NewRecord): Promise<void> => {
    try {
      await publish(record);
    } catch (error) {
      if (isTooLarge(error) && record.value !== null) {
        const value = Buffer.from(record.value);
        const headers = { ...record.headers, [producerDeadLetterHeaders.originalBytes]: String(value.length) };
        await publish({ ...record, value: value.subarray(0, keptValueBytes), headers }).catch(() => undefined);
      }
      throw error;
    }
  };

  return {
    keep(records, failure) {
      const [target, keptIn] = targetOf(failure);
      if (target === undefined || hasEnded()) {
        log(records, failure);
        return;
      }
      const notTaken = (record: Outgoing, why: string): void => {
        logger.error(
          { topic: target, reason: why },
          `the ${keptIn === 'retry-topic' ? 'retry' : 'dead-letter'} topic does not take a record`,
        );
        // Whole, whatever of it the topic took.
        log([record], { ...failure, reason: `${failure.reason}; and ${target} does not take it: ${why}` });
      };
      const time = new Date().toISOString();
      for (const record of records) {
        const bytes = record.bytes + recordOverhead;
        if (beingKept + bytes > asideBufferBytes) {
          notTaken(record, `${asideBufferBytes} bytes wait for it already`);
          continue;
        }
        beingKept += bytes;
        void write({ ...record, topic: target, partition: undefined, headers: headersOf(record, failure, time) })
          .then(
            () => {
              kept([record], failure, keptIn, target);
            },
            (error: unknown) => {
              notTaken(record, causeOf(error).message);
            },
          )
          .finally(() => {
            done(bytes);
          });
      }
    },
    async allKept() {
      while (beingKept > 0) await new Promise<void>((resolve) => whenKept.push(resolve));
    },
  };
}

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
