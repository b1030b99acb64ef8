import { beforeAll, describe, expect, it } from '@jest/globals';
import { consumerSettings, producerSettings } from '../../workers/config.js';
import { ConfigurationError } from '../../workers/configuration-error.js';
import { consumerContract, producerContract, type Contract } from '../../workers/contract.js';
import { buildWorker } from '../build-fixture.js';
import { startWorker } from './processes.js';

const needed = { KAFKA_BOOTSTRAP_SERVERS: 'kafka:9092', KAFKA_CLIENT_ID: 'pod-0', KAFKA_TOPIC: 'orders.created' };

function problems(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}
const ofProducer = (env: Record<string, string>): readonly string[] => problems(() => producerSettings({ ...needed, ...env }));
const ofConsumer = (env: Record<string, string>): readonly string[] => problems(() => consumerSettings({ ...needed, ...env }));

describe('configuration', () => {
  it.each([
    ['producer', producerContract, producerSettings],
    ['consumer', consumerContract, consumerSettings],
  ] as const)('of a %s takes every default of the contract', (_, contract: Contract, read) => {
    const values: Readonly<Record<string, unknown>> = read(needed);
    for (const [name, setting] of Object.entries(contract))
      expect(values[name]).toBe(setting.default ?? needed[name as keyof typeof needed]);
  });

  it('takes a whole environment as a manifest writes it, defaults included', () => {
    const all = Object.fromEntries(Object.entries<Contract[string]>(consumerContract).map(([name, s]) => [name, String(s.default ?? '')]));
    expect(ofConsumer({ ...all, ...needed })).toEqual([]);
  });

  it('reports what is wrong all at once, with the value given, the values allowed and the change to make', () => {
    const found = problems(() =>
      consumerSettings({
        KAFKA_BOOTSTRAP_SERVERS: 'kafka',
        KAFKA_TOPIC: 'orders.created',
        KAFKA_GROUPID: 'a',
        CONSUMER_COMMIT: 'manuel',
        CONSUMER_WORK_MS: '1.5',
        CONSUMER_HEARTBEAT_INTERVAL_MS: '4000',
        PRODUCER_RATE: '5',
      }),
    );
    expect(found).toHaveLength(7);
    const text = found.join('\n');
    expect(text).toContain('KAFKA_GROUPID is no variable of this worker: did you mean KAFKA_GROUP_ID?');
    expect(text).toContain('PRODUCER_RATE is a variable of the producer, and this is a consumer: remove it');
    expect(text).toContain('KAFKA_BOOTSTRAP_SERVERS is "kafka": give a value that matches');
    expect(text).toContain('KAFKA_CLIENT_ID is missing');
    expect(text).toContain('CONSUMER_COMMIT is "manuel": give one of manual, auto; did you mean manual?');
    expect(text).toContain('CONSUMER_WORK_MS is "1.5": give a whole number from 0 to 3600000');
    expect(text).toContain('CONSUMER_HEARTBEAT_INTERVAL_MS is "4000"');
    expect(text).toContain('set it to 3333 or less');
  });

  it.each([
    ['cooperative assignment on kafkajs', { CONSUMER_ASSIGNOR: 'cooperative-sticky' }, 'set KAFKA_CLIENT=librdkafka'],
    ['the new protocol on kafkajs', { CONSUMER_GROUP_PROTOCOL: 'consumer' }, 'set KAFKA_CLIENT=librdkafka'],
    ['a static member on kafkajs', { CONSUMER_GROUP_INSTANCE_ID: 'pod-0' }, 'set KAFKA_CLIENT=librdkafka'],
    ['exactly-once by the clock', { CONSUMER_GUARANTEE: 'exactly-once', CONSUMER_COMMIT: 'auto' }, 'set CONSUMER_COMMIT=manual'],
    ['exactly-once by key', { CONSUMER_GUARANTEE: 'exactly-once', CONSUMER_ORDER: 'key' }, 'set CONSUMER_ORDER=partition'],
    [
      'exactly-once of what may be aborted',
      { CONSUMER_GUARANTEE: 'exactly-once', CONSUMER_ISOLATION: 'read_uncommitted' },
      'set CONSUMER_ISOLATION=read_committed',
    ],
    ['at-most-once with retries', { CONSUMER_GUARANTEE: 'at-most-once', CONSUMER_RETRIES: '5' }, 'set CONSUMER_RETRIES=0'],
    ['at-most-once in batches', { CONSUMER_GUARANTEE: 'at-most-once', CONSUMER_BATCH_RECORDS: '10' }, 'set CONSUMER_BATCH_RECORDS=1'],
    ['concurrency without keys', { CONSUMER_CONCURRENCY: '4' }, 'set CONSUMER_ORDER=key'],
    ['batches by key', { CONSUMER_ORDER: 'key', CONSUMER_BATCH_RECORDS: '10' }, 'set CONSUMER_ORDER=partition'],
    ['held keys without a topic for them', { CONSUMER_HOLD_KEYS: 'true' }, 'CONSUMER_DEAD_LETTER_TOPIC is empty'],
    ['dead letters in its own topic', { CONSUMER_DEAD_LETTER_TOPIC: 'orders.created' }, 'give it a topic of its own'],
    ['a heartbeat of a third of the session', { CONSUMER_SESSION_TIMEOUT_MS: '9000' }, 'set it to 2999 or less, or the session above 9000'],
    ['a long fetch wait', { CONSUMER_FETCH_MAX_WAIT_MS: '5000' }, 'set it to 3333 or less'],
    ['an interval that does nothing', { CONSUMER_AUTO_COMMIT_INTERVAL_MS: '1000' }, 'set CONSUMER_COMMIT=auto'],
  ])('of a consumer refuses %s', (_, env, message) => {
    expect(ofConsumer(env)).toEqual([expect.stringContaining(message)]);
  });

  it.each([
    ['idempotence without acks all', { PRODUCER_ACKS: '1' }, 'PRODUCER_IDEMPOTENCE=false'],
    ['a batch above the buffer', { PRODUCER_BATCH_BYTES: '100000', PRODUCER_BUFFER_BYTES: '50000' }, 'lower the batch or raise the buffer'],
    ['a delivery shorter than a request', { PRODUCER_DELIVERY_TIMEOUT_MS: '2000' }, 'set it to 30005 or more'],
    ['evidence of bytes', { PRODUCER_RECORD: 'bytes', EVIDENCE: 'stdout' }, 'set EVIDENCE=off'],
    ['poison among bytes', { PRODUCER_RECORD: 'bytes', PRODUCER_POISON_EVERY: '10' }, 'set PRODUCER_POISON_EVERY=0'],
    ['a bad key pattern', { PRODUCER_KEYS: 'customer-{J..A}' }, 'write {A..J}'],
  ])('of a producer refuses %s', (_, env, message) => {
    expect(ofProducer(env)).toEqual([expect.stringContaining(message)]);
  });

  it('does not mistake the variables Kubernetes makes of a Service called kafka for settings', () => {
    const links = {
      KAFKA_PORT: 'tcp://10.0.0.1:9092',
      KAFKA_SERVICE_HOST: '10.0.0.1',
      KAFKA_SERVICE_PORT_PLAIN: '9092',
      KAFKA_PORT_9092_TCP_ADDR: '10.0.0.1',
    };
    expect(ofProducer(links)).toEqual([]);
  });

  describe('of a process', () => {
    let file: string;
    beforeAll(async () => {
      file = await buildWorker('consumer');
    });
    it('that is wrong ends it with 2, in one line that says everything', async () => {
      const worker = startWorker(file, { CONSUMER_WORK_MS: '-1' });
      expect(await worker.exit).toEqual({ code: 2, signal: null });
      expect(worker.logs).toHaveLength(1);
      expect(worker.logs[0]?.['problems']).toHaveLength(4);
      expect(worker.stderr).toBe('');
    });
  });
});
