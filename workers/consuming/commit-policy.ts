/** When offsets of finished records are committed. Whatever the policy, they also are before a rebalance and on a clean stop. */
export interface CommitPolicy {
  /** Ms between commits while one batch is worked on, which waits for them; undefined: not within a batch. */
  readonly withinBatchMs?: number;
  /** Least ms between commits after batches, beside the work on the next; Infinity: not by the clock at all. */
  readonly afterBatchMs: number;
  /** Records are committed before they are begun. */
  readonly beforeWork?: boolean;
}

/**
 * After a batch, and a tenth of a second after the last commit where batches are quicker: one commit for each of many small batches would be
 * most of the work. Each second within a long batch whose handler lets no clock run: a crash repeats the work of one second at most.
 */
export const manualCommit: CommitPolicy = { withinBatchMs: 1_000, afterBatchMs: 100 };

/** By the clock, as Java's client does it: between polls only, so that what was handed out and is not finished is never committed. */
export function autoCommit(intervalMs: number): CommitPolicy {
  return { afterBatchMs: intervalMs };
}

/** At-most-once: a crash loses what was in hand. A clean stop does not, since what was not begun is given back. */
export const commitBeforeWork: CommitPolicy = { afterBatchMs: Infinity, beforeWork: true };

/** Exactly-once: a transaction holds the offset. */
export const commitInTransactions: CommitPolicy = { afterBatchMs: Infinity };
