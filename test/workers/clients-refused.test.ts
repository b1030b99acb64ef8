import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from 'kafkajs';
import { packageDir } from '../brokers.js';
import { buildWorker } from '../build-fixture.js';
import { clientNames, isBuilt, titleOf } from '../clients.js';
import { startSecuredBroker, type SecuredBroker } from '../secured-broker.js';
import { killAll, startWorker, until, type WorkerProcess } from './processes.js';

describe.each(clientNames.map((client) => ({ client, title: titleOf(client) })))('a worker that is refused, on $title', ({ client }) => {
  const on = isBuilt(client) ? it : it.skip;
  const kinds = ['producer', 'consumer'] as const;
  let broker: SecuredBroker;
  let files: Record<(typeof kinds)[number], string>;
  let folder: string;
  beforeAll(async () => {
    files = { producer: await buildWorker('producer'), consumer: await buildWorker('consumer') };
    if (!isBuilt(client)) return;
    broker = await startSecuredBroker('inventory');
    folder = mkdtempSync(join(tmpdir(), 'muster-refused-'));
    writeFileSync(join(folder, 'password'), 'wrong\n');
    const made = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=stranger',
      '-keyout',
      'key',
      '-out',
      'ca.crt',
    ];
    execFileSync('openssl', made, { cwd: folder, stdio: 'ignore' });
  }, 120_000);
  afterEach(killAll);
  afterAll(async () => {
    if (!isBuilt(client)) return;
    await broker.stop();
    rmSync(folder, { recursive: true });
  });

  const start = (kind: (typeof kinds)[number], env: Record<string, string> = {}): WorkerProcess =>
    startWorker(files[kind], {
      KAFKA_CLIENT: client,
      KAFKA_BOOTSTRAP_SERVERS: broker.scram,
      KAFKA_CLIENT_ID: 'pod',
      KAFKA_TOPIC: 'orders.created',
      KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
      KAFKA_SASL_USERNAME: 'inventory',
      KAFKA_SASL_PASSWORD_FILE: broker.files.password,
      KAFKA_SSL_CA_FILE: broker.files.ca,
      KAFKA_STARTUP_DEADLINE_MS: '3000',
      ...env,
    });
  const fatal = (worker: WorkerProcess): string => {
    const lines = worker.logs.filter((line) => line['level'] === 'fatal');
    expect(lines).toHaveLength(1);
    return String(lines[0]?.['message']);
  };

  on.each(kinds)('%s: a wrong password ends it with 2, and is never shown', async (kind) => {
    const worker = start(kind, { KAFKA_SASL_PASSWORD_FILE: join(folder, 'password') });
    expect(await worker.exit).toEqual({ code: 2, signal: null });
    expect(fatal(worker)).toMatch(/KAFKA_SASL_PASSWORD_FILE/);
    expect(JSON.stringify(worker.logs) + worker.stderr).not.toContain('"wrong"');
  });

  on.each(kinds)('%s: the certificate of another authority ends it with 2', async (kind) => {
    const worker = start(kind, { KAFKA_SSL_CA_FILE: join(folder, 'ca.crt') });
    expect(await worker.exit).toEqual({ code: 2, signal: null });
    expect(fatal(worker)).toMatch(/KAFKA_SSL_CA_FILE/);
  });

  on.each(kinds)('%s: an address that no name server knows ends it with 3, after it has waited', async (kind) => {
    const worker = start(kind, { KAFKA_BOOTSTRAP_SERVERS: 'nowhere.invalid:9093' });
    expect(await worker.exit).toEqual({ code: 3, signal: null });
    expect(fatal(worker)).toContain('HOST_NOT_FOUND');
    expect(fatal(worker)).toContain('nowhere.invalid:9093');
  });

  on(
    'what it was not granted ends it with 2: first the topic, then the group',
    async () => {
      for (const kind of kinds) {
        const worker = start(kind);
        expect(await worker.exit).toEqual({ code: 2, signal: null });
        expect(fatal(worker)).toContain('orders.created');
      }
      const topic = {
        resourceType: AclResourceTypes.TOPIC,
        resourceName: 'orders.created',
        resourcePatternType: ResourcePatternTypes.LITERAL,
      };
      const allowed = { principal: 'User:inventory', host: '*', permissionType: AclPermissionTypes.ALLOW };
      await broker.allow([AclOperationTypes.READ, AclOperationTypes.DESCRIBE].map((operation) => ({ ...topic, ...allowed, operation })));
      const consumer = start('consumer');
      expect(await consumer.exit).toEqual({ code: 2, signal: null });
      expect(fatal(consumer)).toMatch(/group/);
      // It may read the topic, and not write it.
      const producer = start('producer', { PRODUCER_RECORDS: '5' });
      expect(await producer.exit).toEqual({ code: 2, signal: null });
      expect(fatal(producer)).toMatch(/Write/);
    },
    60_000,
  );

  on('mutual TLS: comes in with its certificate', async () => {
    const worker = start('consumer', {
      KAFKA_BOOTSTRAP_SERVERS: broker.mtls,
      KAFKA_SECURITY_PROTOCOL: 'SSL',
      KAFKA_SASL_USERNAME: '',
      KAFKA_SASL_PASSWORD_FILE: '',
      KAFKA_SSL_CERTIFICATE_FILE: broker.files.certificate,
      KAFKA_SSL_KEY_FILE: broker.files.key,
    });
    // As a user that was granted nothing: it is known, and refused the topic, not the connection.
    expect(await worker.exit).toEqual({ code: 2, signal: null });
    expect(fatal(worker)).toContain('orders.created');
    expect(fatal(worker)).not.toMatch(/CERTIFICATE|TLS_REFUSED|DISCONNECTED/);
  });
});

describe('librdkafka that is not built', () => {
  afterEach(killAll);
  it('ends the worker with 2, and says how to build it', async () => {
    // Where no folder above holds the package, only what kafkajs needs.
    const folder = mkdtempSync(join(tmpdir(), 'muster-unbuilt-'));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(packageDir, 'node_modules/lz4-napi'), join(folder, 'node_modules/lz4-napi'));
    const file = join(folder, 'consumer.mjs');
    execFileSync('cp', [await buildWorker('consumer'), file]);
    const worker = startWorker(file, {
      KAFKA_CLIENT: 'librdkafka',
      KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:1',
      KAFKA_CLIENT_ID: 'pod',
      KAFKA_TOPIC: 'orders.created',
    });
    expect(await worker.exit).toEqual({ code: 2, signal: null });
    await until('its last words', () => worker.logs.length > 0);
    expect(JSON.stringify(worker.logs)).toMatch(/KAFKA_CLIENT is .*librdkafka.* is not built here .*npm run build:librdkafka/);
    rmSync(folder, { recursive: true });
  });
});
