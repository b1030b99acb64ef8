import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import '../../workers/kafkajs/codecs.js';
import { makeReservation } from '../../workers/systems/reservations.js';
import { startBrokers, type Brokers } from '../brokers.js';
import { buildWorker } from '../build-fixture.js';
import { describeWithPostgres, startPostgres, type Postgres } from '../postgres.js';
import { killAll, startWorker, until, type WorkerProcess } from '../workers/processes.js';
import { follow, write, type ReadRecord } from '../workers/topics.js';
import { post } from './http.js';

const tables = 20;
const systems = ['last', 'killed', 'outage', 'poison', 'told'];

describeWithPostgres('the reservations', () => {
  let brokers: Brokers;
  let postgres: Postgres;
  const files = { api: '', producer: '', consumer: '' };
  beforeAll(async () => {
    for (const name of ['api', 'producer', 'consumer'] as const) files[name] = await buildWorker(name);
    [brokers, postgres] = await Promise.all([
      startBrokers({
        topics: systems.flatMap((system) => [
          { name: `${system}.created`, partitions: 6 },
          ...['rejected', 'booked', 'dlq'].map((name) => ({ name: `${system}.${name}`, partitions: 1 })),
        ]),
      }),
      startPostgres(),
    ]);
  }, 120_000);
  beforeEach(async () => {
    await postgres.query('drop table if exists reservations, slots, restaurants');
  });
  afterEach(killAll);
  afterAll(async () => {
    await brokers.stop();
    await postgres.stop();
  });

  const start = (file: keyof typeof files, clientId: string, env: Readonly<Record<string, string>>): WorkerProcess =>
    startWorker(files[file], { KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap, KAFKA_CLIENT_ID: clientId, ...env });
  const startChecker = (system: string, n: number, env: Readonly<Record<string, string>> = {}): WorkerProcess =>
    start('consumer', `inventory-checker-${n}`, {
      KAFKA_GROUP_ID: `${system}-checkers`,
      KAFKA_TOPIC: `${system}.created`,
      CONSUMER_HANDLER: 'inventory-checker',
      CONSUMER_OUTPUT_TOPIC: `${system}.rejected`,
      CONSUMER_BOOKED_TOPIC: `${system}.booked`,
      CONSUMER_DEAD_LETTER_TOPIC: `${system}.dlq`,
      CONSUMER_WORK_MS: '1',
      CONSUMER_FETCH_MAX_WAIT_MS: '50',
      CONSUMER_SESSION_TIMEOUT_MS: '6000',
      CONSUMER_HEARTBEAT_INTERVAL_MS: '500',
      CONSUMER_RETRY_BACKOFF_MS: '100',
      CONSUMER_RETRY_JITTER_MS: '100',
      DATABASE_URL: postgres.url,
      DATABASE_PASSWORD_FILE: postgres.passwordFile,
      ...env,
    });
  const url = async (worker: WorkerProcess, path: string): Promise<string> => `http://127.0.0.1:${String(await worker.port())}${path}`;
  const isReady = async (worker: WorkerProcess): Promise<boolean> => (await fetch(await url(worker, '/ready'))).status === 200;
  const idsOf = (records: readonly ReadRecord[]): string[] =>
    records.map(({ value }) => (JSON.parse(value ?? '{}') as { reservationId: string }).reservationId);
  const verdicts = async (verdict: string): Promise<string[]> =>
    (await postgres.query('select reservation_id as id from reservations where verdict = $1', [verdict])).map(({ id }) => String(id));
  const bookings = async (): Promise<{ booked: number; most: number }> => {
    const [row] = await postgres.query('select coalesce(sum(booked), 0)::integer as booked, coalesce(max(booked), 0) as most from slots');
    return row as { booked: number; most: number };
  };

  it('come in by HTTP; the last table is given once, whoever asks at the same time', async () => {
    const api = start('api', 'reservation-api-0', {
      KAFKA_TOPIC: 'last.created',
      API_RESOURCE: 'reservations',
      API_DRAIN_MS: '0',
    });
    const checkers = [0, 1, 2].map((n) => startChecker('last', n));
    for (const worker of [api, ...checkers]) await until('ready', () => isReady(worker));
    const address = await url(api, '/reservations');
    const slot = '2026-12-31T20:00:00+01:00';
    const wanted = { restaurantId: 'restaurant-7', slot, partySize: 4 };
    const wrong = await post(address, { restaurantId: 7, slot: 'tonight', partySize: 0 });
    expect([wrong.status, (wrong.body['errors'] as { field: string }[]).map(({ field }) => field)]).toEqual([
      400,
      ['restaurantId', 'slot', 'partySize'],
    ]);
    const first = await post(address, wanted, { 'idempotency-key': 'k' });
    const again = await post(address, wanted, { 'idempotency-key': 'k' });
    expect([first.status, first.headers.get('location')]).toEqual([202, `/reservations/${String(first.body['reservationId'])}`]);
    expect(again.body['reservationId']).toBe(first.body['reservationId']);
    for (let n = 0; n < tables - 2; n += 1) expect((await post(address, wanted)).status).toBe(202);
    await until('all but one table', async () => (await bookings()).booked === tables - 1);

    // Other keys than the restaurant's put its reservations on other partitions, and so before other members.
    const rivals = Array.from({ length: 30 }, (_, i) => `rival-${i}`);
    await write(
      brokers.bootstrap,
      'last.created',
      rivals.map((key) => ({ key, value: JSON.stringify({ ...wanted, reservationId: key }) })),
    );
    const rejected = await follow(brokers.bootstrap, 'last.rejected');
    const booked = await follow(brokers.bootstrap, 'last.booked');
    await until('29 turned away', () => rejected.records.length === 29);
    await until('20 tables given', () => new Set(idsOf(booked.records)).size === tables);
    expect(checkers.filter((checker) => checker.of('processed').length > 0).length).toBeGreaterThan(1);
    expect(await bookings()).toEqual({ booked: tables, most: tables });
    expect(await verdicts('rejected')).toHaveLength(29);
    expect(new Set([...idsOf(rejected.records), ...idsOf(booked.records)])).toEqual(
      new Set([...rivals, ...(await verdicts('booked')), ...(await verdicts('rejected'))]),
    );
    const [one] = rejected.records;
    expect(JSON.parse(one?.value ?? '')).toMatchObject({ ...wanted, verdict: 'rejected', reason: 'no table is free in this slot' });
    for (const checker of checkers) expect(checker.of('dead')).toEqual([]);
    await rejected.stop();
    await booked.stop();
  }, 90_000);

  it('balance when members are killed under load: each is booked, rejected or dead, and exactly one of these', async () => {
    const checkers = [0, 1, 2].map((n) => startChecker('killed', n, { CONSUMER_BATCH_RECORDS: '100' }));
    for (const worker of checkers) await until('ready', () => isReady(worker));
    // Fewer tables, so that New Year's Eve is soon full.
    await postgres.query('update restaurants set tables = 3');
    const producer = start('producer', 'reservations-0', {
      KAFKA_TOPIC: 'killed.created',
      PRODUCER_RECORD: 'reservation',
      PRODUCER_KEYS: 'restaurant-{1..8}',
      PRODUCER_RATE: '400',
      PRODUCER_RECORDS: '6000',
      PRODUCER_POISON_EVERY: '500',
    });
    for (let n = 3; n < 6; n += 1) {
      await until('work by all', () => checkers.slice(-3).every((checker) => checker.of('processed').length > 100), 60_000);
      checkers[n - 3]?.kill('SIGKILL');
      checkers.push(startChecker('killed', n, { CONSUMER_BATCH_RECORDS: '100' }));
    }
    expect((await producer.exit).code).toBe(0);
    expect(producer.of('acked')).toHaveLength(6_000);
    const placed = ({ partition, offset }: { partition: number; offset: number }): string => `${partition}/${offset}`;
    const done = (): Set<string> => new Set(checkers.flatMap((checker) => [...checker.of('processed'), ...checker.of('dead')]).map(placed));
    await until('all worked on', () => done().size === 6_000, 90_000);

    const created = await follow(brokers.bootstrap, 'killed.created');
    const [rejected, dead] = [await follow(brokers.bootstrap, 'killed.rejected'), await follow(brokers.bootstrap, 'killed.dlq')];
    await until('all read', () => created.records.length === 6_000);
    const isPoison = ({ value }: ReadRecord): boolean => !value?.endsWith('}');
    const ids = new Set(idsOf(created.records.filter((record) => !isPoison(record))));
    expect(ids.size).toBe(5_988);
    const [inBook, turnedAway] = [await verdicts('booked'), await verdicts('rejected')];
    expect(new Set([...inBook, ...turnedAway])).toEqual(ids);
    expect(inBook.length + turnedAway.length).toBe(ids.size);
    expect(turnedAway.length).toBeGreaterThan(20);
    // At least once: what was said may be said again, but it is always the same.
    await until('all rejections', () => new Set(idsOf(rejected.records)).size >= turnedAway.length);
    expect(new Set(idsOf(rejected.records))).toEqual(new Set(turnedAway));
    const letters = new Set(dead.records.map(({ value }) => placed(positionIn(value))));
    expect(letters).toEqual(
      new Set(created.records.filter(isPoison).map(({ partition, offset }) => placed({ partition, offset: Number(offset) }))),
    );
    expect(letters.size).toBe(12);
    expect(await bookings()).toEqual({ booked: inBook.length, most: 3 });
    for (const reader of [created, rejected, dead]) await reader.stop();
  }, 240_000);

  it('wait for a database that is away: nothing is lost, nothing becomes a dead letter, and they go on by themselves', async () => {
    const checker = startChecker('outage', 0, { CONSUMER_RETRIES: '0' });
    await until('ready', () => isReady(checker));
    const producer = start('producer', 'reservations-0', {
      KAFKA_TOPIC: 'outage.created',
      PRODUCER_RECORD: 'reservation',
      PRODUCER_KEYS: 'restaurant-{1..50}',
      PRODUCER_RATE: '100',
      PRODUCER_RECORDS: '1500',
    });
    await until('some work', () => checker.of('processed').length > 100);
    await postgres.kill();
    await until('not ready', async () => !(await isReady(checker)));
    expect(await (await fetch(await url(checker, '/ready'))).text()).toMatch(/ECONNREFUSED|connection|terminat/i);
    const before = checker.of('processed').length;
    await sleep(10_000);
    expect(checker.of('processed').length).toBe(before);
    expect((await fetch(await url(checker, '/live'))).status).toBe(200);
    await postgres.start();
    await until('ready again', () => isReady(checker), 60_000);
    expect((await producer.exit).code).toBe(0);
    await until('all', () => checker.of('processed').length === 1_500, 60_000);
    expect(checker.of('dead')).toEqual([]);
    expect(await verdicts('booked')).toHaveLength(1_500);
    checker.kill('SIGTERM');
    expect(await checker.exit).toEqual({ code: 0, signal: null });
  }, 150_000);

  it('that nobody can book go to the dead letters, with all that is needed to judge them', async () => {
    const good = { reservationId: 'good', restaurantId: 'restaurant-1', slot: '2027-01-01T20:00:00Z', partySize: 2 };
    const poison: Readonly<Record<string, readonly [string | null, RegExp]>> = {
      torn: ['{"reservationId": ', /not JSON/],
      tombstone: [null, /no value/],
      nameless: [JSON.stringify({ ...good, reservationId: undefined }), /reservationId is missing/],
      unknown: [JSON.stringify({ ...good, reservationId: 'u', restaurantId: 'nowhere' }), /the restaurant "nowhere" is not known/],
      crowd: [JSON.stringify({ ...good, reservationId: 'c', partySize: 4_000 }), /party_of_1_to_100.*23514/],
      someday: [JSON.stringify({ ...good, reservationId: 's', slot: 'someday' }), /slot is "someday"/],
    };
    await write(brokers.bootstrap, 'poison.created', [
      ...Object.entries(poison).map(([key, [value]]) => ({ key, value, partition: 0, headers: { 'correlation-id': `c-${key}` } })),
      { key: 'good', value: JSON.stringify(good), partition: 0 },
    ]);
    const checker = startChecker('poison', 0, { CONSUMER_BATCH_RECORDS: '100' });
    const dead = await follow(brokers.bootstrap, 'poison.dlq');
    await until('all dead letters', () => dead.records.length === 6);
    await until('the one behind them', () => checker.of('processed').length === 1);
    for (const { key, value, headers } of dead.records) {
      const [original, reason] = poison[key ?? ''] ?? [];
      expect(JSON.parse(value ?? '')).toEqual({
        originalTopic: 'poison.created',
        originalPartition: 0,
        originalOffset: expect.stringMatching(/^\d$/),
        originalKey: key,
        originalValue: original,
        originalTimestamp: expect.stringMatching(/^\d{4}-/),
        errorTimestamp: expect.stringMatching(/^\d{4}-/),
        reason: expect.stringMatching(reason ?? /never/),
        errorType: 'PermanentError',
        stack: expect.stringContaining('\n    at '),
        retryCount: 0,
        consumerGroup: 'poison-checkers',
        clientId: 'inventory-checker-0',
      });
      expect(headers).toMatchObject({
        'correlation-id': `c-${key}`,
        'dlq-reason': expect.stringMatching(reason ?? /never/),
        'dlq-timestamp': expect.any(String),
        'dlq-original-partition': '0',
        'dlq-original-offset': expect.any(String),
      });
    }
    expect(await verdicts('booked')).toEqual(['good']);
    await dead.stop();
  }, 60_000);

  it('are confirmed only when they are booked, and counted by those who learn from them', async () => {
    const record = (verdict?: string): { key: string; value: string } => ({
      key: 'restaurant-1',
      value: JSON.stringify({ reservationId: `r-${String(Math.random())}`, restaurantId: 'restaurant-1', verdict }),
    });
    await write(brokers.bootstrap, 'told.created', [record(), record(), record()]);
    await write(brokers.bootstrap, 'told.booked', [record('booked'), record('booked')]);
    await write(brokers.bootstrap, 'told.rejected', [record('rejected')]);
    const reader = (handler: string, topics: string): WorkerProcess =>
      start('consumer', handler, {
        KAFKA_GROUP_ID: handler,
        KAFKA_TOPIC: topics,
        CONSUMER_HANDLER: handler,
        CONSUMER_WORK_MS: '50',
        CONSUMER_BATCH_RECORDS: '100',
      });
    const sender = reader('confirmation-sender', 'told.created,told.booked,told.rejected');
    const analytics = reader('analytics-aggregator', 'told.created');
    const recommendation = reader('recommendation-updater', 'told.created');
    await until('all', () => sender.of('processed').length === 6);
    await until('all', () => [analytics, recommendation].every((one) => one.of('processed').length === 3));
    const metricsOf = async (worker: WorkerProcess): Promise<string> => (await fetch(await url(worker, '/metrics'))).text();
    const sent = await metricsOf(sender);
    for (const [message, count] of Object.entries({ receipt: 3, confirmation: 2, refusal: 1 }))
      expect(sent).toMatch(new RegExp(`confirmations_sent_total\\{message="${message}",.*\\} ${count}\\n`));
    expect(await metricsOf(analytics)).toMatch(/reservations_total\{restaurant="restaurant-1",.*\} 3\n/);
    expect(await metricsOf(recommendation)).toMatch(/recommendation_top_share\{.*\} 1\n/);
  }, 60_000);

  it('are not begun without what they need, said in one line', async () => {
    const checker = startChecker('told', 0, { DATABASE_URL: '', CONSUMER_OUTPUT_TOPIC: '' });
    expect(await checker.exit).toEqual({ code: 2, signal: null });
    expect(JSON.stringify(checker.logs)).toMatch(/needs CONSUMER_OUTPUT_TOPIC.*needs DATABASE_URL/);
    const typed = startChecker('told', 0, { DATABASE_URL: 'postgresql://muster:secret@localhost/reservations' });
    expect(await typed.exit).toEqual({ code: 2, signal: null });
  });
});

describe('a reservation as it is made', () => {
  const turn = { key: 'restaurant-7', number: 0, correlationId: 'id-1', timestamp: Date.UTC(2026, 10, 21), recordBytes: 500 };

  it('has the size asked for, and one in a hundred wants New Year’s Eve', () => {
    const made = Array.from({ length: 200 }, (_, seq) => makeReservation({ ...turn, seq }).value);
    expect(made.every((value) => Buffer.byteLength(value) === 500)).toBe(true);
    const slots = made.map((value) => (JSON.parse(value) as { slot: string }).slot);
    expect(slots.filter((slot) => slot.startsWith('2026-12-31'))).toHaveLength(2);
    expect(JSON.parse(made[0] ?? '')).toMatchObject({ reservationId: 'id-1', restaurantId: 'restaurant-7', partySize: 1 });
  });

  it('asks a restaurant for no more than its tables in a slot, at 20 a second', () => {
    const counts = new Map<string, number>();
    for (let n = 0; n < 2_000; n += 1) {
      const { slot } = JSON.parse(makeReservation({ ...turn, seq: n, timestamp: turn.timestamp + n * 50 }).value) as { slot: string };
      if (!slot.startsWith('2026-12-31')) counts.set(slot, (counts.get(slot) ?? 0) + 1);
    }
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(tables);
  });
});

function positionIn(letter: string | null): { partition: number; offset: number } {
  const { originalPartition, originalOffset } = JSON.parse(letter ?? '{}') as { originalPartition: number; originalOffset: string };
  return { partition: originalPartition, offset: Number(originalOffset) };
}
