/**
 * Which partitions of one topic each member gets under the round-robin assignor of kafkajs and Java: the sorted members take turns.
 * Members beyond the partitions get an empty list: they are idle.
 */
export function roundRobin(partitions: number, members: number): number[][] {
  const assignment = Array.from({ length: members }, (): number[] => []);
  for (let partition = 0; partition < partitions && members > 0; partition++) assignment[partition % members]?.push(partition);
  return assignment;
}

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
