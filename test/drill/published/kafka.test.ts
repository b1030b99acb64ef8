import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judge, type Verdict } from '../../../scripts/drill/verdict.js';
import { acked, processed, run } from '../histories.js';
import { validateDelivery, validatedDeliveries } from './kafka.js';

/** A value is the sequence number of one key. Order is not what `validate_delivery` looks at. */
function verdictOf(ackedValues: readonly number[], consumed: readonly number[], idempotence: boolean): Verdict {
  return judge([
    run({ expect: { duplicates: idempotence ? 'none' : 'any', reordered: 'any' } }),
    ...ackedValues.map((value, n) => acked(n, value, value)),
    ...consumed.map((value, n) => processed(1_000 + n, 'p', value, value)),
  ]);
}
const success = (verdict: Verdict): boolean => !verdict.reasons.some((reason) => / lost: | processed again /.test(reason));

describe("validate_delivery of Kafka's system tests", () => {
  it.each(validatedDeliveries)('$name (idempotence: $idempotence): $success', (given) => {
    const verdict = verdictOf(given.acked, given.consumed, given.idempotence);
    expect(success(verdict)).toBe(given.success);
    expect(validateDelivery(given.acked, given.consumed, given.idempotence).success).toBe(given.success);
  });

  it('agrees on any lists', () => {
    const values = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 25 });
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 12 })), values, fc.boolean(), (ackedValues, consumed, idempotence) => {
        const theirs = validateDelivery(ackedValues, consumed, idempotence);
        const ours = verdictOf(ackedValues, consumed, idempotence);
        expect(ours.lost).toBe(theirs.missing.length);
        expect(ours.duplicates).toBe(theirs.duplicates);
        expect(success(ours)).toBe(theirs.success);
      }),
    );
  });
});
