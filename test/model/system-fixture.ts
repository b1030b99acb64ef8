import type { Resource } from '../../constructs/model/resource.js';
import type { WorkerContracts } from '../../constructs/model/worker-setting.js';
import { apiContract, consumerContract, producerContract } from '../../workers/contract.js';

export const contracts: WorkerContracts = { producer: producerContract, consumer: consumerContract, api: apiContract };

/** A value that a test may change at will. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Loose = any;

/** The objects of a sound system, by a short name. */
export type Objects = Record<'kafka' | 'brokers' | 'controllers' | 'topic' | 'consumer' | 'producer' | 'quota', Loose> &
  Record<string, Loose>;

const pool = (name: string, ids: string): Loose => ({
  apiVersion: 'kafka.strimzi.io/v1',
  kind: 'KafkaNodePool',
  metadata: { name, namespace: 'kafka', labels: { 'strimzi.io/cluster': 'bhf-kafka' }, annotations: { 'strimzi.io/next-node-ids': ids } },
  spec: {
    replicas: 3,
    roles: [name],
    storage: { type: 'ephemeral' },
    resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '1', memory: '2Gi' } },
  },
});

const worker = (component: string, env: Record<string, string>): Loose => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: component,
    namespace: 'kafka',
    labels: { 'app.kubernetes.io/managed-by': 'muster', 'app.kubernetes.io/component': component },
    annotations: {},
  },
  spec: {
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
    template: {
      spec: {
        terminationGracePeriodSeconds: 30,
        containers: [
          {
            name: component,
            image: 'registry.example/worker:1.0.0',
            securityContext: {
              runAsNonRoot: true,
              allowPrivilegeEscalation: false,
              capabilities: { drop: ['ALL'] },
              seccompProfile: { type: 'RuntimeDefault' },
            },
            resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '200m', memory: '256Mi' } },
            env: [
              ...Object.entries({
                KAFKA_BOOTSTRAP_SERVERS: 'bhf-kafka-kafka-bootstrap:9092',
                KAFKA_TOPIC: 'sales.order.created',
                ...env,
              }).map(([name, value]) => ({ name, value })),
              { name: 'KAFKA_CLIENT_ID', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
            ],
          },
        ],
      },
    },
  },
});

const operatorResources: Loose = { requests: { cpu: '50m', memory: '128Mi' }, limits: { cpu: '100m', memory: '256Mi' } };

export function soundSystem(): Objects {
  return {
    kafka: {
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'Kafka',
      metadata: { name: 'bhf-kafka', namespace: 'kafka', annotations: {} },
      spec: {
        entityOperator: structuredClone({
          topicOperator: { resources: operatorResources },
          userOperator: { resources: operatorResources },
        }),
        kafka: {
          version: '4.3.1',
          metadataVersion: '4.3-IV0',
          listeners: [{ name: 'plain', port: 9092, type: 'internal', tls: false }],
          config: {
            'default.replication.factor': 3,
            'min.insync.replicas': 2,
            'offsets.topic.replication.factor': 3,
            'transaction.state.log.replication.factor': 3,
            'transaction.state.log.min.isr': 2,
            'auto.create.topics.enable': false,
          },
        },
      },
    },
    brokers: pool('broker', '[0-2]'),
    controllers: pool('controller', '[3-5]'),
    topic: {
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'KafkaTopic',
      metadata: { name: 'sales.order.created', namespace: 'kafka', labels: { 'strimzi.io/cluster': 'bhf-kafka' } },
      spec: { partitions: 6, replicas: 3, config: { 'min.insync.replicas': 2 } },
    },
    consumer: worker('consumer', {}),
    producer: worker('producer', {}),
    quota: {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'kafka', namespace: 'kafka' },
      spec: { hard: { 'requests.cpu': '4', 'requests.memory': '8Gi', 'limits.cpu': '8', 'limits.memory': '16Gi' } },
    },
  };
}

/** Sets a variable of a worker, or removes it. */
export function setEnv(deployment: Loose, name: string, value: string | undefined): void {
  const container = deployment.spec.template.spec.containers[0];
  container.env = container.env.filter((entry: { name: string }) => entry.name !== name);
  if (value !== undefined) container.env.push({ name, value });
}

export const resourcesOf = (objects: Objects): Resource[] => Object.values(objects) as Resource[];
