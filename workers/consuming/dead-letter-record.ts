import { isUtf8 } from 'node:buffer';
import { deadLetterHeaders, type DeadLetter } from '../dead-letter.js';
import type { TopicPartition } from '../client-port.js';
import type { ConsumedRecord, Headers } from '../record.js';

/** Why a record is a dead letter. */
export interface Cause {
  readonly reason: string;
  /** Name of the error class, or `held`. */
  readonly errorType: string;
  readonly stack?: string | undefined;
  readonly retryCount: number;
}

/** A stack may hold whole documents; what matters of it stands at its beginning. Characters. */
const longestStack = 4_000;
const longestReason = 1_000;

/** The dead letter of a record (S11): the whole original as JSON, its key and headers kept, and what went wrong in headers too. */
export function deadLetterOf(
  record: ConsumedRecord,
  { topic, partition }: TopicPartition,
  { reason, errorType, stack, retryCount }: Cause,
  { consumerGroup, clientId, now }: { consumerGroup: string; clientId: string; now: Date },
): { letter: DeadLetter; key: Buffer | null; headers: Record<string, string | Buffer> } {
  const key = textOf(record.key);
  const value = textOf(record.value);
  const shortReason = reason.slice(0, longestReason);
  const letter: DeadLetter = {
    originalTopic: topic,
    originalPartition: partition,
    originalOffset: record.offset,
    originalKey: key.text,
    originalValue: value.text,
    ...((key.isBase64 || value.isBase64) && {
      encoding: { ...(key.isBase64 && { key: 'base64' }), ...(value.isBase64 && { value: 'base64' }) },
    }),
    originalTimestamp: new Date(Number(record.timestamp)).toISOString(),
    errorTimestamp: now.toISOString(),
    reason: shortReason,
    errorType,
    ...(stack !== undefined && { stack: stack.slice(0, longestStack) }),
    retryCount,
    consumerGroup,
    clientId,
  };
  return {
    letter,
    key: record.key,
    headers: {
      ...firstOfEach(record.headers),
      [deadLetterHeaders.timestamp]: letter.errorTimestamp,
      [deadLetterHeaders.reason]: shortReason,
      [deadLetterHeaders.originalTopic]: topic,
      [deadLetterHeaders.originalPartition]: String(partition),
      [deadLetterHeaders.originalOffset]: record.offset,
    },
  };
}

function textOf(bytes: Buffer | null): { text: string | null; isBase64: boolean } {
  if (bytes === null) return { text: null, isBase64: false };
  return isUtf8(bytes) ? { text: bytes.toString(), isBase64: false } : { text: bytes.toString('base64'), isBase64: true };
}

/** A header that stands more than once keeps its first value: a record of ours has each name once. */
function firstOfEach(headers: Headers | undefined): Record<string, string | Buffer> {
  const kept: Record<string, string | Buffer> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const first = Array.isArray(value) ? (value as readonly (string | Buffer)[])[0] : (value as string | Buffer | undefined);
    if (first !== undefined && first !== null) kept[name] = first;
  }
  return kept;
}
