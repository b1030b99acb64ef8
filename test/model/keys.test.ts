import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MusterError } from '../../constructs/model/error.js';
import { expandKeys, murmur2, partitionFor } from '../../constructs/model/keys.js';

describe('murmur2', () => {
  // The vectors of Kafka's own UtilsTest.testMurmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as Java does', (key, hash) => expect(murmur2(key)).toBe(hash));

  it('hashes the bytes, so text and its UTF-8 agree', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (key) => murmur2(key) === murmur2(new TextEncoder().encode(key))));
  });
});

describe('partitionFor', () => {
  it('stays below the number of partitions', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 1000 }), (key, n) => {
        const partition = partitionFor(key, n);
        return Number.isInteger(partition) && partition >= 0 && partition < n;
      }),
    );
  });

  it('masks the sign and does not take the absolute value', () => {
    const negative = expandKeys('customer-{001..100}').filter((key) => murmur2(key) < 0);
    expect(negative.some((key) => Math.abs(murmur2(key)) % 6 !== partitionFor(key, 6))).toBe(true);
  });

  it('refuses a topic without partitions', () => expect(() => partitionFor('a', 0)).toThrow(MusterError));
});

describe('expandKeys', () => {
  it('expands letters', () =>
    expect(expandKeys('customer-{A..E}')).toEqual(['customer-A', 'customer-B', 'customer-C', 'customer-D', 'customer-E']));
  it('keeps the width of numbers with leading zeros', () => {
    const keys = expandKeys('customer-{001..100}');
    expect(keys).toHaveLength(100);
    expect([keys[0], keys[9], keys[99]]).toEqual(['customer-001', 'customer-010', 'customer-100']);
  });
  it('leaves numbers without leading zeros alone', () => expect(expandKeys('{9..11}')).toEqual(['9', '10', '11']));
  it('joins a list', () => expect(expandKeys('vip, customer-{a..b}-x')).toEqual(['vip', 'customer-a-x', 'customer-b-x']));
  it.each(['', ' , ', 'customer-{B..A}', 'customer-{1..B}', 'customer-{a..B}', 'customer-{A..', '{1..9999999999}', '{1..2}{3..4}'])(
    'refuses "%s"',
    (pattern) => expect(() => expandKeys(pattern)).toThrow(MusterError),
  );
  it('gives distinct keys', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), (from, more) => {
        const keys = expandKeys(`k{${from}..${from + more}}`);
        return new Set(keys).size === more + 1;
      }),
    );
  });
});
