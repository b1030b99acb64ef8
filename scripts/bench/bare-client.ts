/**
 * A client of Kafka with nothing around it, as its documentation shows it: what the core of our workers is measured against. Run as a process of its
 * own: `node bare-client.js '{"client":…}'`; a consumer prints how many records it has, as JSON lines.
 */
import { Kafka, logLevel } from 'kafkajs';
import { compressionTypes } from '../../workers/kafkajs/codecs.js';
import type { BenchLoad } from './load.js';

export interface BareJob extends BenchLoad {
  readonly client: 'kafkajs' | 'librdkafka';
  readonly role: 'produce' | 'consume';
  readonly groupId: string;
}

const job = JSON.parse(process.argv[2] ?? '{}') as BareJob;
const value = Buffer.alloc(job.recordBytes, 'x');

function progress(): (more: number) => void {
  let total = 0;
  let said = 0;
  return (more) => {
    total += more;
    const now = performance.now();
    if (now - said < 20 && total < job.records) return;
    said = now;
    process.stdout.write(`${JSON.stringify({ t: now, count: total })}\n`);
  };
}

async function kafkajsProduce(): Promise<void> {
  const producer = new Kafka({ brokers: job.bootstrap.split(','), logLevel: logLevel.NOTHING }).producer({
    allowAutoTopicCreation: false,
    maxInFlightRequests: 5,
  });
  await producer.connect();
  const each = Math.max(1, Math.floor(job.batchBytes / job.recordBytes));
  let left = job.records;
  let turn = 0;
  const sender = async (): Promise<void> => {
    while (left > 0) {
      const count = Math.min(each, left);
      left -= count;
      turn += 1;
      const partition = turn % job.partitions;
      const messages = Array.from({ length: count }, () => ({ value, partition }));
      await producer.send({ topic: job.topic, acks: -1, compression: compressionTypes[job.compression], messages });
    }
  };
  await Promise.all(Array.from({ length: 5 }, sender));
  await producer.disconnect();
}

async function kafkajsConsume(): Promise<void> {
  const consumer = new Kafka({ brokers: job.bootstrap.split(','), logLevel: logLevel.NOTHING }).consumer({
    groupId: job.groupId,
    maxWaitTimeInMs: 250,
  });
  await consumer.connect();
  await consumer.subscribe({ topic: job.topic, fromBeginning: true });
  const seen = progress();
  let total = 0;
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachBatch: async ({ batch }) => {
          total += batch.messages.length;
          seen(batch.messages.length);
          if (total >= job.records) resolve();
          await Promise.resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
}

async function librdkafkaProduce(): Promise<void> {
  const { default: rdkafka } = await import('@confluentinc/kafka-javascript');
  const producer = new rdkafka.Producer({
    'bootstrap.servers': job.bootstrap,
    dr_cb: true,
    'batch.size': job.batchBytes,
    'linger.ms': job.lingerMs,
    'compression.codec': job.compression,
    acks: -1,
    'queue.buffering.max.messages': 100_000,
  });
  producer.setPollInterval(5);
  await new Promise<void>((resolve, reject) => {
    producer.connect({}, (error: unknown) => {
      if (error === null || error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error(String(error)));
    });
  });
  let delivered = 0;
  await new Promise<void>((resolve) => {
    producer.on('delivery-report', () => {
      delivered += 1;
      if (delivered === job.records) resolve();
    });
    let next = 0;
    const fill = (): void => {
      while (next < job.records) {
        try {
          producer.produce(job.topic, next % job.partitions, value, null);
          next += 1;
        } catch {
          // The queue is full: goes on when some have left.
          setTimeout(fill, 2);
          return;
        }
        if (next % 1_000 === 0) {
          setImmediate(fill);
          return;
        }
      }
    };
    fill();
  });
  await new Promise<void>((resolve) => {
    producer.disconnect(() => {
      resolve();
    });
  });
}

async function librdkafkaConsume(): Promise<void> {
  const { default: rdkafka } = await import('@confluentinc/kafka-javascript');
  const consumer = new rdkafka.KafkaConsumer(
    { 'bootstrap.servers': job.bootstrap, 'group.id': job.groupId, 'enable.auto.commit': true },
    { 'auto.offset.reset': 'earliest' },
  );
  const seen = progress();
  let total = 0;
  await new Promise<void>((resolve, reject) => {
    consumer.on('ready', () => {
      consumer.subscribe([job.topic]);
      const next = (): void => {
        consumer.consume(1_000, (error: unknown, messages: readonly unknown[]) => {
          if (error !== null && error !== undefined) {
            reject(error instanceof Error ? error : new Error(String(error)));
            return;
          }
          total += messages.length;
          if (messages.length > 0) seen(messages.length);
          if (total >= job.records) resolve();
          else setImmediate(next);
        });
      };
      next();
    });
    consumer.connect();
  });
  await new Promise<void>((resolve) => {
    consumer.disconnect(() => {
      resolve();
    });
  });
}

const jobs = {
  kafkajs: { produce: kafkajsProduce, consume: kafkajsConsume },
  librdkafka: { produce: librdkafkaProduce, consume: librdkafkaConsume },
} as const;
await jobs[job.client][job.role]();
process.exit(0);
