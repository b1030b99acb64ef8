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
 * closed segments are deleted.
 */
export function storagePerBroker(need: StorageNeed): number {
  const { bytesPerSecond, retentionMs, replicationFactor, brokers, partitions, segmentBytes, fill = 0.7 } = need;
  const kept = (bytesPerSecond * (retentionMs / 1000) * replicationFactor) / brokers / fill;
  const open = Math.ceil((partitions * replicationFactor) / brokers) * segmentBytes;
  return Math.ceil(kept + open);
}
