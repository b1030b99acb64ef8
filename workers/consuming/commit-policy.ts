/**
 * When offsets of finished records are committed. Whatever the policy, they also are before a rebalance and on a clean stop. Ours never
 * commit before the work and its evidence.
 */
export interface CommitPolicy {
  /** Ms between commits while one batch is worked on; undefined: not within a batch. */
  readonly withinBatchMs?: number;
  /** Least ms between commits after batches; 0: after each batch. */
  readonly afterBatchMs: number;
  /** Called before the first record of a batch, with the offset after its last: at-most-once would commit here. */
  readonly beforeBatch?: (commit: (partition: number, offset: string) => Promise<void>, partition: number, end: string) => Promise<void>;
}

/** After each batch, and each second within a long one: a crash repeats the work of one second at most. */
export const manualCommit: CommitPolicy = { withinBatchMs: 1_000, afterBatchMs: 0 };

/** By the clock, as Java's client does it: between polls only, so that what was handed out and is not finished is never committed. */
export function autoCommit(intervalMs: number): CommitPolicy {
  return { afterBatchMs: intervalMs };
}
