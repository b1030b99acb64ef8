import { randomUUID } from 'node:crypto';
import { backOff } from '../backoff.js';
import { ClientError, type ClientPort } from '../client-port.js';
import { causeOf } from '../errors.js';
import { TransientError, type HandlerServices } from '../handler.js';
import type { Logger } from '../logging.js';

export interface TopicReaderOptions {
  readonly clientId: string;
  /** Group of the worker; a reader is a member of `GROUP-state`, which never commits. */
  readonly groupId: string;
  readonly requestTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly logger: Logger;
}

const attempts = 10;

/**
 * Reads a topic up to now, for handlers whose state is a topic. "Now" is a mark that it writes to the end of each partition: whoever has
 * read his own mark has read all that was written, and decided, before it. A reader of committed records meets the mark only after every
 * transaction that was open before it has ended.
 */
export function topicReader(port: ClientPort, options: TopicReaderOptions): HandlerServices['readTopic'] {
  const { clientId, groupId, sessionTimeoutMs, heartbeatIntervalMs, logger } = options;
  return async (topic, visit) => {
    const marks = await markEnds(port, topic, options);
    let open = marks.size;
    const visited = new Map<number, bigint>();
    await new Promise<void>((resolve, reject) => {
      const membership = port.createMembership({
        clientId,
        groupId: `${groupId}-state`,
        topics: [topic],
        offsetReset: 'earliest',
        sessionTimeoutMs,
        heartbeatIntervalMs,
        maxPollIntervalMs: 300_000,
        fetchMaxWaitMs: 100,
        isolation: 'read_committed',
        assignor: 'roundrobin',
        groupProtocol: 'classic',
        logger,
        events: { heartbeat: () => undefined, fetch: () => undefined },
        onFatal: (error) => {
          reject(new TransientError(`cannot read topic ${topic}: ${causeOf(error).message}`, { cause: error }));
        },
        work: {
          assigned: () => undefined,
          revoke: () => Promise.resolve(),
          lost: () => undefined,
          process: ({ partition, records }) => {
            const mark = marks.get(partition);
            for (const record of records) {
              const offset = BigInt(record.offset);
              // After a rebalance it begins again: nothing was committed.
              if (mark === undefined || offset > mark || offset <= (visited.get(partition) ?? -1n)) continue;
              visited.set(partition, offset);
              if (offset < mark) visit(record);
              else open -= 1;
            }
            // Not from within its own turn: a membership ends after the batch in hand.
            if (open === 0) setImmediate(() => void membership.stop().then(() => resolve(), reject));
            return Promise.resolve({ done: records.at(-1)?.offset });
          },
        },
      });
      membership.start().catch(reject);
    });
  };
}

/** Writes the marks; the offset of each by its partition. */
async function markEnds(port: ClientPort, topic: string, { clientId, requestTimeoutMs }: TopicReaderOptions): Promise<Map<number, bigint>> {
  const transport = port.createTransport({
    acks: 'all',
    idempotent: true,
    compression: 'none',
    requestTimeoutMs,
    onPartitions: () => undefined,
  });
  const value = JSON.stringify({ mark: randomUUID(), reader: clientId });
  try {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const count = await port.partitionsOf(topic);
        const marks = new Map<number, bigint>();
        for (let partition = 0; partition < count; partition += 1)
          marks.set(
            partition,
            BigInt([await transport.send(topic, partition, [{ key: null, value, timestamp: Date.now() }])].flat()[0] ?? -1),
          );
        return marks;
      } catch (error) {
        const again = error instanceof ClientError && error.kind === 'retriable' && attempt < attempts;
        if (!again) throw new TransientError(`cannot mark the end of topic ${topic}: ${causeOf(error).message}`, { cause: error });
        await backOff(attempt);
      }
    }
  } finally {
    await transport.close();
  }
}
