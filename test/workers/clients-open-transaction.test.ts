import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { startBrokers, type Brokers } from '../brokers.js';
import { persist } from '../../scripts/kafka/admin.js';
import { buildFixture } from '../build-fixture.js';
import { clientNames, isBuilt, titleOf } from '../clients.js';
import { killAll, startWorker, until } from './processes.js';
import { write } from './topics.js';

/** Longer than the test, as `transaction.timeout.ms` of a worker is. */
const transactionTimeout = 300_000;

describe.each(clientNames)('the open transaction of a member that was killed (%s)', (client) => {
  let brokers: Brokers;
  let consumer: string;
  const test = isBuilt(client) ? it : it.skip;
  beforeAll(async () => {
    consumer = await buildFixture('does-as-told');
    brokers = await startBrokers({
      topics: [
        { name: 'in', partitions: 2 },
        { name: 'out', partitions: 1 },
      ],
    });
  }, 120_000);
  afterEach(killAll);
  afterAll(async () => brokers.stop());

  test(`(${titleOf(client)}) is ended by whoever gets the partition: it does not wait for the timeout`, async () => {
    await write(
      brokers.bootstrap,
      'in',
      [0, 1].flatMap((partition) => [0, 1, 2].map((n) => ({ partition, value: `told ${n}` }))),
    );
    // It has sent its offsets, and will never commit them.
    const killed = new Kafka({ brokers: brokers.bootstrap.split(','), logLevel: logLevel.NOTHING }).producer({
      transactionalId: 'chain-in-0',
      transactionTimeout,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await killed.connect();
    const transaction = await killed.transaction();
    await transaction.send({ topic: 'out', messages: [{ value: 'never to be seen' }] });
    // The first question after a group makes the topic of the offsets.
    await persist(async () =>
      transaction.sendOffsets({ consumerGroupId: 'chain', topics: [{ topic: 'in', partitions: [{ partition: 0, offset: '2' }] }] }),
    );
    const worker = startWorker(consumer, {
      KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
      KAFKA_CLIENT: client,
      KAFKA_CLIENT_ID: 'heir',
      KAFKA_TOPIC: 'in',
      KAFKA_GROUP_ID: 'chain',
      CONSUMER_GUARANTEE: 'exactly-once',
      CONSUMER_OUTPUT_TOPIC: 'out',
      CONSUMER_DEAD_LETTER_TOPIC: '',
      CONSUMER_WORK_MS: '0',
    });
    await until('all six', () => worker.of('processed').length >= 6, 40_000);
    worker.kill('SIGTERM');
    expect(await worker.exit).toEqual({ code: 0, signal: null });
    // From the beginning: what the killed one had in hand was never committed.
    expect(
      worker
        .of('processed')
        .filter(({ partition }) => partition === 0)
        .map(({ offset }) => offset),
    ).toEqual([0, 1, 2]);
    await killed.disconnect();
  }, 90_000);
});
