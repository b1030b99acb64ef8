import type { FaultInjected } from './events.js';
import { endOf, type History } from './history.js';

/** What the loss of a broker did to one partition that it led. */
export interface Failover {
  readonly partition: number;
  /** Fault → another leader, or the old one again after there was none, in ms (as fine as the leaders were looked at); null when none came. */
  readonly failoverMs: number | null;
  /** Longest time without an acknowledgement that began before the fault was over, in ms; null where nothing was acknowledged before or after it. */
  readonly produceStopMs: number | null;
}

export function failoversOf(history: History, fault: FaultInjected): Failover[] {
  const { broker } = fault;
  if (broker === undefined) return [];
  const before = history.leaders.findLast((seen) => seen.t <= fault.t);
  const led = before?.partitions.filter((one) => one.leader === broker).map((one) => one.partition) ?? [];
  const until = endOf(history, fault) ?? history.stepsEnd;
  return led
    .sort((a, b) => a - b)
    .map((partition) => ({
      partition,
      failoverMs: failover(history, fault, partition),
      produceStopMs: produceStop(history, partition, fault.t, until),
    }));
}

function failover(history: History, fault: FaultInjected, partition: number): number | null {
  let wasAlone = false;
  for (const seen of history.leaders) {
    if (seen.t <= fault.t) continue;
    const leader = seen.partitions.find((one) => one.partition === partition)?.leader;
    if (leader === undefined) continue;
    if (leader >= 0 && (leader !== fault.broker || wasAlone)) return seen.t - fault.t;
    wasAlone ||= leader < 0;
  }
  return null;
}

/** Longest gap between two acknowledgements of a partition, of those that overlap the time from the fault to its end. */
function produceStop(history: History, partition: number, from: number, until: number): number | null {
  let last: number | undefined;
  let longest: number | null = null;
  for (const line of history.placed) {
    if (line.partition !== partition || line.offset < 0) continue;
    if (last !== undefined && line.t > from && last < until) longest = Math.max(longest ?? 0, line.t - last);
    last = line.t;
  }
  if (last !== undefined && last <= from && history.stepsEnd > from) return history.stepsEnd - last;
  return longest;
}
