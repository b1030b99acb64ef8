import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fenceposts, rolloutOf } from '../../constructs/model/rollout.js';

describe('what a rollout costs', () => {
  it('6 pods one at a time: 6 turns, 12 rebalances at most, never more than 6 members', () => {
    expect(rolloutOf({ how: 'rolling', replicas: 6, surge: 0, unavailable: 1 })).toEqual({
      pods: 6,
      turns: 6,
      perTurn: 1,
      most: 6,
      least: 5,
      leaves: 6,
      joins: 6,
      rebalances: 12,
    });
  });

  it('Kubernetes’ own 25%: of 6 pods 2 above and 1 below, so 3 at a time', () => {
    expect(fenceposts(6, {})).toEqual({ surge: 2, unavailable: 1 });
    expect(rolloutOf({ how: 'rolling', replicas: 6, ...fenceposts(6, {}) })).toMatchObject({ turns: 2, perTurn: 3, most: 8, least: 5 });
  });

  it('Recreate: nobody is left in between, and those that come share a rebalance', () => {
    expect(rolloutOf({ how: 'recreate', replicas: 6 })).toMatchObject({ least: 0, most: 6, rebalances: 6 });
  });

  it('one may be missing where both come to nothing, as the controller has it', () => {
    expect(fenceposts(2, { maxSurge: '0%', maxUnavailable: '25%' })).toEqual({ surge: 0, unavailable: 1 });
    expect(fenceposts(3, { maxSurge: 0, maxUnavailable: 2 })).toEqual({ surge: 0, unavailable: 2 });
  });

  it('every pod leaves and joins once, whatever the strategy, and the turns are enough', () => {
    const plans = fc.record({
      how: fc.constantFrom('rolling' as const, 'recreate' as const, 'on-delete' as const),
      replicas: fc.nat(50),
      surge: fc.nat(60),
      unavailable: fc.nat(60),
    });
    fc.assert(
      fc.property(plans, (plan) => {
        const { pods, leaves, joins, rebalances, turns, perTurn, least, most } = rolloutOf(plan);
        expect([leaves, joins]).toEqual([pods, pods]);
        expect(rebalances).toBeLessThanOrEqual(2 * pods);
        expect(turns * perTurn).toBeGreaterThanOrEqual(pods);
        expect(least).toBeLessThanOrEqual(pods);
        expect(most).toBeGreaterThanOrEqual(pods);
      }),
    );
  });
});
