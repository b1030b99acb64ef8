import { describe, expect, it } from '@jest/globals';
import { Duration, Size, type Chart } from 'cdk8s';
import { ApiWorker } from '../../constructs/api-worker.js';
import { ConsumerWorker, type ConsumerWorkerProps } from '../../constructs/consumer-worker.js';
import { FailureLog } from '../../constructs/failure-log.js';
import { KafkaAuthorization } from '../../constructs/kafka-authorization.js';
import { KafkaListener, ListenerAuthentication } from '../../constructs/kafka-listener.js';
import { KafkaTopic } from '../../constructs/kafka-topic.js';
import { KafkaUser } from '../../constructs/kafka-user.js';
import { LagScaling } from '../../constructs/lag-scaling.js';
import { ProducerWorker } from '../../constructs/producer-worker.js';
import { UserAuthentication } from '../../constructs/user-authentication.js';
import { resourcesBelow } from '../../constructs/validation.js';
import { WorkerExposure } from '../../constructs/worker-exposure.js';
import { WorkerImage } from '../../constructs/worker-image.js';
import { clusterOf, compute, manifest, stage } from './stage.js';

const common = { image: 'muster-workers:0.1.0', partOf: 'orders', resources: compute };

function consumer(props: Partial<ConsumerWorkerProps> = {}): Chart {
  const { chart } = stage();
  const { topic } = clusterOf(chart);
  new ConsumerWorker(chart, 'Consumer', { ...common, name: 'inventory', topic, groupId: 'inventory-service', ...props });
  return chart;
}

/** A consumer with a user, on a cluster that asks for one. */
function withUser(authentication: UserAuthentication, props: Partial<ConsumerWorkerProps> = {}): Chart {
  const { chart } = stage();
  const { cluster, topic } = clusterOf(chart, 3, {
    listeners: [
      KafkaListener.internal({ name: 'plain', port: 9092, tls: false }),
      KafkaListener.internal({ name: 'scram', port: 9093, authentication: ListenerAuthentication.scramSha512() }),
      KafkaListener.internal({ name: 'mtls', port: 9094, authentication: ListenerAuthentication.mutualTls() }),
    ],
    authorization: KafkaAuthorization.simple(),
  });
  const user = new KafkaUser(chart, 'User', { cluster, name: 'inventory', authentication });
  new ConsumerWorker(chart, 'Consumer', { ...common, name: 'inventory', topic, groupId: 'inventory-service', user, ...props });
  new ProducerWorker(chart, 'Producer', { ...common, name: 'shop', topic, user });
  return chart;
}

describe('around a worker', () => {
  const chart = consumer();

  it('nodes can be drained, one member at a time', () =>
    expect(manifest(chart, 'PodDisruptionBudget').spec).toEqual({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: { 'app.kubernetes.io/name': 'inventory' } },
    }));

  it('nothing passes but brokers and names outwards, and metrics inwards', () => {
    const { spec } = manifest(chart, 'NetworkPolicy');
    expect(spec.podSelector).toEqual({ matchLabels: { 'app.kubernetes.io/name': 'inventory' } });
    expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
    expect(spec.egress[0]).toEqual({
      to: [
        {
          namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['kafka'] }] },
          podSelector: { matchLabels: { 'strimzi.io/cluster': 'bhf-kafka', 'strimzi.io/broker-role': 'true' } },
        },
      ],
      ports: [{ port: 9092, protocol: 'TCP' }],
    });
    expect(spec.egress[1].ports).toHaveLength(4);
    expect(spec.ingress).toHaveLength(1);
    expect(spec.ingress[0].ports).toEqual([{ port: 8080, protocol: 'TCP' }]);
  });

  it('there is no Service, Route or scaling unless asked for', () =>
    expect(resourcesBelow(chart).filter(({ kind }) => ['Service', 'Route', 'ScaledObject', 'StatefulSet'].includes(kind))).toEqual([]));

  it('a person scales, and the manifest says so', () =>
    expect(manifest(chart, 'Deployment').metadata.annotations).toEqual({
      'muster.dev/max-replicas': '1',
      'muster.dev/scaled-by': 'person',
    }));
});

describe('a worker that serves HTTP', () => {
  const chart = consumer({ exposure: WorkerExposure.route({ host: 'orders.example.org' }) });

  it('has a Service, and a Route that ends TLS and leaves nothing plain', () => {
    expect(manifest(chart, 'Service').spec).toEqual({
      selector: { 'app.kubernetes.io/name': 'inventory' },
      ports: [{ name: 'http', port: 80, targetPort: 'http' }],
    });
    expect(manifest(chart, 'Route').spec).toEqual({
      host: 'orders.example.org',
      to: { kind: 'Service', name: 'inventory', weight: 100 },
      port: { targetPort: 'http' },
      tls: { termination: 'edge', insecureEdgeTerminationPolicy: 'Redirect' },
    });
  });

  it('lets its callers in', () => {
    const callers = (of: Chart): unknown => manifest(of, 'NetworkPolicy').spec.ingress[0].from[1];
    expect(callers(chart)).toEqual({ namespaceSelector: { matchLabels: { 'policy-group.network.openshift.io/ingress': '' } } });
    const service = consumer({ exposure: WorkerExposure.service({ team: 'shop' }) });
    expect(callers(service)).toEqual({ namespaceSelector: { matchLabels: { team: 'shop' } } });
    expect(resourcesBelow(service).some(({ kind }) => kind === 'Route')).toBe(false);
  });
});

describe('a worker whose pods keep their names', () => {
  const chart = consumer({ stableNames: true });

  it('is a StatefulSet that starts all pods at once, with the same pod', () => {
    const { spec } = manifest(chart, 'StatefulSet');
    expect(spec).toMatchObject({ serviceName: 'inventory-pods', podManagementPolicy: 'Parallel' });
    expect(spec).not.toHaveProperty('replicas');
    expect(spec.template).toEqual(manifest(consumer(), 'Deployment').spec.template);
    expect(manifest(chart, 'Service', 'inventory-pods').spec).toEqual({
      clusterIP: 'None',
      selector: { 'app.kubernetes.io/name': 'inventory' },
    });
  });
});

describe('a worker with a user', () => {
  it('has the Secrets as files, never as variables, and the listener that lets it in', () => {
    const chart = withUser(UserAuthentication.scramSha512());
    const { volumes, containers } = manifest(chart, 'Deployment', 'inventory').spec.template.spec;
    expect(volumes).toEqual([
      { name: 'tmp', emptyDir: {} },
      { name: 'user', secret: { secretName: 'inventory' } },
      { name: 'kafka-ca', secret: { secretName: 'bhf-kafka-cluster-ca-cert' } },
    ]);
    expect(containers[0].volumeMounts).toContainEqual({ name: 'user', mountPath: '/etc/muster/user', readOnly: true });
    expect(containers[0].env).toContainEqual({ name: 'KAFKA_BOOTSTRAP_SERVERS', value: 'bhf-kafka-kafka-bootstrap:9093' });
    expect(JSON.stringify(containers[0].env)).not.toContain('secretKeyRef');
    expect(manifest(chart, 'NetworkPolicy', 'inventory').spec.egress[0].ports).toEqual([{ port: 9093, protocol: 'TCP' }]);
  });

  it('is granted what it does', () =>
    expect(manifest(withUser(UserAuthentication.scramSha512()), 'KafkaUser').spec.authorization.acls).toEqual([
      { operations: ['Read'], resource: { type: 'group', name: 'inventory-service', patternType: 'literal' } },
      { operations: ['Describe', 'Read', 'Write'], resource: { type: 'topic', name: 'sales.order.created', patternType: 'literal' } },
    ]));
});

describe('what a worker uses besides', () => {
  const database = { url: 'postgresql://muster@postgres:5433/muster', passwordSecret: { name: 'tables', key: 'pw' } };

  it('its database: a way to it, and the password as a file', () => {
    const chart = consumer({ database });
    const { volumes, containers } = manifest(chart, 'Deployment').spec.template.spec;
    expect(volumes).toContainEqual({ name: 'database', secret: { secretName: 'tables', items: [{ key: 'pw', path: 'password' }] } });
    expect(containers[0].volumeMounts).toContainEqual({ name: 'database', mountPath: '/etc/muster/database', readOnly: true });
    expect(manifest(chart, 'NetworkPolicy').spec.egress[2]).toEqual({
      to: [{ namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['kafka'] }] } }],
      ports: [{ port: 5433, protocol: 'TCP' }],
    });
  });

  it.each([
    ['http://collector.tracing.svc:4318/v1/traces', ['tracing'], 4318],
    ['https://traces.example.org/v1', undefined, 443],
  ])('traces, to %s', (tracesEndpoint, namespaces, port) => {
    const rule = manifest(consumer({ tracesEndpoint }), 'NetworkPolicy').spec.egress[2] as { to?: unknown; ports: unknown };
    expect(rule.ports).toEqual([{ port, protocol: 'TCP' }]);
    expect(rule.to).toEqual(
      namespaces && [
        { namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: namespaces }] } },
      ],
    );
  });

  it('a failure log, on an emptyDir or on a volume that the next pod of the name gets', () => {
    const lost = manifest(consumer({ failureLog: FailureLog.emptyDir(Size.mebibytes(64)) }), 'Deployment').spec.template.spec;
    expect(lost.volumes).toContainEqual({ name: 'failures', emptyDir: { sizeLimit: '64Mi' } });
    expect(lost.containers[0].env).toContainEqual({ name: 'FAILURE_LOG_DIR', value: '/var/muster/failures' });
    const kept = manifest(consumer({ stableNames: true, failureLog: FailureLog.persistent(Size.gibibytes(1)) }), 'StatefulSet').spec;
    expect(kept.volumeClaimTemplates).toEqual([
      { metadata: { name: 'failures' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    ]);
    expect(kept.template.spec.containers[0].volumeMounts).toContainEqual({ name: 'failures', mountPath: '/var/muster/failures' });
  });
});

describe('static members', () => {
  it('are called by their pods, whose names stay', () => {
    const { spec } = manifest(consumer({ client: 'librdkafka', staticMembers: true }), 'StatefulSet');
    expect(spec.template.spec.containers[0].env).toContainEqual({
      name: 'CONSUMER_GROUP_INSTANCE_ID',
      valueFrom: { fieldRef: { fieldPath: 'metadata.name' } },
    });
  });
});

describe('a producer that ends', () => {
  const { chart } = stage();
  const { topic } = clusterOf(chart);
  new ProducerWorker(chart, 'Producer', { ...common, name: 'once', topic, records: 10 });

  it('is a Job, with a pod for each try, and none for a configuration that is wrong', () => {
    const { metadata, spec } = manifest(chart, 'Job');
    expect(metadata.annotations).toBeUndefined();
    expect(spec).toMatchObject({
      backoffLimit: 3,
      podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { containerName: 'producer', operator: 'In', values: [2] } }] },
      template: { spec: { restartPolicy: 'Never' } },
    });
  });

  it('has no budget, which a Job needs not', () =>
    expect(resourcesBelow(chart).some(({ kind }) => kind === 'PodDisruptionBudget')).toBe(false));
});

describe('an API', () => {
  const { chart } = stage();
  const { topic } = clusterOf(chart);
  new ApiWorker(chart, 'Api', { ...common, name: 'order-api', topic, exposure: WorkerExposure.route() });

  it('runs the built API, behind a Route that ends TLS', () => {
    const { metadata, spec } = manifest(chart, 'Deployment');
    expect(metadata.labels['app.kubernetes.io/component']).toBe('api');
    expect(spec.template.spec.containers[0]).toMatchObject({ name: 'api', command: ['node', 'build/workers/api.js'] });
    expect(manifest(chart, 'Route').spec.tls).toEqual({ termination: 'edge', insecureEdgeTerminationPolicy: 'Redirect' });
  });
});

describe('what a worker is granted', () => {
  it('where it writes, besides: its output, its dead letters, and transactions under ids of its group', () => {
    const { chart } = stage();
    const { cluster, topic } = clusterOf(chart, 3, {
      listeners: [KafkaListener.internal({ name: 'scram', port: 9093, authentication: ListenerAuthentication.scramSha512() })],
      authorization: KafkaAuthorization.simple(),
    });
    const user = new KafkaUser(chart, 'User', { cluster, name: 'payment' });
    const [more, output, deadLetters] = ['more', 'output', 'dead'].map(
      (name) => new KafkaTopic(chart, name, { cluster, name, partitions: 1 }),
    );
    new ConsumerWorker(chart, 'Consumer', {
      ...common,
      name: 'payment',
      topic,
      furtherTopics: more && [more],
      groupId: 'payment',
      guarantee: 'exactly-once',
      output,
      deadLetters,
      user,
    });
    const acls = manifest(chart, 'KafkaUser').spec.authorization.acls as { operations: string[]; resource: Record<string, string> }[];
    expect(
      acls.map(({ operations, resource }) => [resource['type'], resource['name'], resource['patternType'], ...operations].join(' ')),
    ).toEqual([
      'group payment literal Read',
      'topic dead literal Describe Write',
      'topic more literal Describe Read',
      'topic output literal Describe Write',
      'topic sales.order.created literal Describe Read',
      'transactionalId payment- prefix Describe Write',
    ]);
  });
});

describe('the time to stop', () => {
  const graceOf = (props: Partial<ConsumerWorkerProps>): number =>
    manifest(consumer(props), 'Deployment').spec.template.spec.terminationGracePeriodSeconds as number;

  it('grows with the work of a record, unless it is given', () => {
    expect(graceOf({ work: Duration.millis(2) })).toBe(30);
    expect(graceOf({ work: Duration.seconds(30) })).toBe(55);
    expect(graceOf({ work: Duration.seconds(30), shutdownDeadline: Duration.seconds(10) })).toBe(15);
  });
});

describe('a group scaled by its lag', () => {
  const scaling = new LagScaling();
  const chart = consumer({ scaling, work: Duration.millis(20) });

  it('never has more members than partitions, nor counts that share them unevenly', () => {
    const { spec } = manifest(chart, 'ScaledObject');
    expect(spec).toMatchObject({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'inventory' },
      minReplicaCount: 1,
      maxReplicaCount: 6,
    });
    expect(spec.triggers).toEqual([
      {
        type: 'kafka',
        metadata: {
          bootstrapServers: 'bhf-kafka-kafka-bootstrap.kafka.svc:9092',
          consumerGroup: 'inventory-service',
          topic: 'sales.order.created',
          // 30 s of lag at 20 ms a record.
          lagThreshold: '1500',
          offsetResetPolicy: 'earliest',
          limitToPartitionsWithLag: 'true',
          excludePersistentLag: 'true',
          ensureEvenDistributionOfPartitions: 'true',
        },
      },
    ]);
  });

  it('calms down for longer than a pod takes to end and the group to find itself anew', () => {
    const calm = (of: Chart): number =>
      manifest(of, 'ScaledObject').spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.stabilizationWindowSeconds as number;
    expect(calm(chart)).toBe(300);
    expect(calm(consumer({ scaling, work: Duration.minutes(5) }))).toBe(325 + 10 + 60);
  });

  it('is told from one that a person scales, and counts as its most', () =>
    expect(manifest(chart, 'Deployment').metadata.annotations).toMatchObject({
      'muster.dev/max-replicas': '6',
      'muster.dev/scaled-by': 'keda',
    }));

  it('is looked at by KEDA as its user', () => {
    const mutual = withUser(UserAuthentication.mutualTls(), { scaling });
    expect(manifest(mutual, 'ScaledObject').spec.triggers[0]).toMatchObject({
      metadata: { tls: 'enable', bootstrapServers: 'bhf-kafka-kafka-bootstrap.kafka.svc:9094' },
      authenticationRef: { name: 'inventory' },
    });
    expect(manifest(mutual, 'TriggerAuthentication').spec.secretTargetRef).toContainEqual({
      parameter: 'key',
      name: 'inventory',
      key: 'user.key',
    });
  });

  it.each<[string, () => unknown, string]>([
    ['more members than partitions', () => consumer({ scaling: new LagScaling({ maxReplicas: 8 }) }), 'give whole numbers from 1 to 6'],
    ['a number that a person scales to', () => consumer({ scaling, maxReplicas: 4 }), 'leave maxReplicas out'],
    ['a user with a password', () => withUser(UserAuthentication.scramSha512(), { scaling }), 'KEDA wants the name from a Secret too'],
  ])('refuses %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('the image on OpenShift', () => {
  it('is built from what is sent, on a stream of the namespace openshift', () => {
    const { chart } = stage();
    new WorkerImage(chart, 'Image', { name: 'muster-workers', tag: '0.1.0', resources: compute });
    expect(manifest(chart, 'BuildConfig').spec).toMatchObject({
      source: { type: 'Binary' },
      strategy: { dockerStrategy: { from: { kind: 'ImageStreamTag', namespace: 'openshift', name: 'nodejs:22-ubi9' } } },
      output: { to: { kind: 'ImageStreamTag', name: 'muster-workers:0.1.0' } },
    });
    expect(manifest(chart, 'ImageStream').metadata.name).toBe('muster-workers');
  });
});
