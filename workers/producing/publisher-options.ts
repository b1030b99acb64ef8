import type { Registry } from 'prom-client';
import type { ClientError, ClientPort, Compression, Transport } from '../client-port.js';
import type { Values } from '../config.js';
import type { producerContract } from '../contract.js';
import type { FailureLog } from '../failure-log.js';
import type { Logger } from '../logging.js';
import type { Outgoing } from './outgoing.js';
import type { Failure } from './failures.js';

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
