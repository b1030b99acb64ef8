// Without these kafkajs shows records of aborted transactions.
import '../../workers/kafkajs/corrections.js';
import { Kafka, logLevel, type IHeaders, type Message } from 'kafkajs';

/** What a test reads from a topic, in the order of its offsets within a partition. */
export interface ReadRecord {
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

const connect = (bootstrap: string): Kafka =>
  new Kafka({ brokers: bootstrap.split(','), clientId: 'test', logLevel: logLevel.NOTHING, retry: { initialRetryTime: 100, retries: 30 } });

/** Writes records of a test, each in a request of its own where `spread` says so. */
export async function write(bootstrap: string, topic: string, messages: readonly Message[]): Promise<void> {
  const producer = connect(bootstrap).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    for (let i = 0; i < messages.length; i += 500) await producer.send({ topic, messages: messages.slice(i, i + 500) });
  } finally {
    await producer.disconnect();
  }
}

/** Reads committed records of a topic as they come, without a group that commits, until it is stopped. */
export async function follow(
  bootstrap: string,
  topic: string,
): Promise<{ readonly records: readonly ReadRecord[]; stop(): Promise<void> }> {
  const records: ReadRecord[] = [];
  const consumer = connect(bootstrap).consumer({ groupId: `reader-${topic}-${String(Math.random())}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: ({ partition, message: { offset, key, value, headers } }) => {
      records.push({
        partition,
        offset,
        key: key?.toString() ?? null,
        value: value?.toString() ?? null,
        headers: textOf(headers),
      });
      return Promise.resolve();
    },
  });
  return { records, stop: () => consumer.disconnect() };
}

function textOf(headers: IHeaders = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
