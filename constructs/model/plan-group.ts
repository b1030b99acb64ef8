import { step } from './balance.js';
import { arithmetic, days, number, perSecond, times } from './plan-words.js';
import {
  catchUpMs,
  consumerMemory,
  groupRate,
  lagAlert,
  memberRate,
  mostPollRecords,
  orderedKeysRate,
  partitionsOfMember,
  replaysAfterCrash,
  roundUp,
  sizingDefaults,
} from './sizing.js';
import { formatDuration, formatSize } from './units.js';
import type { ConsumerGroup, FullWorkload } from './workload.js';

/** What a group needs and does. */
export interface GroupPlan {
  readonly name: string;
  /** Replicas of its Deployment. */
  readonly members: number;
  readonly active: number;
  /** Records a second it does at most; absent when its work time is not known. */
  readonly capacity?: number;
  /** Records a second that keys in order allow; absent without keys, order or work time. */
  readonly keysCapacity?: number;
  /** Records of lag on one partition from which to tell somebody. */
  readonly lagAlert: number;
  /** Milliseconds to catch up after the outage; null when it never does. Absent when the capacity is not known. */
  readonly catchUpMs?: number | null;
  /** Bytes a member may have fetched. */
  readonly memory: number;
  /** Largest max.poll.records that stays within the poll interval; absent when the work time is not known. */
  readonly maxPollRecords?: number;
}

/** Takes down a number with its reason. */
export type Because = (of: string, value: number, text: string, driver: string, formula: string, source: string) => void;

/** Sizes one group of readers on so many partitions. */
export function planGroup(group: ConsumerGroup, w: FullWorkload, on: { partitions: number; brokers: number; because: Because }): GroupPlan {
  const { partitions, brokers, because } = on;
  const { name, handling } = group;
  const wanted = w.recordsPerSecond;
  const each = handling === undefined ? undefined : memberRate(handling);
  const members = group.members ?? (each === undefined ? 1 : membersFor(wanted, each, partitions));
  because(
    `${name}.members`,
    members,
    times(members, 'member'),
    group.members !== undefined
      ? 'as wanted'
      : each === undefined
        ? 'the work time is not known'
        : `${perSecond(wanted)} at ${perSecond(each)} a member`,
    each === undefined
      ? 'at most one a partition works'
      : `${perSecond(wanted)} ÷ ${sizingDefaults.headroom} ÷ ${perSecond(each)} = ${number(wanted / sizingDefaults.headroom / each)}, up to a divisor of ${partitions} partitions`,
    arithmetic,
  );
  const { active, worth } = step(partitions, members);
  const alert = lagAlert(w.toleratedDelayMs, wanted, partitions);
  because(
    `${name}.lagAlert`,
    alert,
    `lag of ${alert} on a partition`,
    `${formatDuration(w.toleratedDelayMs)} late`,
    `${formatDuration(w.toleratedDelayMs)} × ${perSecond(wanted)} ÷ ${partitions} partitions`,
    'derived; the usual fixed threshold is 1000 for 5 min',
  );
  const memory = consumerMemory(brokers, partitionsOfMember(partitions, members));
  because(
    `${name}.memory`,
    memory,
    formatSize(memory),
    'what a member may have fetched',
    `max(${brokers} brokers × fetch.max.bytes ${formatSize(sizingDefaults.fetchBytes)}, ${partitionsOfMember(partitions, members)} partitions × ${formatSize(sizingDefaults.partitionFetchBytes)})`,
    'Strimzi, Consumer configuration tuning',
  );
  const base = { name, members, active, lagAlert: alert, memory };
  if (handling === undefined || each === undefined) return base;

  const keysCapacity = w.ordering === 'per-key' && w.given.keys !== undefined ? orderedKeysRate(w.given.keys, handling) : undefined;
  const capacity = Math.min(groupRate(handling, members, partitions), keysCapacity ?? Infinity);
  because(
    `${name}.capacity`,
    capacity,
    perSecond(capacity),
    keysCapacity === capacity ? `${w.given.keys ?? 0} keys in order` : `${times(active, 'member')} at work`,
    `${perSecond(each)} a member × ${number(worth)}${keysCapacity === undefined ? '' : `, at most ${w.given.keys ?? 0} keys × ${handling.batch ?? 1} ÷ ${formatDuration(handling.workMs)} = ${perSecond(keysCapacity)}`}`,
    arithmetic,
  );
  const backlog = wanted * (w.outageMs / 1000);
  const catchUp = catchUpMs(backlog, capacity, wanted);
  because(
    `${name}.catchUpMs`,
    catchUp,
    catchUp === Infinity ? 'never' : days(catchUp),
    `an outage of ${formatDuration(w.outageMs)} leaves ${Math.round(backlog)} records`,
    catchUp === Infinity
      ? `${perSecond(capacity)} done, ${perSecond(wanted)} come in`
      : `${Math.round(backlog)} ÷ (${perSecond(capacity)} − ${perSecond(wanted)})`,
    arithmetic,
  );
  const poll = mostPollRecords(handling.workMs / ((handling.batch ?? 1) * (handling.parallelism ?? 1)));
  because(
    `${name}.maxPollRecords`,
    poll,
    `${poll} records a poll`,
    `below ${sizingDefaults.pollPart} of max.poll.interval ${formatDuration(sizingDefaults.maxPollIntervalMs)}`,
    `${sizingDefaults.pollPart} × ${formatDuration(sizingDefaults.maxPollIntervalMs)} ÷ ${number(1000 / each)} ms a record`,
    "Kafka's documentation, max.poll.interval.ms",
  );
  const replays = replaysAfterCrash(Math.min(capacity, wanted) / Math.max(1, active), sizingDefaults.commitIntervalMs);
  because(
    `${name}.replays`,
    replays,
    `up to ${replays} records again`,
    'a member crashes before its next auto-commit',
    `${perSecond(Math.min(capacity, wanted) / Math.max(1, active))} × ${formatDuration(sizingDefaults.commitIntervalMs)}`,
    arithmetic,
  );
  return {
    ...base,
    capacity,
    ...(keysCapacity !== undefined && { keysCapacity }),
    catchUpMs: catchUp === Infinity ? null : catchUp,
    maxPollRecords: poll,
  };
}

/** Members that do the rate with 80 % of what they can, up to the next number that shares the partitions evenly; one a partition at most. */
function membersFor(rate: number, each: number, partitions: number): number {
  const least = Math.min(roundUp(rate / sizingDefaults.headroom / each), partitions);
  for (let members = Math.max(1, least); ; members++) if (partitions % members === 0) return members;
}
