import { describe, expect, it } from '@jest/globals';
import type { Resource } from '../../constructs/model/resource.js';
import { layOut, planCluster } from '../../scripts/kafka/plan.js';

const kafka = (spec: Record<string, unknown> = {}): Resource => ({
  apiVersion: 'kafka.strimzi.io/v1',
  kind: 'Kafka',
  metadata: { name: 'bhf-kafka', namespace: 'kafka' },
  spec: {
    kafka: {
      version: '4.3.1',
      config: { 'min.insync.replicas': 2 },
      listeners: [{ name: 'plain', port: 9092, type: 'internal', tls: false }],
      ...spec,
    },
  },
});
const pool = (name: string, replicas: number, roles: string[], annotations: Record<string, string> = {}): Resource => ({
  apiVersion: 'kafka.strimzi.io/v1',
  kind: 'KafkaNodePool',
  metadata: { name, labels: { 'strimzi.io/cluster': 'bhf-kafka' }, annotations },
  spec: { replicas, roles, storage: { type: 'jbod', volumes: [{ id: 0, type: 'ephemeral' }] } },
});

describe('the plan of a cluster', () => {
  it('gives nodes the ids Strimzi gives them', () => {
    const { nodes } = planCluster([kafka(), pool('broker', 3, ['broker']), pool('controller', 3, ['controller'])]);
    expect(nodes.map((n) => n.pod)).toEqual(
      [0, 1, 2].map((i) => `bhf-kafka-broker-${String(i)}`).concat([3, 4, 5].map((i) => `bhf-kafka-controller-${String(i)}`)),
    );
  });

  it('honours next-node-ids, ranges and single numbers', () => {
    const ids = { 'strimzi.io/next-node-ids': '[10-11, 20]' };
    expect(planCluster([kafka(), pool('dual', 3, ['broker', 'controller'], ids)]).nodes.map((n) => n.id)).toEqual([10, 11, 20]);
  });

  it('reads broker options as text', () =>
    expect(planCluster([kafka(), pool('dual', 1, ['broker', 'controller'])]).config).toEqual({ 'min.insync.replicas': '2' }));

  it('leaves out topics of other clusters and takes the topic name from the spec', () => {
    const topic = (name: string, cluster: string, spec: Record<string, unknown>): Resource => ({
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'KafkaTopic',
      metadata: { name, labels: { 'strimzi.io/cluster': cluster } },
      spec,
    });
    const { topics } = planCluster([
      kafka(),
      pool('dual', 1, ['broker', 'controller']),
      topic('orders', 'bhf-kafka', { topicName: 'Orders_New', partitions: 6, replicas: 1, config: { 'retention.ms': 1000 } }),
      topic('foreign', 'other', { partitions: 1, replicas: 1 }),
    ]);
    expect(topics).toEqual([{ name: 'Orders_New', partitions: 6, replicas: 1, config: { 'retention.ms': '1000' } }]);
  });

  it.each([
    ['no Kafka', [pool('dual', 1, ['broker', 'controller'])], /0 Kafka resources/],
    ['two of them', [kafka(), kafka()], /2 Kafka resources/],
    ['no pools', [kafka()], /at least one broker and one controller/],
    ['brokers only', [kafka(), pool('broker', 3, ['broker'])], /at least one broker and one controller/],
  ])('refuses %s', (_, resources, message) => {
    expect(() => planCluster(resources)).toThrow(message);
  });
});

describe('the layout of processes', () => {
  const { nodes } = planCluster([kafka(), pool('broker', 4, ['broker']), pool('controller', 3, ['controller'])]);

  it('is a process a node as declared', () =>
    expect(layOut(nodes, 'declared').map((n) => n.roles.join())).toEqual([
      'broker',
      'broker',
      'broker',
      'broker',
      'controller',
      'controller',
      'controller',
    ]));

  it('keeps the number of controllers when compacted', () => {
    const processes = layOut(nodes, 'compacted');
    expect(processes.map((n) => n.roles.join())).toEqual(['broker,controller', 'broker,controller', 'broker,controller', 'broker']);
    expect(processes.map((n) => n.compacted)).toEqual([true, true, true, false]);
  });
});
