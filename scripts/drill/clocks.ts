import type { LogLine } from './events.js';

/** A log whose times can be compared, as far as that is possible. */
export interface Clocked {
  readonly events: readonly LogLine[];
  /** Times of two pods may be wrong against each other by this, in ms; 0 where all is on one machine. */
  readonly uncertaintyMs: number;
}

/**
 * Brings the evidence of every pod to the drill's clock. A pod's clock is known within bounds (`clock` lines; of several the tightest holds, for a
 * drill is too short for a clock to drift). Evidence is moved by their middle where 0 lies outside of them; where it lies inside, the pod's clock may
 * as well be right, and its own times are kept.
 */
export function onOneClock(events: readonly LogLine[]): Clocked {
  const bounds = new Map<string, { least: number; most: number }>();
  for (const line of events) {
    if ('evidence' in line || line.event !== 'clock') continue;
    const { pod, aheadAtLeastMs: least, aheadAtMostMs: most } = line;
    const known = bounds.get(pod);
    if (known === undefined || most - least < known.most - known.least) bounds.set(pod, { least, most });
  }
  if (bounds.size === 0) return { events, uncertaintyMs: 0 };
  const shifts = new Map<string, number>();
  let widest = 0;
  let second = 0;
  for (const [pod, { least, most }] of bounds) {
    const isOff = least > 0 || most < 0;
    if (isOff) shifts.set(pod, Math.round((least + most) / 2));
    const wrong = isOff ? (most - least) / 2 : Math.max(-least, most);
    if (wrong > widest) [widest, second] = [wrong, widest];
    else second = Math.max(second, wrong);
  }
  return {
    events: events.map((line) => {
      const shift = 'evidence' in line ? (shifts.get(line.member) ?? 0) : 0;
      return shift === 0 ? line : { ...line, t: line.t - shift };
    }),
    // Two pods, each wrong by its own.
    uncertaintyMs: Math.ceil(widest + second),
  };
}
