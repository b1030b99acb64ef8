/** What every contestant of one bench writes and reads: the same records, batches and settings. */
export interface BenchLoad {
  readonly bootstrap: string;
  readonly topic: string;
  readonly partitions: number;
  readonly records: number;
  readonly recordBytes: number;
  readonly batchBytes: number;
  readonly lingerMs: number;
  readonly compression: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
}

/** How many records there were at a moment: ms of any clock that does not jump. */
export interface Sample {
  readonly t: number;
  readonly count: number;
}

/** Records at the start that only warm up: compilers, connections, the page cache. */
const warmUp = 0.1;

/** Records a second between the samples at a tenth of the way and at the end. */
export function rateOf(samples: readonly Sample[], total: number): number {
  const from = samples.find(({ count }) => count >= total * warmUp);
  const to = samples.find(({ count }) => count >= total);
  if (from === undefined || to === undefined || to.t <= from.t) return NaN;
  return ((to.count - from.count) / (to.t - from.t)) * 1000;
}
