/**
 * Dead letters as they stand in their topic: what the workers write, and `muster dlq` reads. A consumer's dead letter (S11) is a JSON object that holds the
 * whole original record; a producer's (S8) is the original value, with what went wrong in the headers.
 */

/** Value of a consumer's dead letter. Bytes that are not UTF-8 are kept as base64, and `encoding` says so. */
export interface DeadLetter {
  readonly originalTopic: string;
  readonly originalPartition: number;
  /** 64 bits wide, so text. */
  readonly originalOffset: string;
  readonly originalKey: string | null;
  readonly originalValue: string | null;
  readonly encoding?: { readonly key?: 'base64'; readonly value?: 'base64' };
  /** ISO 8601. */
  readonly originalTimestamp: string;
  readonly errorTimestamp: string;
  readonly reason: string;
  /** Name of the error class, or `held` for a record that follows an earlier dead letter of its key. */
  readonly errorType: string;
  readonly stack?: string;
  readonly retryCount: number;
  readonly consumerGroup: string;
  readonly clientId: string;
}

/** Headers that a consumer's dead letter has beside those of the original record. */
export const deadLetterHeaders = {
  timestamp: 'dlq-timestamp',
  reason: 'dlq-reason',
  originalTopic: 'dlq-original-topic',
  originalPartition: 'dlq-original-partition',
  originalOffset: 'dlq-original-offset',
} as const;

/** Headers of a producer's dead letter, and of its record in a retry topic. */
export const producerDeadLetterHeaders = {
  originalTopic: 'original-topic',
  errorTimestamp: 'error-timestamp',
  errorType: 'error-type',
  errorMessage: 'error-message',
  retryCount: 'retry-count',
  correlationId: 'correlation-id',
  /** `rejected`, or `indeterminate`: then it may be in its topic all the same. */
  outcome: 'error-outcome',
  /** Only where the value was too large for the dead-letter topic as well, which then has its beginning: how many bytes it had. */
  originalBytes: 'original-value-bytes',
} as const;

/** Header of a record that was replayed: where its dead letter stands, as `topic/partition/offset`. */
export const replayedHeader = 'dlq-replayed-from';
