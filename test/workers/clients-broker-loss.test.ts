import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startBrokers, type Brokers } from '../brokers.js';
import { buildWorker } from '../build-fixture.js';
import { clientNames, isBuilt, titleOf } from '../clients.js';
import { account, killAll, startWorker, until } from './processes.js';
import { follow } from './topics.js';

describe.each(clientNames.map((client) => ({ client, title: titleOf(client) })))(
  'when a broker dies under load, on $title',
  ({ client }) => {
    const on = isBuilt(client) ? it : it.skip;
    let brokers: Brokers;
    let files: { producer: string; consumer: string };
    beforeAll(async () => {
      if (!isBuilt(client)) return;
      files = { producer: await buildWorker('producer'), consumer: await buildWorker('consumer') };
      brokers = await startBrokers({
        brokers: 3,
        config: { 'broker.session.timeout.ms': '3000', 'broker.heartbeat.interval.ms': '500' },
        topics: [{ name: 'orders.created', partitions: 6, replicas: 3, config: { 'min.insync.replicas': '2' } }],
      });
    }, 120_000);
    afterEach(killAll);
    afterAll(async () => {
      if (isBuilt(client)) await brokers.stop();
    });

    on(
      'RF 3, min ISR 2, acks all: nothing acknowledged is lost, nothing is written twice or out of order',
      async () => {
        const env = { KAFKA_CLIENT: client, KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap, KAFKA_TOPIC: 'orders.created' };
        const producer = startWorker(files.producer, {
          ...env,
          KAFKA_CLIENT_ID: 'producer-0',
          PRODUCER_RATE: '500',
          PRODUCER_KEYS: 'customer-{01..60}',
          PRODUCER_REQUEST_TIMEOUT_MS: '5000',
        });
        const members = ['a', 'b'].map((name) => startWorker(files.consumer, { ...env, KAFKA_CLIENT_ID: name, CONSUMER_WORK_MS: '0' }));
        await until('work by both', () => members.every((m) => m.of('processed').length > 100), 40_000);
        brokers.kill(1);
        const killed = Date.now();
        await until(
          'acknowledgements and work on every partition again',
          () => {
            const since = (lines: readonly { t: number; partition: number }[]): number =>
              new Set(lines.filter(({ t }) => t > killed + 1_000).map(({ partition }) => partition)).size;
            return since(producer.of('acked')) === 6 && since(members.flatMap((m) => m.of('processed'))) === 6;
          },
          60_000,
        );
        producer.kill('SIGTERM');
        expect(await producer.exit).toEqual({ code: 0, signal: null });
        expect(producer.of('failed')).toEqual([]);
        await until('all processed', () => account([producer], members).lost.length === 0, 40_000);
        for (const member of members) {
          member.kill('SIGTERM');
          expect(await member.exit).toEqual({ code: 0, signal: null });
        }
        // What the topic itself holds, whatever the consumers made of it: each sequence number once, in order.
        const log = await follow(brokers.bootstrap, 'orders.created');
        const acked = producer.of('acked').length;
        await until('the whole topic', () => log.records.length >= acked);
        expect(log.records).toHaveLength(acked);
        const next = new Map<string, number>();
        for (const { key, headers } of log.records) {
          expect(Number(headers['sequence'])).toBe(next.get(key ?? '') ?? 0);
          next.set(key ?? '', Number(headers['sequence']) + 1);
        }
        await log.stop();
      },
      180_000,
    );
  },
);
