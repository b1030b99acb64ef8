import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { createRequire } from 'node:module';
import { MusterError } from '../../constructs/model/error.js';
import { murmur2, partitionFor } from '../../constructs/model/keys.js';
import { crc32, kafkajsLegacyHash, partitionerNamed, partitionerNames, partitionOf } from '../../constructs/model/partitioners.js';

describe("librdkafka's vectors (tests/0048-partitioner.c)", () => {
  const keys = ['', '23456', 'this is another string with more length to it perhaps', 'hejsan'] as const;
  it.each([
    ['crc32', crc32, [0x0, 0xb1b451d7, 0xb0150df7, 0xd077037e]],
    ['murmur2', (key: string) => murmur2(key) & 0x7fffffff, [0x106e08d9, 0x058d780f, 0x4f7703da, 0x5ec19395]],
  ] as const)('%s', (name, hash, expected) => {
    expect(keys.map((key) => hash(key))).toEqual(expected);
    // The test's two partition counts.
    for (const n of [7, 17]) expect(keys.map((key) => partitionOf(key, n, name))).toEqual(expected.map((h) => h % n));
  });
});

/** src/producer/partitioners/{default,legacy}/murmur2.spec.js of kafkajs: the key, its true murmur2 and the legacy one. */
const kafkajsVectors = [
  ['0', 971027396, 272173970],
  ['1', -1993445489, 1311020360],
  ['128', -326012175, 2053105854],
  ['2187', -1508407203, -2081355488],
  ['16384', -325739742, 204404061],
  ['78125', -1654490814, -677491393],
  ['279936', 1462227128, -622460209],
  ['823543', -2014198330, 651276451],
  ['2097152', 607668903, 944683677],
  ['4782969', -1182699775, -892695770],
  ['10000000', -1830336757, -1778616326],
  ['19487171', -1603849305, -518311627],
  ['35831808', -857013643, 556972389],
  ['62748517', -1167431028, -233806557],
  ['105413504', -381294639, -109398538],
  ['170859375', -1658323481, 102939717],
] as const;

describe("kafkajs' vectors", () => {
  it.each(kafkajsVectors)('%s', (key, java, legacy) => {
    expect(murmur2(key)).toBe(java);
    expect(kafkajsLegacyHash(key)).toBe(legacy);
  });
});

describe('the code of kafkajs itself', () => {
  const metadata = (n: number) =>
    Array.from({ length: n }, (_, partitionId) => ({ partitionErrorCode: 0, partitionId, leader: 0, replicas: [0], isr: [0] }));
  const anyKey = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.uint8Array({ maxLength: 40 }));

  it.each([
    ['murmur2', Partitioners.DefaultPartitioner],
    ['kafkajs-legacy', Partitioners.LegacyPartitioner],
  ] as const)('puts every key where %s predicts it', (name, create) => {
    const partitioner = create();
    fc.assert(
      fc.property(anyKey, fc.integer({ min: 1, max: 200 }), (key, n) => {
        const message = { key: Buffer.from(key), value: null };
        expect(partitionOf(key, n, name)).toBe(partitioner({ topic: 't', partitionMetadata: metadata(n), message }));
      }),
      { numRuns: 1000 },
    );
  });

  it('has the same CRC-32', () => {
    const theirs = createRequire(import.meta.url)('../../node_modules/kafkajs/src/protocol/crc32.js') as (encoder: {
      buffer: Buffer;
    }) => number;
    fc.assert(fc.property(anyKey, (key) => crc32(key) === theirs({ buffer: Buffer.from(key) }) >>> 0));
  });
});

describe('partitionOf', () => {
  it('is murmur2 unless told otherwise', () => {
    fc.assert(fc.property(fc.string(), fc.integer({ min: 1, max: 99 }), (key, n) => partitionOf(key, n) === partitionFor(key, n)));
  });

  it('stays below the number of partitions, whoever partitions', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 1000 }), fc.constantFrom(...partitionerNames), (key, n, name) => {
        const partition = partitionOf(key, n, name);
        return Number.isInteger(partition) && partition >= 0 && partition < n;
      }),
    );
  });

  it('refuses a topic without partitions', () => {
    for (const name of partitionerNames) for (const n of [0, -1, 1.5, NaN]) expect(() => partitionOf('a', n, name)).toThrow(MusterError);
  });
});

describe('partitionerNamed', () => {
  it('knows the names', () => expect(partitionerNames.map(partitionerNamed)).toEqual(partitionerNames));
  it('says the nearest', () => expect(() => partitionerNamed('murmur')).toThrow(/did you mean murmur2\?.*librdkafka's default/));
});
