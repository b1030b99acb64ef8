import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { partitionFor } from '../../constructs/model/keys.js';
import { startBrokers, type Brokers } from '../brokers.js';
import { account, killAll, until, type WorkerProcess } from '../workers/processes.js';
import { follow, type ReadRecord } from '../workers/topics.js';
import { declaredTopics, quickGroups, quickMember, workersOf } from './declared.js';

const topics = ['orders.exercise.created', 'orders.exercise.dlq', 'orders.dlq', 'orders.retry'];

// S6, S7, S9 and S11: the exercises of labs 1.2 and 1.3.
describe('the exercises of the labs', () => {
  let brokers: Brokers;
  let start: Awaited<ReturnType<typeof workersOf>>;
  beforeAll(async () => {
    brokers = await startBrokers({ config: quickGroups, topics: declaredTopics(topics) });
    start = await workersOf(brokers.bootstrap);
  }, 120_000);
  const readers: { stop(): Promise<void> }[] = [];
  const reader = async (topic: string): Promise<readonly ReadRecord[]> => {
    const following = await follow(brokers.bootstrap, topic);
    readers.push(following);
    return following.records;
  };
  afterEach(async () => {
    await killAll();
    await Promise.all(readers.splice(0).map(({ stop }) => stop()));
  });
  afterAll(async () => brokers.stop());

  it('S6: ten records without a key, half a second between two, then it ends', async () => {
    const records = await reader('orders.exercise.created');
    const producer = start('producer-basic');
    expect(await producer.exit).toEqual({ code: 0, signal: null });
    await until('all are read', () => records.length >= 10);
    expect(records.map(({ key }) => key)).toEqual(Array.from({ length: 10 }, () => null));
    for (const { headers } of records)
      expect(headers).toMatchObject({
        'correlation-id': expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
        source: expect.any(String) as unknown,
      });
    const acked = producer.of('acked');
    // Where each went is told, and when it was acknowledged.
    expect(new Set(acked.map(({ partition, offset }) => `${partition}/${offset}`))).toEqual(
      new Set(records.map(({ partition, offset }) => `${partition}/${offset}`)),
    );
    const sent = producer.of('sent').map(({ t }) => t);
    expect((sent.at(-1) ?? 0) - (sent[0] ?? 0)).toBeGreaterThan(4_000);
  }, 60_000);

  it.each([
    ['producer-five-keys', 30, ['A', 'B', 'C', 'D', 'E']],
    ['producer-ten-keys', 60, ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J']],
  ] as const)(
    'S7: %s puts each of %i records where its key was predicted to go',
    async (name, count, letters) => {
      const producer = start(name, { PRODUCER_RATE: '60' });
      expect(await producer.exit).toEqual({ code: 0, signal: null });
      const acked = producer.of('acked');
      expect(acked).toHaveLength(count);
      const where = Object.fromEntries(acked.map(({ key, partition }) => [key, partition]));
      expect(where).toEqual(Object.fromEntries(letters.map((letter) => [`customer-${letter}`, partitionFor(`customer-${letter}`, 6)])));
      // Not one key is on two partitions.
      expect(new Set(acked.map(({ key, partition }) => `${key} ${partition}`)).size).toBe(letters.length);
    },
    60_000,
  );

  it('S9: commits after the work, or by the clock: stopped in order, neither repeats anything; killed, both lose nothing', async () => {
    const orders = start('producer-ten-keys', { PRODUCER_RECORDS: '300', PRODUCER_RATE: '60', PRODUCER_KEYS: 'nine-{01..30}' });
    const modes = ['consumer-auto-commit', 'consumer-manual-commit'];
    const quick = { ...quickMember, CONSUMER_WORK_MS: '2', CONSUMER_OFFSET_RESET: 'earliest' };
    const done: Record<string, WorkerProcess[]> = {};
    for (const mode of modes) done[mode] = [start(mode, quick, `${mode}-a`)];
    const seen = (mode: string): number =>
      (done[mode] ?? []).flatMap((one) => one.of('processed')).filter(({ key }) => key.startsWith('nine')).length;
    await until('both work', () => modes.every((mode) => seen(mode) > 40), 30_000);
    for (const mode of modes) {
      const [first] = done[mode] ?? [];
      first?.kill('SIGTERM');
      expect(await first?.exit).toEqual({ code: 0, signal: null });
      expect(first?.of('stopped').at(-1)).toMatchObject({ left: true });
      done[mode]?.push(start(mode, quick, `${mode}-b`));
    }
    await until('both go on', () => modes.every((mode) => (done[mode]?.[1]?.of('processed').length ?? 0) > 20), 30_000);
    for (const mode of modes) {
      // Of this test's records; the exercises before wrote the same keys twice.
      expect(account([], done[mode] ?? []).duplicates.filter((id) => id.includes('nine'))).toEqual([]);
      done[mode]?.[1]?.kill('SIGKILL');
      done[mode]?.push(start(mode, quick, `${mode}-c`));
    }
    expect(await orders.exit).toEqual({ code: 0, signal: null });
    await until('all are done', () => modes.every((mode) => account([orders], done[mode] ?? []).lost.length === 0), 60_000);
  }, 150_000);

  it('S11: what cannot be read is retried no further, its key is held, the others go on, and the monitor raises an alert that ends', async () => {
    const letters = await reader('orders.dlq');
    const quick = { ...quickMember, CONSUMER_WORK_MS: '1', CONSUMER_OFFSET_RESET: 'latest' };
    const monitor = start('dead-letter-monitor', { ...quickMember, CONSUMER_ALERT_ABOVE: '3' });
    const consumer = start('consumer-with-dlq', quick);
    await until('it is there', () => consumer.of('assigned').length > 0, 30_000);
    // Keys of their own, 20 in turn: each 50th record is poison, so the tenth and the twentieth key get them, two each.
    const producer = start('producer-with-dlq', { PRODUCER_RECORDS: '200', PRODUCER_RATE: '100', PRODUCER_KEYS: 'eleven-{01..20}' });
    expect(await producer.exit).toEqual({ code: 0, signal: null });
    const processed = (): number => consumer.of('processed').length;
    await until('all is done or dead', () => processed() + letters.length >= 200, 60_000);
    expect(processed() + letters.length).toBe(200);
    const dead = letters.map(
      ({ value }) => JSON.parse(value ?? '{}') as { originalKey: string; originalValue: string; errorType: string; reason: string },
    );
    const poison = dead.filter(({ errorType }) => errorType !== 'held');
    // The later ones follow the first of their key without being tried.
    expect(poison).toHaveLength(2);
    expect(dead.filter(({ originalValue }) => originalValue === '{"order_id": ')).toHaveLength(4);
    expect(poison.every(({ reason }) => reason.startsWith('the value is not JSON'))).toBe(true);
    const heldKeys = new Set(poison.map(({ originalKey }) => originalKey));
    expect(new Set(dead.map(({ originalKey }) => originalKey))).toEqual(heldKeys);
    expect(heldKeys.size).toBeLessThan(20);

    await until('an alert', () => monitor.logs.some(({ alert, level }) => alert === 'dead-letters' && level === 'error'), 30_000);
    const metrics = await (await fetch(`http://127.0.0.1:${String(await monitor.port())}/metrics`)).text();
    expect(metrics).toMatch(/dead_letters_total\{.*topic="orders\.exercise\.created".*\} \d+/);
    expect(metrics).toMatch(/dead_letter_alert(\{[^}]*\})? 1/);
    await sleep(100);
    for (const worker of [consumer, monitor]) {
      worker.kill('SIGTERM');
      expect(await worker.exit).toEqual({ code: 0, signal: null });
    }
  }, 120_000);
});
