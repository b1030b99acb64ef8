import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startBrokers, type Brokers } from '../brokers.js';
import { buildFixture, buildWorker } from '../build-fixture.js';
import { killAll, startWorker, until, type WorkerProcess } from './processes.js';

const workers = ['producer', 'consumer'] as const;
type Kind = (typeof workers)[number];

describe('a worker as a process', () => {
  let brokers: Brokers;
  const files: Record<Kind | 'telling', string> = { producer: '', consumer: '', telling: '' };
  beforeAll(async () => {
    for (const kind of workers) files[kind] = await buildWorker(kind);
    // A consumer that says when it has a record in hand.
    files.telling = await buildFixture('does-as-told');
    brokers = await startBrokers({ topics: [{ name: 'orders.created', partitions: 3 }] });
  }, 120_000);
  afterEach(killAll);
  afterAll(async () => brokers.stop());

  const start = (kind: Kind | 'telling', env: Record<string, string> = {}): WorkerProcess =>
    startWorker(files[kind], {
      KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
      KAFKA_CLIENT_ID: `${kind}-0`,
      KAFKA_TOPIC: 'orders.created',
      ...env,
    });
  const get = async (worker: WorkerProcess, path: string): Promise<{ status: number; text: string }> => {
    const response = await fetch(`http://127.0.0.1:${await worker.port()}${path}`);
    return { status: response.status, text: await response.text() };
  };
  const isReady = async (worker: WorkerProcess): Promise<boolean> => (await get(worker, '/ready')).status === 200;

  it('tells a probe how it is, and Prometheus what it did, under the names of Kafka', async () => {
    const [producer, consumer] = [start('producer', { PRODUCER_RATE: '100' }), start('consumer', { CONSUMER_WORK_MS: '0' })];
    for (const worker of [producer, consumer]) {
      await until('ready', () => isReady(worker));
      expect(await get(worker, '/live')).toEqual({ status: 200, text: 'ok\n' });
      expect((await get(worker, '/')).status).toBe(404);
    }
    await until('some work', () => consumer.of('processed').length > 20);
    expect((await get(producer, '/metrics')).text).toMatch(
      /kafka_producer_record_send_total\{topic="orders.created",client_id="producer-0"\} [1-9]/,
    );
    const metrics = (await get(consumer, '/metrics')).text;
    expect(metrics).toMatch(
      /kafka_consumer_fetch_manager_records_consumed_total\{topic="orders.created",partition="\d",client_id="consumer-0"\} [1-9]/,
    );
    expect(metrics).toMatch(/kafka_consumer_coordinator_rebalance_total\{client_id="consumer-0"\} 1/);
    expect(metrics).toMatch(/kafka_consumer_coordinator_assigned_partitions\{client_id="consumer-0"\} 3/);
    for (const worker of [producer, consumer]) {
      worker.kill('SIGINT');
      expect(await worker.exit).toEqual({ code: 0, signal: null });
      expect(worker.stderr).toBe('');
    }
  });

  it.each(workers)('(%s) waits for a topic that is not there: alive, not ready, and gone at once on SIGTERM', async (kind) => {
    const worker = start(kind, { KAFKA_TOPIC: 'not.there' });
    await until('two attempts', () => worker.logs.filter((line) => line['topic'] === 'not.there' && line['level'] === 'warn').length >= 2);
    expect((await get(worker, '/live')).status).toBe(200);
    expect((await get(worker, '/ready')).status).toBe(503);
    worker.kill('SIGTERM');
    expect(await worker.exit).toEqual({ code: 0, signal: null });
    expect(await brokers.admin.brokers()).toEqual([0]);
  });

  it.each(workers)('(%s) keeps trying brokers that are not there', async (kind) => {
    const worker = start(kind, { KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1' });
    await until('an attempt', () => worker.logs.some((line) => line['topic'] === 'orders.created' && line['level'] === 'warn'));
    expect(await isReady(worker)).toBe(false);
    worker.kill('SIGTERM');
    expect(await worker.exit).toEqual({ code: 0, signal: null });
  });

  it('is ended by a second signal at once', async () => {
    const worker = start('telling', { CONSUMER_WORK_MS: '3600000', SHUTDOWN_DEADLINE_MS: '20000', KAFKA_GROUP_ID: 'in-hand' });
    const producer = start('producer', { PRODUCER_RECORDS: '10' });
    await until('ready', () => isReady(worker));
    await producer.exit;
    await until('a record in hand', () => worker.logs.some((line) => 'handed' in line));
    worker.kill('SIGTERM');
    await until('stopping', () => worker.logs.some((line) => line['message'] === 'stopping'));
    worker.kill('SIGTERM');
    expect(await worker.exit).toEqual({ code: 143, signal: null });
  });

  it('ends with 1 when it cannot stop within its deadline', async () => {
    const worker = start('telling', { CONSUMER_WORK_MS: '3600000', SHUTDOWN_DEADLINE_MS: '1000', KAFKA_GROUP_ID: 'late' });
    await until('a record in hand', () => worker.logs.some((line) => 'handed' in line));
    worker.kill('SIGTERM');
    expect(await worker.exit).toEqual({ code: 1, signal: null });
    expect(worker.of('stopped')).toEqual([]);
  });

  it('does not live on with a consumer that is dead', async () => {
    // Below the broker's group.min.session.timeout.ms of 6 s: the join is refused for good.
    const worker = start('consumer', { CONSUMER_SESSION_TIMEOUT_MS: '1000', CONSUMER_HEARTBEAT_INTERVAL_MS: '100' });
    expect(await worker.exit).toEqual({ code: 1, signal: null });
    expect(worker.logs.at(-1)).toMatchObject({ level: 'fatal', err: { message: expect.stringContaining('session timeout') } });
  });

  it('says which port is taken', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, resolve));
    const address = holder.address();
    const port = typeof address === 'object' && address !== null ? String(address.port) : '';
    const worker = start('producer', { HTTP_PORT: port });
    expect(await worker.exit).toEqual({ code: 1, signal: null });
    expect(worker.logs.at(-1)?.['message']).toContain(`port ${port} is taken`);
    holder.close();
  });
});
