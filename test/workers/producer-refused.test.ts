import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes, type AclEntry } from 'kafkajs';
import { buildWorker } from '../build-fixture.js';
import { startSecuredBroker, type SecuredBroker } from '../secured-broker.js';
import { killAll, startWorker, until, type WorkerProcess } from './processes.js';

const grant = (operation: AclOperationTypes): AclEntry => ({
  resourceType: AclResourceTypes.TOPIC,
  resourceName: 'orders.created',
  resourcePatternType: ResourcePatternTypes.LITERAL,
  principal: 'User:inventory',
  host: '*',
  operation,
  permissionType: AclPermissionTypes.ALLOW,
});

describe('a producer that Kafka refuses', () => {
  let broker: SecuredBroker;
  let file: string;
  let dir: string;
  beforeAll(async () => {
    file = await buildWorker('producer');
    broker = await startSecuredBroker('inventory');
    dir = mkdtempSync(join(tmpdir(), 'muster-refused-'));
  }, 120_000);
  afterEach(killAll);
  afterAll(async () => {
    rmSync(dir, { recursive: true, force: true });
    await broker.stop();
  });

  const start = (env: Record<string, string> = {}): WorkerProcess =>
    startWorker(file, {
      KAFKA_BOOTSTRAP_SERVERS: broker.scram,
      KAFKA_CLIENT_ID: 'producer-0',
      KAFKA_TOPIC: 'orders.created',
      KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
      KAFKA_SASL_USERNAME: 'inventory',
      KAFKA_SASL_PASSWORD_FILE: broker.files.password,
      KAFKA_SSL_CA_FILE: broker.files.ca,
      ...env,
    });
  const lastWords = (worker: WorkerProcess): unknown[] =>
    worker.logs.filter((line) => line['level'] === 'fatal').map((line) => line['message']);

  it('for its password ends with 2, and one line that names the user', async () => {
    const wrong = join(dir, 'password');
    writeFileSync(wrong, 'guessed\n');
    const worker = start({ KAFKA_SASL_PASSWORD_FILE: wrong });
    expect(await worker.exit).toEqual({ code: 2, signal: null });
    expect(lastWords(worker)).toEqual([expect.stringContaining('refuses user inventory (SASL_AUTHENTICATION_FAILED')]);
    expect(worker.stderr).toBe('');
    expect(JSON.stringify(worker.logs)).not.toContain('guessed');
  });

  it('because it does not know the authority of the brokers ends with 2, and names the file', async () => {
    const worker = start({ KAFKA_SSL_CA_FILE: '' });
    expect(await worker.exit).toEqual({ code: 2, signal: null });
    expect(lastWords(worker)).toEqual([expect.stringContaining('KAFKA_SSL_CA_FILE')]);
  });

  it('at the start for its topic ends with 2, and says what to grant', async () => {
    const worker = start();
    expect(await worker.exit).toEqual({ code: 2, signal: null });
    expect(lastWords(worker)).toEqual([
      expect.stringContaining('refuses user inventory a topic: grant it Write and Describe on topic orders.created'),
    ]);
  });

  it('while it runs ends with 2, and brings what it still has to the failure log', async () => {
    const logs = join(dir, 'failures');
    await broker.allow([grant(AclOperationTypes.DESCRIBE), grant(AclOperationTypes.WRITE)]);
    const worker = start({ PRODUCER_RATE: '200', FAILURE_LOG_DIR: logs });
    await until('a start', () => worker.of('acked').length > 50);
    await broker.admin.deleteAcls({ filters: [grant(AclOperationTypes.WRITE)] });
    expect(await worker.exit).toEqual({ code: 2, signal: null });
    expect(lastWords(worker)).toEqual([expect.stringContaining('grant it Write and Describe on topic orders.created')]);
    const given = readdirSync(logs).flatMap((name) => readFileSync(join(logs, name), 'utf8').trimEnd().split('\n'));
    const made = Number(worker.logs.find((line) => line['level'] === 'fatal')?.['made']);
    expect(given.length).toBeGreaterThan(0);
    expect(worker.of('acked').length + given.length).toBe(made);
  });
});
