import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError } from '../configuration-error.js';
import type { OpensHandler } from '../handler.js';
import type { Headers } from '../record.js';

/**
 * Forwards each record with its key, value and headers to CONSUMER_OUTPUT_TOPIC, after CONSUMER_WORK_MS: the shortest chain there is. Who the record is
 * (`sequence`, `producer`) goes with it, so that a drill can prove at the other end that each came out once.
 */
export const copy: OpensHandler = ({ outputTopic, workMs }) => {
  if (outputTopic === undefined)
    throw new ConfigurationError([
      'CONSUMER_OUTPUT_TOPIC is missing: copy writes there what it reads; set it to another topic than KAFKA_TOPIC',
    ]);
  return {
    async handle({ key, value, headers }, { publish }) {
      if (workMs > 0) await sleep(workMs);
      await publish({ topic: outputTopic, key, value, headers: first(headers) });
    },
  };
};

/** A header that stands more than once is forwarded once: records are written with one of a name. */
function first(headers: Headers = {}): Record<string, string | Buffer> {
  const kept: Record<string, string | Buffer> = {};
  for (const [name, value] of Object.entries(headers)) {
    const one: string | Buffer | undefined = Array.isArray(value)
      ? (value[0] as string | Buffer | undefined)
      : (value as string | Buffer | undefined);
    if (one !== undefined) kept[name] = one;
  }
  return kept;
}
