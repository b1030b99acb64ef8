import { Size, type Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { producerContract, type Settings } from '../workers/contract.js';
import { bytesOf } from './compute.js';
import { DeliveringWorker, type DeliveryProps } from './delivering-worker.js';
import { MusterError } from './model/error.js';
import { expandKeys } from './model/keys.js';
import { Rate } from './rate.js';
import { environmentOf, type EnvironmentVariable } from './worker-environment.js';

export interface ProducerWorkerProps extends DeliveryProps {
  /** What the records are, by the system they belong to. @default 'order' */
  readonly recordKind?: (typeof producerContract.PRODUCER_RECORD.values)[number];
  /** Records, held steady. At least one a second, in whole records. @default Rate.perSecond(10) */
  readonly rate?: Rate;
  /** Keys as a pattern: `customer-{A..J}`, `customer-{001..100}`, or a comma-separated list. @default 'customer-{A..J}' */
  readonly keys?: string;
  /** False: records have no key, and are spread over the partitions. @default true */
  readonly keyed?: boolean;
  /** Partitions of its own: it writes to no other. @default none: each record goes where its key says */
  readonly partitions?: readonly number[];
  /** Records to send before the worker ends, which makes it a Job; 0: until it is stopped. @default 0 */
  readonly records?: number;
  /** Makes each so many-th record one that no consumer can read, for drills; 0: none. @default 0 */
  readonly poisonEvery?: number;
  /** Size of a record's value, at least. @default Size.kibibytes(0.5) */
  readonly recordSize?: Size;
  /** @default 'none' */
  readonly compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  /** Longest wait for a batch to fill. @default Duration.millis(5) */
  readonly linger?: Duration;
  /** @default Duration.seconds(30) */
  readonly requestTimeout?: Duration;
  /** A record not acknowledged by then is given up. @default Duration.minutes(2) */
  readonly deliveryTimeout?: Duration;
}

/** Producers of sequence-stamped records at a steady rate. One that is told how many to send is a Job: a Deployment would begin again. */
export class ProducerWorker extends DeliveringWorker {
  readonly recordKind: (typeof producerContract.PRODUCER_RECORD.values)[number];
  readonly rate: Rate;
  readonly keys: string;
  readonly keyed: boolean;
  readonly partitions: readonly number[];
  readonly records: number;
  readonly poisonEvery: number;
  readonly recordSize: Size;

  constructor(scope: Construct, id: string, props: ProducerWorkerProps) {
    const defaults = producerContract;
    const records = props.records ?? defaults.PRODUCER_RECORDS.default;
    super(scope, id, { component: 'producer', finite: records > 0 }, props, defaults);
    this.recordKind = props.recordKind ?? defaults.PRODUCER_RECORD.default;
    this.rate = props.rate ?? Rate.perSecond(defaults.PRODUCER_RATE.default);
    this.keys = props.keys ?? defaults.PRODUCER_KEYS.default;
    this.keyed = props.keyed ?? defaults.PRODUCER_KEYED.default === 'true';
    this.partitions = props.partitions ?? [];
    this.records = records;
    this.poisonEvery = props.poisonEvery ?? defaults.PRODUCER_POISON_EVERY.default;
    this.recordSize = props.recordSize ?? Size.kibibytes(defaults.PRODUCER_RECORD_BYTES.default / 1024);

    const missing = this.partitions.find(
      (partition) => !Number.isInteger(partition) || partition < 0 || partition >= this.topic.partitions,
    );
    if (missing !== undefined) {
      throw new MusterError(
        'bad-input',
        `producer ${this.name} is given partition ${missing}, and topic ${this.topic.name} has ${this.topic.partitions}: give whole numbers from 0 to ${this.topic.partitions - 1}`,
      );
    }
    expandKeys(this.keys);
    this.environment();
  }

  protected override environment(): EnvironmentVariable[] {
    const settings = {
      ...this.commonSettings(),
      PRODUCER_RECORD: this.recordKind,
      PRODUCER_KEYED: this.keyed ? 'true' : 'false',
      PRODUCER_PARTITIONS: this.partitions.join(','),
      PRODUCER_POISON_EVERY: this.poisonEvery,
      PRODUCER_RATE: this.rate.recordsPerSecond,
      PRODUCER_KEYS: this.keys,
      PRODUCER_RECORDS: this.records,
      PRODUCER_RECORD_BYTES: bytesOf(this.recordSize),
      ...this.deliverySettings(),
    } as const satisfies Settings<typeof producerContract>;
    return environmentOf<typeof producerContract>(producerContract, settings);
  }
}
