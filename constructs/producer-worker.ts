import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { producerContract, type Settings } from '../workers/contract.js';
import { bytesOf } from './compute.js';
import { MusterError } from './model/error.js';
import { expandKeys } from './model/keys.js';
import { Rate } from './rate.js';
import { environmentOf, type EnvironmentVariable } from './worker-environment.js';
import { Worker, type WorkerProps } from './worker.js';

export interface ProducerWorkerProps extends WorkerProps {
  /** Records, held steady. At least one a second, in whole records. @default Rate.perSecond(10) */
  readonly rate?: Rate;
  /** Keys as a pattern: `customer-{A..J}`, `customer-{001..100}`, or a comma-separated list. @default 'customer-{A..J}' */
  readonly keys?: string;
  /** Records to send before the worker ends; 0: until it is stopped. @default 0 */
  readonly records?: number;
  /** Size of a record's value, at least. @default Size.kibibytes(0.5) */
  readonly recordSize?: Size;
  /** Replicas that must have a record before it counts as sent. @default 'all' */
  readonly acks?: '0' | '1' | 'all';
  /** Whether a retry can never write a record twice; needs acks 'all'. @default true */
  readonly idempotence?: boolean;
  /** @default 'none' */
  readonly compression?: 'none' | 'gzip' | 'lz4';
  /** Longest wait for a batch to fill. @default Duration.millis(5) */
  readonly linger?: Duration;
  /** One batch of one partition. @default Size.kibibytes(16) */
  readonly batchSize?: Size;
  /** Records that wait to be sent before the producer pauses. @default Size.mebibytes(32) */
  readonly bufferSize?: Size;
  /** @default Duration.seconds(30) */
  readonly requestTimeout?: Duration;
  /** A record not acknowledged by then is given up. @default Duration.minutes(2) */
  readonly deliveryTimeout?: Duration;
}

/** Producers of keyed, sequence-stamped records at a steady rate. */
export class ProducerWorker extends Worker {
  readonly rate: Rate;
  readonly keys: string;
  readonly records: number;
  readonly recordSize: Size;
  readonly acks: '0' | '1' | 'all';
  readonly idempotence: boolean;
  readonly compression: 'none' | 'gzip' | 'lz4';
  readonly linger: Duration;
  readonly batchSize: Size;
  readonly bufferSize: Size;
  readonly requestTimeout: Duration;
  readonly deliveryTimeout: Duration;

  constructor(scope: Construct, id: string, props: ProducerWorkerProps) {
    super(scope, id, 'producer', props);
    const defaults = producerContract;
    this.rate = props.rate ?? Rate.perSecond(defaults.PRODUCER_RATE.default);
    this.keys = props.keys ?? defaults.PRODUCER_KEYS.default;
    this.records = props.records ?? defaults.PRODUCER_RECORDS.default;
    this.recordSize = props.recordSize ?? Size.kibibytes(defaults.PRODUCER_RECORD_BYTES.default / 1024);
    this.acks = props.acks ?? defaults.PRODUCER_ACKS.default;
    this.idempotence = props.idempotence ?? defaults.PRODUCER_IDEMPOTENCE.default === 'true';
    this.compression = props.compression ?? defaults.PRODUCER_COMPRESSION.default;
    this.linger = props.linger ?? Duration.millis(defaults.PRODUCER_LINGER_MS.default);
    this.batchSize = props.batchSize ?? Size.kibibytes(defaults.PRODUCER_BATCH_BYTES.default / 1024);
    this.bufferSize = props.bufferSize ?? Size.kibibytes(defaults.PRODUCER_BUFFER_BYTES.default / 1024);
    this.requestTimeout = props.requestTimeout ?? Duration.millis(defaults.PRODUCER_REQUEST_TIMEOUT_MS.default);
    this.deliveryTimeout = props.deliveryTimeout ?? Duration.millis(defaults.PRODUCER_DELIVERY_TIMEOUT_MS.default);

    if (this.idempotence && this.acks !== 'all') {
      throw new MusterError(
        'bad-input',
        `producer ${this.name}: idempotence needs acks all, not ${this.acks}; set acks to 'all' or idempotence to false`,
      );
    }
    expandKeys(this.keys);
    this.environment();
    if (props.user !== undefined && this.topic.cluster.authorization !== undefined) this.topic.grantWrite(props.user);
  }

  protected override environment(): EnvironmentVariable[] {
    const settings = {
      ...this.commonSettings(),
      PRODUCER_RATE: this.rate.recordsPerSecond,
      PRODUCER_KEYS: this.keys,
      PRODUCER_RECORDS: this.records,
      PRODUCER_RECORD_BYTES: bytesOf(this.recordSize),
      PRODUCER_ACKS: this.acks,
      PRODUCER_IDEMPOTENCE: this.idempotence ? 'true' : 'false',
      PRODUCER_COMPRESSION: this.compression,
      PRODUCER_LINGER_MS: this.linger.toMilliseconds(),
      PRODUCER_BATCH_BYTES: bytesOf(this.batchSize),
      PRODUCER_BUFFER_BYTES: bytesOf(this.bufferSize),
      PRODUCER_REQUEST_TIMEOUT_MS: this.requestTimeout.toMilliseconds(),
      PRODUCER_DELIVERY_TIMEOUT_MS: this.deliveryTimeout.toMilliseconds(),
    } as const satisfies Settings<typeof producerContract>;
    return environmentOf<typeof producerContract>(producerContract, settings);
  }
}
