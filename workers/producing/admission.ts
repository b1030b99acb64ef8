import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientError } from '../client-port.js';
import type { NewRecord } from '../record.js';
import type { Accumulator } from './accumulator.js';
import { PublishError } from './failures.js';
import type { Topics } from './topics.js';

export interface AdmissionOptions {
  readonly topics: Topics;
  readonly buffer: Pick<Accumulator, 'hasRoom' | 'room'>;
  readonly bufferBytes: number;
  readonly maxBlockMs: number;
  /** A record is refused for want of room. */
  readonly onExhausted: (topic: string) => void;
}

/** Whoever publishes waits here until the topic is known and the buffer has room; rejects with `PublishError` when that takes too long. */
export function createAdmission({
  topics,
  buffer,
  bufferBytes,
  maxBlockMs,
  onExhausted,
}: AdmissionOptions): (record: NewRecord) => Promise<void> | undefined {
  const admit = async ({ topic }: NewRecord): Promise<void> => {
    const deadline = performance.now() + maxBlockMs;
    if (topics.of(topic).partitions === 0) {
      try {
        await topics.known(topic, deadline);
      } catch (error) {
        const { code, kind, message } = error as ClientError;
        throw new PublishError(topic, { code, kind, outcome: 'rejected', reason: message });
      }
    }
    while (!buffer.hasRoom()) {
      const left = deadline - performance.now();
      if (left <= 0) {
        onExhausted(topic);
        throw new PublishError(topic, {
          code: 'BUFFER_EXHAUSTED',
          kind: 'retriable',
          outcome: 'rejected',
          reason: `the buffer of ${bufferBytes} bytes is full, and was for ${maxBlockMs} ms: the brokers take less than is written`,
        });
      }
      const timeout = new AbortController();
      await Promise.race([buffer.room(), sleep(left, undefined, { signal: timeout.signal }).catch(() => undefined)]);
      timeout.abort();
    }
  };
  // Nothing to wait for is the rule, and costs no promise.
  return (record) => (topics.of(record.topic).partitions === 0 || !buffer.hasRoom() ? admit(record) : undefined);
}
