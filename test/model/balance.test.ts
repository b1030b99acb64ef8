import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assign, numberedMembers } from '../../constructs/model/assignors.js';
import { activeMembers, evenCounts, speedUp, step } from '../../constructs/model/balance.js';

const count = fc.integer({ min: 1, max: 50 });

describe('speedUp', () => {
  it('makes six members worth four on 8 partitions', () => expect(speedUp(8, 6)).toBe(4));
  it('is nothing without members or partitions', () => expect([speedUp(0, 3), speedUp(3, 0)]).toEqual([0, 0]));
  it('is partitions ÷ the most that one member owns', () => {
    fc.assert(
      fc.property(count, count, (partitions, members) => {
        const sizes = [...assign('roundrobin', { orders: partitions }, numberedMembers(members)).values()].map(({ length }) => length);
        expect(speedUp(partitions, members)).toBeCloseTo(partitions / Math.max(...sizes));
        expect(sizes.filter((size) => size > 0)).toHaveLength(activeMembers(partitions, members));
        expect(step(partitions, members).most).toBe(Math.max(...sizes));
      }),
    );
  });
  it('never shrinks when a member joins', () => {
    fc.assert(fc.property(count, count, (partitions, members) => speedUp(partitions, members + 1) >= speedUp(partitions, members)));
  });
});

describe('even counts', () => {
  it('of 24 hold 1, 2, 6 and 8', () => expect(evenCounts(24)).toEqual([1, 2, 3, 4, 6, 8, 12, 24]));
  it('are the steps that waste nobody', () => {
    fc.assert(
      fc.property(
        count,
        count,
        (partitions, members) => step(partitions, members).even === (evenCounts(partitions).includes(members) || members > partitions),
      ),
    );
  });
});
