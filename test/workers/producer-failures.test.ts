import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import type { KafkaMessage } from 'kafkajs';
import { readTopic } from '../../scripts/kafka/read-topic.js';
import { createKafka } from '../../workers/kafkajs/kafka.js';
import { createLogger } from '../../workers/logging.js';
import { headerText } from '../../workers/record.js';
import { startBrokers, type Brokers } from '../brokers.js';
import { buildWorker } from '../build-fixture.js';
import { killAll, startWorker, until, type WorkerProcess } from './processes.js';

describe('what a producer does with records that are not taken', () => {
  let brokers: Brokers;
  let file: string;
  let logs: string;
  beforeAll(async () => {
    file = await buildWorker('producer');
    brokers = await startBrokers({
      topics: [
        { name: 'orders.created', partitions: 3 },
        { name: 'small', partitions: 3, config: { 'max.message.bytes': '3000' } },
        { name: 'orders.dlq', partitions: 1 },
        { name: 'small.dlq', partitions: 1, config: { 'max.message.bytes': '3000' } },
        { name: 'unkeyed', partitions: 3 },
        { name: 'fleet', partitions: 3 },
      ],
    });
  }, 120_000);
  beforeEach(() => {
    logs = mkdtempSync(join(tmpdir(), 'muster-failures-'));
  });
  afterEach(async () => {
    await killAll();
    rmSync(logs, { recursive: true, force: true });
  });
  afterAll(async () => brokers.stop());

  const start = (topic: string, env: Record<string, string>): WorkerProcess =>
    startWorker(file, { KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap, KAFKA_CLIENT_ID: 'producer-0', KAFKA_TOPIC: topic, ...env });

  const read = async (topic: string): Promise<KafkaMessage[]> => {
    const found: KafkaMessage[] = [];
    const kafka = createKafka(brokers.bootstrap, 'reader', 10_000, createLogger('error', {}));
    await readTopic(kafka, topic, new Map(), AbortSignal.timeout(20_000), ({ message }) => {
      found.push(message);
      return true;
    });
    return found;
  };
  const failureLog = (): Record<string, unknown>[] =>
    readdirSync(logs).flatMap((name) =>
      readFileSync(join(logs, name), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    );

  it('brings a record that is too large to the dead-letter topic, as it is, with what went wrong in its headers', async () => {
    const worker = start('small', { PRODUCER_RECORDS: '2', PRODUCER_RECORD_BYTES: '5000', PRODUCER_DEAD_LETTER_TOPIC: 'orders.dlq' });
    expect(await worker.exit).toEqual({ code: 1, signal: null });
    expect(worker.of('failed').map(({ outcome, keptIn }) => [outcome, keptIn])).toEqual([
      ['rejected', 'dead-letter-topic'],
      ['rejected', 'dead-letter-topic'],
    ]);
    const dead = (await read('orders.dlq')).sort((a, b) => String(a.key).localeCompare(String(b.key)));
    expect(dead.map(({ key }) => key?.toString())).toEqual(['customer-A', 'customer-B']);
    const [{ value = null, headers } = {}] = dead;
    expect(value).toHaveLength(5000);
    expect(headerText(headers, 'original-topic')).toBe('small');
    expect(headerText(headers, 'error-type')).toBe('MESSAGE_TOO_LARGE');
    expect(headerText(headers, 'error-message')).toMatch(/max message size|message larger than|message size too large/i);
    expect(Date.parse(headerText(headers, 'error-timestamp') ?? '')).toBeGreaterThan(Date.now() - 60_000);
    expect(headerText(headers, 'retry-count')).toMatch(/^\d$/);
    expect(headerText(headers, 'error-outcome')).toBe('rejected');
    // Those of the record itself.
    expect(headerText(headers, 'correlation-id')).toMatch(/^[\da-f-]{36}$/);
    expect(headerText(headers, 'source')).toBe('muster');
    expect(headerText(headers, 'sequence')).toBe('0');
  });

  it('writes to the failure log what the dead-letter topic does not take, and never waits for it', async () => {
    const worker = start('small', {
      PRODUCER_RECORDS: '1',
      PRODUCER_RECORD_BYTES: '5000',
      PRODUCER_DEAD_LETTER_TOPIC: 'nowhere.dlq',
      FAILURE_LOG_DIR: logs,
    });
    await until('the record is given up', () => worker.logs.some((line) => line['keptIn'] === 'failure-log'), 40_000);
    expect(await worker.exit).toEqual({ code: 1, signal: null });
    expect(worker.of('failed').map(({ keptIn }) => keptIn)).toEqual(['failure-log']);
    expect(readdirSync(logs)).toEqual([`failures-${new Date().toISOString().slice(0, 10)}.jsonl`]);
    const [line] = failureLog();
    expect(line).toMatchObject({
      topic: 'small',
      key: 'customer-A',
      errorType: 'MESSAGE_TOO_LARGE',
      outcome: 'rejected',
      clientId: 'producer-0',
    });
    expect(line?.['value']).toHaveLength(5000);
    expect(line?.['headers']).toMatchObject({ sequence: '0', source: 'muster' });
    expect(line?.['reason']).toContain('nowhere.dlq does not take it');
  }, 60_000);

  it('keeps the beginning of a record in a dead-letter topic that is too small as well, and the whole in the failure log', async () => {
    const worker = start('small', {
      PRODUCER_RECORDS: '1',
      PRODUCER_RECORD_BYTES: '5000',
      PRODUCER_DEAD_LETTER_TOPIC: 'small.dlq',
      FAILURE_LOG_DIR: logs,
    });
    expect(await worker.exit).toEqual({ code: 1, signal: null });
    const [dead] = await read('small.dlq');
    expect(dead?.value).toHaveLength(1024);
    expect(headerText(dead?.headers, 'original-value-bytes')).toBe('5000');
    expect(headerText(dead?.headers, 'original-topic')).toBe('small');
    expect(failureLog().map((line) => String(line['value']).length)).toEqual([5000]);
  });

  it('says so when a record is kept nowhere', async () => {
    const worker = start('small', { PRODUCER_RECORDS: '1', PRODUCER_RECORD_BYTES: '5000' });
    expect(await worker.exit).toEqual({ code: 1, signal: null });
    expect(worker.logs.find((line) => line['keptIn'] === 'nowhere')?.['message']).toContain('PRODUCER_DEAD_LETTER_TOPIC');
  });

  it('refuses at start a failure log that cannot be written', async () => {
    const dir = join(logs, 'file', 'folder');
    writeFileSync(join(logs, 'file'), '');
    const worker = start('orders.created', { FAILURE_LOG_DIR: dir });
    expect(await worker.exit).toEqual({ code: 2, signal: null });
    expect(worker.logs.at(-1)?.['message']).toContain(`FAILURE_LOG_DIR is "${dir}", which cannot be written`);
  });

  it.each([
    ['a missing topic', { KAFKA_TOPIC: 'missing' }, 'there is no topic missing at 127.0.0.1'],
    [
      'an address that cannot be resolved',
      { KAFKA_BOOTSTRAP_SERVERS: 'kafka.invalid:9092' },
      'no broker answers at kafka.invalid:9092 (HOST_NOT_FOUND',
    ],
    ['brokers that are not there', { KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1' }, 'no broker answers at 127.0.0.1:1 (DISCONNECTED'],
  ])(
    'waits for %s, and ends with 3 and one line after the deadline',
    async (_, env, said) => {
      const worker = start('orders.created', { KAFKA_STARTUP_DEADLINE_MS: '1500', ...env });
      expect(await worker.exit).toEqual({ code: 3, signal: null });
      expect(worker.logs.filter((line) => line['level'] === 'fatal').map((line) => line['message'])).toEqual([
        expect.stringContaining(said),
      ]);
      expect(worker.stderr).toBe('');
    },
    40_000,
  );

  it('ends cleanly while it waits for its topic', async () => {
    const worker = start('missing', {});
    await until('it waits', () => worker.logs.some((line) => String(line['message']).startsWith('waiting: there is no topic missing')));
    worker.kill('SIGTERM');
    expect(await worker.exit).toEqual({ code: 0, signal: null });
  });

  it('spreads records without key over the partitions, and says where each went at a rate a person can read', async () => {
    const worker = start('unkeyed', { PRODUCER_RECORDS: '9', PRODUCER_RATE: '10', PRODUCER_KEYED: 'false', PRODUCER_LINGER_MS: '0' });
    expect(await worker.exit).toEqual({ code: 0, signal: null });
    const delivered = worker.logs.filter((line) => line['message'] === 'delivered');
    expect(delivered).toHaveLength(9);
    expect(new Set(delivered.map((line) => line['partition']))).toEqual(new Set([0, 1, 2]));
    expect(delivered[0]).toMatchObject({ topic: 'unkeyed', offset: 0 });
    const records = await read('unkeyed');
    expect(records.map(({ key }) => key)).toEqual(Array(9).fill(null));
    expect(new Set(records.map(({ headers }) => headerText(headers, 'sequence'))).size).toBe(9);
  });

  it('writes to the partitions of its own alone, and makes poison when it is asked', async () => {
    const worker = start('fleet', {
      PRODUCER_RECORDS: '60',
      PRODUCER_RATE: '1000',
      PRODUCER_PARTITIONS: '0,2',
      PRODUCER_POISON_EVERY: '20',
    });
    expect(await worker.exit).toEqual({ code: 0, signal: null });
    expect(new Set(worker.of('acked').map(({ partition }) => partition))).toEqual(new Set([0, 2]));
    const broken = (await read('fleet')).filter(({ value }) => {
      try {
        JSON.parse(value?.toString() ?? '');
        return false;
      } catch {
        return true;
      }
    });
    expect(broken).toHaveLength(3);
    const wrong = start('fleet', { PRODUCER_PARTITIONS: '0,7' });
    expect(await wrong.exit).toEqual({ code: 2, signal: null });
    expect(wrong.logs.at(-1)?.['message']).toContain('PRODUCER_PARTITIONS is "0,7", but fleet has partitions 0 to 2: leave out 7');
  });

  it('goes on by the new count when its topic is deleted and made anew with fewer partitions', async () => {
    const make = (partitions: number): Promise<void> =>
      brokers.admin.createTopics([{ name: 'remade', partitions, replicas: 1, config: {} }]);
    await make(4);
    const worker = start('remade', { PRODUCER_RATE: '100', PRODUCER_KEYS: 'customer-{01..40}' });
    await until('a start', () => worker.of('acked').length > 50);
    await brokers.admin.deleteTopics(['remade']);
    await until('it is said', () => worker.logs.some((line) => line['message'] === 'not acknowledged, sending again'));
    await make(2);
    await until('the new count', () => worker.logs.some((line) => line['from'] === 4 && line['to'] === 2), 30_000);
    const seen = worker.of('acked').length;
    await until('acknowledgements go on', () => worker.of('acked').length > seen + 300, 30_000);
    worker.kill('SIGTERM');
    expect(await worker.exit).toEqual({ code: 0, signal: null });
    expect(worker.of('failed')).toEqual([]);
    const after = worker.of('acked').slice(-100);
    expect(new Set(after.map(({ partition }) => partition))).toEqual(new Set([0, 1]));
    // Every record has been acknowledged in the end, in the topic that was or in the one that is.
    const made = new Set(worker.of('sent').map(({ key, seq }) => `${key}/${seq}`));
    expect(new Set(worker.of('acked').map(({ key, seq }) => `${key}/${seq}`))).toEqual(made);
  }, 90_000);

  it('waits while Kafka is gone, says so, and loses nothing', async () => {
    const worker = start('orders.created', {
      PRODUCER_RATE: '200',
      PRODUCER_REQUEST_TIMEOUT_MS: '1000',
      PRODUCER_KEYS: 'customer-{01..40}',
    });
    await until('a start', () => worker.of('acked').length > 50);
    brokers.kill(0, 'SIGSTOP');
    await until('it is said', () => worker.logs.some((line) => line['message'] === 'not acknowledged, sending again'));
    const stopped = worker.of('acked').length;
    brokers.kill(0, 'SIGCONT');
    await until('acknowledgements', () => worker.of('acked').length > stopped + 500, 40_000);
    worker.kill('SIGTERM');
    expect(await worker.exit).toEqual({ code: 0, signal: null });
    expect(worker.of('failed')).toEqual([]);
    expect(worker.of('acked')).toHaveLength(worker.of('sent').length);
    expect(worker.logs.some((line) => line['message'] === 'acknowledged again')).toBe(true);
    const written = (await read('orders.created')).map(
      ({ key, headers }) => `${key?.toString() ?? ''}/${headerText(headers, 'sequence') ?? ''}`,
    );
    const acked = worker.of('acked').map(({ key, seq }) => `${key}/${seq}`);
    const found = new Set(written);
    expect(acked.filter((id) => !found.has(id))).toEqual([]);
    // Idempotence: a batch that was repeated is there once.
    expect(written).toHaveLength(found.size);
  }, 90_000);

  it('writes what is left to the failure log when it may not wait any longer', async () => {
    const worker = start('orders.created', { PRODUCER_RATE: '50', SHUTDOWN_DEADLINE_MS: '2000', FAILURE_LOG_DIR: logs });
    await until('a start', () => worker.of('acked').length > 10);
    brokers.kill(0, 'SIGSTOP');
    try {
      // Long enough for records on their way, and others behind them.
      await sleep(1_000);
      worker.kill('SIGTERM');
      expect((await worker.exit).code).toBe(1);
    } finally {
      brokers.kill(0, 'SIGCONT');
    }
    const { made, acked } = worker.logs.find((line) => line['message'] === 'flushed') ?? {};
    expect(failureLog()).toHaveLength(Number(made) - Number(acked));
    expect(failureLog().length).toBeGreaterThan(0);
    // What was on its way may be in the topic.
    expect(new Set(failureLog().map((line) => line['outcome']))).toContain('indeterminate');
  }, 60_000);
});
