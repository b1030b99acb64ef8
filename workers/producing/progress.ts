import type { ClientError } from '../client-port.js';
import type { Logger } from '../logging.js';
import { sayAgainMs } from '../once-in-a-while.js';
import type { Outgoing } from './outgoing.js';

/** Whether answers come, and what a person is told when they do not. */
export interface Progress {
  acked(topic: string): void;
  retrying(records: readonly Outgoing[], error: ClientError): void;
  failed(): void;
  /** Why it is not to be trusted any more: no answer and no failure for longer than any attempt may take. */
  problem(): string | undefined;
}

interface Trouble {
  /** Ms of `performance.now()`. */
  readonly since: number;
  said: number;
}

export function createProgress({
  requestTimeoutMs,
  logger,
  usedBytes,
}: {
  readonly requestTimeoutMs: number;
  readonly logger: Logger;
  readonly usedBytes: () => number;
}): Progress {
  const troubles = new Map<string, Trouble>();
  let lastAnswer = performance.now();
  return {
    acked(topic) {
      lastAnswer = performance.now();
      const trouble = troubles.get(topic);
      if (trouble === undefined) return;
      if (trouble.said > 0) logger.info({ topic, afterMs: Math.round(performance.now() - trouble.since) }, 'acknowledged again');
      troubles.delete(topic);
    },
    retrying(records, error) {
      lastAnswer = performance.now();
      const { topic = '', partition } = records[0] ?? {};
      const trouble = troubles.get(topic) ?? { since: performance.now(), said: -Infinity };
      troubles.set(topic, trouble);
      if (performance.now() - trouble.said < sayAgainMs) return;
      trouble.said = performance.now();
      logger.warn(
        { topic, partition, records: records.length, error: error.code, reason: error.message, bufferedBytes: usedBytes() },
        'not acknowledged, sending again',
      );
    },
    failed() {
      lastAnswer = performance.now();
    },
    problem() {
      if (usedBytes() === 0) lastAnswer = performance.now();
      const silent = performance.now() - lastAnswer;
      // Twice the longest an attempt may take; without anything to deliver there is no progress to expect.
      return silent > 2 * requestTimeoutMs + 10_000 ? `no answer and no failure for ${Math.round(silent)} ms` : undefined;
    },
  };
}
