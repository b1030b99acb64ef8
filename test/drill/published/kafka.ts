/**
 * What Kafka's own system tests take for proof.
 * Source: https://github.com/apache/kafka/blob/1eb7644349cb07139d6a3c1ad1986979647cac99/tests/kafkatest/utils/util.py, `validate_delivery`.
 */

/** Values acknowledged and consumed, and what `validate_delivery(acked, consumed, idempotence_enabled)` says of them. */
export interface Validated {
  readonly name: string;
  readonly acked: readonly number[];
  readonly consumed: readonly number[];
  readonly idempotence: boolean;
  readonly success: boolean;
}

export const validatedDeliveries: readonly Validated[] = [
  { name: 'all of it', acked: [1, 2, 3], consumed: [1, 2, 3], idempotence: false, success: true },
  { name: 'nothing of nothing', acked: [], consumed: [], idempotence: false, success: true },
  { name: 'one is missing', acked: [1, 2, 3], consumed: [1, 3], idempotence: false, success: false },
  { name: 'all are missing', acked: [1, 2, 3], consumed: [], idempotence: false, success: false },
  { name: 'more came than was acknowledged', acked: [1, 2], consumed: [1, 2, 3], idempotence: false, success: true },
  { name: 'more came, and with idempotence, too', acked: [1, 2], consumed: [1, 2, 3], idempotence: true, success: true },
  { name: 'some came twice', acked: [1, 2], consumed: [1, 1, 2, 2, 2], idempotence: false, success: true },
  { name: 'some came twice in spite of idempotence', acked: [1, 2], consumed: [1, 1, 2], idempotence: true, success: false },
  {
    name: 'what was not acknowledged came twice, in spite of idempotence',
    acked: [1],
    consumed: [1, 2, 2],
    idempotence: true,
    success: false,
  },
  { name: 'one missing and another twice', acked: [1, 2, 3], consumed: [1, 1, 3], idempotence: false, success: false },
  { name: 'the same, with idempotence', acked: [1, 2, 3], consumed: [1, 1, 3], idempotence: true, success: false },
  { name: 'acknowledged twice', acked: [1, 1, 2], consumed: [1, 2], idempotence: true, success: true },
];

/** The heart of the function, for lists nobody wrote down: `set(acked) - set(consumed)`, and `len(set(consumed)) != len(consumed)`. */
export function validateDelivery(acked: readonly number[], consumed: readonly number[], idempotence: boolean) {
  const got = new Set(consumed);
  const missing = [...new Set(acked)].filter((value) => !got.has(value));
  const duplicates = consumed.length - got.size;
  return { missing, duplicates, success: missing.length === 0 && !(duplicates > 0 && idempotence) };
}
