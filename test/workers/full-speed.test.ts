import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startBrokers, type Brokers } from '../brokers.js';
import { buildWorker } from '../build-fixture.js';
import { clientNames, isBuilt, titleOf } from '../clients.js';
import { killAll, startWorker, until } from './processes.js';
import { follow } from './topics.js';

describe.each(clientNames.map((client) => ({ client, title: titleOf(client) })))(
  'a producer that writes as fast as it can, on $title',
  ({ client }) => {
    const on = isBuilt(client) ? it : it.skip;
    let brokers: Brokers;
    let file: string;
    beforeAll(async () => {
      if (!isBuilt(client)) return;
      file = await buildWorker('producer');
      brokers = await startBrokers({
        brokers: 3,
        config: { 'broker.session.timeout.ms': '3000', 'broker.heartbeat.interval.ms': '500' },
        topics: [{ name: 'orders.created', partitions: 3, replicas: 3, config: { 'min.insync.replicas': '2' } }],
      });
    }, 120_000);
    afterEach(killAll);
    afterAll(async () => {
      if (isBuilt(client)) await brokers.stop();
    });

    on(
      'loses nothing, writes nothing twice and nothing out of order when a broker dies with batches on their way to it',
      async () => {
        const records = 40_000;
        const producer = startWorker(file, {
          KAFKA_CLIENT: client,
          KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
          KAFKA_CLIENT_ID: 'producer-0',
          KAFKA_TOPIC: 'orders.created',
          PRODUCER_RATE: '1000000',
          PRODUCER_RECORDS: String(records),
          PRODUCER_RECORD_BYTES: '2000',
          PRODUCER_KEYS: 'customer-{01..60}',
          PRODUCER_REQUEST_TIMEOUT_MS: '5000',
        });
        // Its buffer is full by then, so that each leader has several batches of it.
        await until('records in the topic', () => producer.of('acked').length > records / 4, 60_000);
        brokers.kill(1);
        expect(await producer.exit).toEqual({ code: 0, signal: null });
        expect(producer.of('failed')).toEqual([]);
        const acked = producer.of('acked');
        expect(acked).toHaveLength(records);
        const log = await follow(brokers.bootstrap, 'orders.created');
        await until('the whole topic', () => log.records.length >= records, 60_000);
        await log.stop();
        expect(log.records).toHaveLength(records);
        const places = new Map(
          log.records.map(({ key, headers, partition, offset }) => [`${key ?? ''}/${headers['sequence'] ?? ''}`, `${partition}/${offset}`]),
        );
        // Each is where the client said it is: no report was taken for another's.
        expect(acked.filter(({ key, seq, partition, offset }) => places.get(`${key}/${seq}`) !== `${partition}/${offset}`)).toEqual([]);
        const next = new Map<string, number>();
        const misplaced = log.records.filter(({ key, headers }) => {
          const due = next.get(key ?? '') ?? 0;
          next.set(key ?? '', due + 1);
          return Number(headers['sequence']) !== due;
        });
        expect(misplaced).toEqual([]);
      },
      180_000,
    );
  },
);
