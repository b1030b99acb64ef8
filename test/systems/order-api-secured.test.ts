import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes, type AclEntry } from 'kafkajs';
import { buildWorker } from '../build-fixture.js';
import { startSecuredBroker, type SecuredBroker } from '../secured-broker.js';
import { killAll, startWorker, until, type WorkerProcess } from '../workers/processes.js';
import { post } from './http.js';

describe('the order API, on a broker that refuses what was not granted', () => {
  let broker: SecuredBroker;
  let file = '';
  beforeAll(async () => {
    file = await buildWorker('api');
    broker = await startSecuredBroker('order-api');
    await broker.admin.createTopics({ topics: ['granted', 'seen', 'secret'].map((topic) => ({ topic, numPartitions: 1 })) });
    const grant = (resourceName: string, operation: AclOperationTypes): AclEntry => ({
      resourceType: AclResourceTypes.TOPIC,
      resourceName,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: 'User:order-api',
      host: '*',
      operation,
      permissionType: AclPermissionTypes.ALLOW,
    });
    await broker.allow([
      grant('granted', AclOperationTypes.DESCRIBE),
      grant('granted', AclOperationTypes.WRITE),
      grant('seen', AclOperationTypes.DESCRIBE),
    ]);
  }, 120_000);
  afterEach(killAll);
  afterAll(async () => broker.stop());

  const startApi = (topic: string, passwordFile = broker.files.password): WorkerProcess =>
    startWorker(file, {
      KAFKA_BOOTSTRAP_SERVERS: broker.scram,
      KAFKA_CLIENT_ID: 'order-api-0',
      KAFKA_TOPIC: topic,
      KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
      KAFKA_SASL_USERNAME: 'order-api',
      KAFKA_SASL_PASSWORD_FILE: passwordFile,
      KAFKA_SSL_CA_FILE: broker.files.ca,
      API_DRAIN_MS: '0',
    });
  const send = async (api: WorkerProcess): Promise<number> => {
    const base = `http://127.0.0.1:${String(await api.port())}`;
    await until('ready', async () => (await fetch(`${base}/ready`)).status === 200);
    return (await post(`${base}/orders`, { customerId: 'customer-A', items: ['book'] })).status;
  };
  const said = (api: WorkerProcess): string[] =>
    api.logs.filter((line) => line['level'] === 'fatal').map((line) => String(line['message']));

  it('takes orders in as its user', async () => {
    expect(await send(startApi('granted'))).toBe(202);
  });

  it.each<[string, () => WorkerProcess, RegExp]>([
    [
      'a wrong password',
      () => startApi('granted', broker.files.ca),
      /user order-api.*SASL_AUTHENTICATION_FAILED.*KAFKA_SASL_PASSWORD_FILE/,
    ],
    ['a topic it may not see', () => startApi('secret'), /user order-api.*Write and Describe on topic secret/],
  ])('ends with 2 and one line for %s', async (_what, start, line) => {
    const api = start();
    expect(await api.exit).toEqual({ code: 2, signal: null });
    expect(said(api)).toEqual([expect.stringMatching(line)]);
    expect(api.stderr).toBe('');
  });

  it('answers 503 for the order that shows it may not write, and ends with 2', async () => {
    const api = startApi('seen');
    expect(await send(api)).toBe(503);
    expect(await api.exit).toEqual({ code: 2, signal: null });
    expect(said(api)).toEqual([expect.stringMatching(/Write and Describe on topic seen/)]);
  });
});
