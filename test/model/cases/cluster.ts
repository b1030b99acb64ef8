import { config, singleNodes, strimzi, type Case } from './case.js';

export const clusterCases: readonly Case[] = [
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
  {
    rule: 'broker-replication-unset',
    accepts: (o) => void Object.assign(o.brokers.spec, { replicas: 1 }),
    refuses: (o) => {
      o.brokers.spec.replicas = 2;
      delete config(o)['min.insync.replicas'];
    },
    says: ['min.insync.replicas is not set', '2 brokers', 'add a broker and write 2'],
    path: 'spec.kafka.config.min.insync.replicas',
  },
  {
    rule: 'broker-replication-unset',
    accepts: () => undefined,
    refuses: (o) => {
      o.brokers.spec.replicas = 2;
      delete config(o)['default.replication.factor'];
    },
    says: ['default.replication.factor is not set', 'set it to 2'],
    path: 'spec.kafka.config.default.replication.factor',
  },
  {
    rule: 'config-provider-reserved',
    accepts: (o) => void (config(o)['config.providers'] = 'env,file'),
    refuses: (o) => void (config(o)['config.providers'] = 'env,strimzienv'),
    says: ['"strimzienv"', 'choose another alias'],
    path: 'spec.kafka.config.config.providers',
  },
  {
    rule: 'quotas-limits-both',
    accepts: (o) => void (o.kafka.spec.kafka.quotas = { type: 'strimzi', minAvailableRatioPerVolume: 0.1 }),
    refuses: (o) =>
      void (o.kafka.spec.kafka.quotas = { type: 'strimzi', minAvailableRatioPerVolume: 0.1, minAvailableBytesPerVolume: 1000 }),
    says: ['minAvailableBytesPerVolume (1000)', 'minAvailableRatioPerVolume (0.1)', 'remove the other'],
    path: 'spec.kafka.quotas',
  },
  {
    rule: 'quotas-callback-ignored',
    accepts: (o) => void (config(o)['client.quota.callback.class'] = 'org.example.Mine'),
    refuses: (o) => {
      config(o)['client.quota.callback.class'] = 'org.example.Mine';
      o.kafka.spec.kafka.quotas = { type: 'kafka', producerByteRate: 1000 };
    },
    says: ['org.example.Mine', 'keep one of the two'],
    path: 'spec.kafka.config.client.quota.callback.class',
  },
  {
    rule: 'topics-created-by-anybody',
    accepts: (o) => void (config(o)['auto.create.topics.enable'] = 'false'),
    refuses: (o) => void delete config(o)['auto.create.topics.enable'],
    says: ['not set, which means true', 'set it to false'],
    path: 'spec.kafka.config.auto.create.topics.enable',
  },
  {
    rule: 'cluster-elsewhere',
    accepts: () => undefined,
    refuses: (o) => {
      for (const name of ['kafka', 'brokers', 'controllers']) Reflect.deleteProperty(o, name);
    },
    says: ['KafkaTopic sales.order.created belongs to Kafka bhf-kafka', 'not among these objects'],
    path: 'metadata.labels.strimzi.io/cluster',
  },
  {
    rule: 'cluster-elsewhere',
    accepts: () => undefined,
    refuses: (o) => {
      for (const name of ['one', 'two']) {
        o[name] = strimzi('KafkaTopic', name, { partitions: 1, replicas: 1 }, 'far-away');
        o[name].metadata.namespace = 'elsewhere';
      }
    },
    says: ['KafkaTopic one (and 1 more) belongs to Kafka far-away'],
    path: 'metadata.labels.strimzi.io/cluster',
  },
  {
    rule: 'cluster-label-missing',
    accepts: (o) => {
      o['template'] = strimzi('KafkaRebalance', 'template', { mode: 'add-brokers' });
      o['template'].metadata = { name: 'template', namespace: 'kafka', annotations: { 'strimzi.io/rebalance-template': 'true' } };
    },
    refuses: (o) => {
      o['rebalance'] = strimzi('KafkaRebalance', 'rebalance', {});
      delete o['rebalance'].metadata.labels;
    },
    says: ['KafkaRebalance rebalance has no label', 'bhf-kafka'],
    path: 'metadata.labels.strimzi.io/cluster',
  },
  {
    rule: 'namespaces-mixed',
    accepts: (o) => {
      o.kafka.spec.entityOperator.topicOperator.watchedNamespace = 'topics';
      o.topic.metadata.namespace = 'topics';
    },
    refuses: (o) => void (o.kafka.spec.entityOperator.topicOperator.watchedNamespace = 'topics'),
    says: ['move it to topics'],
    path: 'metadata.namespace',
  },
  {
    rule: 'node-ids-invalid',
    accepts: (o) => void (o.brokers.metadata.annotations['strimzi.io/remove-node-ids'] = '[2]'),
    refuses: (o) => void (o.brokers.metadata.annotations['strimzi.io/remove-node-ids'] = '2'),
    says: ['strimzi.io/remove-node-ids is "2"', '"[0-2]"'],
    path: 'metadata.annotations.strimzi.io/remove-node-ids',
  },
];
