import { failoversOf, type Failover } from './broker-faults.js';
import type { RecordExample } from './delivery.js';
import { endOf, type History } from './history.js';
import type { FaultInjected, FaultKind } from './events.js';
import type { CoverState } from './ownership.js';
import { faultTiming } from './timings.js';

/** What a fault did; its end (a thaw, a broker started again) is told as `lastedMs` of it. */
export interface FaultResult {
  readonly kind: FaultKind;
  /** Of a broker: its pod. */
  readonly pod: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Fault → the coordinator no longer lists the member. */
  readonly detectionMs: number | null;
  /** Removal → every remaining member has its assignment. */
  readonly rebalanceMs: number | null;
  /**
   * Fault → the first record processed again, on the slowest of the partitions the member owned; of a producer, → the first acknowledgement of
   * another.
   */
  readonly recoveryMs: number | null;
  readonly partitions: readonly { readonly partition: number; readonly recoveryMs: number | null }[];
  /** A new pod took its place at once; absent where none did. */
  readonly replaced?: true;
  /** Until it was thawed, or started again; absent where it never was. */
  readonly lastedMs?: number;
  /** Of a frozen member: records it processed after another had been given the partition. */
  readonly zombies?: number;
  /** Of a broker: the partitions it led. */
  readonly failovers?: readonly Failover[];
  /** The slowest of them; null where one got no leader. */
  readonly failoverMs?: number | null;
  /** The longest of them. */
  readonly produceStopMs?: number | null;
}

export function faultResult(
  history: History,
  states: readonly CoverState[],
  fault: FaultInjected,
  zombies: readonly RecordExample[],
): FaultResult {
  const ended = endOf(history, fault);
  const failovers = failoversOf(history, fault);
  return {
    kind: fault.kind,
    pod: fault.pod,
    at: fault.t,
    ...faultTiming(history, states, fault),
    ...(fault.replaced && { replaced: true as const }),
    ...(ended !== undefined && { lastedMs: ended - fault.t }),
    ...(fault.kind === 'freeze' && { zombies: zombiesAfter(fault, zombies).length }),
    ...(failovers.length > 0 && {
      failovers,
      failoverMs: worst(failovers.map((one) => one.failoverMs)),
      produceStopMs: longest(failovers.map((one) => one.produceStopMs)),
    }),
  };
}

/** The zombie records of a member that had been frozen. */
export function zombiesAfter(fault: FaultInjected, zombies: readonly RecordExample[]): readonly RecordExample[] {
  return zombies.filter((one) => one.pod === fault.pod && one.t > fault.t);
}

const worst = (times: readonly (number | null)[]): number | null => (times.includes(null) ? null : longest(times));
function longest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.max(...known);
}
