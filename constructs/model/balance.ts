/** Members that own at least one partition. */
export function activeMembers(partitions: number, members: number): number {
  return Math.min(partitions, members);
}

/**
 * How many times faster than one member `members` equal ones are: partitions ÷ the most that one of them owns.
 * At 8 partitions six members are worth four, because two of them own two partitions.
 */
export function speedUp(partitions: number, members: number): number {
  return partitions === 0 || members === 0 ? 0 : partitions / Math.ceil(partitions / activeMembers(partitions, members));
}

/** What a group of that many members is worth. */
export interface Step {
  readonly members: number;
  /** Members with a partition. */
  readonly active: number;
  /** Most partitions that one member owns. */
  readonly most: number;
  /** How many times one member's work the group does, when all partitions are equally busy. */
  readonly worth: number;
  /** Every active member owns as many partitions as the others. */
  readonly even: boolean;
}

export function step(partitions: number, members: number): Step {
  const active = activeMembers(partitions, members);
  const most = active === 0 ? 0 : Math.ceil(partitions / active);
  return { members, active, most, worth: speedUp(partitions, members), even: active > 0 && partitions % active === 0 };
}

/** Member counts that share the partitions evenly: the divisors, ascending. KEDA scales to them only when asked (`ensureEvenDistributionOfPartitions`). */
export function evenCounts(partitions: number): number[] {
  return Array.from({ length: partitions }, (_, index) => index + 1).filter((members) => partitions % members === 0);
}
