import type { FaultInjected, GroupSeen } from './events.js';
import { endOf, type History, type StepSpan } from './history.js';
import { type CoverState, exactSince, nobodySince, removedAt, stateAt } from './ownership.js';
import { progressOf } from './progress.js';

/** Three clocks that must not be mixed up, all in ms; null when the log does not tell. */
export interface FaultTiming {
  /** Fault → the coordinator no longer lists the member (as fine as the coordinator was asked). */
  readonly detectionMs: number | null;
  /** Removal → the partitions have an owner again, by the members' evidence. */
  readonly rebalanceMs: number | null;
  /** Fault → first record processed again, on the slowest of the partitions the member owned. */
  readonly recoveryMs: number | null;
  readonly partitions: readonly { readonly partition: number; readonly recoveryMs: number | null }[];
}

export function faultTiming(history: History, states: readonly CoverState[], fault: FaultInjected): FaultTiming {
  if (fault.kind === 'producer-sigkill') return { ...nothing, recoveryMs: producingAgain(history, fault) };
  if (fault.broker !== undefined || fault.kind.startsWith('broker-')) return nothing;
  const removed = removedAt(history, fault);
  const owned = [...(stateAt(states, fault.t - 1)?.holding.get(fault.pod) ?? [])].sort((a, b) => a - b);
  const back = backAt(history, fault);
  const progress = progressOf(history);
  const partitions = owned.map((partition) => {
    const first = progress.find((line) => line.t > fault.t && line.partition === partition && (line.member !== fault.pod || line.t > back));
    return { partition, recoveryMs: first === undefined ? null : first.t - fault.t };
  });
  const covered = coveredAfter(history, states, fault);
  return {
    detectionMs: removed === undefined ? null : removed - fault.t,
    rebalanceMs: removed === undefined || covered === undefined ? null : Math.max(0, covered - removed),
    recoveryMs: slowest(partitions.map((one) => one.recoveryMs)),
    partitions,
  };
}

const nothing: FaultTiming = { detectionMs: null, rebalanceMs: null, recoveryMs: null, partitions: [] };

/** From when on what the pod of that name does is no more what it had in hand at the fault: a new pod's start, or the thaw. */
function backAt(history: History, fault: FaultInjected): number {
  if (fault.kind === 'freeze') return endOf(history, fault) ?? Infinity;
  return history.pods.find((pod) => pod.pod === fault.pod && pod.state === 'started' && pod.t > fault.t)?.t ?? Infinity;
}

/** Fault → the first acknowledgement of another process; a producer's identity is that of one process. */
function producingAgain(history: History, fault: FaultInjected): number | null {
  const dead = new Set(history.sent.filter((line) => line.member === fault.pod && line.t <= fault.t).map((line) => line.producer));
  const next = history.acked.find((line) => line.t > fault.t && !dead.has(line.producer));
  return next === undefined ? null : next.t - fault.t;
}

function slowest(times: readonly (number | null)[]): number | null {
  if (times.length === 0) return null;
  return times.reduce<number | null>((worst, time) => (worst === null || time === null ? null : Math.max(worst, time)), 0);
}

/** When the cover was exact again after the first new assignment that followed the fault. */
function coveredAfter(history: History, states: readonly CoverState[], fault: FaultInjected): number | undefined {
  const assigned =
    history.run?.evidenceFrom === 'coordinator'
      ? history.groups.find((group) => group.t > fault.t && group.state === 'Stable')?.t
      : history.ownership.find((line) => line.evidence === 'assigned' && line.t > fault.t && line.member !== fault.pod)?.t;
  return assigned === undefined ? undefined : states.find((state) => state.t >= assigned && state.exact)?.t;
}

/**
 * From the first sign of the change in a step until the cover was exact for good, in ms. Signs are a group that is no longer stable
 * or has other members, and a member that gives partitions up, gets new ones or leaves. A SIGKILL itself is no sign: nobody saw it.
 */
export function stepRebalance(history: History, states: readonly CoverState[], step: StepSpan): number | null {
  const settled = settledAt(states, step);
  const sign = firstSign(history, step);
  return settled === undefined || sign === undefined || settled < sign ? null : settled - sign;
}

/** When the cover became exact in this step and stayed so to its end; of a step without members, when nobody held anything any more. */
export function settledAt(states: readonly CoverState[], step: StepSpan): number | undefined {
  return step.members === 0 ? nobodySince(states, step.to - 1) : exactSince(states, step.to - 1);
}

function firstSign(history: History, step: StepSpan): number | undefined {
  const within = (line: { readonly t: number }): boolean => line.t > step.from && line.t < step.to;
  const spoken = history.ownership.find((line) => within(line))?.t;
  let known = membersOf(history.groups.findLast((group) => group.t <= step.from));
  const seen = history.groups.find((group) => {
    if (!within(group)) return false;
    const members = membersOf(group);
    const sign = group.state !== 'Stable' || members !== known;
    known = members;
    return sign;
  })?.t;
  return spoken === undefined || (seen !== undefined && seen < spoken) ? seen : spoken;
}

function membersOf(group: GroupSeen | undefined): string {
  return (group?.members ?? [])
    .map((member) => member.memberId)
    .sort()
    .join('\n');
}
