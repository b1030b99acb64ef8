import type { Resource } from '../../../constructs/model/resource.js';
import { formatDuration, formatSize } from '../../../constructs/model/units.js';

/** More names than that nobody reads. */
const most = 5;

/** `a`, `a and b`, `a, b and c`; of many the first five and how many more. */
export function listed(names: readonly string[]): string {
  const unique = [...new Set(names)];
  const shown = unique.length > most + 1 ? [...unique.slice(0, most), `${unique.length - most} others`] : unique;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}

/** `1 broker`, `3 brokers`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** A share of 0 to 1, one digit behind the point at most: `75 %`. */
export const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;

/** `Deployment order-payment`. */
export const called = ({ kind, metadata }: Resource): string => `${kind} ${metadata.name}`;

export const calledAll = (resources: readonly Resource[]): string => listed(resources.map(called));

/** A number of records or bytes that is an estimate anyway: 60480000 is `60.5 million`. */
export function rounded(count: number): string {
  for (const [size, name] of [
    [1e9, 'billion'],
    [1e6, 'million'],
  ] as const)
    if (count >= size) return `${Number((count / size).toPrecision(3))} ${name}`;
  return String(Math.round(count));
}

/** Milliseconds as a person says them, and −1 as Kafka means it. Unlike `formatDuration` it reads 302400000 as `3.5d`. */
export function spoken(ms: number): string {
  if (ms < 0) return 'for ever';
  const days = ms / 86_400_000;
  return days >= 1 && !Number.isInteger(days) && Number.isInteger(days * 10) ? `${days}d` : formatDuration(ms);
}

/** Bytes, and −1 as Kafka means it. */
export const spokenBytes = (bytes: number): string => (bytes < 0 ? 'no limit' : formatSize(bytes));

/** Sentences with one space between; those that do not apply are left out. */
export const sentences = (...parts: readonly (string | false | undefined)[]): string => parts.filter(Boolean).join(' ');
