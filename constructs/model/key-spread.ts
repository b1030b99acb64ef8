import { partitionCount } from './keys.js';
import { partitionOf, type PartitionerName } from './partitioners.js';

/** A key, and how many records carry it. */
export interface WeightedKey {
  readonly key: string;
  readonly records: number;
}

/** Where a key lies, and after a change of the number of partitions. */
export interface KeyPlace extends WeightedKey {
  readonly partition: number;
  /** Present when a second number of partitions was asked about. */
  readonly to?: number;
}

export interface PartitionLoad {
  readonly partition: number;
  /** Distinct keys. */
  readonly keys: number;
  readonly records: number;
}

/** How keys spread over the partitions of a topic. */
export interface KeySpread {
  readonly places: readonly KeyPlace[];
  readonly partitions: readonly PartitionLoad[];
  readonly empty: readonly number[];
  /** Partitions with at least `hotFactor` times the even share of the records. */
  readonly hot: readonly number[];
  /** Records of the fullest partition ÷ the even share: how much sooner than planned it is full. 0 without records. */
  readonly worst: number;
}

/** From how many times the even share of the records a partition is called hot: its member then does half as much again as planned. */
export const hotFactor = 1.5;

/**
 * Distinct keys with their records, in the order of their first appearance. `total` records are dealt out in proportion; without it a
 * key has as many records as it was named times.
 */
export function weigh(keys: readonly string[], total?: number): WeightedKey[] {
  const named = new Map<string, number>();
  for (const key of keys) named.set(key, (named.get(key) ?? 0) + 1);
  if (total === undefined) return [...named].map(([key, records]) => ({ key, records }));
  let before = 0;
  return [...named].map(([key, weight]) => {
    // Differences of rounded sums: every record is dealt, none twice.
    const from = Math.round((before * total) / keys.length);
    before += weight;
    return { key, records: Math.round((before * total) / keys.length) - from };
  });
}

/** Puts each key where the partitioner would, on `partitions` and, if given, on `to` partitions. */
export function spreadKeys(
  keys: readonly WeightedKey[],
  partitions: number,
  { to, partitioner = 'murmur2' }: { to?: number; partitioner?: PartitionerName } = {},
): KeySpread {
  const places = keys.map(({ key, records }): KeyPlace => ({
    key,
    records,
    partition: partitionOf(key, partitions, partitioner),
    ...(to !== undefined && { to: partitionOf(key, to, partitioner) }),
  }));
  const loads = Array.from({ length: partitionCount(partitions) }, (_, partition) => ({ partition, keys: 0, records: 0 }));
  for (const { partition, records } of places) {
    const load = loads[partition];
    if (load === undefined) continue;
    load.keys += 1;
    load.records += records;
  }
  const even = keys.reduce((sum, { records }) => sum + records, 0) / partitions;
  return {
    places,
    partitions: loads,
    empty: loads.filter((load) => load.keys === 0).map((load) => load.partition),
    hot: even === 0 ? [] : loads.filter(({ records }) => records >= hotFactor * even).map((load) => load.partition),
    worst: even === 0 ? 0 : Math.max(...loads.map(({ records }) => records)) / even,
  };
}

/** Partitions a good hash leaves empty on average: P × (1 − 1/P)^K for K keys on P partitions. Source: the classical occupancy problem. */
export function expectedEmpty(keys: number, partitions: number): number {
  return partitions * (1 - 1 / partitionCount(partitions)) ** keys;
}

/**
 * Share of the keys, 0 to 1, that stay on their partition when a topic goes from `from` to `to` partitions: min ÷ lcm.
 * 6 → 8 keeps a quarter, 8 → 16 a half. Source: hash mod P equals hash mod P′ for that share of the residues modulo lcm(P, P′).
 */
export function stayingShare(from: number, to: number): number {
  const lcm = (partitionCount(from) / gcd(from, partitionCount(to))) * to;
  return Math.min(from, to) / lcm;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
