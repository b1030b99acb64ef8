import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startBrokers, type Brokers } from '../brokers.js';
import type { WireRecord } from '../../workers/client-port.js';
import { producerSettings } from '../../workers/config.js';
import { createKafkajsClient } from '../../workers/kafkajs/client.js';
import { createKafka } from '../../workers/kafkajs/kafka.js';
import { createLogger } from '../../workers/logging.js';
import { buildWorker } from '../build-fixture.js';
import { killAll, startWorker, until, type WorkerProcess } from './processes.js';

describe('a producer in trouble', () => {
  let brokers: Brokers;
  let file: string;
  beforeAll(async () => {
    file = await buildWorker('producer');
    brokers = await startBrokers({
      topics: [
        { name: 'orders.created', partitions: 3, config: { 'max.message.bytes': '3000' } },
        { name: 'growing', partitions: 3 },
      ],
    });
  }, 120_000);
  afterEach(killAll);
  afterAll(async () => brokers.stop());

  const start = (env: Record<string, string>): WorkerProcess =>
    startWorker(file, { KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap, KAFKA_CLIENT_ID: 'producer-0', KAFKA_TOPIC: 'orders.created', ...env });

  it('with acks 0 says of each record that nobody acknowledged it: offset -1', async () => {
    const worker = start({ PRODUCER_RECORDS: '20', PRODUCER_RATE: '1000', PRODUCER_ACKS: '0', PRODUCER_IDEMPOTENCE: 'false' });
    expect(await worker.exit).toEqual({ code: 0, signal: null });
    expect(worker.of('acked').map((line) => line.offset)).toEqual(Array.from({ length: 20 }, () => -1));
  });

  it('splits a batch the broker finds too large', async () => {
    const worker = start({ PRODUCER_RECORDS: '30', PRODUCER_RATE: '10000', PRODUCER_LINGER_MS: '50', PRODUCER_KEYS: 'a' });
    expect(await worker.exit).toEqual({ code: 0, signal: null });
    expect(worker.of('acked').map((line) => line.seq)).toEqual(Array.from({ length: 30 }, (_, i) => i));
  });

  it('gives up, for certain, a record that alone is too large, and exits 1', async () => {
    const worker = start({ PRODUCER_RECORDS: '2', PRODUCER_RECORD_BYTES: '5000' });
    expect(await worker.exit).toEqual({ code: 1, signal: null });
    expect(worker.of('failed').map((line) => line.outcome)).toEqual(['rejected', 'rejected']);
    expect(worker.of('acked')).toEqual([]);
  });

  it('never takes a partition it does not know yet for sent: kafkajs alone resolves, and drops the records', async () => {
    const logger = createLogger('error', {});
    const kafka = createKafka(brokers.bootstrap, 'producer-0', 5_000, logger);
    const client = createKafkajsClient({
      bootstrapServers: brokers.bootstrap,
      clientId: 'producer-0',
      requestTimeoutMs: 5_000,
      security: producerSettings({ KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap, KAFKA_CLIENT_ID: 'producer-0', KAFKA_TOPIC: 'growing' }),
      logger,
    });
    const transport = client.createTransport({
      acks: 'all',
      idempotent: true,
      compression: 'none',
      requestTimeoutMs: 5_000,
      onPartitions: () => undefined,
    });
    const record: WireRecord = { key: 'k', value: 'v', timestamp: Date.now() };
    await expect(transport.send('growing', 4, [record])).rejects.toThrow('partition 4 of growing is not in the metadata');
    const admin = kafka.admin();
    await admin.connect();
    await admin.createPartitions({ topicPartitions: [{ topic: 'growing', count: 5 }] });
    await admin.disconnect();
    let offset: number | readonly number[] = -1;
    await until('the new partition', async () => {
      offset = await transport.send('growing', 4, [record]).catch(() => -1);
      return offset !== -1;
    });
    expect(offset).toBe(0);
    await transport.close();
  });

  it('goes on with its schedule while no broker answers, gives records up at their deadline, and recovers', async () => {
    const worker = start({
      PRODUCER_RATE: '100',
      PRODUCER_REQUEST_TIMEOUT_MS: '500',
      PRODUCER_DELIVERY_TIMEOUT_MS: '2000',
      PRODUCER_KEYS: 'customer-{01..60}',
    });
    await until('a start', () => worker.of('acked').length > 50);
    brokers.kill(0, 'SIGSTOP');
    await until('a record given up', () => worker.of('failed').length > 20);
    brokers.kill(0, 'SIGCONT');
    const woken = Date.now();
    await until(
      'acknowledgements on every partition',
      () =>
        new Set(
          worker
            .of('acked')
            .filter((line) => line.t > woken + 1_000)
            .map((line) => line.partition),
        ).size >= 3,
    );
    worker.kill('SIGTERM');
    expect(await worker.exit).toEqual({ code: 0, signal: null });
    expect(worker.of('failed').some((line) => line.outcome === 'indeterminate')).toBe(true);
    // Every record has one fate, and those acknowledged keep their order.
    const fates = [...worker.of('acked'), ...worker.of('failed')].map((line) => `${line.key}/${line.seq}`);
    expect(new Set(fates).size).toBe(fates.length);
    const sent = worker.of('sent').map((line) => `${line.key}/${line.seq}`);
    expect(sent.filter((id) => !fates.includes(id))).toEqual([]);
    for (const key of new Set(worker.of('acked').map((line) => line.key))) {
      const records = worker
        .of('acked')
        .filter((line) => line.key === key)
        .sort((a, b) => a.offset - b.offset);
      expect(records.map((line) => line.seq)).toEqual(records.map((line) => line.seq).sort((a, b) => a - b));
    }
  }, 60_000);
});
