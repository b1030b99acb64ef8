import { KafkaJSNonRetriableError } from 'kafkajs';
import { causeOf, protocolType } from '../errors.js';

/** Answers that mean: the group went on without this member, and its partitions are others'. */
const evictions = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID']);

export function isEviction(error: unknown): boolean {
  return evictions.has(protocolType(causeOf(error)) ?? '');
}

/** The group is changing, and waits for this member to join again. */
export function isRebalance(error: unknown): boolean {
  return protocolType(causeOf(error)) === 'REBALANCE_IN_PROGRESS';
}

/** Tells kafkajs to join as a new member. */
export function mustRejoin(message: string): Error {
  return Object.assign(new KafkaJSNonRetriableError(message), { type: 'UNKNOWN_MEMBER_ID' });
}
