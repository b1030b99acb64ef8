import { copy, singleNodes, type Case } from './case.js';
import type { Objects } from '../system-fixture.js';

/** What the topic operator may change. */
const alter = (o: Objects, value: string): void =>
  void (o.kafka.spec.entityOperator.template = { topicOperatorContainer: { env: [{ name: 'STRIMZI_ALTERABLE_TOPIC_CONFIG', value }] } });

export const topicCases: readonly Case[] = [
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
  {
    rule: 'topic-twice',
    accepts: (o) => {
      for (const name of ['here', 'there'])
        o[name] = { ...copy(o.topic), metadata: { name: `orders.${name}.x`, namespace: name, labels: { 'strimzi.io/cluster': 'far' } } };
      o['there'].spec.topicName = o['here'].metadata.name;
    },
    refuses: (o) => {
      for (const name of ['here', 'there'])
        o[name] = { ...copy(o.topic), metadata: { name: `orders.${name}.x`, namespace: 'far', labels: { 'strimzi.io/cluster': 'far' } } };
      o['there'].spec.topicName = o['here'].metadata.name;
    },
    says: ['declared by KafkaTopic orders.here.x too'],
    path: 'spec.topicName',
  },
  ...['leader', 'follower'].map((side): Case => ({
    rule: 'topic-throttled-replicas',
    accepts: (o) => void (o.topic.spec.config['retention.ms'] = 1),
    refuses: (o) => void (o.topic.spec.config[`${side}.replication.throttled.replicas`] = '*'),
    says: [`sets ${side}.replication.throttled.replicas`, 'remove it'],
    path: `spec.config.${side}.replication.throttled.replicas`,
  })),
  ...['retention.ms, cleanup.policy', 'none'].map((allowed): Case => ({
    rule: 'topic-option-not-alterable',
    accepts: (o) => alter(o, 'ALL'),
    refuses: (o) => alter(o, allowed),
    says: ['sets min.insync.replicas (2)', 'STRIMZI_ALTERABLE_TOPIC_CONFIG', 'add it to the list'],
    path: 'spec.config.min.insync.replicas',
  })),
  {
    rule: 'topic-option-not-alterable',
    accepts: (o) => alter(o, 'min.insync.replicas'),
    refuses: (o) => {
      alter(o, 'min.insync.replicas');
      o.topic.spec.config['retention.ms'] = 1;
    },
    says: ['sets retention.ms (1)'],
    path: 'spec.config.retention.ms',
  },
];
