import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { expectedEmpty, spreadKeys, stayingShare, weigh } from '../../constructs/model/key-spread.js';
import { expandKeys } from '../../constructs/model/keys.js';
import { partitionerNames } from '../../constructs/model/partitioners.js';

describe('S15: 50 restaurants on 24 partitions', () => {
  const spread = spreadKeys(weigh(expandKeys('restaurant-{1..50}')), 24);
  it('are not about two each', () => {
    expect(spread.partitions.map(({ keys }) => keys)).toEqual([4, 1, 2, 2, 0, 3, 2, 3, 1, 4, 3, 0, 4, 2, 1, 1, 3, 1, 2, 1, 1, 4, 3, 2]);
    expect(spread.empty).toEqual([4, 11]);
    expect(spread.hot).toEqual([0, 9, 12, 21]);
    expect(spread.worst).toBeCloseTo(1.92);
  });
  it('leave as many empty as a hash does on average', () => expect(expectedEmpty(50, 24)).toBeCloseTo(2.86, 2));
});

describe('S7: the keys of lab 1.2B on 6 partitions', () => {
  it('lie elsewhere than its table says', () => {
    const { places } = spreadKeys(weigh(expandKeys('customer-{A..J}'), 60), 6);
    expect(places.map(({ key, partition, records }) => `${key} ${partition} ${records}`)).toEqual([
      'customer-A 1 6',
      'customer-B 2 6',
      'customer-C 2 6',
      'customer-D 0 6',
      'customer-E 1 6',
      'customer-F 0 6',
      'customer-G 1 6',
      'customer-H 2 6',
      'customer-I 5 6',
      'customer-J 2 6',
    ]);
  });
});

describe('stayingShare', () => {
  it.each([
    [6, 8, 1 / 4],
    [8, 16, 1 / 2],
    [6, 24, 1 / 4],
    [12, 12, 1],
    [5, 7, 1 / 7],
  ])('of %i → %i', (from, to, share) => expect(stayingShare(from, to)).toBeCloseTo(share));

  it('is what the keys do, whoever partitions', () => {
    const keys = weigh(expandKeys('key-{1..20000}'));
    const count = fc.integer({ min: 1, max: 30 });
    fc.assert(
      fc.property(count, count, fc.constantFrom(...partitionerNames), (from, to, partitioner) => {
        const { places } = spreadKeys(keys, from, { to, partitioner });
        const stay = places.filter((place) => place.to === place.partition).length / places.length;
        expect(Math.abs(stay - stayingShare(from, to))).toBeLessThan(0.03);
      }),
      { numRuns: 40 },
    );
  });
});

describe('weigh', () => {
  it('counts what is named twice', () =>
    expect(weigh(['a', 'b', 'a'])).toEqual([
      { key: 'a', records: 2 },
      { key: 'b', records: 1 },
    ]));
  it('deals out every record, in proportion', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 }), fc.nat(10_000), (keys, total) => {
        const dealt = weigh(keys, total);
        expect(dealt.reduce((sum, { records }) => sum + records, 0)).toBe(total);
        const named = weigh(keys);
        dealt.forEach(({ records }, index) => {
          expect(Math.abs(records - ((named[index]?.records ?? 0) * total) / keys.length)).toBeLessThanOrEqual(1);
        });
      }),
    );
  });
});

describe('spreadKeys', () => {
  it('counts every key and record once', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 1 }), fc.integer({ min: 1, max: 40 }), (keys, partitions) => {
        const spread = spreadKeys(weigh(keys), partitions);
        expect(spread.partitions.reduce((sum, load) => sum + load.keys, 0)).toBe(keys.length);
        expect(spread.partitions.reduce((sum, load) => sum + load.records, 0)).toBe(keys.length);
        expect(spread.worst).toBeGreaterThanOrEqual(1);
      }),
    );
  });
  it('has nothing hot without records', () => expect(spreadKeys(weigh(['a'], 0), 3)).toMatchObject({ hot: [], worst: 0 }));
});
