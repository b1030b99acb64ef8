import { describe, expect, it } from '@jest/globals';
import { checkResources, rules } from '../../constructs/model/check.js';
import type { Finding } from '../../constructs/model/finding.js';
import { contracts, resourcesOf, setEnv, soundSystem, type Objects } from './system-fixture.js';

type Change = (objects: Objects) => void;

interface Case {
  readonly rule: string;
  /** Still sound, as near to the border as may be. */
  readonly accepts: Change;
  readonly refuses: Change;
  /** What the message must teach: the value given, and the change to make. */
  readonly says: readonly string[];
  readonly path: string;
}

const config = (objects: Objects): Record<string, unknown> => objects.kafka.spec.kafka.config;
const singleNodes: Change = (o) => {
  o.brokers.spec.replicas = 1;
  o.controllers.spec.replicas = 1;
  o.topic.spec = { partitions: 6, replicas: 1, config: { 'min.insync.replicas': 1 } };
  o.kafka.spec.kafka.config = {
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
  };
};
const copy = <T>(value: T): T => structuredClone(value);

const cases: readonly Case[] = [
  // What v1 prunes.
  ...['replicas', 'storage', 'resources'].map((field): Case => ({
    rule: 'field-moved',
    accepts: (o) => void (o.brokers.spec.storage = { type: 'ephemeral', sizeLimit: '10Gi' }),
    refuses: (o) => void (o.kafka.spec.kafka[field] = field === 'replicas' ? 3 : {}),
    says: [`spec.kafka.${field} is gone`, 'KafkaNodePool'],
    path: `spec.kafka.${field}`,
  })),
  {
    rule: 'field-moved',
    accepts: () => undefined,
    refuses: (o) => void (o.kafka.spec.zookeeper = { replicas: 3, storage: { type: 'ephemeral' } }),
    says: ['spec.zookeeper is gone', 'role controller'],
    path: 'spec.zookeeper',
  },
  {
    rule: 'field-unknown',
    accepts: (o) => void (config(o)['anything.goes'] = true),
    refuses: (o) => void (o.topic.spec.partition = 6),
    says: ['spec.partition is no field', 'did you mean partitions?'],
    path: 'spec.partition',
  },
  {
    rule: 'field-missing',
    accepts: (o) => void (o.brokers.spec.resources = { limits: { cpu: 1, memory: '2Gi' } }),
    refuses: (o) => void delete o.brokers.spec.storage,
    says: ['spec.storage is missing'],
    path: 'spec.storage',
  },
  {
    rule: 'field-invalid',
    accepts: (o) => void (o.kafka.spec.kafka.listeners[0].type = 'nodeport'),
    refuses: (o) => void (o.kafka.spec.kafka.listeners[0].type = 'intern'),
    says: ['"intern"', 'did you mean internal?', 'give one of'],
    path: 'spec.kafka.listeners[0].type',
  },
  {
    rule: 'api-version',
    accepts: () => undefined,
    refuses: (o) => void (o.topic.apiVersion = 'kafka.strimzi.io/v1beta2'),
    says: ['kafka.strimzi.io/v1beta2', 'serves KafkaTopic as kafka.strimzi.io/v1 only'],
    path: 'apiVersion',
  },
  {
    rule: 'api-version',
    accepts: () => undefined,
    refuses: (o) => void (o.topic.kind = 'KafkaTopics'),
    says: ['KafkaTopics is no kind of Strimzi', 'did you mean KafkaTopic?'],
    path: 'kind',
  },
  {
    rule: 'field-missing',
    accepts: (o) =>
      void o.consumer.spec.template.spec.containers.push({ name: 'sidecar', resources: { limits: { cpu: '1m', memory: '1Mi' } } }),
    refuses: (o) => void (o.consumer.spec.template.spec.containers = 'none'),
    says: ['not a list of named containers'],
    path: 'spec.template.spec.containers',
  },
  {
    rule: 'object-name',
    accepts: (o) => void (o.topic.spec.topicName = 'sales.order.created'),
    refuses: (o) => void (o.topic.metadata.name = 'sales.Order_created'),
    says: ['"sales.Order_created"', 'spec.topicName'],
    path: 'metadata.name',
  },
  {
    rule: 'object-twice',
    accepts: (o) => void (o['other'] = { ...copy(o.quota), metadata: { name: 'other', namespace: 'kafka' } }),
    refuses: (o) => void (o['other'] = copy(o.quota)),
    says: ['ResourceQuota kafka is declared', 'remove or rename'],
    path: 'metadata.name',
  },
  // Clusters.
  {
    rule: 'kafka-version-unsupported',
    accepts: (o) => void Object.assign(o.kafka.spec.kafka, { version: '4.2.0', metadataVersion: '4.2-IV1' }),
    refuses: (o) => void Object.assign(o.kafka.spec.kafka, { version: '4.0.0', metadataVersion: '4.0-IV3' }),
    says: ['4.0.0', '4.2.0, 4.2.1, 4.3.0, 4.3.1', '0.49 or 0.50'],
    path: 'spec.kafka.version',
  },
  {
    rule: 'metadata-version-above-kafka',
    accepts: (o) => void (o.kafka.spec.kafka.metadataVersion = '4.2-IV1'),
    refuses: (o) => void (o.kafka.spec.kafka.metadataVersion = '4.4-IV0'),
    says: ['4.4-IV0', '4.3-IV0'],
    path: 'spec.kafka.metadataVersion',
  },
  ...['inter.broker.protocol.version', 'log.message.format.version', 'zookeeper.connect', 'password.encoder.secret'].map(
    (option): Case => ({
      rule: 'broker-option-gone',
      accepts: (o) => void (config(o)['log.message.timestamp.type'] = 'CreateTime'),
      refuses: (o) => void (config(o)[option] = '3.9'),
      says: [`${option} (3.9) is gone in Kafka 4`, 'remove it'],
      path: `spec.kafka.config.${option}`,
    }),
  ),
  ...['advertised.listeners', 'log.dirs', 'SSL.keystore.location', 'node.id', 'controller.listener.names'].map((option): Case => ({
    rule: 'broker-option-forbidden',
    accepts: (o) =>
      void Object.assign(config(o), {
        'ssl.cipher.suites': 'x',
        'controller.quorum.fetch.timeout.ms': 2000,
        'logging.x': 1,
        'broker.heartbeat.interval.ms': 1,
      }),
    refuses: (o) => void (config(o)[option] = 'x'),
    says: [`${option} (x) is set by Strimzi itself`, 'remove it'],
    path: `spec.kafka.config.${option}`,
  })),
  ...['strimzi.io/kraft', 'strimzi.io/node-pools'].map((annotation): Case => ({
    rule: 'annotation-obsolete',
    accepts: (o) => void (o.kafka.metadata.annotations['strimzi.io/pause-reconciliation'] = 'true'),
    refuses: (o) => void (o.kafka.metadata.annotations[annotation] = 'enabled'),
    says: [`${annotation} (enabled) does nothing`, 'remove it'],
    path: `metadata.annotations.${annotation}`,
  })),
  ...['default.replication.factor', 'offsets.topic.replication.factor', 'transaction.state.log.replication.factor'].map((option): Case => ({
    rule: 'broker-replication-low',
    accepts: singleNodes,
    refuses: (o) => {
      config(o)[option] = 1;
      config(o)['min.insync.replicas'] = 2;
    },
    says: [`${option} is 1 on 3 brokers`, 'set it to 3'],
    path: `spec.kafka.config.${option}`,
  })),
  {
    rule: 'broker-replication-low',
    accepts: (o) => void (config(o)['min.insync.replicas'] = '2'),
    refuses: (o) => void delete config(o)['min.insync.replicas'],
    says: ['min.insync.replicas is not set, which means 1', 'set it to 2'],
    path: 'spec.kafka.config.min.insync.replicas',
  },
  {
    rule: 'broker-replication-above-brokers',
    accepts: singleNodes,
    refuses: (o) => {
      singleNodes(o);
      delete config(o)['offsets.topic.replication.factor'];
    },
    says: ['offsets.topic.replication.factor is not set, which means 3', 'there is 1 broker', 'set it to 1'],
    path: 'spec.kafka.config.offsets.topic.replication.factor',
  },
  {
    rule: 'broker-min-isr-above-replication',
    accepts: (o) => void Object.assign(config(o), { 'default.replication.factor': 3, 'min.insync.replicas': 2 }),
    refuses: (o) => void Object.assign(config(o), { 'default.replication.factor': 2, 'min.insync.replicas': 5 }),
    says: ['min.insync.replicas is 5, above default.replication.factor, which is 2', 'set it to 1'],
    path: 'spec.kafka.config.min.insync.replicas',
  },
  {
    rule: 'broker-min-isr-equals-replication',
    accepts: singleNodes,
    refuses: (o) => void (config(o)['min.insync.replicas'] = 3),
    says: ['one broker down', 'set it to 2'],
    path: 'spec.kafka.config.min.insync.replicas',
  },
  {
    rule: 'cluster-without-node-pools',
    accepts: () => undefined,
    refuses: (o) => {
      delete (o as Record<string, unknown>)['brokers'];
      delete (o as Record<string, unknown>)['controllers'];
    },
    says: ['has no node pool', 'strimzi.io/cluster: bhf-kafka'],
    path: 'metadata.name',
  },
  ...['broker', 'controller'].map((role): Case => ({
    rule: 'cluster-without-role',
    accepts: (o) => {
      o.brokers.spec.roles = ['broker', 'controller'];
      o.controllers.spec.replicas = 0;
    },
    refuses: (o) => void Reflect.deleteProperty(o, `${role}s`),
    says: [`no node with the role ${role}`, 'add a pool'],
    path: 'metadata.name',
  })),
  {
    rule: 'controllers-even',
    accepts: (o) => void (o.controllers.spec.replicas = 1),
    refuses: (o) => void (o.controllers.spec.replicas = 2),
    says: ['has 2 controllers', 'use 1 or 3'],
    path: 'metadata.name',
  },
  {
    rule: 'cluster-label-missing',
    accepts: () => undefined,
    refuses: (o) => void delete o.topic.metadata.labels,
    says: ['no label strimzi.io/cluster', 'bhf-kafka'],
    path: 'metadata.labels.strimzi.io/cluster',
  },
  {
    rule: 'cluster-label-unknown',
    accepts: (o) => {
      for (const name of ['kafka', 'brokers', 'controllers']) Reflect.deleteProperty(o, name);
    },
    refuses: (o) => void (o.topic.metadata.labels['strimzi.io/cluster'] = 'other'),
    says: ['"other"', 'set strimzi.io/cluster to bhf-kafka'],
    path: 'metadata.labels.strimzi.io/cluster',
  },
  {
    rule: 'namespaces-mixed',
    accepts: (o) => void delete o.topic.metadata.namespace,
    refuses: (o) => void (o.topic.metadata.namespace = 'kafka-training'),
    says: ['kafka-training', 'move it to kafka'],
    path: 'metadata.namespace',
  },
  {
    rule: 'node-ids-invalid',
    accepts: (o) => void (o.brokers.metadata.annotations['strimzi.io/next-node-ids'] = '[10, 12-13]'),
    refuses: (o) => void (o.brokers.metadata.annotations['strimzi.io/next-node-ids'] = '0..2'),
    says: ['"0..2"', '"[0-2]"'],
    path: 'metadata.annotations.strimzi.io/next-node-ids',
  },
  {
    rule: 'node-id-duplicate',
    accepts: (o) => void (o.controllers.metadata.annotations['strimzi.io/next-node-ids'] = '[100-199]'),
    refuses: (o) => {
      singleNodes(o);
      o.controllers.metadata.annotations['strimzi.io/next-node-ids'] = '[0]';
    },
    says: ['node id 0', 'pool controller and by pool broker'],
    path: 'metadata.annotations.strimzi.io/next-node-ids',
  },
  {
    rule: 'volume-size-invalid',
    accepts: (o) => void (o.brokers.spec.storage = { type: 'jbod', volumes: [{ id: 0, type: 'persistent-claim', size: '100Gi' }] }),
    refuses: (o) => void (o.brokers.spec.storage = { type: 'jbod', volumes: [{ id: 0, type: 'persistent-claim', size: '10 gigs' }] }),
    says: ['"10 gigs"', '100Gi'],
    path: 'spec.storage.volumes[0].size',
  },
  ...[
    { name: 'tls', port: 9404 },
    { name: 'tls', port: 9092 },
    { name: 'plain', port: 9093 },
  ].map((listener): Case => ({
    rule: 'listener-conflict',
    accepts: (o) => void o.kafka.spec.kafka.listeners.push({ name: 'tls', port: 9093, type: 'internal', tls: true }),
    refuses: (o) => void o.kafka.spec.kafka.listeners.push({ ...listener, type: 'internal', tls: true }),
    says: [`listener ${listener.name}`, String(listener.port)],
    path: 'spec.kafka.listeners[1]',
  })),
  // Topics.
  {
    rule: 'topic-name-illegal',
    accepts: (o) => void (o.topic.spec.topicName = 'sales.order.created'),
    refuses: (o) => void (o.topic.spec.topicName = 'sales order'),
    says: ['"sales order"', 'choose another'],
    path: 'spec.topicName',
  },
  {
    rule: 'topic-name-convention',
    accepts: () => undefined,
    refuses: (o) => void (o.topic.spec.topicName = 'orders'),
    says: ['<domain>.<entity>.<action>'],
    path: 'spec.topicName',
  },
  {
    rule: 'topic-twice',
    accepts: (o) => void (o['other'] = { ...copy(o.topic), metadata: { ...o.topic.metadata, name: 'sales.order.paid' } }),
    refuses: (o) =>
      void (o['other'] = {
        ...copy(o.topic),
        metadata: { ...o.topic.metadata, name: 'other' },
        spec: { ...o.topic.spec, topicName: 'sales.order.created' },
      }),
    says: ['declared by KafkaTopic sales.order.created too', 'remove one'],
    path: 'spec.topicName',
  },
  {
    rule: 'topic-replicas-above-brokers',
    accepts: (o) => void (o.topic.spec.replicas = 3),
    refuses: (o) => void (o.topic.spec.replicas = 4),
    says: ['4 replicas', '3 brokers', 'set replicas to 3 or less'],
    path: 'spec.replicas',
  },
  {
    rule: 'topic-replicas-low',
    accepts: singleNodes,
    refuses: (o) => void Object.assign(o.topic.spec, { replicas: 1, config: { 'min.insync.replicas': 1 } }),
    says: ['1 replica on 3 brokers', 'set replicas to 3'],
    path: 'spec.replicas',
  },
  {
    rule: 'topic-min-isr-above-replicas',
    accepts: (o) => void (o.topic.spec.config['min.insync.replicas'] = '1'),
    refuses: (o) => void (o.topic.spec.config['min.insync.replicas'] = 4),
    says: ['4 in-sync replicas of 3', 'set min.insync.replicas to 2'],
    path: 'spec.config.min.insync.replicas',
  },
  {
    rule: 'topic-min-isr-equals-replicas',
    accepts: singleNodes,
    refuses: (o) => void (o.topic.spec.config['min.insync.replicas'] = 3),
    says: ['all of its 3 replicas', 'set min.insync.replicas to 2'],
    path: 'spec.config.min.insync.replicas',
  },
  {
    rule: 'topic-option-gone',
    accepts: (o) => void (o.topic.spec.config['message.timestamp.type'] = 'CreateTime'),
    refuses: (o) => void (o.topic.spec.config['message.format.version'] = '3.0'),
    says: ['message.format.version', 'remove it'],
    path: 'spec.config.message.format.version',
  },
  // Workers.
  {
    rule: 'worker-variable-unknown',
    accepts: (o) => setEnv(o.consumer, 'EVIDENCE', 'stdout'),
    refuses: (o) => setEnv(o.consumer, 'EVIDENSE', 'stdout'),
    says: ['EVIDENSE', 'did you mean EVIDENCE?'],
    path: 'spec.template.spec.containers[0].env.EVIDENSE',
  },
  {
    rule: 'worker-variable-invalid',
    accepts: (o) => setEnv(o.consumer, 'CONSUMER_WORK_MS', '0'),
    refuses: (o) => setEnv(o.consumer, 'CONSUMER_WORK_MS', '2ms'),
    says: ['CONSUMER_WORK_MS is "2ms"', 'whole number from 0'],
    path: 'spec.template.spec.containers[0].env.CONSUMER_WORK_MS',
  },
  {
    rule: 'worker-variable-missing',
    accepts: (o) => setEnv(o.consumer, 'KAFKA_GROUP_ID', undefined),
    refuses: (o) => setEnv(o.consumer, 'KAFKA_TOPIC', undefined),
    says: ['KAFKA_TOPIC is missing'],
    path: 'spec.template.spec.containers[0].env.KAFKA_TOPIC',
  },
  {
    rule: 'worker-topic-unknown',
    accepts: (o) => void delete (o as Record<string, unknown>)['topic'],
    refuses: (o) => setEnv(o.consumer, 'KAFKA_TOPIC', 'sales.order.create'),
    says: ['sales.order.create', 'did you mean sales.order.created?'],
    path: 'spec.template.spec.containers[0].env.KAFKA_TOPIC',
  },
  {
    rule: 'worker-bootstrap-unknown',
    accepts: (o) =>
      setEnv(o.consumer, 'KAFKA_BOOTSTRAP_SERVERS', 'bhf-kafka-kafka-bootstrap.kafka.svc.cluster.local:9092,elsewhere.example:9093'),
    refuses: (o) => setEnv(o.consumer, 'KAFKA_BOOTSTRAP_SERVERS', 'bhf-kafka-kafka-bootstrap:9093'),
    says: ['no listener on port 9093', 'it listens on 9092'],
    path: 'spec.template.spec.containers[0].env.KAFKA_BOOTSTRAP_SERVERS',
  },
  {
    rule: 'worker-bootstrap-unknown',
    accepts: () => undefined,
    refuses: (o) => setEnv(o.consumer, 'KAFKA_BOOTSTRAP_SERVERS', 'bfh-kafka-kafka-bootstrap:9092'),
    says: ['Kafka bfh-kafka, which is not declared', 'did you mean bhf-kafka?'],
    path: 'spec.template.spec.containers[0].env.KAFKA_BOOTSTRAP_SERVERS',
  },
  {
    rule: 'worker-bootstrap-unknown',
    accepts: (o) => {
      o.consumer.metadata.namespace = 'shop';
      setEnv(o.consumer, 'KAFKA_BOOTSTRAP_SERVERS', 'bhf-kafka-kafka-bootstrap.kafka.svc:9092');
    },
    refuses: (o) => void (o.consumer.metadata.namespace = 'shop'),
    says: ['looked up in namespace shop', 'bhf-kafka-kafka-bootstrap.kafka.svc:9092'],
    path: 'spec.template.spec.containers[0].env.KAFKA_BOOTSTRAP_SERVERS',
  },
  {
    rule: 'worker-heartbeat-slow',
    accepts: (o) => setEnv(o.consumer, 'CONSUMER_HEARTBEAT_INTERVAL_MS', '3333'),
    refuses: (o) => setEnv(o.consumer, 'CONSUMER_SESSION_TIMEOUT_MS', '9000'),
    says: ['every 3000 ms', 'session of 9000 ms', '2999 ms or less'],
    path: 'spec.template.spec.containers[0].env.CONSUMER_HEARTBEAT_INTERVAL_MS',
  },
  {
    rule: 'worker-grace-short',
    accepts: (o) => void delete o.consumer.spec.template.spec.terminationGracePeriodSeconds,
    refuses: (o) => setEnv(o.consumer, 'SHUTDOWN_DEADLINE_MS', '60000'),
    says: ['60000 ms to stop', 'killed after 30 s', 'set terminationGracePeriodSeconds to 65'],
    path: 'spec.template.spec.terminationGracePeriodSeconds',
  },
  {
    rule: 'worker-replicas-above-partitions',
    accepts: (o) => void (o.consumer.spec.replicas = 6),
    refuses: (o) => void (o.consumer.spec.replicas = 8),
    says: ['8 members share 6 partitions', '2 would be idle'],
    path: 'spec.replicas',
  },
  {
    rule: 'worker-surge',
    accepts: (o) => void (o.consumer.spec.strategy = { type: 'Recreate' }),
    refuses: (o) => void delete o.consumer.spec.strategy,
    says: ['set maxSurge 0'],
    path: 'spec.strategy.rollingUpdate.maxSurge',
  },
  {
    rule: 'producer-idempotence-acks',
    accepts: (o) => {
      setEnv(o.producer, 'PRODUCER_ACKS', '1');
      setEnv(o.producer, 'PRODUCER_IDEMPOTENCE', 'false');
    },
    refuses: (o) => setEnv(o.producer, 'PRODUCER_ACKS', '1'),
    says: ['PRODUCER_ACKS 1', 'set PRODUCER_ACKS to all'],
    path: 'spec.template.spec.containers[0].env.PRODUCER_ACKS',
  },
  {
    rule: 'producer-keys-invalid',
    accepts: (o) => setEnv(o.producer, 'PRODUCER_KEYS', 'vip,customer-{001..100}'),
    refuses: (o) => setEnv(o.producer, 'PRODUCER_KEYS', 'customer-{J..A}'),
    says: ['runs backwards', '{A..J}'],
    path: 'spec.template.spec.containers[0].env.PRODUCER_KEYS',
  },
  {
    rule: 'producer-buffer-above-memory',
    accepts: (o) => setEnv(o.producer, 'PRODUCER_BUFFER_BYTES', String(128 * 2 ** 20)),
    refuses: (o) => setEnv(o.producer, 'PRODUCER_BUFFER_BYTES', '1073741824'),
    says: ['1.07 GB', '134217728 or less'],
    path: 'spec.template.spec.containers[0].env.PRODUCER_BUFFER_BYTES',
  },
  {
    rule: 'consumer-fetch-wait-long',
    accepts: (o) => setEnv(o.consumer, 'CONSUMER_FETCH_MAX_WAIT_MS', '3333'),
    refuses: (o) => setEnv(o.consumer, 'CONSUMER_FETCH_MAX_WAIT_MS', '5000'),
    says: ['5000 with a session of 10000 ms', 'set it to 3333 or less'],
    path: 'spec.template.spec.containers[0].env.CONSUMER_FETCH_MAX_WAIT_MS',
  },
  {
    rule: 'consumer-assignor-unsupported',
    accepts: (o) => setEnv(o.consumer, 'CONSUMER_ASSIGNOR', 'roundrobin'),
    refuses: (o) => setEnv(o.consumer, 'CONSUMER_ASSIGNOR', 'cooperative-sticky'),
    says: ['cooperative-sticky', 'set it to roundrobin'],
    path: 'spec.template.spec.containers[0].env.CONSUMER_ASSIGNOR',
  },
  {
    rule: 'consumer-auto-commit-unused',
    accepts: (o) => {
      setEnv(o.consumer, 'CONSUMER_AUTO_COMMIT_INTERVAL_MS', '1000');
      setEnv(o.consumer, 'CONSUMER_COMMIT', 'auto');
    },
    refuses: (o) => setEnv(o.consumer, 'CONSUMER_AUTO_COMMIT_INTERVAL_MS', '1000'),
    says: ['is 1000 with CONSUMER_COMMIT manual', 'set CONSUMER_COMMIT to auto'],
    path: 'spec.template.spec.containers[0].env.CONSUMER_AUTO_COMMIT_INTERVAL_MS',
  },
  {
    rule: 'producer-batch-above-buffer',
    accepts: (o) => setEnv(o.producer, 'PRODUCER_BUFFER_BYTES', '16384'),
    refuses: (o) => {
      setEnv(o.producer, 'PRODUCER_BUFFER_BYTES', '16384');
      setEnv(o.producer, 'PRODUCER_BATCH_BYTES', '16385');
    },
    says: ['16385, above the 16384', 'lower the batch'],
    path: 'spec.template.spec.containers[0].env.PRODUCER_BATCH_BYTES',
  },
  {
    rule: 'producer-delivery-timeout-short',
    accepts: (o) => setEnv(o.producer, 'PRODUCER_DELIVERY_TIMEOUT_MS', '30005'),
    refuses: (o) => setEnv(o.producer, 'PRODUCER_DELIVERY_TIMEOUT_MS', '30004'),
    says: ['is 30004, below linger + request timeout = 30005', 'set it to 30005 or more'],
    path: 'spec.template.spec.containers[0].env.PRODUCER_DELIVERY_TIMEOUT_MS',
  },
  // Quotas.
  {
    rule: 'quota-exceeded',
    accepts: (o) => void (o.quota.spec.hard['limits.memory'] = '12800Mi'),
    refuses: (o) => void (o.quota.spec.hard['limits.memory'] = '12Gi'),
    says: ['limits.memory is 12Gi', 'adds up to 12800Mi', 'node pool broker 3 × 2Gi', 'raise the quota'],
    path: 'spec.hard.limits.memory',
  },
  {
    rule: 'quota-exceeded',
    accepts: (o) => void (o.consumer.metadata.annotations['muster.dev/max-replicas'] = '8'),
    refuses: (o) => void (o.consumer.metadata.annotations['muster.dev/max-replicas'] = '80'),
    says: ['deployment consumer 80 × 256Mi'],
    path: 'spec.hard.limits.memory',
  },
  {
    rule: 'quota-needs-resources',
    accepts: (o) => void (o.consumer.spec.template.spec.containers[0].resources = { limits: { cpu: '200m', memory: '256Mi' } }),
    refuses: (o) => void delete o.brokers.spec.resources,
    says: ['node pool broker', 'give them resources'],
    path: 'spec.hard.requests.cpu',
  },
  {
    rule: 'request-above-limit',
    accepts: (o) => void (o.brokers.spec.resources.requests.memory = '2048Mi'),
    refuses: (o) => void (o.brokers.spec.resources.requests.memory = '3Gi'),
    says: ['node pool broker requests 3Gi of memory, above its limit of 2Gi'],
    path: 'resources.requests.memory',
  },
];

function findings(change: Change): Finding[] {
  const objects = soundSystem();
  change(objects);
  return checkResources(resourcesOf(objects), { contracts });
}

it('finds nothing in a sound system', () => expect(findings(() => undefined)).toEqual([]));

describe.each(cases)('$rule at $path', ({ rule, accepts, refuses, says, path }) => {
  it('accepts', () => expect(findings(accepts).filter((found) => found.rule === rule)).toEqual([]));

  it('refuses, and teaches', () => {
    const found = findings(refuses).find((candidate) => candidate.rule === rule && candidate.path === path);
    expect(found?.source).toBeTruthy();
    for (const words of says) expect(found?.message).toContain(words);
  });
});

it('has an accepting and a refusing case for every rule', () => {
  const covered = new Set(cases.map(({ rule }) => rule));
  expect(rules.filter(({ id }) => !covered.has(id)).map(({ id }) => id)).toEqual([]);
});

it('gives every rule an id of its own', () => expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length));

it('puts errors first, and names object and file', () => {
  const objects = soundSystem();
  objects.topic = {
    ...objects.topic,
    file: 'dist/k3s/topic.yaml',
    spec: { partitions: 0, replicas: 3, config: { 'min.insync.replicas': 3 } },
  };
  const [first, ...others] = checkResources(resourcesOf(objects), { contracts });
  expect(first).toEqual({
    rule: 'field-invalid',
    severity: 'error',
    message: 'spec.partitions is 0: give 1 or more',
    resource: { kind: 'KafkaTopic', name: 'sales.order.created', namespace: 'kafka' },
    path: 'spec.partitions',
    source: expect.any(String) as unknown as string,
    file: 'dist/k3s/topic.yaml',
  });
  expect(others.every(({ severity }) => severity !== 'error')).toBe(true);
});

it('says one thing about the lab manifest of old for each of its traps', () => {
  const objects = soundSystem();
  objects.kafka.metadata.annotations = { 'strimzi.io/kraft': 'enabled', 'strimzi.io/node-pools': 'enabled' };
  Object.assign(objects.kafka.spec.kafka, {
    version: '4.0.0',
    metadataVersion: '4.0-IV3',
    replicas: 3,
    storage: { type: 'ephemeral' },
    resources: {},
  });
  objects.kafka.spec.kafka.config = {
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'inter.broker.protocol.version': '4.0',
    'log.message.format.version': '4.0',
  };
  objects.topic.metadata.namespace = 'kafka-training';
  delete (objects as Record<string, unknown>)['brokers'];
  delete (objects as Record<string, unknown>)['controllers'];
  const said = checkResources(resourcesOf(objects), { contracts }).map(({ rule, path }) => `${rule} ${path}`);
  expect(said).toEqual([
    'field-moved spec.kafka.replicas',
    'field-moved spec.kafka.storage',
    'field-moved spec.kafka.resources',
    'kafka-version-unsupported spec.kafka.version',
    'broker-option-gone spec.kafka.config.inter.broker.protocol.version',
    'broker-option-gone spec.kafka.config.log.message.format.version',
    'annotation-obsolete metadata.annotations.strimzi.io/kraft',
    'annotation-obsolete metadata.annotations.strimzi.io/node-pools',
    'broker-replication-low spec.kafka.config.default.replication.factor',
    'broker-replication-low spec.kafka.config.offsets.topic.replication.factor',
    'broker-replication-low spec.kafka.config.transaction.state.log.replication.factor',
    'broker-replication-low spec.kafka.config.min.insync.replicas',
    'broker-replication-low spec.kafka.config.transaction.state.log.min.isr',
    'cluster-without-node-pools metadata.name',
    'namespaces-mixed metadata.namespace',
  ]);
});

it('names the fields to move in a manifest of an old API version too', () => {
  const said = findings((o) => {
    o.kafka.apiVersion = 'kafka.strimzi.io/v1beta2';
    o.kafka.spec.kafka.replicas = 3;
  });
  expect(said.map(({ rule }) => rule)).toEqual(['api-version', 'field-moved']);
});

it('tolerates objects that are nonsense', () => {
  for (const kind of ['Kafka', 'KafkaNodePool', 'KafkaTopic', 'Deployment', 'ResourceQuota']) {
    for (const spec of [
      undefined,
      null,
      7,
      [],
      'x',
      { kafka: [], replicas: {}, config: 3, storage: 'x', roles: 5, template: { spec: { containers: [null] } }, hard: [] },
    ]) {
      const apiVersion = kind.startsWith('Kafka') ? 'kafka.strimzi.io/v1' : 'v1';
      const resource = { apiVersion, kind, metadata: { name: 'x', labels: 5, annotations: [] }, spec };
      expect(() => checkResources([resource] as unknown as Parameters<typeof checkResources>[0], { contracts })).not.toThrow();
    }
  }
});
