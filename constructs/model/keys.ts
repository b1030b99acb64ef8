import { MusterError } from './error.js';

const utf8 = new TextEncoder();

/** The 32-bit murmur2 hash as Java's Kafka client computes it over the bytes of a key (`org.apache.kafka.common.utils.Utils.murmur2`), signed. */
export function murmur2(key: string | Uint8Array): number {
  const data = typeof key === 'string' ? utf8.encode(key) : key;
  const m = 0x5bd1e995;
  const byte = (i: number): number => data[i] ?? 0;
  let h = 0x9747b28c ^ data.length;
  const words = data.length >> 2;
  for (let i = 0; i < words * 4; i += 4) {
    let k = byte(i) | (byte(i + 1) << 8) | (byte(i + 2) << 16) | (byte(i + 3) << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  const rest = data.length & 3;
  if (rest > 0) {
    const tail = words * 4;
    if (rest > 2) h ^= byte(tail + 2) << 16;
    if (rest > 1) h ^= byte(tail + 1) << 8;
    h = Math.imul(h ^ byte(tail), m);
  }
  h = Math.imul(h ^ (h >>> 13), m);
  return h ^ (h >>> 15);
}

/**
 * The partition Java's and kafkajs' default partitioner gives a key: (murmur2 & 0x7fffffff) % partitions.
 * The mask is not `Math.abs`: for a negative hash the two give different partitions.
 */
export function partitionFor(key: string | Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitionCount(partitions);
}

/** @throws MusterError `bad-input` for a number of partitions that no topic has. */
export function partitionCount(partitions: number): number {
  if (!Number.isInteger(partitions) || partitions < 1)
    throw new MusterError('bad-input', `a topic has 1 partition or more, not ${partitions}`);
  return partitions;
}

/** Keys of one pattern; more are a mistake, and would not fit in memory for long. */
const mostKeys = 1_000_000;

/**
 * The keys of a comma-separated list of patterns: `customer-{A..J}` gives 10 keys, `customer-{001..100}` gives 100 of equal width,
 * a word without braces gives itself. A pattern may hold one range.
 * @throws MusterError `bad-input` on an empty list, a range that runs backwards or mixes letters and digits.
 */
export function expandKeys(patterns: string): string[] {
  const keys = patterns
    .split(',')
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== '')
    .flatMap(expandPattern);
  if (keys.length === 0)
    throw new MusterError('bad-input', `"${patterns}" holds no key: write keys or patterns such as customer-{A..J}, separated by commas`);
  return keys;
}

function expandPattern(pattern: string): string[] {
  const match = /^([^{}]*)\{([^{}]+?)\.\.([^{}]+?)\}([^{}]*)$/.exec(pattern);
  if (match === null) {
    if (/[{}]/.test(pattern))
      throw new MusterError(
        'bad-input',
        `"${pattern}" is not a key pattern: write one range of letters or numbers, as in customer-{A..J} or customer-{001..100}`,
      );
    return [pattern];
  }
  const [, before = '', from = '', to = '', after = ''] = match;
  return range(pattern, from, to).map((middle) => `${before}${middle}${after}`);
}

function range(pattern: string, from: string, to: string): string[] {
  const numbers = /^\d+$/.test(from) && /^\d+$/.test(to);
  const letters = (/^[a-z]$/.test(from) && /^[a-z]$/.test(to)) || (/^[A-Z]$/.test(from) && /^[A-Z]$/.test(to));
  if (!numbers && !letters)
    throw new MusterError(
      'bad-input',
      `"${pattern}": a range runs from a number to a number or from a letter to a letter of the same case, as in {001..100} or {A..J}`,
    );
  const [first, last] = numbers ? [Number(from), Number(to)] : [from.charCodeAt(0), to.charCodeAt(0)];
  if (last < first) throw new MusterError('bad-input', `"${pattern}": the range runs backwards; write {${to}..${from}}`);
  if (last - first >= mostKeys)
    throw new MusterError('bad-input', `"${pattern}": ${last - first + 1} keys are more than the ${mostKeys} a pattern may give`);
  // Bash's rule: a leading zero on either end pads all to the wider one.
  const width = /^0\d/.test(from) || /^0\d/.test(to) ? Math.max(from.length, to.length) : 0;
  return Array.from({ length: last - first + 1 }, (_, i) =>
    numbers ? String(first + i).padStart(width, '0') : String.fromCharCode(first + i),
  );
}
