import { setTimeout as sleep } from 'node:timers/promises';
import { ClientError, type ClientPort } from '../client-port.js';
import { partitionOf } from '../keys.js';
import type { NewRecord, Published } from '../record.js';

export function createPublisher({ client, deliveryTimeoutMs }: { client: ClientPort; deliveryTimeoutMs: number }) {
  const transport = client.createTransport({
    acks: 'all',
    idempotent: true,
    compression: 'none',
    requestTimeoutMs: 5_000,
    onPartitions: () => undefined,
  });
  const counts = new Map<string, number>();
  let last: Promise<unknown> = Promise.resolve();
  const send = async (record: NewRecord): Promise<Published> => {
    const deadline = Date.now() + deliveryTimeoutMs;
    for (;;) {
      try {
        const count = counts.get(record.topic) ?? (await client.partitionsOf(record.topic));
        counts.set(record.topic, count);
        const partition =
          record.partition ?? (record.key === null ? Math.floor(Math.random() * count) : partitionOf(record.key.toString(), count));
        const offset = await transport.send(record.topic, partition, [
          { key: record.key, value: record.value, headers: record.headers, timestamp: Date.now() },
        ]);
        return { partition, offset: typeof offset === 'number' ? offset : (offset[0] ?? -1) };
      } catch (error) {
        if (!(error instanceof ClientError) || error.kind !== 'retriable' || Date.now() > deadline) throw error;
        await sleep(200);
      }
    }
  };
  return {
    publish: (record: NewRecord): Promise<Published> => {
      const sent = last.catch(() => undefined).then(() => send(record));
      last = sent;
      return sent;
    },
    flush: async () => void (await last.catch(() => undefined)),
    close: () => transport.close(),
  };
}
