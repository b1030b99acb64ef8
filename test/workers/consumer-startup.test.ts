import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startBrokers, type Brokers } from '../brokers.js';
import { buildWorker } from '../build-fixture.js';
import { freePorts } from '../../scripts/kafka/ports.js';
import { killAll, startWorker, until, type WorkerProcess } from './processes.js';

describe('a consumer that starts before what it needs', () => {
  let brokers: Brokers;
  let file: string;
  beforeAll(async () => {
    file = await buildWorker('consumer');
    brokers = await startBrokers();
  }, 120_000);
  afterEach(killAll);
  afterAll(async () => brokers.stop());

  const consume = (env: Record<string, string>): WorkerProcess =>
    startWorker(file, { KAFKA_BOOTSTRAP_SERVERS: brokers.bootstrap, KAFKA_CLIENT_ID: 'consumer-a', KAFKA_TOPIC: 'later', ...env });
  const last = (worker: WorkerProcess): string => String(worker.logs.at(-1)?.['message']);

  it('waits for its topic, and ends with 3 and its name when it does not come', async () => {
    const worker = consume({ KAFKA_STARTUP_DEADLINE_MS: '1500' });
    expect(await worker.exit).toEqual({ code: 3, signal: null });
    expect(last(worker)).toContain('there is no topic later');
    expect(last(worker)).toContain('create it, as a KafkaTopic');
    expect(worker.logs.filter((line) => line['level'] === 'fatal')).toHaveLength(1);
    expect(worker.stderr).toBe('');
  });

  it.each([
    ['that is not there', async () => `127.0.0.1:${String((await freePorts(1))[0])}`],
    ['whose name is not known', () => Promise.resolve('no-such-host.invalid:9092')],
  ])('ends with 3 and the address when no broker answers at one %s', async (_what, address) => {
    const bootstrap = await address();
    const worker = consume({ KAFKA_BOOTSTRAP_SERVERS: bootstrap, KAFKA_STARTUP_DEADLINE_MS: '1500' });
    expect(await worker.exit).toEqual({ code: 3, signal: null });
    expect(last(worker)).toContain(`no broker answers at ${bootstrap}`);
  });

  it('stops at once while it waits', async () => {
    const worker = consume({});
    await until('waiting', () => JSON.stringify(worker.logs).includes('waiting: there is no topic later'));
    worker.kill('SIGTERM');
    expect(await worker.exit).toEqual({ code: 0, signal: null });
  });

  it('says which setting is wrong when the failure log cannot be written', async () => {
    const worker = consume({ FAILURE_LOG_DIR: `${file}/below` });
    expect(await worker.exit).toEqual({ code: 2, signal: null });
    expect(last(worker)).toContain('FAILURE_LOG_DIR is');
  });
});
