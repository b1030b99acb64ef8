import type { Acked } from '../../workers/ledger.js';
import type { History } from './history.js';

/** How long an acknowledgement may be on its way, in ms: one that was given before replicas were lost is no failure. */
const onItsWayMs = 3_000;

/** A record that was acknowledged while too few replicas of its partition were in sync. */
export interface TooFewInSync {
  readonly record: Acked;
  readonly inSync: number;
}

/** Of the time between two looks at the leaders that saw the same; the moments of a change are judged by nobody. */
export function ackedByTooFew(history: History, least: number): TooFewInSync[] {
  const { leaders, acked, placed, uncertaintyMs } = history;
  // Where the load comes by way of another topic its acknowledgements are not of this one.
  if (least === 0 || placed !== acked) return [];
  return leaders.flatMap((seen, index) => {
    const few = new Map(seen.partitions.filter(({ isr }) => isr.length < least).map(({ partition, isr }) => [partition, isr.length]));
    const from = seen.t + onItsWayMs + uncertaintyMs;
    const to = (leaders[index + 1]?.sameUntil ?? seen.t) - uncertaintyMs;
    if (few.size === 0 || to <= from) return [];
    return placed.flatMap((record) => {
      const inSync = few.get(record.partition);
      return inSync === undefined || record.offset < 0 || record.t < from || record.t > to ? [] : [{ record, inSync }];
    });
  });
}
