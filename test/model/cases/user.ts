import { strimzi, type Case } from './case.js';
import { setEnv, type Loose, type Objects } from '../system-fixture.js';

const listen = (o: Objects, ...types: string[]): void => {
  types.forEach((type, i) =>
    o.kafka.spec.kafka.listeners.push({ name: `l${String(i)}`, port: 9100 + i, type: 'internal', tls: true, authentication: { type } }),
  );
};

/** A user in a cluster that takes SCRAM and asks for permission. */
const user = (o: Objects, spec: Loose, name = 'me'): void => {
  listen(o, 'scram-sha-512');
  o.kafka.spec.kafka.authorization = { type: 'simple' };
  o['user'] = strimzi('KafkaUser', name, { authentication: { type: 'scram-sha-512' }, ...spec });
};
const acl = (type: string, name: string | undefined, operations: string[], more: Loose = {}): Loose => ({
  resource: { type, name, ...more },
  operations,
});
const allow = (...acls: Loose[]): Loose => ({ authorization: { type: 'simple', acls } });
const password = (secretKeyRef: Loose): Loose => ({ authentication: { type: 'scram-sha-512', password: { valueFrom: { secretKeyRef } } } });

/** The worker comes as the user. */
const mounted = (o: Objects, worker: 'consumer' | 'producer', ...acls: Loose[]): void => {
  user(o, allow(...acls));
  o[worker].spec.template.spec.volumes = [{ name: 'user', secret: { secretName: 'me' } }];
};
const topicName = 'sales.order.created';
const readTopic = acl('topic', topicName, ['Read']);
const readGroup = acl('group', 'inventory', ['Read'], { patternType: 'prefix' });

/** The consumer sends what it cannot handle to a topic. */
const deadLettered = (o: Objects, ...acls: Loose[]): void => {
  mounted(o, 'consumer', readTopic, readGroup, ...acls);
  o['dead'] = strimzi('KafkaTopic', 'sales.order.dlq', { partitions: 1, replicas: 3, config: { 'min.insync.replicas': 2 } });
  setEnv(o.consumer, 'CONSUMER_DEAD_LETTER_TOPIC', 'sales.order.dlq');
};
const transactional = (o: Objects, ...acls: Loose[]): void => {
  mounted(o, 'consumer', readTopic, readGroup, ...acls);
  setEnv(o.consumer, 'CONSUMER_GUARANTEE', 'exactly-once');
};

export const userCases: readonly Case[] = [
  {
    rule: 'user-name-too-long',
    accepts: (o) => user(o, { authentication: { type: 'tls' } }, 'x'.repeat(64)),
    refuses: (o) => user(o, { authentication: { type: 'tls' } }, 'x'.repeat(65)),
    says: ['65 characters', 'holds 64'],
    path: 'metadata.name',
  },
  {
    rule: 'user-name-too-long',
    accepts: (o) => user(o, {}, 'x'.repeat(65)),
    refuses: (o) => user(o, { authentication: { type: 'tls' } }, 'x'.repeat(65)),
    says: ['scram-sha-512'],
    path: 'metadata.name',
  },
  ...[{ name: 'secret' }, { key: 'password' }, {}, undefined].map((reference): Case => ({
    rule: 'user-password-reference',
    accepts: (o) => user(o, password({ name: 'secret', key: 'password' })),
    refuses: (o) => user(o, password(reference)),
    says: ['KafkaUser me', 'name and key'],
    path: 'spec.authentication.password.valueFrom.secretKeyRef',
  })),
  {
    rule: 'user-acls-unsupported',
    accepts: (o) => {
      user(o, allow());
      o.kafka.spec.kafka.authorization = { type: 'custom', authorizerClass: 'x', supportsAdminApi: true };
    },
    refuses: (o) => {
      user(o, allow());
      o.kafka.spec.kafka.authorization = { type: 'custom', authorizerClass: 'x' };
    },
    says: ['KafkaUser me has ACLs', 'type: simple'],
    path: 'spec.authorization',
  },
  {
    rule: 'user-acls-unsupported',
    accepts: (o) => user(o, allow()),
    refuses: (o) => {
      user(o, allow());
      delete o.kafka.spec.kafka.authorization;
    },
    says: ['Kafka bhf-kafka has no authorization'],
    path: 'spec.authorization',
  },
  ...['topic', 'group', 'transactionalId'].map((type): Case => ({
    rule: 'user-acl-name-missing',
    accepts: (o) => user(o, allow(acl('cluster', undefined, ['Describe']), acl(type, '*', ['Describe']))),
    refuses: (o) => user(o, allow(acl('cluster', undefined, ['Describe']), acl(type, undefined, ['Describe']))),
    says: [`on a ${type} without a name`, '"*"'],
    path: 'spec.authorization.acls[1].resource.name',
  })),
  ...['tls', 'tls-external', 'scram-sha-512'].map((type): Case => ({
    rule: 'user-authentication-not-offered',
    accepts: (o) => {
      listen(o, 'tls', 'scram-sha-512');
      o['user'] = strimzi('KafkaUser', 'me', { authentication: { type } });
    },
    refuses: (o) => {
      listen(o, type === 'scram-sha-512' ? 'tls' : 'scram-sha-512');
      o['user'] = strimzi('KafkaUser', 'me', { authentication: { type } });
    },
    says: [`authenticates by ${type}`, 'no listener of Kafka bhf-kafka', 'they ask for', 'can never come in'],
    path: 'spec.authentication.type',
  })),
  {
    rule: 'user-authentication-not-offered',
    accepts: (o) => {
      listen(o, 'custom');
      o['user'] = strimzi('KafkaUser', 'me', { authentication: { type: 'scram-sha-512' } });
    },
    refuses: (o) => void (o['user'] = strimzi('KafkaUser', 'me', { authentication: { type: 'scram-sha-512' } })),
    says: ['no listener of Kafka bhf-kafka asks for that:'],
    path: 'spec.authentication.type',
  },
  ...['topic', 'user'].map((kind): Case => ({
    rule: 'entity-operator-absent',
    accepts: (o) => {
      user(o, {});
      o.kafka.spec.entityOperator = { topicOperator: {}, userOperator: {} };
    },
    refuses: (o) => {
      user(o, {});
      Reflect.deleteProperty(o.kafka.spec.entityOperator, `${kind}Operator`);
    },
    says: [`runs no ${kind}Operator`, `spec.entityOperator.${kind}Operator: {}`],
    path: `spec.entityOperator.${kind}Operator`,
  })),
  {
    rule: 'worker-topic-denied',
    accepts: (o) => mounted(o, 'consumer', acl('topic', 'sales.', ['Read'], { patternType: 'prefix' }), readGroup),
    refuses: (o) => mounted(o, 'consumer', acl('topic', topicName, ['Describe', 'Write']), readGroup),
    says: ['consumer consumer comes as KafkaUser me', `may not Read topic ${topicName}`],
    path: 'spec.template.spec.containers[0].env.KAFKA_TOPIC',
  },
  {
    rule: 'worker-topic-denied',
    accepts: (o) => mounted(o, 'producer', acl('topic', '*', ['All'])),
    refuses: (o) => mounted(o, 'producer', acl('topic', '*', ['All']), { ...acl('topic', topicName, ['Write']), type: 'deny' }),
    says: ['may not Write topic'],
    path: 'spec.template.spec.containers[0].env.KAFKA_TOPIC',
  },
  {
    rule: 'worker-topic-denied',
    accepts: (o) => {
      mounted(o, 'producer');
      o.kafka.spec.kafka.authorization.superUsers = ['me'];
    },
    refuses: (o) => {
      user(o, allow());
      o.producer.spec.template.spec.containers[0].env.push({
        name: 'PASSWORD',
        valueFrom: { secretKeyRef: { name: 'me', key: 'password' } },
      });
    },
    says: ['may not Write topic'],
    path: 'spec.template.spec.containers[0].env.KAFKA_TOPIC',
  },
  {
    rule: 'worker-topic-denied',
    accepts: (o) => deadLettered(o, acl('topic', 'sales.order.dlq', ['Write'])),
    refuses: (o) => deadLettered(o, acl('topic', 'sales.order.dlq', ['Read'])),
    says: ['may not Write topic sales.order.dlq'],
    path: 'spec.template.spec.containers[0].env.CONSUMER_DEAD_LETTER_TOPIC',
  },
  {
    rule: 'worker-transactions-denied',
    accepts: (o) => transactional(o, acl('transactionalId', 'inventory-service-', ['Describe', 'Write'], { patternType: 'prefix' })),
    refuses: (o) => transactional(o, acl('transactionalId', 'inventory-service-', ['Describe', 'Write'])),
    says: ['may not Write transactional ids that begin with inventory-service-', 'on that prefix'],
    path: 'spec.template.spec.containers[0].env.CONSUMER_GUARANTEE',
  },
  {
    rule: 'worker-group-denied',
    accepts: (o) => mounted(o, 'consumer', readTopic, readGroup),
    refuses: (o) => mounted(o, 'consumer', readTopic, acl('group', 'other', ['Read'])),
    says: ['may not Read group inventory-service', 'could never join'],
    path: 'spec.template.spec.containers[0].env.KAFKA_GROUP_ID',
  },
  {
    rule: 'producer-acks-below-min-isr',
    accepts: (o) => setEnv(o.producer, 'PRODUCER_ACKS', 'all'),
    refuses: (o) => {
      setEnv(o.producer, 'PRODUCER_ACKS', '1');
      setEnv(o.producer, 'PRODUCER_IDEMPOTENCE', 'false');
    },
    says: ['PRODUCER_ACKS is 1', 'wants 2 replicas in sync', 'set PRODUCER_ACKS to all'],
    path: 'spec.template.spec.containers[0].env.PRODUCER_ACKS',
  },
];
