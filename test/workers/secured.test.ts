import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes, type AclEntry } from 'kafkajs';
import { ConsumerWorker } from '../../constructs/consumer-worker.js';
import { KafkaAuthorization } from '../../constructs/kafka-authorization.js';
import { KafkaCluster } from '../../constructs/kafka-cluster.js';
import { KafkaListener, ListenerAuthentication } from '../../constructs/kafka-listener.js';
import { KafkaTopic } from '../../constructs/kafka-topic.js';
import { KafkaUser } from '../../constructs/kafka-user.js';
import { listAt, textAt } from '../../constructs/model/resource.js';
import { ProducerWorker } from '../../constructs/producer-worker.js';
import { UserAuthentication } from '../../constructs/user-authentication.js';
import { buildFixture, buildWorker } from '../build-fixture.js';
import { compute, manifest, stage } from '../constructs/stage.js';
import { startSecuredBroker, type SecuredBroker } from '../secured-broker.js';
import { killAll, startWorker, until } from './processes.js';

type Way = 'scram' | 'mtls';

/** The manifests of a producer and a consumer that come in so, and the ACLs of their user. */
function declared(way: Way) {
  const { chart } = stage();
  const authentication = way === 'scram' ? ListenerAuthentication.scramSha512() : ListenerAuthentication.mutualTls();
  const cluster = new KafkaCluster(chart, 'Kafka', {
    name: 'bhf-kafka',
    listeners: [KafkaListener.internal({ name: way, port: 9093, authentication })],
    authorization: KafkaAuthorization.simple(),
  });
  const topic = new KafkaTopic(chart, 'Topic', { cluster, name: 'orders.created', partitions: 3 });
  const user = new KafkaUser(chart, 'User', {
    cluster,
    name: 'inventory',
    authentication: way === 'scram' ? UserAuthentication.scramSha512() : UserAuthentication.mutualTls(),
  });
  const common = { topic, user, image: 'none', partOf: 'orders', resources: compute };
  new ProducerWorker(chart, 'Producer', { ...common, name: 'producer' });
  new ConsumerWorker(chart, 'Consumer', { ...common, name: 'consumer', groupId: 'inventory-service' });
  const envOf = (name: string): Record<string, string> => {
    const { env } = manifest(chart, 'Deployment', name).spec.template.spec.containers[0] as { env: { name: string; value?: string }[] };
    return Object.fromEntries(env.flatMap((one) => (one.value === undefined ? [] : [[one.name, one.value]])));
  };
  return { acls: listAt(manifest(chart, 'KafkaUser'), 'spec', 'authorization', 'acls'), envOf };
}

/** An ACL of a manifest as the user operator gives it to Kafka. */
function entriesOf(acl: unknown, principal: string): AclEntry[] {
  const types = { topic: AclResourceTypes.TOPIC, group: AclResourceTypes.GROUP };
  const operations = { Read: AclOperationTypes.READ, Write: AclOperationTypes.WRITE, Describe: AclOperationTypes.DESCRIBE };
  return listAt(acl, 'operations').map((operation) => ({
    resourceType: types[textAt(acl, 'resource', 'type') as keyof typeof types],
    resourceName: textAt(acl, 'resource', 'name') ?? '',
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal,
    host: '*',
    operation: operations[operation as keyof typeof operations],
    permissionType: AclPermissionTypes.ALLOW,
  }));
}

describe('workers with a user, on a real broker that refuses what was not granted', () => {
  let broker: SecuredBroker;
  let files: { producer: string; consumer: string };
  beforeAll(async () => {
    files = { producer: await buildWorker('producer'), consumer: await buildWorker('consumer') };
    broker = await startSecuredBroker('inventory');
  }, 120_000);
  afterEach(killAll);
  afterAll(async () => broker.stop());

  /** The environment of a manifest, with the paths and the address of this machine. */
  const here = (env: Record<string, string>, way: Way): Record<string, string> => {
    const paths: Record<string, string> = {
      KAFKA_SASL_PASSWORD_FILE: broker.files.password,
      KAFKA_SSL_CA_FILE: broker.files.ca,
      KAFKA_SSL_CERTIFICATE_FILE: broker.files.certificate,
      KAFKA_SSL_KEY_FILE: broker.files.key,
    };
    const moved = Object.entries(env).map(([name, value]) => [name, paths[name] ?? value]);
    return {
      ...Object.fromEntries(moved),
      KAFKA_BOOTSTRAP_SERVERS: broker[way],
      KAFKA_CLIENT_ID: 'pod',
      HTTP_PORT: '0',
      EVIDENCE: 'stdout',
    };
  };

  it.each<[Way, string]>([
    ['scram', 'User:inventory'],
    ['mtls', 'User:CN=inventory'],
  ])(
    'write and read with what their manifests say, and the grants are enough (%s)',
    async (way, principal) => {
      const { acls, envOf } = declared(way);
      await broker.allow(acls.flatMap((acl) => entriesOf(acl, principal)));
      const producer = startWorker(files.producer, { ...here(envOf('producer'), way), PRODUCER_RATE: '200', PRODUCER_RECORDS: '200' });
      const consumer = startWorker(files.consumer, { ...here(envOf('consumer'), way), CONSUMER_WORK_MS: '0' });
      expect(await producer.exit).toEqual({ code: 0, signal: null });
      expect(producer.of('acked')).toHaveLength(200);
      await until('all of them are read', () => consumer.of('processed').length >= 200);
      consumer.kill('SIGTERM');
      expect(await consumer.exit).toEqual({ code: 0, signal: null });
    },
    60_000,
  );

  describe('that Kafka refuses end with 2 and one line that says what to change: a consumer', () => {
    const line = (worker: ReturnType<typeof startWorker>): string => {
      const fatal = worker.logs.filter((one) => one['level'] === 'fatal');
      expect(fatal).toHaveLength(1);
      expect(worker.stderr).toBe('');
      return String(fatal[0]?.['message']);
    };
    const consume = (env: Record<string, string>): ReturnType<typeof startWorker> =>
      startWorker(files.consumer, { ...here(declared('scram').envOf('consumer'), 'scram'), ...env });

    it.each<[string, (broker: SecuredBroker) => Record<string, string>, readonly string[]]>([
      [
        'whose group was not granted',
        () => ({ KAFKA_GROUP_ID: 'payment-service' }),
        ['user inventory', 'group payment-service', 'grant it Read'],
      ],
      [
        'whose topic was not granted',
        () => ({ KAFKA_TOPIC: 'orders.secret' }),
        ['user inventory', 'topic orders.secret', 'Read and Describe'],
      ],
      [
        'with a wrong password',
        ({ files: { ca } }) => ({ KAFKA_SASL_PASSWORD_FILE: ca }),
        ['user inventory', 'SASL_AUTHENTICATION_FAILED', 'KAFKA_SASL_PASSWORD_FILE'],
      ],
      ['with a wrong authority', ({ files: { certificate } }) => ({ KAFKA_SSL_CA_FILE: certificate }), ['TLS', 'KAFKA_SSL_CA_FILE']],
    ])('%s', async (_what, env, said) => {
      await broker.allow(declared('scram').acls.flatMap((acl) => entriesOf(acl, 'User:inventory')));
      await broker.admin.createTopics({ topics: [{ topic: 'orders.secret', numPartitions: 1 }] });
      const worker = consume(env(broker));
      expect(await worker.exit).toEqual({ code: 2, signal: null });
      for (const words of said) expect(line(worker)).toContain(words);
      expect(worker.of('assigned')).toEqual([]);
    });

    it('without the certificate that the listener asks for', async () => {
      const worker = consume({
        KAFKA_BOOTSTRAP_SERVERS: broker.mtls,
        KAFKA_SECURITY_PROTOCOL: 'SSL',
        KAFKA_SASL_USERNAME: '',
        KAFKA_SASL_PASSWORD_FILE: '',
      });
      expect(await worker.exit).toEqual({ code: 2, signal: null });
      expect(line(worker)).toContain('KAFKA_SSL_CERTIFICATE_FILE');
    });

    it('whose dead-letter topic was not granted, when there is the first dead letter and no failure log', async () => {
      await broker.allow(declared('scram').acls.flatMap((acl) => entriesOf(acl, 'User:inventory')));
      await broker.admin.createTopics({ topics: [{ topic: 'orders.dlq', numPartitions: 1 }] });
      const poisoned = await buildFixture('does-as-told');
      const producer = startWorker(files.producer, { ...here(declared('scram').envOf('producer'), 'scram'), PRODUCER_RECORDS: '3' });
      expect(await producer.exit).toEqual({ code: 0, signal: null });
      const worker = startWorker(poisoned, {
        ...here(declared('scram').envOf('consumer'), 'scram'),
        CONSUMER_DEAD_LETTER_TOPIC: 'orders.dlq',
        CONSUMER_OUTPUT_TOPIC: 'orders.dlq',
      });
      expect(await worker.exit).toEqual({ code: 2, signal: null });
      expect(line(worker)).toContain('Write and Describe on topic orders.dlq');
    }, 60_000);
  });

  it('say which file is not there', async () => {
    const env = here(declared('scram').envOf('consumer'), 'scram');
    const lost = startWorker(files.consumer, { ...env, KAFKA_SASL_PASSWORD_FILE: '/nowhere/password' });
    expect((await lost.exit).code).toBe(2);
    expect(JSON.stringify(lost.logs) + lost.stderr).toContain('KAFKA_SASL_PASSWORD_FILE is \\"/nowhere/password\\", which cannot be read');
  });
});
