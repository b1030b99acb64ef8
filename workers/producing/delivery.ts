import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError, type Transport } from '../client-port.js';
import type { Batch } from './accumulator.js';
import type { Failure } from './failures.js';
import type { Outgoing } from './outgoing.js';

export interface DeliveryOptions {
  readonly transport: Transport;
  /** Ms since the batch began to fill. */
  readonly deliveryTimeoutMs: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** Ms before the first retry; doubled each time up to 1 s, or up to itself where that is longer. */
  readonly retryBackoffMs: number;
  readonly events: DeliveryEvents;
}

export interface DeliveryEvents {
  /** Just before the first attempt of a record. */
  sending(records: readonly Outgoing[]): void;
  /** @param offsets that of the first, where they follow one another; -1 when the broker was not asked. */
  acked(records: readonly Outgoing[], offsets: number | readonly number[]): void;
  retrying(records: readonly Outgoing[], error: ClientError): void;
  failed(records: readonly Outgoing[], failure: Failure): void;
  /** A batch of so many bytes is refused as too large. */
  tooLarge(topic: string, bytes: number): void;
  /** Whether nothing is to be tried any more, and why. */
  refusal(): ClientError | undefined;
  /** Whether the topic has lost the partition: its records are given back, and become another's. */
  isGone(topic: string, partition: number): boolean;
}

const tooLarge = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);
/** The batch is refused for one of its records. */
const perRecord = new Set([...tooLarge, 'INVALID_RECORD', 'INVALID_TIMESTAMP', 'CORRUPT_MESSAGE']);
/** The broker does not know the numbers of this producer any more; new ones are taken when nothing is in doubt. */
const sequenceLost = new Set(['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID', 'INVALID_PRODUCER_EPOCH']);
const longestBackoffMs = 1_000;

/** The offset of the record at `i` of a batch. */
export function offsetAt(offsets: number | readonly number[], i: number): number {
  if (typeof offsets !== 'number') return offsets[i] ?? -1;
  return offsets < 0 ? -1 : offsets + i;
}

/**
 * Delivers a batch: attempts until it is acknowledged, refused for good, or its tries or its time are over. Attempts of one batch follow
 * each other, so its records keep their order. Resolves with the records of a partition that is gone.
 */
export function createDelivery({
  transport,
  deliveryTimeoutMs,
  retries: mostRetries,
  retryBackoffMs,
  events,
}: DeliveryOptions): (batch: Batch) => Promise<readonly Outgoing[]> {
  const attempt = async (
    records: readonly Outgoing[],
    topic: string,
    partition: number,
    deadline: number,
    isFirst: boolean,
  ): Promise<readonly Outgoing[]> => {
    const refused = events.refusal();
    if (isFirst && (refused !== undefined || performance.now() >= deadline)) {
      const reason = refused?.message ?? `not sent within ${deliveryTimeoutMs} ms: those before it took all the time`;
      events.failed(records, {
        code: refused?.code ?? 'TIMED_OUT',
        kind: refused?.kind ?? 'retriable',
        outcome: 'rejected',
        reason,
        retries: 0,
      });
      return [];
    }
    if (isFirst) events.sending(records);
    let isMaybeAppended = false;
    for (let retries = 0; ; retries += 1) {
      try {
        const offsets = await transport.send(topic, partition, records, (error) => {
          events.retrying(records, error);
        });
        events.acked(records, offsets);
        return [];
      } catch (thrown) {
        const error = thrown instanceof ClientError ? thrown : unexpected(thrown);
        isMaybeAppended ||= error.isIndeterminate;
        if (perRecord.has(error.code) && records.length > 1) {
          // One record that is too large by itself says nothing about batches.
          const bytes = records.reduce((sum, record) => sum + record.bytes, 0);
          if (tooLarge.has(error.code) && records.every((record) => record.bytes <= bytes / 2)) events.tooLarge(topic, bytes);
          const half = Math.ceil(records.length / 2);
          const moved = await attempt(records.slice(0, half), topic, partition, deadline, false);
          return [...moved, ...(await attempt(records.slice(half), topic, partition, deadline, false))];
        }
        const isLost = sequenceLost.has(error.code) && !isMaybeAppended;
        if (isLost) transport.renew(topic, partition);
        const isRetriable = isLost || error.kind === 'retriable';
        const isOver = performance.now() >= deadline;
        if (!isRetriable || isOver || retries >= mostRetries || events.refusal() !== undefined) {
          const tries = retries === 0 ? '' : ` after ${retries} ${retries === 1 ? 'retry' : 'retries'}`;
          const reason =
            isRetriable && isOver ? `not acknowledged within ${deliveryTimeoutMs} ms${tries}: ${error.message}` : error.message;
          if (isMaybeAppended) transport.renew(topic, partition);
          events.failed(records, {
            code: error.code,
            kind: isRetriable ? 'retriable' : error.kind,
            outcome: isMaybeAppended ? 'indeterminate' : 'rejected',
            reason,
            retries,
          });
          return [];
        }
        if (events.isGone(topic, partition)) return records;
        events.retrying(records, error);
        const backOff = Math.min(retryBackoffMs * 2 ** Math.min(retries, 30), Math.max(longestBackoffMs, retryBackoffMs));
        // Less up to a fifth, so that siblings do not march in step.
        await sleep(Math.max(0, Math.min(backOff * (1 - Math.random() / 5), deadline - performance.now())));
      }
    }
  };
  return (batch) => attempt(batch.records, batch.topic, batch.partition, batch.createdAt + deliveryTimeoutMs, true);
}

/** A bug, or a client that speaks of something new: what became of the records is not known. */
function unexpected(thrown: unknown): ClientError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ClientError(message, 'UNKNOWN', 'permanent', true, { cause: thrown });
}
