/** `11.6 s`, or `0.4–1.2 s` where they differ by more than a tenth of a second. */
export function range(ms: readonly number[]): string {
  const [least, most] = [Math.min(...ms), Math.max(...ms)];
  return most - least < 100 ? seconds(most) : `${(least / 1_000).toFixed(1)}–${seconds(most)}`;
}

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
export const milliseconds = (ms: number): string => (ms >= 10_000 ? seconds(ms) : `${String(Math.round(ms))} ms`);
export const records = (count: number): string => `${String(count)} record${count === 1 ? '' : 's'}`;
