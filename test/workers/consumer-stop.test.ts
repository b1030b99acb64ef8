import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBrokers, type Brokers } from '../brokers.js';
import { buildWorker } from '../build-fixture.js';
import { killAll, startWorker, until, type WorkerProcess } from './processes.js';
import { write } from './topics.js';

describe('a consumer that is stopped while its coordinator is away', () => {
  let brokers: Brokers;
  let file: string;
  beforeAll(async () => {
    file = await buildWorker('consumer');
    brokers = await startBrokers({ topics: [{ name: 'orders', partitions: 2 }] });
  }, 120_000);
  afterEach(killAll);
  afterAll(async () => brokers.stop());

  const consume = (name: string): WorkerProcess =>
    startWorker(file, {
      KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
      KAFKA_CLIENT_ID: name,
      KAFKA_TOPIC: 'orders',
      KAFKA_GROUP_ID: name,
      CONSUMER_WORK_MS: '20',
      CONSUMER_SESSION_TIMEOUT_MS: '6000',
      CONSUMER_HEARTBEAT_INTERVAL_MS: '1000',
      SHUTDOWN_DEADLINE_MS: '25000',
    });

  it.each<[string, NodeJS.Signals]>([
    ['frozen', 'SIGSTOP'],
    ['dead', 'SIGKILL'],
  ])(
    'does not wait for it until the deadline (%s)',
    async (name, signal) => {
      await write(
        brokers.bootstrap,
        'orders',
        Array.from({ length: 400 }, (_, i) => ({ key: `k${i}`, value: 'v' })),
      );
      const worker = consume(name);
      await until('work', () => worker.of('processed').length > 10);
      brokers.kill(0, signal);
      await sleep(300);
      const since = Date.now();
      worker.kill('SIGTERM');
      // What it did since its last commit will be done again, and that is not a clean stop.
      expect(await worker.exit).toEqual({ code: 1, signal: null });
      expect(Date.now() - since).toBeLessThan(20_000);
      if (signal === 'SIGSTOP') brokers.kill(0, 'SIGCONT');
    },
    60_000,
  );
});
