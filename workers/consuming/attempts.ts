import { ClientError, type TopicPartition } from '../client-port.js';
import { replayedHeader, type DeadLetter } from '../dead-letter.js';
import { causeOf } from '../errors.js';
import type { WriteEvidence } from '../evidence.js';
import { readable, type FailedRecord, type FailureLog } from '../failure-log.js';
import { PermanentError, TransientError, type RecordContext, type RecordHandler } from '../handler.js';
import type { Logger } from '../logging.js';
import { headerText, type ConsumedRecord, type NewRecord, type Published } from '../record.js';
import { deadLetterOf } from './dead-letter-record.js';
import type { DeadLetterKind, Partition, Trouble, Verdict } from './partition.js';
import { identityOf } from './record-identity.js';

export type Publish = (record: NewRecord) => Promise<Published>;

/** Runs the work on a record; the place for what is to be around every one of them, such as a trace. */
export type Around = (
  record: ConsumedRecord,
  context: RecordContext,
  /** @param context what the handler is given instead */
  work: (context?: RecordContext) => Promise<void> | undefined,
) => Promise<void> | undefined;

export interface AttemptsOptions {
  readonly handle: RecordHandler;
  /** @default none */
  readonly around: Around | undefined;
  /** Tries after the first. */
  readonly retries: number;
  /** At-most-once: no second try of whatever kind, and what nobody keeps is given up, loudly. */
  readonly once: boolean;
  readonly inTransaction: boolean;
  /** Ms. */
  readonly backoffMs: number;
  readonly jitterMs: number;
  readonly deadLetterTopic: string | undefined;
  readonly failureLog: FailureLog | undefined;
  readonly holdKeys: boolean;
  readonly clientId: string;
  readonly groupId: string;
  readonly evidence: WriteEvidence | undefined;
  readonly metrics: { retry(place: TopicPartition): void; deadLetter(topic: string, reason: DeadLetterKind): void };
  readonly logger: Logger;
  /** Kafka refuses what we publish, and will until a person changes something. */
  readonly onRefused: (error: ClientError) => void;
}

/** Undefined: done. Else the ms after which the record is to come again. */
export type Outcome = number | undefined;

export interface Attempts {
  /** One attempt at a record, or the next step of what becomes of it. Never rejects. A value and no promise when the handler gave none. */
  at(record: ConsumedRecord, partition: Partition, publish: Publish): Outcome | Promise<Outcome>;
  /** `record`: the one whose trace is carried over. */
  contextOf(record: ConsumedRecord | undefined, partition: Partition, attempt: number, publish: Publish): Context;
  /** The record's handler has finished. */
  finished(record: ConsumedRecord, partition: Partition): void;
}

export interface Context extends RecordContext {
  /** What was published and not waited for; undefined for nothing. */
  publishing: Promise<unknown>[] | undefined;
  /** The first refusal of a publish, whatever the handler made of it. */
  refused: ClientError | undefined;
}

/** Waits between attempts grow up to this, in ms, or to the first of them where that is longer. */
const longestWaitMs = 30_000;

/** Ms before the retry of that number, from 1. */
export function waitBefore(retry: number, backoffMs: number, jitterMs: number, random = Math.random): number {
  return Math.min(Math.max(longestWaitMs, backoffMs), backoffMs * 2 ** Math.min(retry - 1, 30)) + jitterMs * random();
}

const traceHeaders = ['correlation-id', 'traceparent', 'tracestate'] as const;

export function createAttempts(options: AttemptsOptions): Attempts {
  const { handle, around, evidence, logger, metrics, holdKeys, clientId, groupId } = options;
  const hasPlaceForTheDead = options.deadLetterTopic !== undefined || options.failureLog !== undefined;

  const finished = (record: ConsumedRecord, partition: Partition): void => {
    evidence?.({
      evidence: 'processed',
      t: Date.now(),
      member: clientId,
      topic: partition.topic,
      partition: partition.partition,
      offset: Number(record.offset),
      ...identityOf(record),
    });
    if (partition.troubles.size > 0) partition.troubles.delete(record.offset);
    if (holdKeys && partition.held.size > 0 && isReplayed(record)) {
      partition.held.replayed(record.key, record.offset);
    }
  };

  const contextOf = (record: ConsumedRecord | undefined, partition: Partition, attempt: number, publish: Publish): Context => {
    const context: Context = {
      topic: partition.topic,
      partition: partition.partition,
      attempt,
      logger,
      signal: partition.signal,
      publishing: undefined,
      refused: undefined,
      publish: (made) => {
        const published = publish(carryOver(record, made));
        const noted = published.catch((error: unknown) => {
          if (error instanceof ClientError) context.refused ??= error;
          throw error;
        });
        // Whether the handler waits for it or not, the record does; and nothing is unhandled.
        noted.catch(() => undefined);
        (context.publishing ??= []).push(noted);
        return published;
      },
    };
    return context;
  };

  const settle = async (working: Promise<void> | undefined, record: ConsumedRecord, partition: Partition, context: Context) => {
    try {
      await working;
      if (context.publishing !== undefined) await Promise.all(context.publishing);
    } catch (error) {
      return failed(error, record, partition, context);
    }
    finished(record, partition);
    return undefined;
  };

  const failed = (thrown: unknown, record: ConsumedRecord, partition: Partition, context: Context): Outcome => {
    // Somebody else's record by now.
    if (partition.status === 'gone') return 0;
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const trouble: Trouble = partition.troubles.get(record.offset) ?? { failures: 0, attempts: 0, dueAt: 0 };
    partition.troubles.set(record.offset, trouble);
    trouble.attempts = context.attempt;
    const where = { topic: partition.topic, partition: partition.partition, offset: record.offset, attempt: context.attempt };
    const refused = context.refused ?? (error instanceof ClientError ? error : undefined);
    if (refused?.kind === 'configuration') options.onRefused(refused);
    const isTransient = error instanceof TransientError || (refused !== undefined && refused.kind !== 'permanent');
    const isPermanent = error instanceof PermanentError || refused?.kind === 'permanent';
    if (!isTransient || options.once) trouble.failures += 1;
    if (isTransient && !options.once) {
      const waitMs = waitBefore(context.attempt, options.backoffMs, options.jitterMs);
      logger.warn({ ...where, reason: error.message, waitMs: Math.round(waitMs) }, 'not possible now: tried until it is');
      return again(trouble, waitMs, partition);
    }
    if (!isPermanent && !options.once && trouble.failures <= options.retries) {
      const waitMs = waitBefore(trouble.failures, options.backoffMs, options.jitterMs);
      logger.warn({ ...where, reason: error.message, waitMs: Math.round(waitMs) }, 'failed, trying again');
      return again(trouble, waitMs, partition);
    }
    if (!hasPlaceForTheDead && options.once) {
      logger.error({ ...where, err: error }, 'given up: there is neither CONSUMER_DEAD_LETTER_TOPIC nor FAILURE_LOG_DIR to keep it in');
      partition.troubles.delete(record.offset);
      return undefined;
    }
    if (!hasPlaceForTheDead) {
      const waitMs = Math.max(100, waitBefore(Math.max(1, trouble.failures - options.retries), 100, 0));
      logger.error(
        { ...where, err: error },
        'failed, and there is neither CONSUMER_DEAD_LETTER_TOPIC nor FAILURE_LOG_DIR to keep it in: its partition waits, and it is tried again',
      );
      return again(trouble, waitMs, partition);
    }
    trouble.verdict = { error, kind: isPermanent ? 'permanent' : 'retries' };
    return undefined;
  };

  const again = (trouble: Trouble, waitMs: number, partition: Partition): number => {
    metrics.retry(partition);
    trouble.dueAt = Date.now() + waitMs;
    return waitMs;
  };

  /** Keeps a record where a person can find it: the dead-letter topic, else the failure log, else its partition waits. */
  const bury = async (
    record: ConsumedRecord,
    partition: Partition,
    trouble: Trouble,
    verdict: Verdict,
    publish: Publish,
  ): Promise<Outcome> => {
    const { error, kind } = verdict;
    const { letter, key, headers } = deadLetterOf(
      record,
      partition,
      {
        reason: error.message,
        errorType: kind === 'held' ? 'held' : error.name,
        stack: kind === 'held' ? undefined : error.stack,
        retryCount: Math.max(0, trouble.attempts - 1),
      },
      { consumerGroup: groupId, clientId, now: new Date() },
    );
    const where = { topic: partition.topic, partition: partition.partition, offset: record.offset };
    const buried = (to: 'topic' | 'file'): undefined => {
      metrics.deadLetter(partition.topic, kind);
      evidence?.({
        evidence: 'dead',
        t: Date.now(),
        member: clientId,
        ...where,
        offset: Number(record.offset),
        ...identityOf(record),
        to,
        reason: letter.reason,
      });
      partition.troubles.delete(record.offset);
      if (!holdKeys) return undefined;
      // A letter that came back and failed again is one that came, and one that goes.
      if (isReplayed(record)) partition.held.replayed(record.key, record.offset);
      const wasFull = partition.held.isFull();
      partition.held.hold(record.key, record.offset);
      if (partition.held.isFull() && !wasFull)
        logger.error(
          where,
          'more keys are held back than can be kept with the offset: from now on all records of the partition follow into the dead-letter topic, until theirs are replayed',
        );
      return undefined;
    };
    if (options.deadLetterTopic !== undefined && trouble.isTopicClosed !== true) {
      try {
        await publish({ topic: options.deadLetterTopic, key, value: JSON.stringify(letter), headers });
        logger.warn({ ...where, reason: letter.reason, to: options.deadLetterTopic }, 'dead letter');
        return buried('topic');
      } catch (thrown) {
        const refusal = causeOf(thrown);
        logger.error({ ...where, to: options.deadLetterTopic, reason: refusal.message }, 'the dead-letter topic does not take it');
        if (thrown instanceof ClientError && thrown.kind === 'configuration' && options.failureLog === undefined) options.onRefused(thrown);
        partition.troubles.set(record.offset, trouble);
        if (options.failureLog === undefined) return waitForPlace(trouble, where);
        trouble.isTopicClosed = true;
        // What failed has ended the transaction; the file comes with the next one, or it would be written twice.
        if (options.inTransaction) return 0;
      }
    }
    try {
      options.failureLog?.write([failedRecordOf(record, headers, letter)]);
      logger.error({ ...where, reason: letter.reason }, 'kept in the failure log');
      return buried('file');
    } catch (thrown) {
      logger.error({ ...where, reason: causeOf(thrown).message }, 'the failure log does not take it either');
      trouble.isTopicClosed = false;
      partition.troubles.set(record.offset, trouble);
      return waitForPlace(trouble, where);
    }
  };

  const waitForPlace = (trouble: Trouble, where: object): number => {
    trouble.dueAt = Date.now() + 1_000;
    logger.error(where, 'the record cannot be kept anywhere: its partition waits');
    return 1_000;
  };

  /** After an attempt: a record that is condemned becomes a dead letter at once. */
  const next = (
    outcome: Outcome,
    record: ConsumedRecord,
    partition: Partition,
    context: Context,
    publish: Publish,
  ): Outcome | Promise<Outcome> => {
    const condemned = outcome === undefined ? partition.troubles.get(record.offset) : undefined;
    if (condemned?.verdict === undefined) return outcome;
    // What it has published must not be seen: the letter is for the transaction after.
    if (options.inTransaction && context.publishing !== undefined) return 0;
    return bury(record, partition, condemned, condemned.verdict, publish);
  };

  return {
    finished,
    contextOf,
    at(record, partition, publish) {
      const trouble = partition.troubles.size === 0 ? undefined : partition.troubles.get(record.offset);
      if (trouble !== undefined && trouble.dueAt > Date.now()) return trouble.dueAt - Date.now();
      if (trouble?.verdict !== undefined) return bury(record, partition, trouble, trouble.verdict, publish);
      if (holdKeys && partition.held.size > 0 && partition.held.isHeld(record.key) && !isReplayed(record))
        return bury(record, partition, { failures: 0, attempts: 1, dueAt: 0, verdict: heldVerdict }, heldVerdict, publish);
      const context = contextOf(record, partition, (trouble?.attempts ?? 0) + 1, publish);
      let working: Promise<void> | undefined;
      try {
        working = around === undefined ? handle(record, context) : around(record, context, (given = context) => handle(record, given));
      } catch (error) {
        return next(failed(error, record, partition, context), record, partition, context, publish);
      }
      if (working === undefined && context.publishing === undefined) {
        finished(record, partition);
        return undefined;
      }
      return settle(working, record, partition, context).then((outcome) => next(outcome, record, partition, context, publish));
    },
  };
}

const heldVerdict: Verdict = {
  error: new Error('an earlier record of its key is a dead letter, and CONSUMER_HOLD_KEYS holds the key back until it is replayed'),
  kind: 'held',
};

function isReplayed(record: ConsumedRecord): boolean {
  return headerText(record.headers, replayedHeader) !== undefined;
}

/** Who reads what was made of a record can tell which record, and the trace goes on. */
function carryOver(from: ConsumedRecord | undefined, made: NewRecord): NewRecord {
  let headers = made.headers;
  for (const name of traceHeaders) {
    const value = headers?.[name] === undefined ? headerText(from?.headers, name) : undefined;
    if (value !== undefined) headers = { ...headers, [name]: value };
  }
  return headers === made.headers ? made : { ...made, headers };
}

function failedRecordOf(record: ConsumedRecord, headers: Readonly<Record<string, string | Buffer>>, letter: DeadLetter): FailedRecord {
  const base64: string[] = [];
  return {
    time: letter.errorTimestamp,
    topic: letter.originalTopic,
    key: readable(record.key, 'key', base64),
    value: readable(record.value, 'value', base64),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, readable(value, `headers.${name}`, base64) ?? ''])),
    timestamp: Number(record.timestamp),
    errorType: letter.errorType,
    reason: letter.reason,
    outcome: 'rejected',
    retryCount: letter.retryCount,
    clientId: letter.clientId,
    ...(base64.length > 0 && { base64 }),
  };
}
