/**
 * The arithmetic of sizing, one small function a formula. Rates in bytes or records a second, sizes in bytes, times in milliseconds;
 * MB is 10^6 bytes, MiB 2^20. Where no other source is named, the formula is plain arithmetic.
 */
import { activeMembers, speedUp } from './balance.js';

const mib = 2 ** 20;
const gib = 2 ** 30;

/** Figures the formulas use when nobody gives another, each with where it comes from. */
export const sizingDefaults = {
  /** Part of a disk that may be full. Strimzi and AWS advise to keep a reserve; above it a broker has no time left to react. */
  fill: 0.7,
  /** Part of a broker's network or disk that planned load may take. Source: AWS, "Best practices for right-sizing your Apache Kafka clusters". */
  headroom: 0.8,
  /** Replicas a broker from which to warn. Source: AWS MSK best practices, 1000 for the smaller instances. */
  replicasPerBroker: 1000,
  /** Partitions a broker, at least, so that leaders spread. Source: the sizing rule max(…, brokers × 2). */
  partitionsPerBroker: 2,
  /** Bytes of a log segment: `log.segment.bytes` of Kafka. */
  segmentBytes: gib,
  /** Seconds of writes that the page cache should hold. Source: Kafka's documentation, "Hardware and OS". */
  pageCacheSeconds: 30,
  /** `vm.max_map_count` of Linux. Source: Kafka's documentation, "Hardware and OS". */
  memoryMaps: 65_530,
  /** Largest heap Strimzi gives a broker that names none, and the part of the memory it gives below. */
  heapLimit: 5 * gib,
  heapPart: 0.5,
  /** Memory of the smallest broker: lab 1.1's limit. */
  brokerMemory: 2 * gib,
  /** `fetch.max.bytes` and `max.partition.fetch.bytes` of Kafka's consumer. */
  fetchBytes: 50 * mib,
  partitionFetchBytes: mib,
  /** `buffer.memory` of Kafka's producer. */
  producerBuffer: 32 * mib,
  /** `max.poll.interval.ms` and `max.poll.records` of Kafka's consumer. */
  maxPollIntervalMs: 300_000,
  maxPollRecords: 500,
  /** Part of the poll interval that a batch may take. */
  pollPart: 0.3,
  /** `auto.commit.interval.ms` of Kafka's consumer. */
  commitIntervalMs: 5_000,
} as const;

/** Rounds up, but not over what binary fractions add: 0.3 ÷ 0.1 is 3, not 4. */
export function roundUp(value: number): number {
  return Math.ceil(Number(value.toPrecision(12)));
}

/** The next multiple of `of`, 1 or more, that is not below the value. */
export function upToMultiple(value: number, of: number): number {
  return roundUp(value / of) * of;
}

/** Partitions that carry a rate when one carries `perPartition`; at least 1. Source: Jun Rao, "How to choose the number of topics/partitions". */
export function partitionsForRate(rate: number, perPartition: number): number {
  return Math.max(1, roundUp(rate / perPartition));
}

/** Brokers whose disks and incoming network carry the writes: rate × RF ÷ (rate of a broker × 0.8). Source: AWS, right-sizing. */
export function brokersForWrites(rate: number, replicationFactor: number, brokerRate: number): number {
  return roundUp((rate * replicationFactor) / (brokerRate * sizingDefaults.headroom));
}

/** Brokers whose outgoing network carries groups and followers: rate × (groups + RF − 1) ÷ (rate of a broker × 0.8). Source: AWS, right-sizing. */
export function brokersForReads(rate: number, groups: number, replicationFactor: number, brokerRate: number): number {
  return roundUp((rate * (groups + replicationFactor - 1)) / (brokerRate * sizingDefaults.headroom));
}

/** Replicas on the fullest broker. */
export function replicasPerBroker(partitions: number, replicationFactor: number, brokers: number): number {
  return Math.ceil((partitions * replicationFactor) / brokers);
}

/** What decides how much disk a broker needs. Rates in bytes a second, sizes in bytes, times in milliseconds. */
export interface StorageNeed {
  readonly bytesPerSecond: number;
  readonly retentionMs: number;
  readonly replicationFactor: number;
  readonly brokers: number;
  readonly partitions: number;
  readonly segmentBytes: number;
  /** Part of a disk that may be full, 0 to 1. @default 0.7 */
  readonly fill?: number;
}

/**
 * Bytes of disk a broker needs: rate × retention × RF ÷ brokers ÷ target fill, plus one segment for each replica it holds, because only
 * closed segments are deleted. Source: Strimzi and AWS on sizing storage; Kafka's log retention.
 */
export function storagePerBroker(need: StorageNeed): number {
  const { bytesPerSecond, retentionMs, replicationFactor, brokers, partitions, segmentBytes, fill = sizingDefaults.fill } = need;
  const kept = (bytesPerSecond * (retentionMs / 1000) * replicationFactor) / brokers / fill;
  return Math.ceil(kept + replicasPerBroker(partitions, replicationFactor, brokers) * segmentBytes);
}

/** Bytes a second into each broker: rate ÷ brokers × RF. Followers' copies come in too. Source: AWS, right-sizing. */
export function networkIn(rate: number, brokers: number, replicationFactor: number): number {
  return (rate / brokers) * replicationFactor;
}

/** Bytes a second out of each broker: rate ÷ brokers × (groups + RF − 1). Source: AWS, right-sizing. */
export function networkOut(rate: number, brokers: number, replicationFactor: number, groups: number): number {
  return (rate / brokers) * (groups + replicationFactor - 1);
}

/** Most bytes a second a cluster carries: 0.8 × min(disk × brokers ÷ RF, network × brokers ÷ (groups + RF − 1)). Source: AWS, right-sizing. */
export function clusterCeiling(of: {
  readonly brokers: number;
  readonly replicationFactor: number;
  readonly groups: number;
  readonly networkRate: number;
  /** @default no limit by disks */
  readonly diskRate?: number;
}): number {
  const { brokers, replicationFactor, groups, networkRate, diskRate = Infinity } = of;
  const writes = (Math.min(diskRate, networkRate) * brokers) / replicationFactor;
  return sizingDefaults.headroom * Math.min(writes, (networkRate * brokers) / (groups + replicationFactor - 1));
}

/** Segments of a replica that keeps `bytesKept`: the closed ones and the open one. */
export function segmentsPerReplica(bytesKept: number, segmentBytes: number): number {
  return roundUp(bytesKept / segmentBytes) + 1;
}

/** File descriptors a broker needs: replicas × segments + connections. Source: Kafka's documentation, "Hardware and OS". */
export function openFiles(replicas: number, segments: number, connections: number): number {
  return replicas * segments + connections;
}

/** Memory maps a broker needs: two a segment, its offset and time index. Source: Kafka's documentation, "Hardware and OS". */
export function memoryMaps(replicas: number, segments: number): number {
  return 2 * replicas * segments;
}

/** Bytes of page cache that hold half a minute of what a broker writes. Source: Kafka's documentation, "Hardware and OS". */
export function pageCache(bytesIntoBroker: number): number {
  return Math.ceil(bytesIntoBroker * sizingDefaults.pageCacheSeconds);
}

/** Heap that Strimzi gives a broker of that memory when none is named: half of it, 5 GiB at most. */
export function heapOf(memoryBytes: number): number {
  return Math.min(memoryBytes * sizingDefaults.heapPart, sizingDefaults.heapLimit);
}

/** Least memory of a broker whose heap leaves that much page cache; at least 2 GiB. The inverse of `heapOf`. */
export function brokerMemory(pageCacheBytes: number): number {
  const whole = pageCacheBytes / (1 - sizingDefaults.heapPart);
  return Math.max(sizingDefaults.brokerMemory, Math.ceil(Math.min(whole, pageCacheBytes + sizingDefaults.heapLimit)));
}

/** Brokers that may be lost with their disks before records are. Source: Kafka's design, replication. */
export function dataSurvives(replicationFactor: number): number {
  return replicationFactor - 1;
}

/** Brokers that may be away while `acks=all` still writes. Source: Kafka's design, replication. */
export function writesSurvive(replicationFactor: number, minInsyncReplicas: number): number {
  return replicationFactor - minInsyncReplicas;
}

/** Bytes a member may have fetched at once: max(brokers × fetch.max.bytes, partitions × max.partition.fetch.bytes). Source: Strimzi, consumer tuning. */
export function consumerMemory(brokers: number, partitionsOfMember: number): number {
  return Math.max(brokers * sizingDefaults.fetchBytes, partitionsOfMember * sizingDefaults.partitionFetchBytes);
}

/** How a member works. */
export interface Handling {
  /** Time the work takes, for one record or one batch. */
  readonly workMs: number;
  /** Records that one piece of work takes together: 100 rows in one insert. @default 1 */
  readonly batch?: number;
  /** Pieces of work in progress at once, each on keys of its own. @default 1 */
  readonly parallelism?: number;
}

/** Records a second that one member does: batch × parallelism ÷ work time. */
export function memberRate({ workMs, batch = 1, parallelism = 1 }: Handling): number {
  return (batch * parallelism * 1000) / workMs;
}

/** Records a second that keys in strict order allow, however many members there are: keys × batch ÷ work time. */
export function orderedKeysRate(keys: number, { workMs, batch = 1 }: Handling): number {
  return (keys * batch * 1000) / workMs;
}

/** Records a second of a group on equally busy partitions: a member's rate × what the members are worth on that many partitions. */
export function groupRate(handling: Handling, members: number, partitions: number): number {
  return memberRate(handling) * speedUp(partitions, members);
}

/** Partitions that the busiest of the members owns. */
export function partitionsOfMember(partitions: number, members: number): number {
  return members === 0 ? 0 : Math.ceil(partitions / activeMembers(partitions, members));
}

/** Milliseconds until a backlog is read, while more comes in; Infinity when it never is. */
export function catchUpMs(backlog: number, consumeRate: number, produceRate: number): number {
  return backlog <= 0 ? 0 : consumeRate <= produceRate ? Infinity : (backlog / (consumeRate - produceRate)) * 1000;
}

/** Lag of a partition, in records, at which readers are later than tolerated: delay × rate of a partition; at least 1. */
export function lagAlert(delayMs: number, recordsPerSecond: number, partitions: number): number {
  return Math.max(1, roundUp((delayMs / 1000) * (recordsPerSecond / partitions)));
}

/** Most records of a poll whose handling stays below 0.3 × max.poll.interval; at least 1. */
export function mostPollRecords(workMs: number, maxPollIntervalMs: number = sizingDefaults.maxPollIntervalMs): number {
  return Math.max(1, Math.floor((sizingDefaults.pollPart * maxPollIntervalMs) / workMs));
}

/** Records that are handled again after a crash: rate × time since the last commit. 200/s × 3 s = 600. */
export function replaysAfterCrash(recordsPerSecond: number, sinceCommitMs: number): number {
  return roundUp(recordsPerSecond * (sinceCommitMs / 1000));
}

/** Partitions a broker above which latency suffers: 100 × brokers × RF. Source: Jun Rao, of ZooKeeper's time: advice, not law. */
export function latencyCap(brokers: number, replicationFactor: number): number {
  return 100 * brokers * replicationFactor;
}

/**
 * Milliseconds until a rate that grows by `growth` in `horizonMs`, evenly in proportion, reaches `capacity`; 0 when it has, Infinity when it
 * never will.
 */
export function lastsMs(rate: number, capacity: number, growth: number, horizonMs: number): number {
  if (capacity <= rate) return 0;
  return growth <= 1 ? Infinity : (horizonMs * Math.log(capacity / rate)) / Math.log(growth);
}
