import { describe, expect, it } from '@jest/globals';
import { shapeFindings } from '../../constructs/model/rules-shape.js';
import { resourcesBelow } from '../../constructs/validation.js';
import { everything, listeners } from './everything.js';
import { manifest, stage } from './stage.js';

const { chart } = stage();
everything(chart);

describe('every kind of Strimzi', () => {
  it('is there', () =>
    expect([...new Set(resourcesBelow(chart).map(({ kind }) => kind))].sort()).toEqual([
      'Kafka',
      'KafkaBridge',
      'KafkaConnect',
      'KafkaConnector',
      'KafkaMirrorMaker2',
      'KafkaNodePool',
      'KafkaRebalance',
      'KafkaTopic',
      'KafkaUser',
    ]));

  it("has no field that the operator's CRDs do not know, and none too few", () => expect(shapeFindings(resourcesBelow(chart))).toEqual([]));

  it('has its manifest as the child Resource', () => {
    const constructs = chart.node.children;
    expect(constructs.map(({ node }) => node.defaultChild?.node.id)).toEqual(constructs.map(() => 'Resource'));
  });
});

describe('Kafka with everything', () => {
  const { spec } = manifest(chart, 'Kafka');

  it('has every type of listener, with TLS unless it was turned off', () => {
    const written = spec.kafka.listeners as { name: string; type: string; tls: boolean; authentication?: { type: string } }[];
    expect(written.map(({ type }) => type)).toEqual([
      'internal',
      'internal',
      'internal',
      'cluster-ip',
      'nodeport',
      'loadbalancer',
      'route',
      'ingress',
      'tlsroute',
      'internal',
    ]);
    expect(written.filter(({ tls }) => !tls).map(({ name }) => name)).toEqual(['plain']);
    expect(written.map(({ authentication }) => authentication?.type)).toEqual(listeners.map(({ authentication }) => authentication?.type));
    expect(spec.kafka.listeners[8].configuration).toEqual({
      bootstrap: { host: 'kafka.example.org' },
      hostTemplate: 'kafka-{nodeId}.example.org',
      parentRefs: [{ name: 'edge', namespace: 'gateways' }],
    });
    expect(spec.kafka.listeners[5].configuration.brokerCertChainAndKey).toEqual({
      secretName: 'our-certificate',
      certificate: 'tls.crt',
      key: 'tls.key',
    });
  });

  it('lets super users do everything: those named, and those declared', () =>
    expect(spec.kafka.authorization).toEqual({ type: 'simple', superUsers: ['CN=admin', 'operations'] }));

  it('has what stands beside the brokers', () => {
    expect(spec.cruiseControl).toMatchObject({
      autoRebalance: [{ mode: 'add-brokers', template: { name: 'template' } }, { mode: 'remove-brokers' }],
      brokerCapacity: { cpu: '2', inboundNetwork: '51200KiB/s', outboundNetwork: '102400KiB/s' },
      config: { 'cruise.control.metrics.topic.replication.factor': 3, 'cruise.control.metrics.topic.min.insync.replicas': 2 },
    });
    expect(spec.kafkaExporter).toMatchObject({ topicRegex: '.*', groupRegex: '.*', showAllOffsets: false });
    expect(spec.clusterCa).toEqual({ generateCertificateAuthority: false });
    expect(spec.clientsCa).toEqual({
      generateCertificateAuthority: true,
      validityDays: 730,
      renewalDays: 60,
      certificateExpirationPolicy: 'replace-key',
    });
    expect(spec.maintenanceTimeWindows).toEqual(['* * 0-3 ? * SUN *']);
  });

  it('limits, measures and offloads as told', () => {
    expect(spec.kafka.quotas).toEqual({
      type: 'strimzi',
      producerByteRate: 104857600,
      minAvailableRatioPerVolume: 0.1,
      excludedPrincipals: ['CN=admin'],
    });
    expect(spec.kafka.metricsConfig).toEqual({ type: 'strimziMetricsReporter', values: { allowList: ['.*'] } });
    expect(spec.kafka.tieredStorage.remoteStorageManager.config).toEqual({ chunks: '4' });
  });

  it('keeps metadata on the first of several volumes, and ids apart', () =>
    expect(manifest(chart, 'KafkaNodePool', 'broker').spec).toMatchObject({
      storage: {
        type: 'jbod',
        volumes: [
          { id: 0, size: '100Gi', kraftMetadata: 'shared', deleteClaim: false },
          { id: 1, size: '50Gi', class: 'fast', deleteClaim: false },
        ],
      },
      jvmOptions: { '-Xms': '96m', '-Xmx': '96m' },
    }));
});

describe('the clients that Strimzi runs', () => {
  it('come in by the listener of their user, with its Secret', () => {
    expect(manifest(chart, 'KafkaConnect').spec).toMatchObject({
      bootstrapServers: 'full-kafka-bootstrap:9093',
      tls: { trustedCertificates: [{ secretName: 'full-cluster-ca-cert', pattern: '*.crt' }] },
      authentication: { type: 'scram-sha-512', username: 'shop', passwordSecret: { secretName: 'shop', password: 'password' } },
    });
    expect(manifest(chart, 'KafkaMirrorMaker2').spec.target).toMatchObject({
      bootstrapServers: 'full-kafka-bootstrap:9094',
      authentication: { type: 'tls', certificateAndKey: { secretName: 'inventory', certificate: 'user.crt', key: 'user.key' } },
    });
    expect(manifest(chart, 'KafkaBridge').spec).not.toHaveProperty('authentication');
    expect(manifest(chart, 'KafkaBridge').spec.bootstrapServers).toBe('full-kafka-bootstrap:9092');
  });

  it('keep what they know in topics of their own, replicated as the brokers do', () => {
    expect(manifest(chart, 'KafkaConnect').spec).toMatchObject({
      groupId: 'connect',
      configStorageTopic: 'connect-configs',
      offsetStorageTopic: 'connect-offsets',
      statusStorageTopic: 'connect-status',
      config: { 'config.storage.replication.factor': -1, 'offset.storage.replication.factor': -1, 'status.storage.replication.factor': -1 },
    });
    const acls = manifest(chart, 'KafkaUser', 'shop').spec.authorization.acls as { resource: { name: string } }[];
    expect(acls.map(({ resource }) => resource.name)).toEqual([
      'connect',
      'connect-configs',
      'connect-offsets',
      'connect-status',
      'sales.order.created',
      'shop-',
    ]);
  });

  it('let connectors be declared, and send what a sink cannot take to a topic', () => {
    expect(manifest(chart, 'KafkaConnect').metadata.annotations['strimzi.io/use-connector-resources']).toBe('true');
    const { metadata, spec } = manifest(chart, 'KafkaConnector');
    expect(metadata.labels).toEqual({ 'strimzi.io/cluster': 'connect' });
    expect(spec).toMatchObject({
      tasksMax: 2,
      state: 'running',
      autoRestart: { enabled: true, maxRestarts: 5 },
      config: {
        'errors.tolerance': 'all',
        'errors.deadletterqueue.topic.name': 'sales.order.dead',
        'errors.deadletterqueue.topic.replication.factor': 3,
      },
    });
  });
});

describe('KafkaRebalance', () => {
  it('waits for approval unless told, and is a template where told', () => {
    expect(manifest(chart, 'KafkaRebalance', 'away')).toMatchObject({ spec: { mode: 'remove-brokers', brokers: [2] } });
    expect(manifest(chart, 'KafkaRebalance', 'away').metadata.annotations).toBeUndefined();
    expect(manifest(chart, 'KafkaRebalance', 'template')).toMatchObject({
      metadata: { annotations: { 'strimzi.io/rebalance-template': 'true' } },
      spec: { replicationThrottle: 20971520 },
    });
  });
});
