import { MusterError } from './error.js';

// A Kubernetes quantity: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
const quantitySuffixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** The value of a Kubernetes quantity (`500m` is 0.5, `1Gi` is 1073741824), or undefined when it is none. */
export function parseQuantity(quantity: string | number): number | undefined {
  if (typeof quantity === 'number') return Number.isFinite(quantity) ? quantity : undefined;
  const match = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?$/.exec(quantity);
  if (match === null) return undefined;
  const [, digits = '', suffix = '', exponent] = match;
  const factor = exponent === undefined ? quantitySuffixes[suffix] : 10 ** Number(exponent);
  if (factor === undefined) return undefined;
  // 100 × 0.001 is not 0.1 in binary, 100 ÷ 1000 is.
  return factor < 1 ? Number(digits) / Math.round(1 / factor) : Number(digits) * factor;
}

/** Negative, zero or positive as the first quantity is below, equal to or above the second. Both must be quantities. */
export function compareQuantities(a: string | number, b: string | number): number {
  return quantity(a) - quantity(b);
}

/** As `parseQuantity`, but text that is no quantity is refused. */
export function quantity(text: string | number): number {
  const value = parseQuantity(text);
  if (value === undefined) {
    throw new MusterError(
      'bad-input',
      `"${text}" is not a Kubernetes quantity: write a number with one of ${Object.keys(quantitySuffixes).filter(Boolean).join(' ')} (500m, 2Gi)`,
    );
  }
  return value;
}

/** Bytes as a Kubernetes memory quantity with the largest binary suffix that keeps them exact: 2147483648 is `2Gi`. */
export function formatBytes(bytes: number): string {
  for (const suffix of ['Ti', 'Gi', 'Mi', 'Ki'] as const) {
    const factor = quantitySuffixes[suffix] ?? 1;
    if (bytes !== 0 && bytes % factor === 0) return `${bytes / factor}${suffix}`;
  }
  return String(bytes);
}

/** Cores as a Kubernetes CPU quantity: 0.5 is `500m`, 2 is `2`. */
export function formatCpu(cores: number): string {
  const millis = Math.round(cores * 1000);
  return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`;
}

const durationUnits: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  // Without leap days: nobody plans by them.
  y: 31_536_000_000,
};

/**
 * Milliseconds of a duration as people write it: `250ms`, `30s`, `5m`, `168h`, `7d`, `1h30m`.
 * @throws MusterError `bad-input` when a unit is missing or unknown: 7 of what?
 */
export function parseDuration(text: string): number {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/gi)];
  const joined = parts.map(([part]) => part).join('');
  const factors = parts.map(([, , unit = '']) => durationUnits[unit.toLowerCase()]);
  if (parts.length === 0 || joined.replace(/\s/g, '') !== text.replace(/\s/g, '') || factors.includes(undefined)) {
    throw new MusterError(
      'bad-input',
      `"${text}" is not a duration: write a number with its unit, one of ${Object.keys(durationUnits).join(' ')} (250ms, 7d, 168h)`,
    );
  }
  return Math.round(parts.reduce((sum, [, number], i) => sum + Number(number) * (factors[i] ?? 0), 0));
}

/** Milliseconds in the largest unit that keeps them whole: 604800000 is `7d`, 90000 is `90s`. */
export function formatDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const factor = durationUnits[unit] ?? 1;
    if (ms !== 0 && ms % factor === 0) return `${ms / factor}${unit}`;
  }
  return `${ms}ms`;
}

const sizeUnits: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/**
 * Bytes of a size as people write it: `512B`, `1KiB` (1024), `1kB` (1000), `50MB`, `1.5GiB`.
 * @throws MusterError `bad-input` when the unit is missing or unknown.
 */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text.trim());
  const factor = sizeUnits[match?.[2] ?? ''];
  if (match === null || factor === undefined) {
    throw new MusterError(
      'bad-input',
      `"${text}" is not a size: write a number with its unit, one of ${Object.keys(sizeUnits)
        .filter((unit) => unit !== 'KB')
        .join(' ')} (MB is 10^6 bytes, MiB is 2^20)`,
    );
  }
  return Math.round(Number(match[1]) * factor);
}

/** Bytes in decimal units, two digits behind the point at most: 102400 is `102.4 kB`. */
export function formatSize(bytes: number): string {
  const unit = (['TB', 'GB', 'MB', 'kB'] as const).find((name) => bytes >= (sizeUnits[name] ?? 1)) ?? 'B';
  return `${Number((bytes / (sizeUnits[unit] ?? 1)).toFixed(2))} ${unit}`;
}

/** So many bytes or records a second. */
export interface Throughput {
  readonly unit: 'bytes' | 'records';
  readonly perSecond: number;
}

const bitUnits: Readonly<Record<string, number>> = { kbit: 1e3, mbit: 1e6, gbit: 1e9 };

/**
 * A rate as people write it: bytes (`500MB/s`, `1GiB/h`), the bits of a network (`10Gbit/s`), or records (`1000/s`, `10000 records/h`).
 * @throws MusterError `bad-input` when it names no time, or a unit that is none.
 */
export function parseRate(text: string): Throughput {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)\s*\/\s*([a-z]+)$/i.exec(text.trim());
  const [, number = '', unit = '', time = ''] = match ?? [];
  const seconds = (durationUnits[time.toLowerCase()] ?? NaN) / 1000;
  if (match === null || Number.isNaN(seconds)) {
    throw new MusterError(
      'bad-input',
      `"${text}" is not a rate: write bytes over time (500MB/s, 10Gbit/s) or records over time (1000/s, 10000/h)`,
    );
  }
  if (/^(records?)?$/i.test(unit)) return { unit: 'records', perSecond: Number(number) / seconds };
  const bits = bitUnits[unit.toLowerCase()];
  const bytes = bits === undefined ? parseSize(`${number}${unit}`) : (Number(number) * bits) / 8;
  return { unit: 'bytes', perSecond: bytes / seconds };
}

/** A rate by the second, readable and as `parseRate` reads it: `500 MB/s`, `1000/s`. */
export function formatRate({ unit, perSecond }: Throughput): string {
  return unit === 'bytes' ? `${formatSize(perSecond)}/s` : `${Number(perSecond < 10 ? perSecond.toPrecision(3) : perSecond.toFixed(0))}/s`;
}
