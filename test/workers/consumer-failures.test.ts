import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBrokers, type Brokers } from '../brokers.js';
import { buildFixture } from '../build-fixture.js';
import type { DeadLetter } from '../../workers/dead-letter.js';
import { killAll, startWorker, until, type WorkerProcess } from './processes.js';
import { follow, write } from './topics.js';

const names = ['retried', 'poison', 'unwritable', 'nowhere', 'away', 'batch', 'strange', 'first', 'second', 'once', 'held'];
const topics = [
  ...names.map((name) => ({ name, partitions: 1 })),
  ...['poison', 'batch', 'strange', 'once', 'held'].map((name) => ({ name: `${name}.dlq`, partitions: 1 })),
  { name: 'small.dlq', partitions: 1, config: { 'max.message.bytes': '200' } },
];

interface Handed {
  readonly told: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly header: string | null;
  readonly topic: string;
  readonly attempt: number;
}

describe('a consumer whose records fail, on a real broker', () => {
  let brokers: Brokers;
  let file: string;
  const folder = mkdtempSync(join(tmpdir(), 'muster-failures-'));
  const readers: { stop(): Promise<void> }[] = [];
  beforeAll(async () => {
    file = await buildFixture('does-as-told');
    brokers = await startBrokers({ topics });
  }, 120_000);
  afterEach(async () => {
    await killAll();
    await Promise.all(readers.splice(0).map((reader) => reader.stop()));
  });
  afterAll(async () => {
    await brokers.stop();
    rmSync(folder, { recursive: true });
  });

  const consume = (topic: string, env: Record<string, string> = {}): WorkerProcess =>
    startWorker(file, {
      KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap,
      KAFKA_CLIENT_ID: 'consumer-a',
      KAFKA_TOPIC: topic,
      KAFKA_GROUP_ID: `group-${topic}`,
      CONSUMER_WORK_MS: '0',
      CONSUMER_RETRY_BACKOFF_MS: '100',
      CONSUMER_RETRY_JITTER_MS: '50',
      ...env,
    });
  const handed = (worker: WorkerProcess): Handed[] => worker.logs.flatMap((line) => ('handed' in line ? [line['handed'] as Handed] : []));
  const offsets = (worker: WorkerProcess, kind: 'processed' | 'dead' = 'processed'): number[] => worker.of(kind).map((line) => line.offset);
  const committed = async (topic: string): Promise<number | undefined> =>
    (await brokers.admin.offsets(`group-${topic}`, topic))[0]?.committed;
  const letters = async (topic: string) => {
    const reader = await follow(brokers.bootstrap, topic);
    readers.push(reader);
    return reader.records;
  };
  const stopped = async (worker: WorkerProcess): Promise<void> => {
    worker.kill('SIGTERM');
    expect(await worker.exit).toEqual({ code: 0, signal: null });
  };

  it('tries a record again with growing waits, in order, and commits nothing beyond it meanwhile', async () => {
    await write(brokers.bootstrap, 'retried', [{ value: 'a' }, { value: 'fail:2' }, { value: 'b' }]);
    const worker = consume('retried');
    await until('all', () => offsets(worker).length === 3);
    expect(offsets(worker)).toEqual([0, 1, 2]);
    expect(handed(worker).map(({ told, attempt }) => `${told} ${attempt}`)).toEqual(['a 1', 'fail:2 1', 'fail:2 2', 'fail:2 3', 'b 1']);
    const waits = worker.logs.flatMap((line) => (typeof line['waitMs'] === 'number' ? [line['waitMs']] : []));
    expect(waits).toHaveLength(2);
    expect(waits[0]).toBeGreaterThanOrEqual(100);
    expect(waits[0]).toBeLessThanOrEqual(150);
    expect(waits[1]).toBeGreaterThanOrEqual(200);
    expect(waits[1]).toBeLessThanOrEqual(250);
    const metrics = await (await fetch(`http://127.0.0.1:${await worker.port()}/metrics`)).text();
    expect(metrics).toMatch(/muster_consumer_retries_total\{topic="retried",client_id="consumer-a"\} 2/);
    await stopped(worker);
    expect(worker.of('committed').map((line) => line.offset)).not.toContain(2);
    expect(await committed('retried')).toBe(3);
  });

  it('makes a poison record a dead letter with every field, and the partition goes on', async () => {
    await write(brokers.bootstrap, 'poison', [
      { key: 'customer-A', value: 'a' },
      { key: 'customer-B', value: 'fail', headers: { 'correlation-id': 'c-1', source: 'shop' } },
      { key: 'customer-A', value: 'b' },
      { key: 'customer-C', value: 'never' },
      { key: 'customer-B', value: 'c' },
    ]);
    const worker = consume('poison', { CONSUMER_DEAD_LETTER_TOPIC: 'poison.dlq', CONSUMER_RETRIES: '2' });
    await until('all', () => offsets(worker).length === 3 && offsets(worker, 'dead').length === 2);
    expect(offsets(worker)).toEqual([0, 2, 4]);
    expect(worker.of('dead')).toMatchObject([
      { topic: 'poison', partition: 0, offset: 1, key: 'customer-B', to: 'topic', reason: 'told to fail, attempt 3' },
      { offset: 3, key: 'customer-C', to: 'topic' },
    ]);
    expect(handed(worker).filter(({ told }) => told === 'fail')).toHaveLength(3);
    expect(handed(worker).filter(({ told }) => told === 'never')).toHaveLength(1);
    const dead = await letters('poison.dlq');
    await until('both letters', () => dead.length === 2);
    const letter = JSON.parse(dead[0]?.value ?? '') as DeadLetter;
    expect(letter).toMatchObject({
      originalTopic: 'poison',
      originalPartition: 0,
      originalOffset: '1',
      originalKey: 'customer-B',
      originalValue: 'fail',
      reason: 'told to fail, attempt 3',
      errorType: 'RangeError',
      retryCount: 2,
      consumerGroup: 'group-poison',
      clientId: 'consumer-a',
    });
    expect(letter.stack).toContain('told to fail');
    expect(Date.parse(letter.originalTimestamp)).toBeLessThanOrEqual(Date.parse(letter.errorTimestamp));
    expect(dead[0]).toMatchObject({
      key: 'customer-B',
      headers: {
        'correlation-id': 'c-1',
        source: 'shop',
        'dlq-timestamp': letter.errorTimestamp,
        'dlq-reason': letter.reason,
        'dlq-original-topic': 'poison',
        'dlq-original-partition': '0',
        'dlq-original-offset': '1',
      },
    });
    expect(JSON.parse(dead[1]?.value ?? '')).toMatchObject({ errorType: 'PermanentError', retryCount: 0 });
    const metrics = await (await fetch(`http://127.0.0.1:${await worker.port()}/metrics`)).text();
    expect(metrics).toMatch(/muster_dead_letters_total\{topic="poison",reason="retries",client_id="consumer-a"\} 1/);
    expect(metrics).toMatch(/muster_dead_letters_total\{topic="poison",reason="permanent",client_id="consumer-a"\} 1/);
    await stopped(worker);
    expect(await committed('poison')).toBe(5);
  });

  it.each([
    ['is missing', 'no-such.dlq'],
    ['refuses it', 'small.dlq'],
  ])(
    'keeps the record in the failure log when the dead-letter topic %s',
    async (_what, deadLetters) => {
      const dir = join(folder, deadLetters);
      await write(brokers.bootstrap, 'unwritable', [{ key: 'k', value: 'never', headers: { source: 'shop' } }, { value: 'a' }]);
      const worker = consume('unwritable', {
        KAFKA_GROUP_ID: `group-${deadLetters}`,
        CONSUMER_DEAD_LETTER_TOPIC: deadLetters,
        FAILURE_LOG_DIR: dir,
      });
      await until('kept, and gone on', () => offsets(worker, 'dead').length > 0 && offsets(worker).length > 0, 40_000);
      expect(worker.of('dead')[0]).toMatchObject({ to: 'file', offset: 0 });
      const [name = ''] = existsSync(dir) ? readdirSync(dir) : [];
      const [line = ''] = readFileSync(join(dir, name), 'utf8').split('\n');
      expect(JSON.parse(line)).toMatchObject({
        topic: 'unwritable',
        key: 'k',
        value: 'never',
        errorType: 'PermanentError',
        headers: { source: 'shop', 'dlq-original-offset': '0' },
      });
      await stopped(worker);
    },
    60_000,
  );

  it('without any place for it lets the partition wait, and says so', async () => {
    await write(brokers.bootstrap, 'nowhere', [{ value: 'a' }, { value: 'never' }, { value: 'b' }]);
    const worker = consume('nowhere');
    await until('several tries', () => handed(worker).filter(({ told }) => told === 'never').length >= 3);
    await stopped(worker);
    expect(offsets(worker)).toEqual([0]);
    expect(await committed('nowhere')).toBe(1);
    expect(JSON.stringify(worker.logs)).toContain('its partition waits');
  });

  it('tries for ever what a database that is away refuses, within no poll, and stops at once', async () => {
    await write(brokers.bootstrap, 'away', [{ value: 'away:6' }, { value: 'b' }, { value: 'away' }]);
    const worker = consume('away', {
      CONSUMER_RETRIES: '1',
      CONSUMER_MAX_POLL_INTERVAL_MS: '2000',
      CONSUMER_DEAD_LETTER_TOPIC: 'poison.dlq',
    });
    await until('beyond the first', () => offsets(worker).length === 2, 40_000);
    await until('the last is tried', () => handed(worker).filter(({ told }) => told === 'away').length > 2);
    const since = Date.now();
    await stopped(worker);
    expect(Date.now() - since).toBeLessThan(5_000);
    expect(worker.of('dead')).toEqual([]);
    expect(worker.of('assigned')).toHaveLength(1);
    expect(worker.of('lost')).toEqual([]);
    expect(await committed('away')).toBe(2);
  }, 60_000);

  it('gives the handler batches, and of one that is refused each record alone', async () => {
    await write(
      brokers.bootstrap,
      'batch',
      Array.from({ length: 100 }, (_, i) => ({ key: `k${i}`, value: i === 41 ? 'never' : `v${i}` })),
    );
    const worker = consume('batch', { CONSUMER_BATCH_RECORDS: '25', CONSUMER_DEAD_LETTER_TOPIC: 'batch.dlq' });
    await until('all', () => offsets(worker).length === 99 && offsets(worker, 'dead').length === 1);
    expect(offsets(worker)).toEqual(Array.from({ length: 100 }, (_, i) => i).filter((i) => i !== 41));
    expect(offsets(worker, 'dead')).toEqual([41]);
    expect(worker.logs.flatMap((line) => (typeof line['batch'] === 'number' ? [line['batch']] : []))).toEqual([25, 25, 25, 25]);
    expect(handed(worker)).toHaveLength(25);
    await stopped(worker);
    expect(await committed('batch')).toBe(100);
  });

  it('hands over records as they are: no JSON, no key, no value, a header of bytes', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0, 0x80]);
    await write(brokers.bootstrap, 'strange', [
      { value: '{"not": json' },
      { key: 'k', value: null },
      { key: bytes, value: bytes, headers: { bytes } },
      { key: bytes, value: 'never', headers: { bytes } },
      { value: '' },
    ]);
    const worker = consume('strange', { CONSUMER_DEAD_LETTER_TOPIC: 'strange.dlq' });
    await until('all', () => offsets(worker).length === 4 && offsets(worker, 'dead').length === 1);
    expect(handed(worker).map(({ key, value, header }) => [key, value, header])).toEqual([
      [null, Buffer.from('{"not": json').toString('base64'), null],
      [Buffer.from('k').toString('base64'), null, null],
      [bytes.toString('base64'), bytes.toString('base64'), bytes.toString('base64')],
      [bytes.toString('base64'), Buffer.from('never').toString('base64'), bytes.toString('base64')],
      [null, '', null],
    ]);
    const dead = await letters('strange.dlq');
    await until('the letter', () => dead.length === 1);
    expect(JSON.parse(dead[0]?.value ?? '')).toMatchObject({ originalKey: bytes.toString('base64'), encoding: { key: 'base64' } });
    await stopped(worker);
  });

  it('reads several topics', async () => {
    await write(brokers.bootstrap, 'first', [{ value: 'a' }, { value: 'b' }]);
    await write(brokers.bootstrap, 'second', [{ value: 'c' }]);
    const worker = consume('first,second', { KAFKA_GROUP_ID: 'group-both' });
    await until('all', () => worker.of('processed').length === 3);
    expect(
      new Set(
        worker
          .of('assigned')
          .at(-1)
          ?.partitions.map(({ topic }) => topic),
      ),
    ).toEqual(new Set(['first', 'second']));
    await stopped(worker);
    expect((await brokers.admin.offsets('group-both', 'first'))[0]?.committed).toBe(2);
    expect((await brokers.admin.offsets('group-both', 'second'))[0]?.committed).toBe(1);
  });

  it('at most once: never begins a record again, whatever happens to it', async () => {
    await write(
      brokers.bootstrap,
      'once',
      Array.from({ length: 400 }, (_, i) => ({ value: i % 50 === 7 ? 'fail' : `v${i}` })),
    );
    const env = { CONSUMER_GUARANTEE: 'at-most-once', CONSUMER_DEAD_LETTER_TOPIC: 'once.dlq', CONSUMER_WORK_MS: '8' };
    const session = { CONSUMER_SESSION_TIMEOUT_MS: '6000', CONSUMER_HEARTBEAT_INTERVAL_MS: '1000' };
    const begun = (workers: readonly WorkerProcess[]): Handed[] => workers.flatMap(handed);
    const first = consume('once', { ...env, ...session });
    await until('some', () => handed(first).length > 40);
    // A clean stop gives back what it has not begun.
    await stopped(first);
    const second = consume('once', { ...env, ...session });
    await until('some more', () => handed(second).length > 40);
    expect(
      begun([first, second])
        .map(({ told }) => told)
        .indexOf('v41'),
    ).toBeGreaterThan(0);
    const firsts = handed(first).length;
    expect(await committed('once')).toBeGreaterThan(firsts);
    second.kill('SIGKILL');
    await second.exit;
    await write(brokers.bootstrap, 'once', [{ value: 'last' }]);
    const third = consume('once', { ...env, ...session });
    await until('the end', () => handed(third).some(({ told }) => told === 'last'), 30_000);
    await stopped(third);
    const told = begun([first, second, third]).map((one) => one.told);
    const kept = told.filter((one) => one.startsWith('v'));
    expect(new Set(kept).size).toBe(kept.length);
    expect(begun([first, second, third]).every(({ attempt }) => attempt === 1)).toBe(true);
    // The first two are without a hole; the kill lost what was in hand of the second.
    const all = Array.from({ length: 400 }, (_, i) => (i % 50 === 7 ? 'fail' : `v${i}`));
    const before = firsts + handed(second).length;
    expect(told.slice(0, before)).toEqual(all.slice(0, before));
    expect(told.length).toBeLessThan(401);
  }, 60_000);

  it('holds a key back once it has a dead letter, over a restart, until its letters are replayed', async () => {
    const env = { CONSUMER_HOLD_KEYS: 'true', CONSUMER_DEAD_LETTER_TOPIC: 'held.dlq' };
    await write(brokers.bootstrap, 'held', [
      { key: 'A', value: 'never' },
      { key: 'B', value: 'b1' },
      { key: 'A', value: 'a2' },
    ]);
    const first = consume('held', env);
    await until('two letters', () => offsets(first, 'dead').length === 2);
    await stopped(first);
    expect(offsets(first)).toEqual([1]);
    await write(brokers.bootstrap, 'held', [
      { key: 'A', value: 'a3' },
      { key: 'B', value: 'b2' },
    ]);
    const second = consume('held', env);
    await until('another letter', () => offsets(second, 'dead').length === 1 && offsets(second).length === 1);
    expect(offsets(second)).toEqual([4]);
    const replay = { 'dlq-replayed-from': 'held.dlq/0/0' };
    await write(brokers.bootstrap, 'held', [
      { key: 'A', value: 'a1', headers: replay },
      { key: 'A', value: 'a2', headers: replay },
      { key: 'A', value: 'a4' },
      { key: 'A', value: 'a3', headers: replay },
    ]);
    // a4 came while one was still held: it follows.
    await until('its letter', () => offsets(second, 'dead').length === 2);
    await stopped(second);
    await write(brokers.bootstrap, 'held', [
      { key: 'A', value: 'a4', headers: replay },
      { key: 'A', value: 'a5' },
    ]);
    const third = consume('held', env);
    await until('free again', () => offsets(third).includes(10));
    expect(third.of('dead')).toEqual([]);
    await stopped(third);
    const dead = await letters('held.dlq');
    await until('four letters', () => dead.length === 4);
    expect(dead.map(({ value }) => (JSON.parse(value ?? '') as DeadLetter).errorType)).toEqual(['PermanentError', 'held', 'held', 'held']);
    expect(dead.map(({ value }) => (JSON.parse(value ?? '') as DeadLetter).originalValue)).toEqual(['never', 'a2', 'a3', 'a4']);
  }, 60_000);
});
