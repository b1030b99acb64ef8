import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startBrokers, type Brokers } from '../brokers.js';
import { buildWorker } from '../build-fixture.js';
import { partitionOf } from '../../workers/keys.js';
import { killAll, startWorker, until } from './processes.js';

describe('the producer on a real broker', () => {
  let brokers: Brokers;
  let producer: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    producer = await buildWorker('producer');
    brokers = await startBrokers({
      topics: [
        { name: 'orders.created', partitions: 6, config: { 'compression.type': 'lz4' } },
        { name: 'late', partitions: 2 },
      ],
    });
    env = { KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap, KAFKA_CLIENT_ID: 'producer-0', KAFKA_TOPIC: 'orders.created' };
  }, 120_000);
  afterEach(killAll);
  afterAll(async () => brokers.stop());

  it.each(['none', 'gzip', 'lz4'])(
    'sends as many records as it is asked, numbered without holes, and exits 0 (%s)',
    async (compression) => {
      const worker = startWorker(producer, { ...env, PRODUCER_RATE: '1000', PRODUCER_RECORDS: '300', PRODUCER_COMPRESSION: compression });
      expect(await worker.exit).toEqual({ code: 0, signal: null });
      const acked = worker.of('acked');
      expect(acked).toHaveLength(300);
      expect(worker.of('sent')).toHaveLength(300);
      for (const key of 'ABCDEFGHIJ'.split('').map((letter) => `customer-${letter}`)) {
        const records = acked.filter((line) => line.key === key);
        expect(records.map((line) => line.seq)).toEqual(Array.from({ length: 30 }, (_, i) => i));
        expect(new Set(records.map((line) => line.partition))).toEqual(new Set([partitionOf(key, 6)]));
        const offsets = records.map((line) => line.offset);
        expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
      }
      expect(worker.stderr).toBe('');
    },
  );

  it('holds its rate, and flushes what it holds on SIGTERM', async () => {
    const worker = startWorker(producer, { ...env, PRODUCER_RATE: '200', PRODUCER_LINGER_MS: '500', PRODUCER_BATCH_BYTES: '1000000' });
    await until('a first acknowledgement', () => worker.of('acked').length > 0);
    const from = worker.of('sent')[0]?.t ?? 0;
    await until('five seconds of it', () => Date.now() - from > 5_000);
    worker.kill('SIGTERM');
    expect(await worker.exit).toEqual({ code: 0, signal: null });
    const [sent, acked] = [worker.of('sent'), worker.of('acked')];
    expect(acked).toHaveLength(sent.length);
    // 200 a second for 5 to 6 seconds: a drift would show as a count outside.
    expect(sent.length).toBeGreaterThan(5 * 200);
    expect(sent.length).toBeLessThan(7 * 200);
    expect(worker.of('stopped')).toHaveLength(1);
  });
});
