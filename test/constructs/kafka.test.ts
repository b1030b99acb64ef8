import { describe, expect, it } from '@jest/globals';
import { Chart, Duration, Size, Testing } from 'cdk8s';
import { KafkaCluster } from '../../constructs/kafka-cluster.js';
import { KafkaNodePool } from '../../constructs/kafka-node-pool.js';
import { NodeStorage } from '../../constructs/node-storage.js';
import { KafkaTopic, type KafkaTopicProps } from '../../constructs/kafka-topic.js';
import { MusterError } from '../../constructs/model/error.js';
import { clusterOf, compute, manifest, stage } from './stage.js';

describe('KafkaCluster', () => {
  it('replicates as far as there are brokers, and says so in every option', () => {
    const three = stage().chart;
    clusterOf(three, 3);
    expect(manifest(three, 'Kafka').spec.kafka.config).toMatchObject({
      'default.replication.factor': 3,
      'min.insync.replicas': 2,
      'offsets.topic.replication.factor': 3,
      'transaction.state.log.replication.factor': 3,
      'transaction.state.log.min.isr': 2,
      'auto.create.topics.enable': false,
    });
    const one = stage().chart;
    clusterOf(one, 1);
    expect(manifest(one, 'Kafka').spec.kafka.config).toMatchObject({
      'default.replication.factor': 1,
      'min.insync.replicas': 1,
      'transaction.state.log.min.isr': 1,
    });
  });

  it('has one plain listener unless told otherwise', () => {
    const { chart } = stage();
    clusterOf(chart);
    expect(manifest(chart, 'Kafka').spec.kafka.listeners).toEqual([{ name: 'plain', port: 9092, type: 'internal', tls: false }]);
  });

  it('lets config win over what it derives', () => {
    const { chart } = stage();
    clusterOf(chart, 3, {
      config: { 'auto.create.topics.enable': true, 'num.partitions': 3 },
      retention: Duration.hours(1),
      segmentSize: Size.mebibytes(1),
    });
    expect(manifest(chart, 'Kafka').spec.kafka.config).toMatchObject({
      'auto.create.topics.enable': true,
      'num.partitions': 3,
      'log.retention.hours': 1,
      'log.segment.bytes': 1048576,
    });
  });

  it('writes reasons as annotations', () => {
    const { chart } = stage();
    clusterOf(chart, 3, { reasons: { replication: 'three zones' } });
    expect(manifest(chart, 'Kafka').metadata.annotations).toEqual({
      'muster.dev/strimzi-version': '1.2.0',
      'muster.dev/why-replication': 'three zones',
    });
  });

  it('gives the bootstrap address as seen from a namespace', () => {
    const { cluster } = clusterOf(stage().chart);
    expect(cluster.bootstrapServers('kafka')).toBe('bhf-kafka-kafka-bootstrap:9092');
    expect(cluster.bootstrapServers('shop', 'plain')).toBe('bhf-kafka-kafka-bootstrap.kafka.svc:9092');
    expect(() => cluster.bootstrapServers('kafka', 'tls')).toThrow('has no listener "tls": it has plain');
  });

  it.each([
    [{ version: '4.0.0' }, 'does not run Kafka 4.0.0'],
    [{ name: 'BHF' }, 'the Kafka cluster "BHF" is no name Kubernetes takes'],
    [{ listeners: [] }, 'has no listener'],
  ])('refuses %j', (props, message) => {
    const make = (): unknown => new KafkaCluster(stage().chart, 'Kafka', { name: 'bhf-kafka', ...props });
    expect(make).toThrow(MusterError);
    expect(make).toThrow(message);
  });

  it('wants a namespace', () => {
    const { app } = stage();
    expect(() => new KafkaCluster(new Chart(app, 'bare'), 'Kafka', { name: 'bhf-kafka' })).toThrow('needs a namespace');
  });
});

describe('KafkaNodePool', () => {
  it('pins its node ids and carries label, roles and resources', () => {
    const { chart } = stage();
    clusterOf(chart);
    const pool = manifest(chart, 'KafkaNodePool', 'broker');
    expect(pool.metadata.annotations['strimzi.io/next-node-ids']).toBe('[0-2]');
    expect(pool.metadata.labels).toEqual({ 'strimzi.io/cluster': 'bhf-kafka' });
    expect(pool.spec).toEqual({
      replicas: 3,
      roles: ['broker'],
      storage: { type: 'ephemeral' },
      resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '200m', memory: '256Mi' } },
    });
    expect(manifest(chart, 'KafkaNodePool', 'controller').metadata.annotations['strimzi.io/next-node-ids']).toBe('[3]');
  });

  it('keeps persistent volumes when the cluster is deleted, and can spread its pods', () => {
    const { chart } = stage();
    const cluster = new KafkaCluster(chart, 'Kafka', { name: 'bhf-kafka' });
    new KafkaNodePool(chart, 'Nodes', {
      cluster,
      name: 'nodes',
      replicas: 3,
      roles: ['broker', 'controller'],
      firstNodeId: 0,
      resources: compute,
      storage: NodeStorage.persistent(Size.gibibytes(89), 'fast'),
      spreadOver: 'topology.kubernetes.io/zone',
    });
    const { spec } = manifest(chart, 'KafkaNodePool');
    expect(spec.storage).toEqual({
      type: 'jbod',
      volumes: [{ id: 0, type: 'persistent-claim', size: '89Gi', class: 'fast', deleteClaim: false, kraftMetadata: 'shared' }],
    });
    expect(spec.template.pod.topologySpreadConstraints[0]).toMatchObject({
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'DoNotSchedule',
    });
  });

  it.each([
    [{ replicas: -1 }, 'has -1 replicas'],
    [{ roles: [] }, 'has no role'],
    [{ firstNodeId: 0.5 }, 'begins at node id 0.5'],
    [{ resources: { ...compute, memoryRequest: Size.gibibytes(1) } }, 'a request is above its limit'],
  ])('refuses %j', (props, message) => {
    const { chart } = stage();
    const cluster = new KafkaCluster(chart, 'Kafka', { name: 'bhf-kafka' });
    expect(() => {
      new KafkaNodePool(chart, 'Pool', {
        cluster,
        name: 'pool',
        replicas: 1,
        roles: ['broker'],
        firstNodeId: 0,
        resources: compute,
        ...props,
      });
      manifest(chart, 'KafkaNodePool');
    }).toThrow(message);
  });
});

describe('KafkaTopic', () => {
  it("takes the cluster's replication unless told otherwise", () => {
    const { chart } = stage();
    const { topic } = clusterOf(chart);
    expect(manifest(chart, 'KafkaTopic').spec).toEqual({
      partitions: 6,
      replicas: 3,
      config: { 'cleanup.policy': 'delete', 'min.insync.replicas': 2, 'retention.ms': 604800000 },
    });
    expect(topic.cluster.name).toBe('bhf-kafka');
  });

  it('states how long records are kept and what order readers may rely on', () => {
    const { chart } = stage();
    const { cluster } = clusterOf(chart);
    const keep = (name: string, props: Partial<KafkaTopicProps>): unknown => {
      new KafkaTopic(chart, name, { cluster, name, partitions: 1, ...props });
      const { metadata, spec } = manifest(chart, 'KafkaTopic', name);
      return [spec.config['retention.ms'], metadata.annotations['muster.dev/ordering']];
    };
    expect(keep('a.b.c', {})).toEqual([604800000, 'per-key']);
    expect(keep('a.b.d', { retention: Duration.days(1), ordering: 'none' })).toEqual([86400000, 'none']);
    expect(keep('a.b.e', { cleanupPolicy: 'compact' })).toEqual([undefined, 'per-key']);
  });

  it('keeps a name that Kubernetes does not take in topicName', () => {
    const { chart } = stage();
    const cluster = new KafkaCluster(chart, 'Kafka', { name: 'bhf-kafka' });
    new KafkaTopic(chart, 'Machines', {
      cluster,
      name: 'commandes_machines',
      resourceName: 'commandes-machines',
      partitions: 1,
      config: { 'retention.bytes': -1 },
    });
    const topic = manifest(chart, 'KafkaTopic');
    expect(topic.metadata.name).toBe('commandes-machines');
    expect(topic.spec.topicName).toBe('commandes_machines');
    expect(topic.spec.config['retention.bytes']).toBe(-1);
  });

  it.each([
    [{ name: 'commandes_machines' }, 'give a resourceName'],
    [{ name: 'a b' }, 'topic name "a b" is not legal'],
    [{ partitions: 0 }, 'has 0 partitions'],
  ])('refuses %j', (props, message) => {
    const { chart } = stage();
    const cluster = new KafkaCluster(chart, 'Kafka', { name: 'bhf-kafka' });
    expect(() => new KafkaTopic(chart, 'T', { cluster, name: 'sales.order.created', partitions: 6, ...props })).toThrow(message);
  });
});

describe('names', () => {
  it('come from props alone: another construct id changes nothing that is written', () => {
    const [one, other] = [stage().chart, stage().chart];
    const make = (chart: Chart, ids: readonly [string, string, string]): unknown => {
      const cluster = new KafkaCluster(chart, ids[0], { name: 'bhf-kafka' });
      new KafkaNodePool(chart, ids[1], {
        cluster,
        name: 'node',
        replicas: 3,
        roles: ['broker', 'controller'],
        firstNodeId: 0,
        resources: compute,
      });
      new KafkaTopic(chart, ids[2], { cluster, name: 'sales.order.created', partitions: 6 });
      return Testing.synth(chart);
    };
    expect(make(one, ['A', 'B', 'C'])).toEqual(make(other, ['X', 'Y', 'Z']));
  });
});

describe('synthesis by cdk8s itself', () => {
  it('passes where the rules find no error', () => {
    const { app, chart } = stage();
    clusterOf(chart);
    expect(app.synthYaml()).toContain('name: bhf-kafka');
  });

  it('refuses what spans objects, with the message of the rule', () => {
    const { app, chart } = stage();
    const { cluster } = clusterOf(chart);
    new KafkaTopic(chart, 'Wide', { cluster, name: 'sales.order.paid', partitions: 6, replicas: 5 });
    expect(() => app.synthYaml()).toThrow('topic sales.order.paid wants 5 replicas, but Kafka bhf-kafka has 3 brokers');
  });
});
