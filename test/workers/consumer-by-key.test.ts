import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startBrokers, type Brokers } from '../brokers.js';
import { buildFixture, buildWorker } from '../build-fixture.js';
import { account, killAll, startWorker, until, type WorkerProcess } from './processes.js';
import { write } from './topics.js';

describe('a consumer that works by key, on a real broker', () => {
  let brokers: Brokers;
  let files: { producer: string; consumer: string };
  beforeAll(async () => {
    files = { producer: await buildWorker('producer'), consumer: await buildFixture('does-as-told') };
    brokers = await startBrokers({
      topics: [
        { name: 'ordered', partitions: 2 },
        { name: 'stuck', partitions: 1 },
        { name: 'stuck.dlq', partitions: 1 },
      ],
    });
  }, 120_000);
  afterEach(killAll);
  afterAll(async () => brokers.stop());

  const consume = (topic: string, env: Record<string, string> = {}): WorkerProcess =>
    startWorker(files.consumer, {
      KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
      KAFKA_CLIENT_ID: 'consumer-a',
      KAFKA_TOPIC: topic,
      KAFKA_GROUP_ID: topic,
      CONSUMER_ORDER: 'key',
      CONSUMER_CONCURRENCY: '20',
      CONSUMER_WORK_MS: '40',
      CONSUMER_SESSION_TIMEOUT_MS: '6000',
      CONSUMER_HEARTBEAT_INTERVAL_MS: '1000',
      ...env,
    });

  it('keeps the order of each key under random delays, and loses nothing to SIGKILL', async () => {
    const producer = startWorker(files.producer, {
      KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
      KAFKA_CLIENT_ID: 'producer-0',
      KAFKA_TOPIC: 'ordered',
      PRODUCER_RATE: '150',
      PRODUCER_RECORDS: '2000',
      PRODUCER_KEYS: 'customer-{01..60}',
    });
    const members = [consume('ordered')];
    for (let round = 0; round < 3; round += 1) {
      const member = members.at(-1);
      await until('work', () => (member?.of('processed').length ?? 0) > 200, 40_000);
      member?.kill('SIGKILL');
      await member?.exit;
      members.push(consume('ordered'));
    }
    expect(await producer.exit).toEqual({ code: 0, signal: null });
    await until('all', () => account([producer], members).lost.length === 0, 60_000);
    const last = members.at(-1);
    last?.kill('SIGTERM');
    expect(await last?.exit).toEqual({ code: 0, signal: null });
    let isOutOfOffsetOrder = false;
    for (const member of members) {
      const committed = new Map<number, number>();
      const done = new Map<number, Set<number>>();
      const sequence = new Map<string, number>();
      let highest = -1;
      for (const line of member.evidence) {
        if (line.evidence === 'processed') {
          expect(line.seq).toBeGreaterThan(sequence.get(line.key) ?? -1);
          sequence.set(line.key, line.seq ?? -1);
          const offsets = done.get(line.partition) ?? new Set();
          done.set(line.partition, offsets.add(line.offset));
          if (line.partition === 0) {
            isOutOfOffsetOrder ||= line.offset < highest;
            highest = Math.max(highest, line.offset);
          }
        } else if (line.evidence === 'committed') {
          const offsets = done.get(line.partition) ?? new Set<number>();
          // Without a hole from where this member began.
          for (let offset = committed.get(line.partition) ?? Math.min(...offsets); offset < line.offset; offset += 1)
            expect(offsets).toContain(offset);
          committed.set(line.partition, line.offset);
        }
      }
    }
    // Several at a time, or this shows nothing.
    expect(isOutOfOffsetOrder).toBe(true);
    const offsets = await brokers.admin.offsets('ordered', 'ordered');
    expect(offsets.map(({ committed }) => committed)).toEqual(offsets.map(({ end }) => end));
  }, 180_000);

  it('lets a record that fails hold back its key alone, and does the others once', async () => {
    await write(brokers.bootstrap, 'stuck', [
      { key: 'A', value: 'a1' },
      { key: 'B', value: 'fail:4' },
      { key: 'B', value: 'b2' },
      ...Array.from({ length: 50 }, (_, i) => ({ key: `c${i % 5}`, value: `c${i}` })),
    ]);
    const worker = consume('stuck', {
      CONSUMER_WORK_MS: '5',
      CONSUMER_RETRIES: '4',
      CONSUMER_RETRY_BACKOFF_MS: '300',
      CONSUMER_RETRY_JITTER_MS: '0',
      CONSUMER_DEAD_LETTER_TOPIC: 'stuck.dlq',
    });
    await until('the others', () => worker.of('processed').length === 51);
    expect(worker.of('processed').map((line) => line.offset)).not.toContain(2);
    expect(worker.of('committed').every((line) => line.offset <= 1)).toBe(true);
    await until('all', () => worker.of('processed').length === 53);
    expect(
      worker
        .of('processed')
        .slice(51)
        .map((line) => line.offset),
    ).toEqual([1, 2]);
    worker.kill('SIGTERM');
    expect(await worker.exit).toEqual({ code: 0, signal: null });
    expect(worker.of('dead')).toEqual([]);
    expect((await brokers.admin.offsets('stuck', 'stuck'))[0]?.committed).toBe(53);
  });
});
