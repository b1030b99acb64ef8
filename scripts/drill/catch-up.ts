import type { Changed } from './events.js';
import { placeOf } from './delivery.js';
import type { History } from './history.js';

/** A stop of the whole group, and how it caught up. */
export interface CatchUp {
  /** Name of the step. */
  readonly step: string;
  /** The group was stopped for this long, in ms. */
  readonly downMs: number;
  /** Records acknowledged and not processed when it was started again. */
  readonly backlog: number;
  /** Start → no more records waiting than at the worst of the 2 s before the stop, in ms; null when that never was. */
  readonly catchUpMs: number | null;
}

/** The lag before a stop is taken as the worst of this long, in ms. */
const beforeMs = 2_000;

/** One for each `group-started`. A group that was set back catches up the same way: what is new comes after what is replayed. */
export function catchUpsOf(history: History): CatchUp[] {
  const starts = history.changes.filter((change) => change.kind === 'group-started');
  if (starts.length === 0) return [];
  const waiting = waitingOf(history);
  return starts.map((start) => catchUpOf(history, start, waiting));
}

function catchUpOf(history: History, start: Changed, waiting: readonly Waiting[]): CatchUp {
  const stopped = history.changes.findLast((change) => change.kind === 'group-stopped' && change.t <= start.t)?.t ?? start.t;
  const worst = Math.max(
    at(waiting, stopped - beforeMs),
    ...waiting.filter((one) => one.t > stopped - beforeMs && one.t <= stopped).map((one) => one.count),
    0,
  );
  const caught = waiting.find((one) => one.t > start.t && one.isProcessed && one.count <= worst);
  return {
    step: history.steps.findLast((step) => step.from <= start.t)?.name ?? '',
    downMs: start.t - stopped,
    backlog: at(waiting, start.t),
    catchUpMs: caught === undefined ? null : caught.t - start.t,
  };
}

interface Waiting {
  readonly t: number;
  /** Records acknowledged and not processed, from `t` on. */
  readonly count: number;
  /** A record was processed, or committed by strangers, just then. */
  readonly isProcessed: boolean;
}

const at = (waiting: readonly Waiting[], t: number): number => waiting.findLast((one) => one.t <= t)?.count ?? 0;

function waitingOf(history: History): Waiting[] {
  if (history.run?.evidenceFrom === 'coordinator') {
    return history.readings.map(({ t, partitions }) => ({
      t,
      count: partitions.reduce((sum, { end, committed }) => sum + Math.max(0, end - Math.max(0, committed)), 0),
      isProcessed: true,
    }));
  }
  const isPlaced = history.placed === history.acked;
  const id = (line: { partition: number; offset: number; producer?: string; key: string; seq?: number }): string | number =>
    isPlaced ? placeOf(line) : `${line.producer ?? ''}\n${line.key}\n${String(line.seq)}`;
  const open = new Set<string | number>();
  /** A member can be told of sooner than the acknowledgement that it was processed. */
  const done = new Set<string | number>();
  const waiting: Waiting[] = [];
  const finished = [...history.processed, ...history.dead].sort((a, b) => a.t - b.t);
  let next = 0;
  const finish = (until: number): void => {
    for (let line = finished[next]; line !== undefined && line.t <= until; line = finished[++next]) {
      const one = id(line);
      done.add(one);
      open.delete(one);
      waiting.push({ t: line.t, count: open.size, isProcessed: true });
    }
  };
  for (const line of history.acked) {
    if (line.offset < 0) continue;
    finish(line.t);
    const one = id(line);
    if (!done.has(one)) open.add(one);
    waiting.push({ t: line.t, count: open.size, isProcessed: false });
  }
  finish(Infinity);
  return waiting;
}
