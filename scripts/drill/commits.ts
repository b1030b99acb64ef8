import type { FaultInjected } from './events.js';
import { endOf, isCrash, type History } from './history.js';
import { coverStates, stateAt } from './ownership.js';

/** A commit that passed a record nobody had processed by then. */
export interface CommitAhead {
  readonly partition: number;
  /** The record that was passed. */
  readonly offset: number;
  readonly committed: number;
  readonly pod: string;
  readonly t: number;
}

/**
 * Records over which a commit passed before anybody had processed them: after a crash at that moment they would have been lost.
 * Known are the offsets that were acknowledged or processed at any time; offsets nobody told (transaction markers) are not asked for.
 */
export function commitsAhead(history: History): CommitAhead[] {
  interface Partition {
    readonly offsets: number[];
    readonly done: Set<number>;
    /** Offsets below this index are judged. */
    judged: number;
  }
  const partitions = new Map<number, Partition>();
  const of = (partition: number): Partition => {
    let one = partitions.get(partition);
    if (one === undefined) {
      one = { offsets: [], done: new Set(), judged: 0 };
      partitions.set(partition, one);
    }
    return one;
  };
  for (const line of history.placed) if (line.offset >= 0) of(line.partition).offsets.push(line.offset);
  for (const line of history.processed) of(line.partition).offsets.push(line.offset);
  for (const line of history.dead) of(line.partition).done.add(line.offset);
  for (const one of partitions.values()) one.offsets.sort((a, b) => a - b);

  const ahead: CommitAhead[] = [];
  let next = 0;
  for (const commit of history.committed) {
    for (
      let line = history.processed[next];
      line !== undefined && line.t <= commit.t + history.uncertaintyMs;
      line = history.processed[++next]
    ) {
      of(line.partition).done.add(line.offset);
    }
    const one = of(commit.partition);
    for (let offset = one.offsets[one.judged]; offset !== undefined && offset < commit.offset; offset = one.offsets[++one.judged]) {
      if (one.done.has(offset)) continue;
      one.done.add(offset); // counted once
      ahead.push({ partition: commit.partition, offset, committed: commit.offset, pod: commit.member, t: commit.t });
    }
  }
  return ahead;
}

/** What a crash, or a freeze, left uncommitted on one partition of the member: the records that may be processed again. */
export interface Uncommitted {
  readonly fault: FaultInjected;
  readonly partition: number;
  /** Next offset to be read by the last commit of the member; undefined when it had committed nothing since it got the partition. */
  readonly committed: number | undefined;
  /** Time since that commit (or since the assignment), in ms. */
  readonly sinceMs: number;
  /** Records it had processed since: each may be repeated once. */
  readonly records: number;
  /** The bound: rate × time, or what it had really processed where a backlog made it faster than the rate. */
  readonly bound: number;
}

/** For every SIGKILL and every freeze, partition by partition. A clean stop leaves nothing uncommitted, so it is not here. */
export function uncommittedAt(history: History): Uncommitted[] {
  const states = coverStates(history);
  const rates = partitionRates(history);
  return history.faults
    .filter((fault) => isCrash(fault.kind))
    .flatMap((fault) => {
      const held = [...(stateAt(states, fault.t - 1)?.holding.get(fault.pod) ?? [])].sort((a, b) => a - b);
      const dead = lastLineOf(history, fault);
      return held.map((partition) => {
        const since = heldSince(history, fault, partition);
        const commit = history.committed.findLast(
          (line) => line.member === fault.pod && line.partition === partition && line.t >= since && line.t <= dead,
        );
        const records = new Set(
          history.processed
            .filter((line) => line.member === fault.pod && line.partition === partition && line.t >= since && line.t <= dead)
            .filter((line) => line.offset >= (commit?.offset ?? -1))
            .map((line) => line.offset),
        ).size;
        const sinceMs = Math.max(0, fault.t - (commit?.t ?? since));
        const bound = Math.max(records, Math.ceil(((rates.get(partition) ?? 0) * sinceMs) / 1000));
        return { fault, partition, committed: commit?.offset, sinceMs, records, bound };
      });
    });
}

/** A frozen member goes on where it stood when it is thawed. A killed member may write for a moment after the line that announces the kill; a pod that takes its name later is another. */
function lastLineOf(history: History, fault: FaultInjected): number {
  if (fault.kind === 'freeze') return endOf(history, fault) ?? Infinity;
  const after = history.pods.filter((pod) => pod.pod === fault.pod && pod.t >= fault.t);
  return after.find((pod) => pod.state === 'exited')?.t ?? after.find((pod) => pod.state === 'started')?.t ?? Infinity;
}

/** When the member last got the partition without having held it just before. */
function heldSince(history: History, fault: FaultInjected, partition: number): number {
  let since = history.from;
  let holds = false;
  for (const line of history.ownership) {
    if (line.member !== fault.pod || line.t > fault.t) continue;
    const has = line.evidence === 'assigned' && line.partitions.some((one) => one.partitions.includes(partition));
    if (has && !holds) since = line.t;
    if (line.evidence === 'assigned' || line.evidence === 'stopped') holds = has;
  }
  return since;
}

/** Records a second that were produced to each partition, over the steps; that were processed, where nobody told what was produced to it. */
function partitionRates(history: History): Map<number, number> {
  const lines = history.placed === history.acked ? history.sent : history.processed;
  const seconds = Math.max(1, (history.stepsEnd - (lines[0]?.t ?? history.stepsEnd)) / 1000);
  const counts = new Map<number, number>();
  for (const line of lines) counts.set(line.partition, (counts.get(line.partition) ?? 0) + 1);
  return new Map([...counts].map(([partition, count]) => [partition, count / seconds]));
}
