import { MusterError } from './error.js';
import { murmur2, partitionCount } from './keys.js';
import { didYouMean } from './suggest.js';

/** The partitioners of the common clients. A key goes elsewhere when two producers of a topic use different ones. */
export const partitionerNames = ['murmur2', 'crc32', 'kafkajs-legacy'] as const;
export type PartitionerName = (typeof partitionerNames)[number];

/** Who partitions that way, for a table. */
export const partitionerUsers: Readonly<Record<PartitionerName, string>> = {
  murmur2: 'Java, kafkajs 2, librdkafka with partitioner=murmur2_random',
  crc32: "librdkafka's default, consistent_random (C, C++, Python, Go, .NET, @confluentinc/kafka-javascript)",
  'kafkajs-legacy': 'kafkajs before 2.0, and its LegacyPartitioner',
};

const bytesOf = (key: string | Uint8Array): Uint8Array => (typeof key === 'string' ? new TextEncoder().encode(key) : key);

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

/** CRC-32 (IEEE 802.3) of a key's bytes, unsigned. Source: librdkafka's rdcrc32, which its partitioner `consistent` takes modulo N. */
export function crc32(key: string | Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytesOf(key)) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

/**
 * The hash of kafkajs' LegacyPartitioner, signed: murmur2 with JavaScript's floating-point products, which lose the low bits of the true
 * ones, and with a last, incomplete word hashed twice. Its mistakes are the point: they decide where old records lie.
 * Source: kafkajs, src/producer/partitioners/legacy/murmur2.js.
 */
export function kafkajsLegacyHash(key: string | Uint8Array): number {
  const data = bytesOf(key);
  const m = 0x5bd1e995;
  const byte = (i: number): number => data[i] ?? 0;
  let h = 0x9747b28c ^ data.length;
  for (let i = 0; i < data.length; i += 4) {
    let k = byte(i) + (byte(i + 1) << 8) + (byte(i + 2) << 16) + (byte(i + 3) << 24);
    k *= m;
    k ^= k >>> 24;
    k *= m;
    h *= m;
    h ^= k;
  }
  const rest = data.length & 3;
  const tail = data.length - rest;
  if (rest > 2) h ^= byte(tail + 2) << 16;
  if (rest > 1) h ^= byte(tail + 1) << 8;
  if (rest > 0) {
    h ^= byte(tail);
    h *= m;
  }
  h ^= h >>> 13;
  h *= m;
  return h ^ (h >>> 15);
}

/** The hash each partitioner takes modulo the number of partitions: the sign bit masked where the client masks it. */
const hashes: Readonly<Record<PartitionerName, (key: string | Uint8Array) => number>> = {
  murmur2: (key) => murmur2(key) & 0x7fffffff,
  crc32,
  'kafkajs-legacy': (key) => kafkajsLegacyHash(key) & 0x7fffffff,
};

/**
 * The partition a key goes to.
 * @param partitions 1 or more
 * @throws MusterError `bad-input` for a topic without partitions
 */
export function partitionOf(key: string | Uint8Array, partitions: number, partitioner: PartitionerName = 'murmur2'): number {
  return hashes[partitioner](key) % partitionCount(partitions);
}

/** @throws MusterError `bad-input` with the nearest name there is. */
export function partitionerNamed(name: string): PartitionerName {
  const found = partitionerNames.find((known) => known === name);
  if (found === undefined)
    throw new MusterError(
      'bad-input',
      `there is no partitioner "${name}"${didYouMean(name, partitionerNames)}; there are ${partitionerNames.map((known) => `${known} (${partitionerUsers[known]})`).join(', ')}`,
    );
  return found;
}
