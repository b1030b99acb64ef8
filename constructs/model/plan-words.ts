import { formatRate, formatSize } from './units.js';

/** How a plan says its numbers. */
export const arithmetic = 'arithmetic';
export const perSecond = (value: number): string => formatRate({ unit: 'records', perSecond: value });
export const bytesPerSecond = (value: number): string => formatRate({ unit: 'bytes', perSecond: value });
export const number = (value: number): string => String(Number(value.toFixed(2)));
export const times = (count: number, one: string, many = `${one}s`): string => `${number(count)} ${count === 1 ? one : many}`;
export const gibibytes = (bytes: number): string => `${formatSize(bytes)} (${Math.ceil(bytes / 2 ** 30)}Gi)`;

/** A long time in the unit a planner thinks in. */
export function days(ms: number): string {
  const day = 86_400_000;
  if (ms >= 2 * day) return `${Math.round(ms / day)} days`;
  return ms >= 60_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 1000)} s`;
}
