import { config, copy, type Case } from './case.js';

export const shapeCases: readonly Case[] = [
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
];
