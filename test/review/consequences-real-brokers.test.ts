import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Kafka, logLevel, Partitioners, type Admin, type Producer } from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expandKeys } from '../../constructs/model/keys.js';
import { readText } from '../../scripts/check/text.js';
import type { Consequence } from '../../scripts/review/consequence.js';
import { strimziReviewers } from '../../scripts/review/consequences/strimzi.js';
import { judge } from '../../scripts/review/judge.js';
import { sideOf } from '../../scripts/review/side.js';
import { startBrokers, type Brokers } from '../brokers.js';
import { brokers as pool, cluster, topic, worker } from './pairs/strimzi-pair.js';

jest.setTimeout(120_000);

const keys = expandKeys('customer-{001..100}');

/** What the review says of one change of a topic. */
function said(before: string, after: string, beside = ''): Consequence {
  const side = (text: string) => sideOf(readText(cluster() + pool() + beside + text, 'a.yaml').declared.map(({ resource }) => resource));
  const [only, ...others] = judge(side(before), side(after), strimziReviewers);
  if (only === undefined || others.length > 0) throw new Error(`expected one consequence, got ${others.length + 1}`);
  return only;
}

const eventually = async (holds: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 45_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('did not come true within 45 s');
    await sleep(100);
  }
};

const typeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => errorType(error),
  );

function errorType(error: unknown): string {
  const { type, cause, errors } = error as { type?: string; cause?: unknown; errors?: unknown[] };
  if (type !== undefined) return type;
  const inner = errors?.[0] ?? cause;
  return inner === undefined ? String(error) : errorType(inner);
}

describe('what a review says, on real brokers', () => {
  let brokers: Brokers;
  let admin: Admin;
  let producer: Producer;
  let kafka: Kafka;

  beforeAll(async () => {
    const durable = { partitions: 1, replicas: 3 };
    brokers = await startBrokers({
      brokers: 3,
      config: {
        'log.retention.check.interval.ms': '300',
        'log.initial.task.delay.ms': '0',
        'offsets.topic.replication.factor': '3',
        'group.initial.rebalance.delay.ms': '0',
      },
      topics: [
        { name: 'keyed', partitions: 6 },
        { name: 'ordered', partitions: 1 },
        { name: 'history', partitions: 1, config: { 'retention.ms': '604800000' } },
        { name: 'compacted', partitions: 1, config: { 'cleanup.policy': 'compact' } },
        { name: 'small', partitions: 1, config: { 'max.message.bytes': '1000' } },
        { name: 'deleted', partitions: 1 },
        { name: 'spare', ...durable, config: { 'min.insync.replicas': '2' } },
        { name: 'tight', ...durable, config: { 'min.insync.replicas': '2' } },
      ],
    });
    kafka = new Kafka({ clientId: 'review', brokers: brokers.bootstrap.split(','), logLevel: logLevel.NOTHING, retry: { retries: 0 } });
    admin = kafka.admin();
    await admin.connect();
    producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false, retry: { retries: 0 } });
    await producer.connect();
  });
  afterAll(async () => {
    await producer.disconnect();
    await admin.disconnect();
    await brokers.stop();
  });

  const setOption = async (name: string, option: string, value: string): Promise<void> => {
    await admin.alterConfigs({
      validateOnly: false,
      // 2: a topic.
      resources: [{ type: 2 as never, name, configEntries: [{ name: option, value }] }],
    });
  };

  /** Where the producer puts each key, as the broker says. */
  async function placesOf(name: string): Promise<Map<string, number>> {
    // A producer of its own, so that it knows the partitions of now.
    const fresh = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
    await fresh.connect();
    const places = new Map<string, number>();
    for (const key of keys) {
      const [sent] = await fresh.send({ topic: name, messages: [{ key, value: 'v' }] });
      places.set(key, sent?.partition ?? -1);
    }
    await fresh.disconnect();
    return places;
  }

  it('counts the keys that move when partitions are added', async () => {
    const before = await placesOf('keyed');
    await brokers.admin.addPartitions('keyed', 8);
    const after = await placesOf('keyed');
    const moved = keys.filter((key) => before.get(key) !== after.get(key)).length;
    const feed = worker('producer', 'feed', { KAFKA_TOPIC: 'keyed', PRODUCER_KEYS: 'customer-{001..100}' });
    const { consequence, grade } = said(
      topic('partitions: 6\nreplicas: 3', { name: 'keyed' }),
      topic('partitions: 8\nreplicas: 3', { name: 'keyed' }),
      feed,
    );
    expect(grade).toBe('reorders');
    expect(consequence).toContain(`${moved} of the 100 keys of feed`);
  });

  it('sees newer records of a key handled before older ones after partitions were added', async () => {
    // With 1 partition a key is at 0; this one goes elsewhere with 4.
    const key = 'customer-001';
    const send = async (from: number, to: number): Promise<void> => {
      const messages = Array.from({ length: to - from }, (_, i) => ({ key, value: String(from + i) }));
      await producer.send({ topic: 'ordered', messages });
    };
    await send(0, 40);
    await brokers.admin.addPartitions('ordered', 4);
    // Until the metadata are refreshed it writes where it did.
    await producer.disconnect();
    producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false, retry: { retries: 0 } });
    await producer.connect();
    await send(40, 50);
    const handled: number[] = [];
    const patient = new Kafka({ clientId: 'review', brokers: brokers.bootstrap.split(','), logLevel: logLevel.NOTHING });
    const consumer = patient.consumer({ groupId: 'order' });
    await consumer.connect();
    await consumer.subscribe({ topic: 'ordered', fromBeginning: true });
    await consumer.run({
      partitionsConsumedConcurrently: 4,
      eachMessage: async ({ message }) => {
        await sleep(20);
        handled.push(Number(message.value));
      },
    });
    // A busy machine may make the group rebalance, and records come twice.
    await eventually(async () => Promise.resolve(new Set(handled).size === 50));
    await consumer.disconnect();
    expect(handled.indexOf(40)).toBeLessThan(handled.indexOf(39));
    expect(
      said(topic('partitions: 1\nreplicas: 3', { name: 'ordered' }), topic('partitions: 4\nreplicas: 3', { name: 'ordered' })).consequence,
    ).toContain('newer records before older ones');
  });

  it('has fewer partitions refused by the broker', async () => {
    const fewer = admin.createPartitions({ topicPartitions: [{ topic: 'keyed', count: 4 }] });
    expect(await typeOf(fewer)).toBe('INVALID_PARTITIONS');
    expect(said(topic('partitions: 8', { name: 'keyed' }), topic('partitions: 4', { name: 'keyed' })).grade).toBe('refused');
  });

  it('has records deleted when retention is shortened', async () => {
    await producer.send({ topic: 'history', messages: Array.from({ length: 20 }, () => ({ value: 'old' })) });
    const low = async (): Promise<number> => Number((await admin.fetchTopicOffsets('history'))[0]?.low);
    expect(await low()).toBe(0);
    await setOption('history', 'retention.ms', '500');
    await eventually(async () => (await low()) === 20);
    expect(
      said(topic('config: {retention.ms: 604800000}', { name: 'history' }), topic('config: {retention.ms: 500}', { name: 'history' })),
    ).toMatchObject({ id: 'topic-retention-down', grade: 'data-loss' });
  });

  it('has a record without a key refused by a compacted topic, and a large one by max.message.bytes', async () => {
    expect(await typeOf(producer.send({ topic: 'compacted', messages: [{ key: 'a', value: 'v' }] }))).toBe('none');
    expect(await typeOf(producer.send({ topic: 'compacted', messages: [{ value: 'v' }] }))).toBe('INVALID_RECORD');
    expect(await typeOf(producer.send({ topic: 'small', messages: [{ value: 'v'.repeat(2000) }] }))).toBe('MESSAGE_TOO_LARGE');
    const compacts = said(topic('config: {cleanup.policy: delete}'), topic('config: {cleanup.policy: compact}'));
    expect(compacts.consequence).toContain('INVALID_RECORD');
    expect(said(topic('config: {}'), topic('config: {max.message.bytes: 1000}')).consequence).toContain('MESSAGE_TOO_LARGE');
  });

  it('has the offsets of its groups deleted with a topic', async () => {
    await producer.send({ topic: 'deleted', messages: [{ value: 'v' }] });
    await admin.setOffsets({ groupId: 'readers', topic: 'deleted', partitions: [{ partition: 0, offset: '1' }] });
    const committed = async (): Promise<number | undefined> => (await brokers.admin.offsets('readers', 'deleted'))[0]?.committed;
    expect(await committed()).toBe(1);
    await admin.deleteTopics({ topics: ['deleted'] });
    await brokers.admin.createTopics([{ name: 'deleted', partitions: 1, replicas: 1, config: {} }]);
    await eventually(async () => (await committed()) === -1);
    expect(said(topic('{partitions: 1}', { name: 'deleted' }), '').consequence).toContain("and its groups' offsets");
  });

  // Last, for a broker is gone afterwards.
  it('has writes refused at min ISR = RF when one broker stops, and taken where one may be missing', async () => {
    // One that knows no other topic: of those kept once some go with the broker, and it would ask for their leaders first.
    const writer = kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
      retry: { retries: 0 },
    });
    await writer.connect();
    const write = async (name: string): Promise<string> =>
      typeOf(writer.send({ topic: name, acks: -1, timeout: 2_000, messages: [{ value: 'v' }] }));
    await setOption('tight', 'min.insync.replicas', '3');
    expect([await write('tight'), await write('spare')]).toEqual(['none', 'none']);
    // One that leads neither topic: writers need not look for a new leader, and what they are told is about replicas alone.
    const leaders = await Promise.all(['tight', 'spare'].map(async (name) => (await brokers.admin.leaders(name))[0]?.leader));
    brokers.kill([0, 1, 2].find((id) => !leaders.includes(id)) ?? 2);
    await eventually(async () => (await write('tight')) === 'NOT_ENOUGH_REPLICAS');
    await eventually(async () => (await write('spare')) === 'none');
    expect(await write('tight')).toBe('NOT_ENOUGH_REPLICAS');
    await writer.disconnect();
    const { id, consequence } = said(
      topic('replicas: 3\nconfig: {min.insync.replicas: 2}', { name: 'tight' }),
      topic('replicas: 3\nconfig: {min.insync.replicas: 3}', { name: 'tight' }),
    );
    expect(id).toBe('topic-min-isr-equals-replicas');
    expect(consequence).toContain('NOT_ENOUGH_REPLICAS');
  });
});
