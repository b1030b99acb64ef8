import type { Registry } from 'prom-client';
import type { Logger } from './logging.js';
import type { ConsumedRecord, NewRecord, Published } from './record.js';

/**
 * What a system of ours writes: the work on one record, and nothing else. When it resolves, the record is done; when it rejects, the core
 * tries again with backoff and then makes it a dead letter (any error), at once (`PermanentError`), or never (`TransientError`: it is tried
 * until it succeeds, and nothing of the partition is committed meanwhile).
 */
export type RecordHandler = (record: ConsumedRecord, context: RecordContext) => Promise<void> | undefined;

/** The work on several records of one partition at once, for one insert instead of a hundred. All succeed, or each is then tried alone. */
export type BatchHandler = (records: readonly ConsumedRecord[], context: RecordContext) => Promise<void>;

export interface RecordContext {
  readonly topic: string;
  readonly partition: number;
  /** 1 at first, 2 at the first retry. */
  readonly attempt: number;
  readonly logger: Logger;
  /** Aborted when the partition is lost to another member: what is still done counts for nothing. */
  readonly signal: AbortSignal;
  /**
   * Writes a record. Resolves when it is acknowledged; with exactly-once, when it is part of the transaction that also holds the offset.
   * `correlation-id` and the trace of the record in hand are carried over. The record in hand is not done before all of these are.
   */
  publish(record: NewRecord): Promise<Published>;
}

/** Trying again cannot help: the record becomes a dead letter at once. */
export class PermanentError extends Error {
  override name = 'PermanentError';
}

/** Something outside is away, a database say; the record is not to blame and is tried until it comes through, or the member stops. */
export class TransientError extends Error {
  override name = 'TransientError';
}

/** What the settings give a handler to build itself from. */
export interface HandlerSettings {
  readonly clientId: string;
  readonly groupId: string;
  /** CONSUMER_OUTPUT_TOPIC. Handlers that publish check at start that there is one. */
  readonly outputTopic: string | undefined;
  /** CONSUMER_BOOKED_TOPIC. */
  readonly bookedTopic?: string | undefined;
  /** CONSUMER_WORK_MS: what simulated work takes. */
  readonly workMs: number;
  /** DATABASE_URL and the password of DATABASE_PASSWORD_FILE. */
  readonly database: { readonly url: string; readonly passwordFile: string | undefined } | undefined;
  /** CONSUMER_ALERT_ABOVE. */
  readonly alertAbove: number;
}

/** A handler with what it holds open. */
export interface OpenHandler {
  readonly handle: RecordHandler;
  /** Used where CONSUMER_BATCH_RECORDS is above 1. */
  readonly handleBatch?: BatchHandler | undefined;
  /** Why the worker is not ready although it is in the group: its database is away, say. */
  notReady?(): string | undefined;
  /** After the last record, before the process ends. */
  close?(): Promise<void>;
}

/** Builds a handler. Throws `ConfigurationError` when a setting it needs is missing. */
export type OpensHandler = (settings: HandlerSettings, services: HandlerServices) => Promise<OpenHandler> | OpenHandler;

export interface HandlerServices {
  readonly logger: Logger;
  /** For the handler's own metrics. */
  readonly registry: Registry;
  /**
   * Visits what is in a topic by now, oldest first and committed records alone: for handlers whose state is a topic. It writes a mark to the
   * end of each partition, `{"mark": …}`, which readers of the topic pass over. Not for use within exactly-once, whose own open transaction
   * it would wait for. Rejects with `TransientError`. (`topicReader` of consuming/read-topic.ts.)
   */
  readTopic(topic: string, visit: (record: ConsumedRecord) => void): Promise<void>;
}
