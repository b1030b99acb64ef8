import { MusterError } from './error.js';
import { sizingDefaults, type Handling } from './sizing.js';
import type { Throughput } from './units.js';

/** How a rate is known: a measurement beats a statement, and a statement beats our guess. */
export type Basis = 'measured' | 'stated' | 'guessed';

/** What one partition carries. */
export interface PartitionRate {
  readonly rate: Throughput;
  readonly basis: Basis;
}

/** A consumer group: its members share the partitions; every group reads every record. */
export interface ConsumerGroup {
  readonly name: string;
  /** Members wanted. @default as many as the work needs, one partition each at most */
  readonly members?: number;
  /** What its members do with a record. @default unknown: reading is all that limits them */
  readonly handling?: Handling;
}

/** What a topic and its readers must carry. Rates by the second, sizes in bytes, times in milliseconds. */
export interface Workload {
  /** What producers write at the peak, before replication and compression. */
  readonly targetRate: Throughput;
  /** What they write on average: it fills the disks. @default targetRate */
  readonly averageRate?: Throughput;
  /** @default 1 KiB, a guess */
  readonly recordBytes?: number;
  /** What one partition takes from producers. @default 10 MB/s, a guess */
  readonly produceRate?: PartitionRate;
  /** What one partition gives to a group. @default produceRate */
  readonly consumeRate?: PartitionRate;
  /** Consumers wanted in one group. @default the largest group's */
  readonly consumers?: number;
  /** Factor on the partitions that leaves room to grow, 1 or more. @default 1 */
  readonly growth?: number;
  /** The target rate expected at the horizon. @default targetRate × growth */
  readonly expectedRate?: Throughput;
  /** When the growth has happened. @default 1 year */
  readonly horizonMs?: number;
  /** Brokers there are. @default as many as the load needs, 3 at least */
  readonly brokers?: number;
  /** Zones the brokers are spread over. @default 1 */
  readonly zones?: number;
  /** @default 2 */
  readonly partitionsPerBroker?: number;
  /** @default 3, or the number of brokers if there are fewer */
  readonly replicationFactor?: number;
  /** @default one less than the replication factor, 1 at least */
  readonly minInsyncReplicas?: number;
  /** @default 7 days */
  readonly retentionMs?: number;
  /** @default 1 GiB */
  readonly segmentBytes?: number;
  /** Part of a disk that may be full, above 0 to 1. @default 0.7 */
  readonly fill?: number;
  /** `per-key`: the records of a key are handled one after the other. @default 'per-key' */
  readonly ordering?: 'per-key' | 'none';
  /** Distinct keys. @default unknown */
  readonly keys?: number;
  /** @default one group of `consumers` members, or of what they need */
  readonly groups?: readonly ConsumerGroup[];
  /** Groups that read the topic, where they are more than `groups` names. @default those named, 1 at least */
  readonly groupCount?: number;
  /** Bytes a second that a broker's network carries each way. @default 1.25 GB/s (10 Gbit/s), a guess */
  readonly networkRate?: number;
  /** Bytes a second that a broker's disks write. @default unknown: no limit */
  readonly diskRate?: number;
  /** Client and replication connections a broker holds. @default 1000, a guess */
  readonly connections?: number;
  /** How late a reader may be before somebody is told. @default 1 minute */
  readonly toleratedDelayMs?: number;
  /** How long readers may be away; catching up is computed for it. @default 1 hour */
  readonly outageMs?: number;
  /** Memory limit of a worker's pod. @default unknown: buffers are not compared with it */
  readonly podMemory?: number;
  /** `buffer.memory` of a producer. @default 32 MiB */
  readonly producerBuffer?: number;
}

const hour = 3_600_000;
const guessedRate: PartitionRate = { rate: { unit: 'bytes', perSecond: 10e6 }, basis: 'guessed' };

/** A workload with every default in its place, and every rate in bytes as well as in records. */
export interface FullWorkload extends Required<
  Omit<
    Workload,
    | 'brokers'
    | 'replicationFactor'
    | 'minInsyncReplicas'
    | 'consumers'
    | 'keys'
    | 'diskRate'
    | 'podMemory'
    | 'expectedRate'
    | 'averageRate'
    | 'targetRate'
    | 'produceRate'
    | 'consumeRate'
    | 'groups'
  >
> {
  readonly given: Workload;
  readonly bytesPerSecond: number;
  readonly recordsPerSecond: number;
  readonly averageBytesPerSecond: number;
  readonly expectedBytesPerSecond: number;
  /** Whether the rate at the horizon was named; otherwise it is the growth's. */
  readonly expectedNamed: boolean;
  readonly produceBytesPerSecond: number;
  readonly produceBasis: Basis;
  readonly consumeBytesPerSecond: number;
  readonly consumeBasis: Basis;
  readonly groups: readonly ConsumerGroup[];
  /** Members of the largest group that was asked for; 0 when none was. */
  readonly consumers: number;
}

/**
 * Puts the defaults in.
 * @throws MusterError `bad-input` for a number outside its range, naming it
 */
export function complete(workload: Workload): FullWorkload {
  refuse(workload);
  const recordBytes = workload.recordBytes ?? 1024;
  const bytes = ({ unit, perSecond }: Throughput): number => (unit === 'bytes' ? perSecond : perSecond * recordBytes);
  const produce = workload.produceRate ?? workload.consumeRate ?? guessedRate;
  const consume = workload.consumeRate ?? produce;
  const target = bytes(workload.targetRate);
  // A rate named for the horizon says how much it grows; the factor on the partitions is then not needed.
  const growth = workload.growth ?? 1;
  const groups = workload.groups ?? [{ name: 'consumers', ...(workload.consumers !== undefined && { members: workload.consumers }) }];
  return {
    given: workload,
    recordBytes,
    growth,
    groups,
    bytesPerSecond: target,
    recordsPerSecond: target / recordBytes,
    averageBytesPerSecond: bytes(workload.averageRate ?? workload.targetRate),
    expectedBytesPerSecond: workload.expectedRate === undefined ? target * growth : bytes(workload.expectedRate),
    expectedNamed: workload.expectedRate !== undefined,
    produceBytesPerSecond: bytes(produce.rate),
    produceBasis: produce.basis,
    consumeBytesPerSecond: bytes(consume.rate),
    consumeBasis: consume.basis,
    consumers: Math.max(workload.consumers ?? 0, ...groups.map(({ members = 0 }) => members)),
    horizonMs: workload.horizonMs ?? 365 * 24 * hour,
    zones: workload.zones ?? 1,
    partitionsPerBroker: workload.partitionsPerBroker ?? sizingDefaults.partitionsPerBroker,
    retentionMs: workload.retentionMs ?? 7 * 24 * hour,
    segmentBytes: workload.segmentBytes ?? sizingDefaults.segmentBytes,
    fill: workload.fill ?? sizingDefaults.fill,
    ordering: workload.ordering ?? 'per-key',
    groupCount: Math.max(workload.groupCount ?? 1, workload.groups?.length ?? 0),
    networkRate: workload.networkRate ?? 1.25e9,
    connections: workload.connections ?? 1000,
    toleratedDelayMs: workload.toleratedDelayMs ?? 60_000,
    outageMs: workload.outageMs ?? hour,
    producerBuffer: workload.producerBuffer ?? sizingDefaults.producerBuffer,
  };
}

function refuse(workload: Workload): void {
  const { targetRate, averageRate, expectedRate, produceRate, consumeRate, replicationFactor, minInsyncReplicas, brokers } = workload;
  const rates = { targetRate, averageRate, expectedRate, produceRate: produceRate?.rate, consumeRate: consumeRate?.rate };
  for (const [name, rate] of Object.entries(rates)) above0(name, rate?.perSecond);
  for (const name of ['recordBytes', 'horizonMs', 'retentionMs', 'segmentBytes', 'networkRate', 'diskRate', 'toleratedDelayMs'] as const)
    above0(name, workload[name]);
  for (const name of [
    'consumers',
    'brokers',
    'zones',
    'partitionsPerBroker',
    'replicationFactor',
    'minInsyncReplicas',
    'keys',
    'groupCount',
  ] as const) {
    const value = workload[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) wrong(name, value, 'a whole number from 1');
  }
  if (workload.growth !== undefined && !(workload.growth >= 1))
    wrong('growth', workload.growth, 'a factor of 1 or more: 1 is no growth, 2 is twice');
  if (workload.fill !== undefined && !(workload.fill > 0 && workload.fill <= 1)) wrong('fill', workload.fill, 'a part above 0 up to 1');
  for (const { name, members, handling } of workload.groups ?? []) {
    if (members !== undefined && !(Number.isInteger(members) && members >= 1))
      wrong(`members of ${name}`, members, 'a whole number from 1');
    above0(`work time of ${name}`, handling?.workMs);
    above0(`batch of ${name}`, handling?.batch);
    above0(`parallelism of ${name}`, handling?.parallelism);
  }
  if (replicationFactor !== undefined && brokers !== undefined && replicationFactor > brokers)
    throw new MusterError(
      'bad-input',
      `replication factor ${replicationFactor} on ${brokers} broker${brokers === 1 ? '' : 's'} cannot be: each replica needs a broker of its own; give ${replicationFactor} brokers, or a factor of ${brokers} or less`,
    );
  if (minInsyncReplicas !== undefined && replicationFactor !== undefined && minInsyncReplicas > replicationFactor)
    throw new MusterError(
      'bad-input',
      `${minInsyncReplicas} in-sync replicas of ${replicationFactor} cannot be: every write with acks=all would be refused`,
    );
}

function above0(name: string, value: number | undefined): void {
  if (value !== undefined && !(value > 0 && Number.isFinite(value))) wrong(name, value, 'more than 0');
}

function wrong(name: string, value: number, allowed: string): never {
  throw new MusterError('bad-input', `${name} ${value} cannot be: give ${allowed}`);
}
