import type { KafkaMessage } from 'kafkajs';
import { isRecord } from '../../constructs/model/resource.js';
import { deadLetterHeaders, producerDeadLetterHeaders, type DeadLetter } from '../../workers/dead-letter.js';

/** One dead letter, whoever wrote it. */
export interface Letter {
  readonly partition: number;
  readonly offset: string;
  /** Who gave the record up; `unknown`: a record of a stranger, which is listed and never replayed. */
  readonly by: 'consumer' | 'producer' | 'unknown';
  readonly key: string | null;
  readonly reason: string;
  readonly errorType: string | undefined;
  /** ISO 8601, when it was given up. */
  readonly at: string;
  readonly retries: number | undefined;
  readonly group: string | undefined;
  readonly client: string | undefined;
  /** Partition and offset are missing where the record never came to have them. */
  readonly original: { readonly topic: string | undefined; readonly partition: number | undefined; readonly offset: string | undefined };
  /** The record as it was: what a replay writes. */
  readonly record: { readonly key: Buffer | null; readonly value: Buffer | null; readonly headers: NonNullable<KafkaMessage['headers']> };
}

const text = (headers: KafkaMessage['headers'], name: string): string | undefined => {
  const value = headers?.[name];
  return (Array.isArray(value) ? value[0] : value)?.toString();
};
const whole = (value: string | undefined): number | undefined => (value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined);

/** Reads a record of a dead-letter topic; never throws: a person looks at it because something is wrong already. */
export function readLetter(partition: number, message: KafkaMessage): Letter {
  const place = { partition, offset: message.offset };
  const { headers } = message;
  const given = parse(message.value);
  if (given !== undefined) {
    return {
      ...place,
      by: 'consumer',
      key: given.originalKey,
      reason: given.reason,
      errorType: given.errorType,
      at: given.errorTimestamp,
      retries: given.retryCount,
      group: given.consumerGroup,
      client: given.clientId,
      original: { topic: given.originalTopic, partition: given.originalPartition, offset: given.originalOffset },
      record: {
        key: bytes(given.originalKey, given.encoding?.key),
        value: bytes(given.originalValue, given.encoding?.value),
        headers: without(headers, Object.values(deadLetterHeaders)),
      },
    };
  }
  const topic = text(headers, producerDeadLetterHeaders.originalTopic);
  return {
    ...place,
    by: topic === undefined ? 'unknown' : 'producer',
    key: message.key?.toString() ?? null,
    reason:
      text(headers, producerDeadLetterHeaders.errorMessage) ??
      text(headers, deadLetterHeaders.reason) ??
      'no dead letter of Muster: it says no reason',
    errorType: text(headers, producerDeadLetterHeaders.errorType),
    at: text(headers, producerDeadLetterHeaders.errorTimestamp) ?? new Date(Number(message.timestamp)).toISOString(),
    retries: whole(text(headers, producerDeadLetterHeaders.retryCount)),
    group: undefined,
    client: text(headers, 'producer'),
    original: { topic, partition: undefined, offset: undefined },
    record: {
      key: message.key,
      value: message.value,
      // The correlation id was the record's own before it was the letter's.
      headers: without(
        headers,
        Object.values(producerDeadLetterHeaders).filter((name) => name !== producerDeadLetterHeaders.correlationId),
      ),
    },
  };
}

function parse(value: Buffer | null): DeadLetter | undefined {
  if (value === null) return undefined;
  try {
    const parsed: unknown = JSON.parse(value.toString());
    const isLetter =
      isRecord(parsed) &&
      typeof parsed['originalTopic'] === 'string' &&
      typeof parsed['originalPartition'] === 'number' &&
      typeof parsed['originalOffset'] === 'string' &&
      typeof parsed['reason'] === 'string';
    return isLetter ? (parsed as unknown as DeadLetter) : undefined;
  } catch {
    return undefined;
  }
}

const bytes = (given: string | null, encoding: 'base64' | undefined): Buffer | null =>
  given === null ? null : Buffer.from(given, encoding ?? 'utf8');

const without = (headers: KafkaMessage['headers'], names: readonly string[]): NonNullable<KafkaMessage['headers']> =>
  Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => !names.includes(name)));
