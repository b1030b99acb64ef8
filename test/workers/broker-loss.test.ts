import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startBrokers, type Brokers } from '../brokers.js';
import { buildWorker } from '../build-fixture.js';
import { follow } from './topics.js';
import { account, killAll, startWorker, until } from './processes.js';

describe('when a broker dies', () => {
  let brokers: Brokers;
  let files: { producer: string; consumer: string };
  beforeAll(async () => {
    files = { producer: await buildWorker('producer'), consumer: await buildWorker('consumer') };
    brokers = await startBrokers({
      brokers: 3,
      // How long a dead broker keeps its leaderships; the default is 9 s.
      config: { 'broker.session.timeout.ms': '3000', 'broker.heartbeat.interval.ms': '500' },
      topics: [
        { name: 'orders.created', partitions: 6, replicas: 3, config: { 'min.insync.replicas': '2' } },
        { name: 'strict', partitions: 1, replicas: 3, config: { 'min.insync.replicas': '3' } },
        { name: 'orders.retry', partitions: 1, replicas: 3 },
      ],
    });
  }, 120_000);
  afterEach(killAll);
  afterAll(async () => brokers.stop());

  it('nothing acknowledged is lost or reordered, and the group does not rebalance', async () => {
    const env = { KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap, KAFKA_TOPIC: 'orders.created' };
    const producer = startWorker(files.producer, {
      ...env,
      KAFKA_CLIENT_ID: 'producer-0',
      PRODUCER_RATE: '200',
      PRODUCER_KEYS: 'customer-{01..60}',
    });
    const members = ['a', 'b'].map((name) => startWorker(files.consumer, { ...env, KAFKA_CLIENT_ID: name, CONSUMER_WORK_MS: '1' }));
    await until('work by both', () => members.every((m) => m.of('processed').length > 100));
    const joins = members.map((m) => m.of('assigned').length);
    const killed = Date.now();
    brokers.kill(1);
    const touched = new Set(Array.from({ length: 6 }, (_, i) => i));
    await until(
      'acknowledgements and work on every partition again',
      () => {
        const after = (t: number): boolean => t > killed + 1_000;
        const acked = new Set(
          producer
            .of('acked')
            .filter((line) => after(line.t))
            .map((line) => line.partition),
        );
        const done = new Set(
          members
            .flatMap((m) => m.of('processed'))
            .filter((line) => after(line.t))
            .map((line) => line.partition),
        );
        return acked.size === touched.size && done.size === touched.size;
      },
      40_000,
    );
    producer.kill('SIGTERM');
    expect(await producer.exit).toEqual({ code: 0, signal: null });
    await until('all processed', () => account([producer], members).lost.length === 0);
    expect(producer.of('failed')).toEqual([]);
    expect(members.map((m) => m.of('assigned').length)).toEqual(joins);
    expect(account([producer], members).duplicates).toEqual([]);
    for (const member of members) {
      const last = new Map<string, number>();
      for (const { key, seq = -1 } of member.of('processed')) {
        expect(seq).toBeGreaterThan(last.get(key) ?? -1);
        last.set(key, seq);
      }
      member.kill('SIGTERM');
      expect(await member.exit).toEqual({ code: 0, signal: null });
    }
  }, 120_000);

  it('records whose retries are used up go to the retry topic, where others can be replicated', async () => {
    const producer = startWorker(files.producer, {
      KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
      KAFKA_TOPIC: 'strict',
      KAFKA_CLIENT_ID: 'producer-0',
      PRODUCER_RETRIES: '2',
      PRODUCER_RETRY_BACKOFF_MS: '20',
      PRODUCER_RETRY_TOPIC: 'orders.retry',
      PRODUCER_DEAD_LETTER_TOPIC: 'nowhere',
    });
    // Without the broker above there are two replicas of the three it takes.
    brokers.kill(1);
    await until('three records given up', () => producer.of('failed').length >= 3, 40_000);
    producer.kill('SIGTERM');
    expect(await producer.exit).toEqual({ code: 0, signal: null });
    const given = producer.of('failed');
    expect(new Set(given.map(({ keptIn }) => keptIn))).toEqual(new Set(['retry-topic']));
    const reader = await follow(brokers.bootstrap, 'orders.retry');
    await until('they are in the retry topic', () => reader.records.length >= given.length);
    await reader.stop();
    const last = reader.records.at(-1);
    expect(last?.headers).toMatchObject({ 'original-topic': 'strict', 'retry-count': '2', 'error-outcome': 'rejected', source: 'muster' });
    expect(last?.headers['error-type']).toBe('NOT_ENOUGH_REPLICAS');
    expect(reader.records.map(({ key, headers }) => `${key ?? ''}/${headers['sequence'] ?? ''}`).sort()).toEqual(
      given.map(({ key, seq }) => `${key}/${seq}`).sort(),
    );
  }, 90_000);
});
