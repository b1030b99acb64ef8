/** Middle of some figures; of an even number the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** `11.6 s`, or `0.4–1.2 s` where they differ by more than a tenth of a second. */
export function range(ms: readonly number[]): string {
  const [least, most] = [Math.min(...ms), Math.max(...ms)];
  return most - least < 100 ? seconds(most) : `${(least / 1_000).toFixed(1)}–${seconds(most)}`;
}

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
export const milliseconds = (ms: number): string => (ms >= 10_000 ? seconds(ms) : `${String(Math.round(ms))} ms`);
export const records = (count: number): string => `${String(count)} record${count === 1 ? '' : 's'}`;
