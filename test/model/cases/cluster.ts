import { config, singleNodes, type Case } from './case.js';

export const clusterCases: readonly Case[] = [
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
];
