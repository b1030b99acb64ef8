import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as model from '../../constructs/model/keys.js';
import { expandKeys, murmur2, partitionOf } from '../../workers/keys.js';

describe('the partitioner of the workers', () => {
  // The vectors of Kafka's own UtilsTest.testMurmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as Java does', (key, hash) => {
    expect(murmur2(key)).toBe(hash);
  });

  // Workers import nothing from the model, so both have it; they must not drift apart.
  it('puts every key where the model predicts it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 1000 }), (key, n) => {
        expect(partitionOf(key, n)).toBe(model.partitionFor(key, n));
      }),
    );
  });
});

describe('the key patterns of the workers', () => {
  it.each(['customer-{A..E}', 'customer-{001..100}', '{9..11}', 'vip, customer-{a..b}-x'])('expand %s as the model does', (pattern) => {
    expect(expandKeys(pattern)).toEqual(model.expandKeys(pattern));
  });
  it.each(['', ' , ', 'customer-{B..A}', 'customer-{1..B}', 'customer-{a..B}', 'customer-{A..', '{1..9999999999}', '{1..2}{3..4}'])(
    'refuse "%s"',
    (pattern) => {
      expect(() => expandKeys(pattern)).toThrow(`"${pattern}"`);
    },
  );
});
