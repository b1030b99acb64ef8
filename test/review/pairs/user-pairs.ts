import { brokers, cluster, strimzi, worker } from './strimzi-pair.js';
import type { ReviewPair } from './review-pair.js';

const scram = '[{name: tls, port: 9093, type: internal, tls: true, authentication: {type: scram-sha-512}}]';
const kafka = cluster({ listeners: scram, kafka: 'authorization: {type: simple}' }) + brokers();
const consumer = worker('consumer', 'inventory', { KAFKA_GROUP_ID: 'inventory-service' }, { secret: 'inventory' });
const acl = (type: string, name: string, ...operations: readonly string[]): string =>
  `{resource: {type: ${type}, name: ${name}}, operations: [${operations.join(', ')}]}`;
const user = (authentication: string, ...acls: readonly string[]): string =>
  strimzi('KafkaUser', 'inventory', `authentication: {type: ${authentication}}\nauthorization: {type: simple, acls: [${acls.join(', ')}]}`);
const [topic, group] = [acl('topic', 'orders.created', 'Read', 'Describe'), acl('group', 'inventory-service', 'Read')];
const operator = 'user-operator KafkaUserOperator 1.2.0';

export const userPairs: readonly ReviewPair[] = [
  {
    name: 'an ACL taken away that a worker needs',
    source: 'Kafka 4.3 documentation, operations_in_kafka',
    beside: kafka + consumer,
    before: user('scram-sha-512', topic, group),
    after: user('scram-sha-512', topic),
    says: [
      {
        id: 'user-acls-needed',
        grade: 'unavailable',
        words: ['Read on group inventory-service', 'inventory loses Read on group inventory-service'],
      },
    ],
  },
  {
    name: 'an ACL taken away that no worker is known to need',
    source: 'Kafka 4.3 documentation, operations_in_kafka',
    beside: kafka + consumer,
    before: user('scram-sha-512', topic, group, acl('topic', 'old', 'Read')),
    after: user('scram-sha-512', topic, group),
    says: [{ id: 'user-acls-narrower', grade: 'unavailable', words: ['No worker of these manifests'] }],
  },
  {
    name: 'an ACL added',
    source: operator,
    beside: kafka + consumer,
    before: user('scram-sha-512', topic, group),
    after: user('scram-sha-512', topic, group, acl('topic', 'orders.', 'Write').replace('}, op', ', patternType: prefix}, op')),
    says: [{ id: 'user-acls-wider', grade: 'safe', words: ['Write on topic orders.…'] }],
  },
  {
    name: 'scram → tls on a Kafka without such a listener',
    source: `${operator}; KafkaUserModel.getUserName`,
    beside: kafka + consumer,
    before: user('scram-sha-512', topic, group),
    after: user('tls', topic, group),
    says: [
      {
        id: 'user-authentication',
        grade: 'unavailable',
        words: ['user.crt and user.key', 'User:CN=inventory', 'Deployment inventory cannot come in', 'No listener of Kafka bhf takes tls'],
      },
    ],
  },
  {
    name: 'removed while a worker reads its Secret',
    source: `${operator}.delete`,
    beside: kafka + consumer,
    before: user('scram-sha-512', topic, group),
    after: '',
    says: [{ id: 'user-removed', grade: 'unavailable', words: ['Deployment inventory still reads that Secret'] }],
  },
  {
    name: 'a quota below what a worker declares',
    source: 'Kafka 4.3 documentation, design_quotas: by broker',
    beside: kafka + worker('producer', 'feed', { PRODUCER_RATE: '10000', PRODUCER_RECORD_BYTES: '1000' }, { secret: 'feed' }),
    before: strimzi('KafkaUser', 'feed', 'quotas: {producerByteRate: 10000000}'),
    after: strimzi('KafkaUser', 'feed', 'quotas: {producerByteRate: 1000000}'),
    says: [
      {
        id: 'user-quota-below-load',
        grade: 'unavailable',
        words: ['1 MB/s on each broker', 'feed declares 10 MB/s', '3 MB/s of 3 brokers'],
      },
    ],
  },
];
