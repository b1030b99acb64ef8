import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBrokers, type Brokers } from '../brokers.js';
import { buildFixture, buildWorker } from '../build-fixture.js';
import { killAll, startWorker, until, type WorkerProcess } from './processes.js';
import { follow, write, type ReadRecord } from './topics.js';

const rounds = 6;

describe('exactly-once on a real broker', () => {
  let brokers: Brokers;
  let files: { producer: string; consumer: string };
  const readers: { stop(): Promise<void> }[] = [];
  beforeAll(async () => {
    files = { producer: await buildWorker('producer'), consumer: await buildFixture('does-as-told') };
    brokers = await startBrokers({
      topics: [
        { name: 'in', partitions: 6 },
        { name: 'out', partitions: 4 },
        { name: 'in.dlq', partitions: 2 },
      ],
    });
  }, 120_000);
  afterEach(async () => {
    await killAll();
    await Promise.all(readers.splice(0).map((reader) => reader.stop()));
  });
  afterAll(async () => brokers.stop());

  const consume = (name: string): WorkerProcess =>
    startWorker(files.consumer, {
      KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
      KAFKA_CLIENT_ID: name,
      KAFKA_TOPIC: 'in',
      KAFKA_GROUP_ID: 'chain',
      CONSUMER_GUARANTEE: 'exactly-once',
      CONSUMER_OUTPUT_TOPIC: 'out',
      CONSUMER_DEAD_LETTER_TOPIC: 'in.dlq',
      CONSUMER_RETRIES: '1',
      CONSUMER_RETRY_BACKOFF_MS: '50',
      CONSUMER_RETRY_JITTER_MS: '0',
      CONSUMER_WORK_MS: '2',
      CONSUMER_SESSION_TIMEOUT_MS: '6000',
      CONSUMER_HEARTBEAT_INTERVAL_MS: '1000',
    });
  const reader = async (topic: string): Promise<readonly ReadRecord[]> => {
    const following = await follow(brokers.bootstrap, topic);
    readers.push(following);
    return following.records;
  };

  it('members that are killed again and again, under load, with records that fail: each record has its output once', async () => {
    const out = await reader('out');
    const dead = await reader('in.dlq');
    const producer = startWorker(files.producer, {
      KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
      KAFKA_CLIENT_ID: 'producer-0',
      KAFKA_TOPIC: 'in',
      PRODUCER_RATE: '80',
      PRODUCER_KEYS: 'customer-{01..60}',
    });
    const members = ['a', 'b'].map(consume);
    let isOver = false;
    let failing = 0;
    let poison = 0;
    const trouble = (async () => {
      while (!isOver) {
        await write(brokers.bootstrap, 'in', [
          { key: `f-${failing}`, value: 'fail:1' },
          { key: `n-${poison}`, value: 'never' },
        ]);
        failing += 1;
        poison += 1;
        await sleep(1_000);
      }
    })();
    for (let round = 0; round < rounds; round += 1) {
      const seen = out.length;
      await until('output goes on', () => out.length > seen + 100, 40_000);
      const index = round % 2;
      members[index]?.kill('SIGKILL');
      await members[index]?.exit;
      members[index] = consume(`${index === 0 ? 'a' : 'b'}-${round}`);
    }
    isOver = true;
    await trouble;
    producer.kill('SIGTERM');
    expect(await producer.exit).toEqual({ code: 0, signal: null });
    const wanted = producer.of('acked').length + failing;
    const places = (): Set<string | null> => new Set(out.map(({ value }) => value));
    await until('an output of each', () => places().size >= wanted, 60_000);
    await until('all letters', () => dead.length >= poison);
    // Whoever would write twice has the time to.
    await sleep(1_000);
    expect(places().size).toBe(wanted);
    expect(out).toHaveLength(wanted);
    expect(dead).toHaveLength(poison);
    for (const line of producer.of('acked')) expect(places()).toContain(`in/${line.partition}/${line.offset}`);
    for (const member of members) {
      member.kill('SIGTERM');
      expect(await member.exit).toEqual({ code: 0, signal: null });
    }
    const offsets = await brokers.admin.offsets('chain', 'in');
    expect(offsets.map(({ committed }) => committed)).toEqual(offsets.map(({ end }) => end));
  }, 240_000);
});
