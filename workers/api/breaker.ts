/**
 * Remembers which partitions take nothing, so that requests need not all wait to learn it. A partition that failed is tried by one request at
 * a time; the others are refused at once, until one comes through.
 */
export interface Breaker {
  /** Why a record of the partition should not be tried now; undefined: try it, and say how it went. */
  refuses(partition: number): string | undefined;
  succeeded(partition: number): void;
  failed(partition: number, reason: string): void;
  /** Why some partition takes nothing; undefined when none is known not to. */
  problem(): string | undefined;
}

export function createBreaker(): Breaker {
  const open = new Map<number, { readonly reason: string; isTried: boolean }>();
  return {
    refuses(partition) {
      const known = open.get(partition);
      if (known === undefined) return undefined;
      if (known.isTried) return known.reason;
      known.isTried = true;
      return undefined;
    },
    succeeded: (partition) => {
      open.delete(partition);
    },
    failed: (partition, reason) => {
      open.set(partition, { reason, isTried: false });
    },
    problem() {
      for (const [partition, { reason }] of open) return `partition ${partition}: ${reason}`;
      return undefined;
    },
  };
}
