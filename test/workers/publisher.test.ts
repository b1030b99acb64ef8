import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import type { ClientPort } from '../../workers/client-port.js';
import { producerSettings } from '../../workers/config.js';
import { createKafkajsClient } from '../../workers/kafkajs/client.js';
import { partitionOf } from '../../workers/keys.js';
import { createLogger } from '../../workers/logging.js';
import type { PublishError } from '../../workers/producing/failures.js';
import type { KeptIn, PublisherOptions } from '../../workers/producing/publisher-options.js';
import { createPublisher, type Publisher } from '../../workers/producing/publisher.js';
import type { NewRecord } from '../../workers/record.js';
import { startBrokers, type Brokers } from '../brokers.js';
import { until } from './processes.js';
import { follow } from './topics.js';

describe('the publisher', () => {
  let brokers: Brokers;
  let client: ClientPort;
  const open: Publisher[] = [];
  beforeAll(async () => {
    brokers = await startBrokers({
      topics: [
        { name: 'a', partitions: 3 },
        { name: 'b', partitions: 2 },
        { name: 'mixed', partitions: 1, config: { 'max.message.bytes': '3000' } },
        { name: 'compacted', partitions: 1, config: { 'cleanup.policy': 'compact' } },
        { name: 'dead', partitions: 1 },
      ],
    });
    client = createKafkajsClient({
      bootstrapServers: brokers.bootstrap,
      clientId: 'test',
      requestTimeoutMs: 10_000,
      security: producerSettings({ KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap, KAFKA_CLIENT_ID: 'test', KAFKA_TOPIC: 't' }),
      logger: createLogger('error', {}),
    });
  }, 120_000);
  afterAll(async () => {
    for (const publisher of open) await publisher.close();
    await brokers.stop();
  });

  const publisherWith = (options: Partial<PublisherOptions> = {}): { publisher: Publisher; kept: KeptIn[]; registry: Registry } => {
    const kept: KeptIn[] = [];
    const registry = new Registry();
    const publisher = createPublisher({
      client,
      clientId: 'test',
      // What it says is tested where a process says it.
      logger: createLogger('error', {}).child({}, { level: 'silent' }),
      registry,
      events: { failed: (records, _, keptIn) => void kept.push(...records.map(() => keptIn)) },
      ...options,
    });
    open.push(publisher);
    return { publisher, kept, registry };
  };
  const failureOf = (publishing: Promise<unknown>): Promise<PublishError> =>
    publishing.then(
      () => {
        throw new Error('it was acknowledged');
      },
      (error: unknown) => error as PublishError,
    );

  it('writes to several topics, says where each record is, and keeps the order of a key, from the first on', async () => {
    const { publisher, registry } = publisherWith();
    const records = Array.from({ length: 200 }, (_, i): NewRecord => ({
      topic: i % 2 === 0 ? 'a' : 'b',
      key: `key-${i % 10}`,
      value: String(i),
    }));
    const where = await Promise.all(records.map((record) => publisher.publish(record)));
    for (const [i, { partition, offset }] of where.entries()) {
      const { topic = '', key } = records[i] ?? {};
      expect(partition).toBe(partitionOf(key as string, topic === 'a' ? 3 : 2));
      const before = where.slice(0, i).filter((_, j) => records[j]?.topic === topic && where[j]?.partition === partition);
      expect(offset).toBe(before.length);
    }
    const sent = await registry.getSingleMetric('kafka_producer_record_send_total')?.get();
    expect(sent?.values.map(({ labels, value }) => [labels['topic'], value])).toEqual([
      ['a', 100],
      ['b', 100],
    ]);
    expect(publisher.usedBytes()).toBe(0);
    expect(publisher.problem()).toBeUndefined();
  });

  it('takes bytes, no value, a partition that is given, and a time', async () => {
    const { publisher } = publisherWith();
    const reader = await follow(brokers.bootstrap, 'b');
    const headers = { name: 'text', bytes: Buffer.from('bytes') };
    const { partition } = await publisher.publish({ topic: 'b', key: Buffer.from('k'), value: null, partition: 1, headers, timestamp: 5 });
    expect(partition).toBe(1);
    await until('the tombstone', () => reader.records.some(({ value }) => value === null));
    await reader.stop();
    expect(reader.records.find(({ value }) => value === null)).toMatchObject({ key: 'k', headers: { name: 'text', bytes: 'bytes' } });
  });

  it('finds the one record of a batch that is too large, or that the broker refuses; the others are taken', async () => {
    const { publisher, kept } = publisherWith({ deadLetterTopic: 'dead', lingerMs: 50 });
    const large = Array.from({ length: 20 }, (_, i) =>
      publisher.publish({ topic: 'mixed', key: 'k', value: 'x'.repeat(i === 13 ? 5_000 : 10) }),
    );
    const answers = await Promise.allSettled(large);
    expect(answers.map(({ status }, i) => (status === 'rejected' ? i : -1)).filter((i) => i >= 0)).toEqual([13]);
    const invalid = Array.from({ length: 8 }, (_, i) => publisher.publish({ topic: 'compacted', key: i === 5 ? null : 'k', value: 'v' }));
    const outcomes = await Promise.allSettled(invalid);
    expect(outcomes.map(({ status }, i) => (status === 'rejected' ? i : -1)).filter((i) => i >= 0)).toEqual([5]);
    const error = await failureOf(invalid[5] as Promise<unknown>);
    expect(error).toMatchObject({
      name: 'PublishError',
      topic: 'compacted',
      code: 'INVALID_RECORD',
      kind: 'permanent',
      isIndeterminate: false,
    });
    await publisher.flush();
    expect(kept).toEqual(['dead-letter-topic', 'dead-letter-topic']);
  });

  it('makes a dead letter of what cannot be serialised', async () => {
    const { publisher, kept } = publisherWith({ deadLetterTopic: 'dead' });
    const error = await failureOf(publisher.publish({ topic: 'a', key: 'k', value: { total: 1 } as unknown as string }));
    expect(error).toMatchObject({ code: 'NOT_SERIALISABLE', kind: 'permanent', isIndeterminate: false });
    await publisher.flush();
    expect(kept).toEqual(['dead-letter-topic']);
    const reader = await follow(brokers.bootstrap, 'dead');
    await until('the dead letter', () => reader.records.some(({ headers }) => headers['error-type'] === 'NOT_SERIALISABLE'));
    await reader.stop();
  });

  it('says what is wrong with a topic or a partition that is not there', async () => {
    const { publisher } = publisherWith({ maxBlockMs: 500 });
    expect(await failureOf(publisher.publish({ topic: 'nowhere', key: null, value: 'v' }))).toMatchObject({
      code: 'UNKNOWN_TOPIC_OR_PARTITION',
      kind: 'retriable',
      isIndeterminate: false,
    });
    const error = await failureOf(publisher.publish({ topic: 'a', key: null, value: 'v', partition: 7 }));
    expect(error.message).toBe('a has partitions 0 to 2, and no 7');
  });

  it('waits for room as long as it may, and then says that the buffer is full', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { publisher } = publisherWith({
      bufferBytes: 1_000,
      maxBlockMs: 200,
      around: (transport) => ({
        ...transport,
        async send(...args) {
          await held;
          return transport.send(...args);
        },
      }),
    });
    const first = publisher.publish({ topic: 'a', key: 'k', value: 'x'.repeat(1_000) });
    await publisher.ready('a');
    await until('it is full', () => !publisher.hasRoom());
    expect(await failureOf(publisher.publish({ topic: 'a', key: 'k', value: 'x' }))).toMatchObject({
      code: 'BUFFER_EXHAUSTED',
      kind: 'retriable',
      isIndeterminate: false,
    });
    const waiting = publisher.publish({ topic: 'a', key: 'k', value: 'x' });
    release();
    expect((await waiting).offset).toBeGreaterThan((await first).offset);
  });

  it('gives up what is left at once when it must, and says what may be there', async () => {
    const { publisher, kept } = publisherWith({
      batchBytes: 1,
      around: (transport) => ({ ...transport, send: () => new Promise(() => undefined) }),
    });
    await publisher.ready('a');
    const publishing = [0, 1].map((value) => failureOf(publisher.publish({ topic: 'a', key: 'k', value: 'x'.repeat(1_000_000 + value) })));
    await until('one on its way', () => publisher.usedBytes() > 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await publisher.abandon('the process had to end');
    expect((await Promise.all(publishing)).map(({ isIndeterminate }) => isIndeterminate)).toEqual([true, false]);
    expect(kept).toEqual(['nowhere', 'nowhere']);
    await publisher.flush();
  });
});
