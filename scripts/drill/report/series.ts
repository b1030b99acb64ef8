import type { Scene } from './cast.js';

export interface Point {
  readonly t: number;
  readonly value: number;
}

/** Records a second, counted in windows of `windowMs`, each point in the middle of its window. */
export function ratesOf(lines: readonly { readonly t: number }[], scene: Scene, windowMs: number): Point[] {
  const windows = Math.max(1, Math.floor((scene.to - scene.from) / windowMs));
  const counts = new Array<number>(windows).fill(0);
  for (const line of lines) {
    const index = Math.floor((line.t - scene.from) / windowMs);
    const before = counts[index];
    if (before !== undefined) counts[index] = before + 1;
  }
  return counts.map((count, index) => ({ t: scene.from + (index + 0.5) * windowMs, value: (count * 1_000) / windowMs }));
}

/** Records acknowledged and not processed yet, all partitions together, every `windowMs`. */
export function lagOf(scene: Scene, windowMs: number): Point[] {
  const waiting = new Set<string>();
  /** A member can be told of sooner than the acknowledgement that it was processed. */
  const early = new Set<string>();
  const { placed: acked } = scene.history;
  if (scene.history.run?.evidenceFrom === 'coordinator') return readLag(scene);
  // A record that was set aside waits no longer.
  const processed = [...scene.history.processed, ...scene.history.dead].sort((one, other) => one.t - other.t);
  const points: Point[] = [];
  let a = 0;
  let p = 0;
  for (let t = scene.from; t <= scene.to + windowMs; t += windowMs) {
    for (let line = acked[a]; line !== undefined && line.t <= t; line = acked[++a]) {
      const id = `${String(line.partition)}/${String(line.offset)}`;
      if (line.offset >= 0 && !early.has(id)) waiting.add(id);
    }
    for (let line = processed[p]; line !== undefined && line.t <= t; line = processed[++p]) {
      const id = `${String(line.partition)}/${String(line.offset)}`;
      waiting.delete(id);
      early.add(id);
    }
    points.push({ t: Math.min(t, scene.to), value: waiting.size });
  }
  return points;
}

/** Of strangers the offsets are all that is known, once a second. */
function readLag(scene: Scene): Point[] {
  const points = scene.history.readings.map(({ t, partitions }) => ({
    t,
    value: partitions.reduce((sum, { end, committed }) => sum + Math.max(0, end - Math.max(0, committed)), 0),
  }));
  return points.length === 0 ? [{ t: scene.from, value: 0 }] : points;
}
