/** Keys of one pattern; more are a mistake, and would not fit in memory for long. */
const mostKeys = 1_000_000;

/**
 * The keys of a comma-separated list of patterns: `customer-{A..J}` gives 10 keys, `customer-{001..100}` gives 100 of equal width,
 * a word without braces gives itself. A pattern may hold one range.
 * @throws Error that says what to write instead, on an empty list or a range that runs backwards or mixes letters and digits.
 */
export function expandKeys(patterns: string): string[] {
  const keys = patterns
    .split(',')
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== '')
    .flatMap(expandPattern);
  if (keys.length === 0) throw new Error(`"${patterns}" holds no key: write keys or patterns such as customer-{A..J}, separated by commas`);
  if (keys.length > mostKeys) throw new Error(`"${patterns}" gives ${keys.length} keys: give ${mostKeys} at most`);
  return keys;
}

function expandPattern(pattern: string): string[] {
  const match = /^([^{}]*)\{([^{}]+?)\.\.([^{}]+?)\}([^{}]*)$/.exec(pattern);
  if (match === null) {
    if (!/[{}]/.test(pattern)) return [pattern];
    throw new Error(`"${pattern}" is no key pattern: write one range of letters or numbers, as in customer-{A..J} or customer-{001..100}`);
  }
  const [, before = '', from = '', to = '', after = ''] = match;
  const numbers = /^\d+$/.test(from) && /^\d+$/.test(to);
  const letters = (/^[a-z]$/.test(from) && /^[a-z]$/.test(to)) || (/^[A-Z]$/.test(from) && /^[A-Z]$/.test(to));
  if (!numbers && !letters)
    throw new Error(
      `"${pattern}": a range runs from a number to a number or from a letter to a letter of the same case, as in {001..100} or {A..J}`,
    );
  const [first, last] = numbers ? [Number(from), Number(to)] : [from.charCodeAt(0), to.charCodeAt(0)];
  if (last < first) throw new Error(`"${pattern}": the range runs backwards; write {${to}..${from}}`);
  if (last - first >= mostKeys) throw new Error(`"${pattern}": ${last - first + 1} keys are more than the ${mostKeys} a pattern may give`);
  // Bash's rule: a leading zero on either end pads all to the wider one.
  const width = /^0\d/.test(from) || /^0\d/.test(to) ? Math.max(from.length, to.length) : 0;
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const middle = numbers ? String(first + i).padStart(width, '0') : String.fromCharCode(first + i);
    return `${before}${middle}${after}`;
  });
}

/** Keys up to this length are written here, so that none makes a buffer of its own. */
const scratch = Buffer.alloc(768);
const mostScratchText = 256;

function bytesOf(key: string | Buffer): Buffer {
  if (typeof key !== 'string') return key;
  if (key.length > mostScratchText) return Buffer.from(key);
  return scratch.subarray(0, scratch.write(key));
}

/** The 32-bit murmur2 hash of Java's Kafka client over the bytes of a key, UTF-8 for text; signed. */
export function murmur2(key: string | Buffer): number {
  const data = bytesOf(key);
  const m = 0x5bd1e995;
  const byte = (i: number): number => data[i] ?? 0;
  let h = 0x9747b28c ^ data.length;
  const tail = data.length & ~3;
  for (let i = 0; i < tail; i += 4) {
    let k = data.readInt32LE(i);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    h = Math.imul(h, m) ^ Math.imul(k, m);
  }
  const rest = data.length & 3;
  if (rest > 2) h ^= byte(tail + 2) << 16;
  if (rest > 1) h ^= byte(tail + 1) << 8;
  if (rest > 0) h = Math.imul(h ^ byte(tail), m);
  h = Math.imul(h ^ (h >>> 13), m);
  return h ^ (h >>> 15);
}

/** The partition of a key as Java's default partitioner gives it: (murmur2 & 0x7fffffff) % partitions. The mask is not `Math.abs`. */
export function partitionOf(key: string | Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}
