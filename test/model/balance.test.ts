import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { activeMembers, roundRobin, speedUp } from '../../constructs/model/balance.js';

const counts = [fc.nat(50), fc.integer({ min: 1, max: 50 })] as const;

describe('roundRobin', () => {
  it.each([
    [6, 1, [6]],
    [6, 2, [3, 3]],
    [6, 6, [1, 1, 1, 1, 1, 1]],
    [6, 8, [1, 1, 1, 1, 1, 1, 0, 0]],
    // Not 3-2-3-2-2.
    [12, 5, [3, 3, 2, 2, 2]],
  ])('shares %i partitions among %i', (partitions, members, sizes) =>
    expect(roundRobin(partitions, members).map((owned) => owned.length)).toEqual(sizes),
  );

  it('is an exact cover, and nobody has two more than another', () => {
    fc.assert(
      fc.property(...counts, (partitions, members) => {
        const assignment = roundRobin(partitions, members);
        const sizes = assignment.map((owned) => owned.length);
        expect(assignment.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: partitions }, (_, p) => p));
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(sizes.filter((size) => size > 0)).toHaveLength(activeMembers(partitions, members));
      }),
    );
  });
});

describe('speedUp', () => {
  it('makes six members worth four on 8 partitions', () => expect(speedUp(8, 6)).toBe(4));
  it('is nothing without members or partitions', () => expect([speedUp(0, 3), speedUp(3, 0)]).toEqual([0, 0]));
  it('is partitions ÷ the most that one member owns', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 }), (partitions, members) => {
        expect(speedUp(partitions, members)).toBeCloseTo(
          partitions / Math.max(...roundRobin(partitions, members).map((owned) => owned.length)),
        );
      }),
    );
  });
});
