import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBrokers, type Brokers } from '../brokers.js';
import { buildWorker } from '../build-fixture.js';
import { clientNames, isBuilt, titleOf } from '../clients.js';
import { account, killAll, startWorker, until } from './processes.js';

/** How long Kafka is away; OUTAGE_SECONDS=60 is what the workers are meant to bear at least. */
const seconds = Number(process.env['OUTAGE_SECONDS'] ?? 8);

describe.each(clientNames.map((client) => [titleOf(client), client] as const))('Kafka is gone for a while, workers on %s', (_, client) => {
  const whenBuilt = isBuilt(client) ? it : it.skip;
  let brokers: Brokers;
  let files: Record<'producer' | 'consumer' | 'api', string>;
  beforeAll(async () => {
    const [producer, consumer, api] = await Promise.all([buildWorker('producer'), buildWorker('consumer'), buildWorker('api')]);
    files = { producer, consumer, api };
    brokers = await startBrokers({
      brokers: 3,
      topics: ['load', 'orders'].map((name) => ({ name, partitions: 6, replicas: 3, config: { 'min.insync.replicas': '2' } })),
    });
  }, 120_000);
  afterEach(killAll);
  afterAll(async () => brokers.stop());

  whenBuilt(
    'they wait, say so, and go on by themselves; the API answers 503 meanwhile',
    async () => {
      const common = (name: string, topic: string): Record<string, string> => ({
        KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
        KAFKA_CLIENT: client,
        KAFKA_CLIENT_ID: name,
        KAFKA_TOPIC: topic,
      });
      const producer = startWorker(files.producer, { ...common('producer-0', 'load'), PRODUCER_RATE: '200' });
      const consumer = startWorker(files.consumer, {
        ...common('consumer-0', 'load'),
        KAFKA_GROUP_ID: 'load',
        CONSUMER_WORK_MS: '1',
      });
      const api = startWorker(files.api, common('api-0', 'orders'));
      const port = await api.port();
      let posted = 0;
      const post = async (): Promise<number> => {
        posted += 1;
        const answer = await fetch(`http://127.0.0.1:${String(port)}/orders`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ customerId: `c-${String(posted)}`, items: [{ sku: 'A', quantity: 1 }], totalAmount: 1 }),
        }).catch(() => undefined);
        return answer?.status ?? 0;
      };
      await until('orders are taken', async () => (await post()) === 202);
      await until('load is read', () => consumer.of('processed').length > 200);

      for (const id of [0, 1, 2]) brokers.kill(id, 'SIGKILL');
      const down = Date.now();
      const answers: number[] = [];
      while (Date.now() - down < seconds * 1_000) {
        answers.push(await post());
        await sleep(200);
      }
      const warned = [producer, consumer].map(
        ({ logs }) => logs.filter(({ level, time }) => level !== 'info' && Date.parse(String(time)) > down).length,
      );
      for (const id of [0, 1, 2]) brokers.restart(id);
      const up = Date.now();

      expect(new Set(answers)).toEqual(new Set([503]));
      // They say so, and do not flood the log either: a few lines a second at most.
      for (const lines of warned) {
        expect(lines).toBeGreaterThan(0);
        expect(lines).toBeLessThan(5 * seconds);
      }
      await until('orders are taken again', async () => (await post()) === 202, 60_000);
      await until('load is written and read again', () => consumer.of('processed').some(({ t }) => t > up + 1_000), 60_000);
      for (const worker of [producer, api]) {
        worker.kill('SIGTERM');
        expect(await worker.exit).toEqual({ code: 0, signal: null });
      }
      await until('all that was acknowledged is read', () => account([producer], [consumer]).lost.length === 0, 60_000);
      consumer.kill('SIGTERM');
      expect(await consumer.exit).toEqual({ code: 0, signal: null });
      expect(producer.of('failed')).toEqual([]);
      expect(producer.stderr + consumer.stderr + api.stderr).toBe('');
    },
    180_000 + seconds * 1_000,
  );
});
