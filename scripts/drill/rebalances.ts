import type { GroupSeen } from './events.js';
import type { History, StepSpan } from './history.js';

/** States of a group in which it is agreeing: of the classic protocol, and of KIP-848. */
const agreeing: ReadonlySet<string> = new Set(['PreparingRebalance', 'CompletingRebalance', 'Assigning', 'Reconciling']);

/** When the coordinator began a rebalance, as far as the group was looked at: it began to agree, or was found with other members or partitions. */
export function rebalanceTimes(groups: readonly GroupSeen[]): number[] {
  const times: number[] = [];
  let isAgreeing = false;
  let known: string | undefined;
  for (const group of groups) {
    const begins = agreeing.has(group.state);
    if (begins && !isAgreeing) times.push(group.t);
    if (group.state === 'Stable') {
      const now = assignmentOf(group);
      // One that was over between two looks.
      if (!isAgreeing && known !== undefined && now !== known) times.push(group.t);
      known = now;
    }
    isAgreeing = begins;
  }
  return times;
}

function assignmentOf(group: GroupSeen): string {
  return group.members
    .map(({ memberId, partitions }) => `${memberId} ${[...partitions].sort((a, b) => a - b).join(' ')}`)
    .sort()
    .join('\n');
}

/** How often a step rebalanced its group, by the coordinator or, where more, by the member that was given its partitions most often. */
export function rebalancesIn(history: History, step: StepSpan): number {
  const isWithin = (t: number): boolean => t > step.from && t < step.to;
  const seen = rebalanceTimes(history.groups).filter(isWithin).length;
  const given = new Map<string, number>();
  for (const line of history.ownership) {
    if (line.evidence === 'assigned' && isWithin(line.t)) given.set(line.member, (given.get(line.member) ?? 0) + 1);
  }
  // Under a cooperative protocol a member is told twice of one rebalance: what it gives up, and what it gets.
  const told = Math.max(0, ...given.values());
  return Math.max(seen, history.run?.protocol === 'eager' ? told : Math.ceil(told / 2));
}

/** Whether the step itself gives the group a reason to rebalance. */
export function isStill(step: StepSpan, before: StepSpan | undefined): boolean {
  return (
    before?.members === step.members &&
    step.faults.every((fault) => fault.broker !== undefined || fault.kind.startsWith('broker-') || fault.kind === 'producer-sigkill') &&
    step.changes.length === 0
  );
}
