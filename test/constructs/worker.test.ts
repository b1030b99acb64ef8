import { describe, expect, it } from '@jest/globals';
import { Duration, Size, type Chart } from 'cdk8s';
import { ApiWorker, type ApiWorkerProps } from '../../constructs/api-worker.js';
import { ConsumerWorker, type ConsumerWorkerProps } from '../../constructs/consumer-worker.js';
import { FailureLog } from '../../constructs/failure-log.js';
import { KafkaTopic } from '../../constructs/kafka-topic.js';
import { MusterError } from '../../constructs/model/error.js';
import { ProducerWorker, type ProducerWorkerProps } from '../../constructs/producer-worker.js';
import { Rate } from '../../constructs/rate.js';
import { environmentOf } from '../../constructs/worker-environment.js';
import { apiContract, consumerContract, producerContract, type Contract } from '../../workers/contract.js';
import { clusterOf, compute, manifest, stage } from './stage.js';

const common = { image: 'muster-workers:0.1.0', partOf: 'orders', resources: compute };

function consumer(props: Partial<ConsumerWorkerProps> = {}): Chart {
  const { chart } = stage();
  const { topic } = clusterOf(chart);
  new ConsumerWorker(chart, 'Consumer', { ...common, name: 'consumer-basic', topic, groupId: 'inventory-service', ...props });
  return chart;
}

function api(props: Partial<ApiWorkerProps> = {}): Chart {
  const { chart } = stage();
  const { topic } = clusterOf(chart);
  new ApiWorker(chart, 'Api', { ...common, name: 'order-api', topic, ...props });
  return chart;
}

function producer(props: Partial<ProducerWorkerProps> = {}): Chart {
  const { chart } = stage();
  const { topic } = clusterOf(chart);
  new ProducerWorker(chart, 'Producer', { ...common, name: 'producer-keyed', topic, ...props });
  return chart;
}

/** The variables of a contract that have something to say unless they are set. */
const said = (contract: Contract): string[] => Object.keys(contract).filter((name) => contract[name]?.default !== '');

const envOf = (chart: Chart, kind = 'Deployment'): Record<string, string> => {
  const env = manifest(chart, kind).spec.template.spec.containers[0].env as { name: string; value: string }[];
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
};

describe('a worker', () => {
  const deployment = manifest(consumer(), 'Deployment');
  const { spec } = deployment;
  const pod = spec.template.spec;
  const container = pod.containers[0];

  it('leaves the number of replicas to whoever scales', () => expect(spec).not.toHaveProperty('replicas'));

  it('fits restricted-v2: no user or group of its own, nothing it may gain', () => {
    expect(pod.securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    });
    expect(container.volumeMounts).toEqual([{ name: 'tmp', mountPath: '/tmp' }]);
    expect(pod.volumes).toEqual([{ name: 'tmp', emptyDir: {} }]);
  });

  it('has a service account without token, and mounts none', () => {
    expect(pod.serviceAccountName).toBe('consumer-basic');
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(manifest(consumer(), 'ServiceAccount')).toMatchObject({
      metadata: { name: 'consumer-basic', namespace: 'kafka' },
      automountServiceAccountToken: false,
    });
  });

  it('never runs a surplus member during a rollout', () =>
    expect(spec.strategy).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } }));

  it('is probed on the port it is told to serve', () => {
    expect(container.livenessProbe.httpGet).toEqual({ path: '/live', port: 'http' });
    expect(container.readinessProbe.httpGet).toEqual({ path: '/ready', port: 'http' });
    expect(container.ports).toEqual([{ name: 'http', containerPort: Number(envOf(consumer())['HTTP_PORT']) }]);
  });

  it('has 5 s more to stop than it takes', () => {
    expect(pod.terminationGracePeriodSeconds).toBe(30);
    const slow = consumer({ shutdownDeadline: Duration.millis(60_500) });
    expect(manifest(slow, 'Deployment').spec.template.spec.terminationGracePeriodSeconds).toBe(66);
    expect(envOf(slow)['SHUTDOWN_DEADLINE_MS']).toBe('60500');
  });

  it('is labelled, and selected by its name alone', () => {
    const labels = {
      'app.kubernetes.io/name': 'consumer-basic',
      'app.kubernetes.io/component': 'consumer',
      'app.kubernetes.io/part-of': 'orders',
      'app.kubernetes.io/managed-by': 'muster',
    };
    expect(deployment.metadata.labels).toEqual(labels);
    expect(spec.template.metadata.labels).toEqual(labels);
    expect(spec.selector).toEqual({ matchLabels: { 'app.kubernetes.io/name': 'consumer-basic' } });
  });

  it('runs the built worker, and keeps reasons off the pod', () => {
    const reasoned = manifest(consumer({ reasons: { work: 'fast' } }), 'Deployment');
    expect(container).toMatchObject({ command: ['node', 'build/workers/consumer.js'], workingDir: '/app' });
    expect(manifest(producer(), 'Deployment').spec.template.spec.containers[0].command).toEqual(['node', 'build/workers/producer.js']);
    expect(reasoned.metadata.annotations['muster.dev/why-work']).toBe('fast');
    expect(reasoned.spec.template).toEqual(spec.template);
  });

  it('is called by the name of its pod', () =>
    expect(container.env).toContainEqual({ name: 'KAFKA_CLIENT_ID', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }));

  it('can be spread over zones, without being held back by them', () =>
    expect(manifest(consumer({ spreadOver: 'zone' }), 'Deployment').spec.template.spec.topologySpreadConstraints).toEqual([
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'consumer-basic' } },
      },
    ]));
});

describe('the contract and the manifests', () => {
  it.each([
    ['consumer', consumerContract, consumer()],
    ['producer', producerContract, producer()],
    ['api', apiContract, api()],
  ] as const)('name the same variables for a %s', (_, contract, chart) => expect(Object.keys(envOf(chart))).toEqual(said(contract)));

  it('let every variable be set, under its own name', () => {
    const every = {
      shutdownDeadline: Duration.seconds(24),
      startupDeadline: Duration.minutes(1),
      evidence: 'stdout',
      logLevel: 'debug',
    } as const;
    const common = {
      ...every,
      client: 'librdkafka',
      failureLog: FailureLog.emptyDir(Size.mebibytes(1)),
      tracesEndpoint: 'http://traces:4318',
    } as const;
    const { chart: elsewhere } = stage();
    const { cluster, topic } = clusterOf(elsewhere);
    const other = (name: string): KafkaTopic => new KafkaTopic(elsewhere, name, { cluster, name, partitions: 1 });
    const [paid, dead, again, booked, more] = ['paid', 'dead', 'again', 'booked', 'more'].map(other);
    const consumerEnv = envOf(
      consumer({
        ...common,
        topic,
        furtherTopics: more && [more],
        handler: 'payment-service',
        // Settings that go together are another test's: each is set to what is not its default.
        guarantee: 'at-most-once',
        order: 'key',
        concurrency: 2,
        batchRecords: 2,
        retries: 4,
        retryBackoff: Duration.seconds(2),
        retryJitter: Duration.seconds(3),
        deadLetters: dead,
        holdKeys: true,
        output: paid,
        booked,
        alertAbove: 1,
        database: { url: 'postgresql://muster@postgres/muster', passwordSecret: { name: 'tables', key: 'password' } },
        isolation: 'read_uncommitted',
        groupProtocol: 'consumer',
        groupId: 'other',
        commit: 'auto',
        autoCommitInterval: Duration.seconds(4),
        offsetReset: 'latest',
        sessionTimeout: Duration.seconds(45),
        heartbeatInterval: Duration.seconds(2),
        maxPollInterval: Duration.minutes(4),
        fetchMaxWait: Duration.millis(251),
        assignor: 'cooperative-sticky',
        work: Duration.millis(3),
      }),
    );
    const producerEnv = envOf(
      producer({
        ...common,
        topic,
        recordKind: 'commande',
        keyed: false,
        partitions: [0, 5],
        poisonEvery: 7,
        retries: 3,
        retryBackoff: Duration.seconds(1),
        retryTopic: again,
        deadLetters: dead,
        rate: Rate.perMinute(12_000),
        keys: 'a',
        records: 5,
        recordSize: Size.kibibytes(1),
        acks: '1',
        idempotence: false,
        compression: 'gzip',
        linger: Duration.millis(6),
        batchSize: Size.kibibytes(8),
        bufferSize: Size.mebibytes(16),
        requestTimeout: Duration.seconds(29),
        deliveryTimeout: Duration.minutes(1),
      }),
      'Job',
    );
    const apiEnv = envOf(
      api({
        ...common,
        accepts: 'reservations',
        bodyLimit: Size.kibibytes(64),
        drain: Duration.seconds(4),
        idempotence: false,
        batchSize: Size.kibibytes(8),
        bufferSize: Size.mebibytes(16),
        retries: 3,
        retryBackoff: Duration.seconds(1),
        compression: 'zstd',
        linger: Duration.millis(6),
        requestTimeout: Duration.seconds(1),
        deliveryTimeout: Duration.seconds(4),
      }),
    );
    const unset = (env: Record<string, string>, contract: Contract): string[] =>
      Object.entries(contract).flatMap(([name, { default: value }]) => (value !== undefined && env[name] === String(value) ? [name] : []));
    // The port is the probe's too, and no prop; how to come in follows from the user and the listener.
    const noProps = ['KAFKA_SECURITY_PROTOCOL', 'HTTP_PORT'];
    expect(unset(consumerEnv, consumerContract)).toEqual(noProps);
    expect(unset(producerEnv, producerContract)).toEqual(noProps);
    expect(unset(apiEnv, apiContract)).toEqual([
      ...noProps,
      // Nothing less than all will do, and nothing is kept for later.
      'PRODUCER_ACKS',
    ]);
    const notSaid = (env: Record<string, string>, contract: Contract): string[] => Object.keys(contract).filter((name) => !(name in env));
    const byUser = Object.keys(producerContract).filter((name) => /^KAFKA_(SASL|SSL)_/.test(name));
    expect(notSaid(consumerEnv, consumerContract)).toEqual([...byUser, 'CONSUMER_GROUP_INSTANCE_ID']);
    expect(notSaid(producerEnv, producerContract)).toEqual(byUser);
    expect(notSaid(apiEnv, apiContract)).toEqual([...byUser, 'PRODUCER_RETRY_TOPIC', 'PRODUCER_DEAD_LETTER_TOPIC']);
    expect(consumerEnv).toMatchObject({
      KAFKA_TOPIC: 'sales.order.created,more',
      CONSUMER_DEAD_LETTER_TOPIC: 'dead',
      FAILURE_LOG_DIR: '/var/muster/failures',
      DATABASE_PASSWORD_FILE: '/etc/muster/database/password',
    });
    expect(producerEnv).toMatchObject({
      PRODUCER_RATE: '200',
      PRODUCER_RECORD_BYTES: '1024',
      PRODUCER_BUFFER_BYTES: '16777216',
      PRODUCER_DELIVERY_TIMEOUT_MS: '60000',
    });
  });

  it('fail when a variable of the contract is renamed', () => {
    const { KAFKA_TOPIC, ...others } = consumerContract;
    const renamed: Contract = { ...others, KAFKA_TOPICS: KAFKA_TOPIC };
    expect(() => environmentOf(renamed, { KAFKA_TOPIC: 'orders.created', KAFKA_BOOTSTRAP_SERVERS: 'a:1' })).toThrow(
      'KAFKA_TOPIC is no variable of this worker (did you mean KAFKA_TOPICS?); KAFKA_TOPICS is missing',
    );
  });
});

describe('a worker refuses', () => {
  it.each([
    [
      'a heartbeat of a third of the session',
      () => consumer({ heartbeatInterval: Duration.seconds(4) }),
      'a heartbeat every 4000 ms is too slow for a session of 10000 ms',
    ],
    ['a group id with a blank', () => consumer({ groupId: 'a b' }), 'KAFKA_GROUP_ID is "a b"'],
    ['a name with a capital', () => consumer({ name: 'Consumer' }), 'the worker "Consumer" is no name'],
    ['a listener that is not there', () => consumer({ listener: 'tls' }), 'has no listener "tls"'],
    ['idempotence without acks all', () => producer({ acks: '1' }), 'idempotence needs acks all, not 1'],
    ['keys that run backwards', () => producer({ keys: '{B..A}' }), 'runs backwards'],
    ['a rate of half a record a second', () => producer({ rate: Rate.perMinute(30) }), 'PRODUCER_RATE is "0.5"'],
    ['a partition that is not there', () => producer({ partitions: [6] }), 'is given partition 6, and topic sales.order.created has 6'],
    ['a Job of several pods', () => producer({ records: 5, maxReplicas: 2 }), 'a Job of one pod'],
    ['a volume a pod without names', () => producer({ failureLog: FailureLog.persistent(Size.gibibytes(1)) }), 'set stableNames'],
    ['a static member on kafkajs', () => consumer({ staticMembers: true }), 'kafkajs has none'],
    ['KIP-848 on kafkajs', () => consumer({ groupProtocol: 'consumer' }), 'kafkajs knows the classic protocol only'],
    [
      'a password in the address of a database',
      () => consumer({ database: { url: 'postgresql://muster:secret@postgres/muster', passwordSecret: { name: 's', key: 'k' } } }),
      'put it into the Secret alone',
    ],
    ['a rate of nothing', () => producer({ rate: Rate.perHour(0) }), 'a rate is above 0'],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(MusterError);
    expect(make).toThrow(message);
  });
});
