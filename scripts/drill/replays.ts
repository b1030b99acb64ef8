import { placeOf } from './delivery.js';
import type { History } from './history.js';

/** Records processed again because the group's offsets were set back on purpose. */
export interface Replay {
  /** `to the beginning`, as the drill said it. */
  readonly detail: string;
  readonly replayed: number;
  /** Records processed before at or after where the offsets were set to; null where the log does not tell where that was. */
  readonly expected: number | null;
}

/** One for each change of the offsets. The reading that follows it tells where the group begins; without one, `beginning` is taken at its word. */
export function replaysOf(history: History, replayed: readonly number[]): Replay[] {
  const resets = history.changes.filter((change) => change.kind === 'offsets');
  return resets.map(({ t, detail }, index) => {
    const until = resets[index + 1]?.t ?? Infinity;
    const started = history.changes.find((change) => change.kind === 'group-started' && change.t >= t)?.t ?? until;
    const reading = history.readings.find((one) => one.t >= t && one.t <= started && one !== history.offsets);
    const starts = new Map(reading?.partitions.map(({ partition, committed }) => [partition, committed]));
    const isToldToBegin = reading !== undefined || detail.includes('beginning');
    const places = new Set<number>();
    for (const line of history.processed) {
      if (line.t > t || line.seq === undefined) continue;
      if (line.offset >= (starts.get(line.partition) ?? 0)) places.add(placeOf(line));
    }
    return { detail, replayed: replayed[index] ?? 0, expected: isToldToBegin ? places.size : null };
  });
}
