import type { Batch, Outgoing } from './accumulator.js';
import { backOff } from '../backoff.js';
import { causeOf, protocolType } from '../errors.js';
import type { Transport } from '../kafkajs/transport.js';

export interface DeliveryEvents {
  /** Just before the first attempt of a record. */
  sending(records: readonly Outgoing[]): void;
  acked(records: readonly Outgoing[], offsets: readonly number[]): void;
  retrying(records: readonly Outgoing[], error: Error): void;
  failed(records: readonly Outgoing[], outcome: 'rejected' | 'indeterminate', reason: string): void;
}

/** The leader answered, and did not append. (An answer that metadata may give too proves nothing: kafkajs hides the first error behind it.) */
const notAppended = new Set([
  'NOT_ENOUGH_REPLICAS',
  'NOT_LEADER_FOR_PARTITION',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'CORRUPT_MESSAGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'INVALID_REQUIRED_ACKS',
  'UNSUPPORTED_COMPRESSION_TYPE',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
]);
const tooLarge = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/**
 * Delivers a batch: attempts until it is acknowledged, refused for good, or its time is over (`deliveryTimeoutMs` since the batch began to
 * fill). Attempts of one batch follow each other, so its records keep their order.
 */
export function createDelivery(transport: Transport, deliveryTimeoutMs: number, events: DeliveryEvents): (batch: Batch) => Promise<void> {
  const attempt = async (records: readonly Outgoing[], partition: number, deadline: number, isFirst: boolean): Promise<void> => {
    if (isFirst && performance.now() >= deadline) {
      events.failed(records, 'rejected', `not sent within ${deliveryTimeoutMs} ms: those before it took all the time`);
      return;
    }
    if (isFirst) events.sending(records);
    let isMaybeAppended = false;
    for (let retries = 0; ; retries += 1) {
      try {
        const offsets = await transport.send(partition, records);
        events.acked(records, offsets);
        return;
      } catch (thrown) {
        const error = causeOf(thrown);
        const type = protocolType(error);
        isMaybeAppended ||= type === undefined || !notAppended.has(type);
        if (type !== undefined && tooLarge.has(type) && records.length > 1) {
          const half = Math.ceil(records.length / 2);
          await attempt(records.slice(0, half), partition, deadline, false);
          await attempt(records.slice(half), partition, deadline, false);
          return;
        }
        const isRetriable = !('retriable' in error) || error.retriable !== false;
        if (!isRetriable || performance.now() >= deadline) {
          const reason = isRetriable ? `not acknowledged within ${deliveryTimeoutMs} ms: ${error.message}` : error.message;
          events.failed(records, isMaybeAppended ? 'indeterminate' : 'rejected', reason);
          transport.renew(partition);
          return;
        }
        events.retrying(records, error);
        await backOff(retries);
      }
    }
  };
  return (batch) => attempt(batch.records, batch.partition, batch.createdAt + deliveryTimeoutMs, true);
}
