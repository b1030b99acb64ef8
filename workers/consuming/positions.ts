/** How far a member is in each partition it owns: finished, and committed. Offsets are those of the next record, as Kafka commits them. */
export interface Positions {
  /** `offset`: of the last finished record. */
  finished(partition: number, offset: string): void;
  /** What is finished and not committed. */
  uncommitted(): { partition: number; offset: string }[];
  committed(partition: number, offset: string): void;
  clear(): void;
}

export function createPositions(): Positions {
  // The last finished record; its successor is computed only for a commit, not for each record.
  const last = new Map<number, string>();
  const committed = new Map<number, string>();
  return {
    finished: (partition, offset) => {
      last.set(partition, offset);
    },
    uncommitted: () =>
      [...last]
        .map(([partition, offset]) => ({ partition, offset: after(offset) }))
        .filter(({ partition, offset }) => committed.get(partition) !== offset),
    committed: (partition, offset) => {
      committed.set(partition, offset);
    },
    clear: () => {
      last.clear();
      committed.clear();
    },
  };
}

/** The offset after one; as text, for offsets are 64 bits wide. */
export function after(offset: string): string {
  return String(BigInt(offset) + 1n);
}
