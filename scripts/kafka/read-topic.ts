import { randomBytes } from 'node:crypto';
import type { Kafka, KafkaMessage } from 'kafkajs';

export interface TopicRecord {
  readonly partition: number;
  readonly message: KafkaMessage;
}

/**
 * Reads what a topic holds at this moment, partition by partition in order of offset: from `from` (its beginning where that says nothing) to its present end.
 * With a group of its own that is removed again, for kafkajs reads in groups only; it commits nothing.
 * @param onRecord false: that is enough of this partition
 */
export async function readTopic(
  kafka: Kafka,
  topic: string,
  from: ReadonlyMap<number, bigint>,
  abort: AbortSignal,
  onRecord: (record: TopicRecord) => boolean | undefined,
): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const groupId = `muster-read-${randomBytes(6).toString('hex')}`;
  const consumer = kafka.consumer({ groupId, allowAutoTopicCreation: false, maxWaitTimeInMs: 250, sessionTimeout: 30_000 });
  try {
    const open = new Map<number, { next: bigint; end: bigint }>();
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      const next = [BigInt(low), from.get(partition) ?? 0n].reduce((a, b) => (a > b ? a : b));
      if (next < BigInt(high)) open.set(partition, { next, end: BigInt(high) });
    }
    if (open.size === 0) return;
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const interrupted = (): void => {
        reject(abort.reason as Error);
      };
      if (abort.aborted) interrupted();
      abort.addEventListener('abort', interrupted, { once: true });
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (!payload.restart) reject(payload.error);
      });
      // The end may be transaction markers, which no batch holds: the position says when it is reached.
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
        const state = open.get(payload.partition);
        if (state !== undefined && BigInt(payload.lastOffset) + 1n >= state.end) open.delete(payload.partition);
        if (open.size === 0) resolve();
      });
      consumer
        .run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          eachBatch: async ({ batch, resolveOffset }) => {
            const state = open.get(batch.partition);
            for (const message of batch.messages) {
              const offset = BigInt(message.offset);
              if (state !== undefined && open.has(batch.partition) && offset >= state.next && offset < state.end) {
                state.next = offset + 1n;
                if (onRecord({ partition: batch.partition, message }) === false) open.delete(batch.partition);
              }
              resolveOffset(message.offset);
            }
            if (open.size === 0) resolve();
            await Promise.resolve();
          },
        })
        .then(() => {
          try {
            for (const [partition, { next }] of open) consumer.seek({ topic, partition, offset: String(next) });
          } catch {
            // It has not joined yet, and reads from the beginning: what comes before `from` is passed over.
          }
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect().catch(() => undefined);
    await admin.deleteGroups([groupId]).catch(() => undefined);
    await admin.disconnect();
  }
}
