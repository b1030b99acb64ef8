import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import type { apiContract, producerContract } from '../workers/contract.js';
import { bytesOf } from './compute.js';
import type { IKafkaTopic } from './kafka-topic.js';
import { MusterError } from './model/error.js';
import { Worker, type WorkerProps, type WorkerShape } from './worker.js';

/** How records are delivered, whoever makes them. */
export interface DeliveryProps extends WorkerProps {
  /** Replicas that must have a record before it counts as sent. @default 'all' */
  readonly acks?: '0' | '1' | 'all';
  /** Whether a retry can never write a record twice; needs acks 'all'. @default true */
  readonly idempotence?: boolean;
  /** One batch of one partition. @default Size.kibibytes(16) */
  readonly batchSize?: Size;
  /** Records that wait to be sent before the producer pauses. @default Size.mebibytes(32) */
  readonly bufferSize?: Size;
  /** Attempts after the first, within the delivery timeout. @default as many as there is time for */
  readonly retries?: number;
  /** Wait before the first retry, doubled each time up to 1 s, or up to itself where that is longer. @default Duration.millis(100) */
  readonly retryBackoff?: Duration;
  /** Takes records whose retries are used up. @default none: they are given up, and said to be */
  readonly retryTopic?: IKafkaTopic;
  /** Takes records that are refused for good. @default none: they are given up, and said to be */
  readonly deadLetters?: IKafkaTopic;
}

/** What a batch waits for, and how long: where producers and APIs differ. */
export interface DeliveryPace {
  readonly compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd' | undefined;
  readonly linger?: Duration | undefined;
  readonly requestTimeout?: Duration | undefined;
  readonly deliveryTimeout?: Duration | undefined;
}

/** A worker that writes records. */
export abstract class DeliveringWorker extends Worker {
  readonly acks: '0' | '1' | 'all';
  readonly idempotence: boolean;
  readonly batchSize: Size;
  readonly bufferSize: Size;
  readonly retries: number;
  readonly retryBackoff: Duration;
  readonly compression: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  readonly linger: Duration;
  readonly requestTimeout: Duration;
  readonly deliveryTimeout: Duration;

  protected constructor(
    scope: Construct,
    id: string,
    shape: WorkerShape,
    private readonly deliveryProps: DeliveryProps & DeliveryPace,
    defaults: typeof producerContract | typeof apiContract,
  ) {
    super(scope, id, shape, deliveryProps);
    const props = deliveryProps;
    this.acks = props.acks ?? defaults.PRODUCER_ACKS.default;
    this.idempotence = props.idempotence ?? defaults.PRODUCER_IDEMPOTENCE.default === 'true';
    this.batchSize = props.batchSize ?? Size.kibibytes(defaults.PRODUCER_BATCH_BYTES.default / 1024);
    this.bufferSize = props.bufferSize ?? Size.kibibytes(defaults.PRODUCER_BUFFER_BYTES.default / 1024);
    this.retries = props.retries ?? defaults.PRODUCER_RETRIES.default;
    this.retryBackoff = props.retryBackoff ?? Duration.millis(defaults.PRODUCER_RETRY_BACKOFF_MS.default);
    this.compression = props.compression ?? defaults.PRODUCER_COMPRESSION.default;
    this.linger = props.linger ?? Duration.millis(defaults.PRODUCER_LINGER_MS.default);
    this.requestTimeout = props.requestTimeout ?? Duration.millis(defaults.PRODUCER_REQUEST_TIMEOUT_MS.default);
    this.deliveryTimeout = props.deliveryTimeout ?? Duration.millis(defaults.PRODUCER_DELIVERY_TIMEOUT_MS.default);
    if (this.idempotence && this.acks !== 'all') {
      throw new MusterError(
        'bad-input',
        `${shape.component} ${this.name}: idempotence needs acks all, not ${this.acks}; set acks to 'all' or idempotence to false`,
      );
    }
    const user = this.grantee();
    if (user !== undefined) for (const topic of [this.topic, props.retryTopic, props.deadLetters]) topic?.grantWrite(user);
  }

  protected deliverySettings() {
    return {
      PRODUCER_ACKS: this.acks,
      PRODUCER_IDEMPOTENCE: this.idempotence ? 'true' : 'false',
      PRODUCER_COMPRESSION: this.compression,
      PRODUCER_LINGER_MS: this.linger.toMilliseconds(),
      PRODUCER_BATCH_BYTES: bytesOf(this.batchSize),
      PRODUCER_BUFFER_BYTES: bytesOf(this.bufferSize),
      PRODUCER_REQUEST_TIMEOUT_MS: this.requestTimeout.toMilliseconds(),
      PRODUCER_DELIVERY_TIMEOUT_MS: this.deliveryTimeout.toMilliseconds(),
      PRODUCER_RETRIES: this.retries,
      PRODUCER_RETRY_BACKOFF_MS: this.retryBackoff.toMilliseconds(),
      PRODUCER_RETRY_TOPIC: this.deliveryProps.retryTopic?.name ?? '',
      PRODUCER_DEAD_LETTER_TOPIC: this.deliveryProps.deadLetters?.name ?? '',
    } as const;
  }
}
