import { strimzi, type Case } from './case.js';
import { setEnv, type Loose, type Objects } from '../system-fixture.js';

const topic = (name: string): Loose => strimzi('KafkaTopic', name, { partitions: 3, replicas: 3, config: { 'min.insync.replicas': 2 } });

const namedByPod = (worker: Loose): void =>
  worker.spec.template.spec.containers[0].env.push({
    name: 'CONSUMER_GROUP_INSTANCE_ID',
    valueFrom: { fieldRef: { fieldPath: 'metadata.name' } },
  });

const mount = (worker: Loose, mountPath: string): void =>
  void (worker.spec.template.spec.containers[0].volumeMounts = [{ name: 'volume', mountPath }]);

const asJob = (worker: Loose): void => {
  worker.apiVersion = 'batch/v1';
  worker.kind = 'Job';
  Reflect.deleteProperty(worker.spec, 'strategy');
  worker.spec.template.spec.restartPolicy = 'Never';
};

const asApi = (worker: Loose): void => void (worker.metadata.labels['app.kubernetes.io/component'] = 'api');

export const workerCases: readonly Case[] = [
  {
    rule: 'worker-variable-unknown',
    accepts: (o) => void (o.consumer.kind = 'StatefulSet'),
    refuses: (o) => {
      o.consumer.kind = 'StatefulSet';
      setEnv(o.consumer, 'EVIDENSE', 'stdout');
    },
    says: ['EVIDENSE', 'did you mean EVIDENCE?'],
    path: 'spec.template.spec.containers[0].env.EVIDENSE',
  },
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
    rule: 'worker-security-incomplete',
    accepts: (o) => {
      setEnv(o.consumer, 'KAFKA_SECURITY_PROTOCOL', 'SASL_SSL');
      setEnv(o.consumer, 'KAFKA_SASL_USERNAME', 'inventory');
      setEnv(o.consumer, 'KAFKA_SASL_PASSWORD_FILE', '/etc/muster/user/password');
      setEnv(o.consumer, 'KAFKA_SSL_CA_FILE', '/etc/muster/kafka-ca/ca.crt');
    },
    refuses: (o) => {
      setEnv(o.consumer, 'KAFKA_SECURITY_PROTOCOL', 'SASL_SSL');
      setEnv(o.consumer, 'KAFKA_SASL_USERNAME', 'inventory');
    },
    says: ['KAFKA_SASL_PASSWORD_FILE is missing with SASL_SSL'],
    path: 'spec.template.spec.containers[0].env.KAFKA_SASL_PASSWORD_FILE',
  },
  {
    rule: 'worker-security-incomplete',
    accepts: (o) => {
      setEnv(o.producer, 'KAFKA_SECURITY_PROTOCOL', 'SSL');
      setEnv(o.producer, 'KAFKA_SSL_CERTIFICATE_FILE', '/etc/muster/user/user.crt');
      setEnv(o.producer, 'KAFKA_SSL_KEY_FILE', '/etc/muster/user/user.key');
    },
    refuses: (o) => setEnv(o.producer, 'KAFKA_SSL_CERTIFICATE_FILE', '/etc/muster/user/user.crt'),
    says: ['KAFKA_SSL_CERTIFICATE_FILE does nothing with PLAINTEXT'],
    path: 'spec.template.spec.containers[0].env.KAFKA_SSL_CERTIFICATE_FILE',
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
    accepts: (o) => {
      o.consumer.kind = 'StatefulSet';
      Reflect.deleteProperty(o.consumer.spec, 'strategy');
    },
    refuses: (o) => void Reflect.deleteProperty(o.consumer.spec, 'strategy'),
    says: ['set maxSurge 0'],
    path: 'spec.strategy.rollingUpdate.maxSurge',
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
  {
    rule: 'worker-topic-unknown',
    accepts: (o) => {
      o['dead'] = topic('sales.order.dlq');
      setEnv(o.consumer, 'CONSUMER_DEAD_LETTER_TOPIC', 'sales.order.dlq');
    },
    refuses: (o) => {
      o['dead'] = topic('sales.order.dlq');
      setEnv(o.consumer, 'CONSUMER_DEAD_LETTER_TOPIC', 'sales.order.dql');
    },
    says: ['uses topic sales.order.dql', 'did you mean sales.order.dlq?'],
    path: 'spec.template.spec.containers[0].env.CONSUMER_DEAD_LETTER_TOPIC',
  },
  {
    rule: 'worker-topic-unknown',
    accepts: (o) => {
      o['paid'] = topic('sales.order.paid');
      setEnv(o.consumer, 'KAFKA_TOPIC', 'sales.order.created,sales.order.paid');
    },
    refuses: (o) => setEnv(o.consumer, 'KAFKA_TOPIC', 'sales.order.created,sales.order.paid'),
    says: ['uses topic sales.order.paid', 'declare it'],
    path: 'spec.template.spec.containers[0].env.KAFKA_TOPIC',
  },
  {
    rule: 'worker-dead-letters-circular',
    accepts: (o) => {
      o['dead'] = topic('sales.order.dlq');
      setEnv(o.consumer, 'CONSUMER_DEAD_LETTER_TOPIC', 'sales.order.dlq');
    },
    refuses: (o) => setEnv(o.consumer, 'CONSUMER_DEAD_LETTER_TOPIC', 'sales.order.created'),
    says: ['reads: what it cannot handle would come back to it for ever', 'sales.order.created.dlq'],
    path: 'spec.template.spec.containers[0].env.CONSUMER_DEAD_LETTER_TOPIC',
  },
  {
    rule: 'worker-dead-letters-circular',
    accepts: (o) => {
      o['again'] = topic('sales.order.retry');
      setEnv(o.producer, 'PRODUCER_RETRY_TOPIC', 'sales.order.retry');
    },
    refuses: (o) => setEnv(o.producer, 'PRODUCER_RETRY_TOPIC', 'sales.order.created'),
    says: ['what the topic refuses would be offered to it again'],
    path: 'spec.template.spec.containers[0].env.PRODUCER_RETRY_TOPIC',
  },
  {
    rule: 'worker-variable-needed',
    accepts: (o) => {
      o['paid'] = topic('sales.order.paid');
      setEnv(o.consumer, 'CONSUMER_HANDLER', 'payment-service');
      setEnv(o.consumer, 'CONSUMER_OUTPUT_TOPIC', 'sales.order.paid');
    },
    refuses: (o) => setEnv(o.consumer, 'CONSUMER_HANDLER', 'payment-service'),
    says: ['CONSUMER_HANDLER is payment-service, which needs CONSUMER_OUTPUT_TOPIC', 'ends at once'],
    path: 'spec.template.spec.containers[0].env.CONSUMER_OUTPUT_TOPIC',
  },
  {
    rule: 'consumer-group-protocol-unsupported',
    accepts: (o) => {
      setEnv(o.consumer, 'KAFKA_CLIENT', 'librdkafka');
      setEnv(o.consumer, 'CONSUMER_GROUP_PROTOCOL', 'consumer');
    },
    refuses: (o) => setEnv(o.consumer, 'CONSUMER_GROUP_PROTOCOL', 'consumer'),
    says: ['kafkajs knows the classic protocol only', 'KAFKA_CLIENT to librdkafka'],
    path: 'spec.template.spec.containers[0].env.CONSUMER_GROUP_PROTOCOL',
  },
  {
    rule: 'consumer-assignor-unsupported',
    accepts: (o) => {
      setEnv(o.consumer, 'KAFKA_CLIENT', 'librdkafka');
      setEnv(o.consumer, 'CONSUMER_ASSIGNOR', 'cooperative-sticky');
    },
    refuses: (o) => setEnv(o.consumer, 'CONSUMER_ASSIGNOR', 'cooperative-sticky'),
    says: ['or KAFKA_CLIENT to librdkafka'],
    path: 'spec.template.spec.containers[0].env.CONSUMER_ASSIGNOR',
  },
  {
    rule: 'consumer-static-unsupported',
    accepts: (o) => {
      setEnv(o.consumer, 'KAFKA_CLIENT', 'librdkafka');
      namedByPod(o.consumer);
    },
    refuses: (o) => namedByPod(o.consumer),
    says: ['kafkajs has none', 'remove it'],
    path: 'spec.template.spec.containers[0].env.CONSUMER_GROUP_INSTANCE_ID',
  },
  {
    rule: 'consumer-instance-id-shared',
    accepts: (o) => {
      setEnv(o.consumer, 'KAFKA_CLIENT', 'librdkafka');
      setEnv(o.consumer, 'CONSUMER_GROUP_INSTANCE_ID', 'the-one');
      o.consumer.spec.replicas = 1;
    },
    refuses: (o) => {
      setEnv(o.consumer, 'KAFKA_CLIENT', 'librdkafka');
      setEnv(o.consumer, 'CONSUMER_GROUP_INSTANCE_ID', 'the-one');
      o.consumer.spec.replicas = 2;
    },
    says: ['is the-one in all of 2 pods', 'metadata.name'],
    path: 'spec.template.spec.containers[0].env.CONSUMER_GROUP_INSTANCE_ID',
  },
  {
    rule: 'consumer-work-above-memory',
    accepts: (o) => setEnv(o.consumer, 'CONSUMER_BATCH_RECORDS', '127'),
    refuses: (o) => setEnv(o.consumer, 'CONSUMER_BATCH_RECORDS', '128'),
    says: ['128 records in work', 'memory limit of 268.44 MB'],
    path: 'spec.template.spec.containers[0].env.CONSUMER_BATCH_RECORDS',
  },
  ...(
    [
      ['CONSUMER_COMMIT', { CONSUMER_GUARANTEE: 'exactly-once' }, 'manual', 'auto', 'set it to manual'],
      ['CONSUMER_ORDER', { CONSUMER_GUARANTEE: 'exactly-once' }, 'partition', 'key', 'takes a partition in order'],
      ['CONSUMER_ISOLATION', { CONSUMER_GUARANTEE: 'exactly-once' }, 'read_committed', 'read_uncommitted', 'set it to read_committed'],
      ['CONSUMER_RETRIES', { CONSUMER_GUARANTEE: 'at-most-once' }, '0', '5', 'a retry is a second time'],
      ['CONSUMER_BATCH_RECORDS', { CONSUMER_GUARANTEE: 'at-most-once' }, '1', '2', 'tried alone, which is a second time'],
      ['CONSUMER_HOLD_KEYS', { CONSUMER_GUARANTEE: 'at-most-once' }, 'false', 'true', 'set it to false'],
      ['CONSUMER_CONCURRENCY', { CONSUMER_ORDER: 'partition' }, '1', '8', 'set CONSUMER_ORDER to key'],
      ['CONSUMER_BATCH_RECORDS', { CONSUMER_ORDER: 'key' }, '1', '2', 'a batch holds many keys'],
      ['CONSUMER_HOLD_KEYS', {}, 'false', 'true', 'CONSUMER_DEAD_LETTER_TOPIC is empty'],
    ] as const
  ).map(([variable, others, good, bad, says]): Case => {
    const set = (o: Objects, value: string): void => {
      for (const [name, other] of Object.entries(others)) setEnv(o.consumer, name, other);
      setEnv(o.consumer, variable, value);
    };
    return {
      rule: 'consumer-settings-conflict',
      accepts: (o) => set(o, good),
      refuses: (o) => set(o, bad),
      says: [`${variable} is ${bad} `, says],
      path: `spec.template.spec.containers[0].env.${variable}`,
    };
  }),
  ...(
    [
      ['EVIDENCE', 'off', 'stdout', 'do not say who they are'],
      ['PRODUCER_POISON_EVERY', '0', '7', 'no form that could be broken'],
    ] as const
  ).map(([variable, good, bad, says]): Case => {
    const set = (o: Objects, value: string): void => {
      setEnv(o.producer, 'EVIDENCE', 'off');
      setEnv(o.producer, 'PRODUCER_RECORD', 'bytes');
      setEnv(o.producer, variable, value);
    };
    return {
      rule: 'producer-settings-conflict',
      accepts: (o) => set(o, good),
      refuses: (o) => set(o, bad),
      says: [`${variable} is ${bad} `, says],
      path: `spec.template.spec.containers[0].env.${variable}`,
    };
  }),
  {
    rule: 'worker-heartbeat-slow',
    accepts: (o) => {
      setEnv(o.consumer, 'KAFKA_CLIENT', 'librdkafka');
      setEnv(o.consumer, 'CONSUMER_GROUP_PROTOCOL', 'consumer');
      setEnv(o.consumer, 'CONSUMER_SESSION_TIMEOUT_MS', '9000');
    },
    refuses: (o) => setEnv(o.consumer, 'CONSUMER_SESSION_TIMEOUT_MS', '9000'),
    says: ['session of 9000 ms'],
    path: 'spec.template.spec.containers[0].env.CONSUMER_HEARTBEAT_INTERVAL_MS',
  },
  {
    rule: 'api-acks-below-all',
    accepts: (o) => asApi(o.producer),
    refuses: (o) => {
      asApi(o.producer);
      setEnv(o.producer, 'PRODUCER_IDEMPOTENCE', 'false');
      setEnv(o.producer, 'PRODUCER_ACKS', '1');
    },
    says: ['PRODUCER_ACKS is 1', 'set PRODUCER_ACKS to all'],
    path: 'spec.template.spec.containers[0].env.PRODUCER_ACKS',
  },
  {
    rule: 'api-keeps-records',
    accepts: (o) => asApi(o.producer),
    refuses: (o) => {
      asApi(o.producer);
      o['dead'] = topic('sales.order.dlq');
      setEnv(o.producer, 'PRODUCER_DEAD_LETTER_TOPIC', 'sales.order.dlq');
    },
    says: ['PRODUCER_DEAD_LETTER_TOPIC is sales.order.dlq', 'remove it'],
    path: 'spec.template.spec.containers[0].env.PRODUCER_DEAD_LETTER_TOPIC',
  },
  {
    rule: 'api-drain-long',
    accepts: (o) => {
      asApi(o.producer);
      setEnv(o.producer, 'API_DRAIN_MS', '19999');
    },
    refuses: (o) => {
      asApi(o.producer);
      setEnv(o.producer, 'API_DRAIN_MS', '20000');
    },
    says: ['is 25000 ms', 'below SHUTDOWN_DEADLINE_MS, 25000'],
    path: 'spec.template.spec.containers[0].env.API_DRAIN_MS',
  },
  {
    rule: 'worker-database-password-missing',
    accepts: (o) => {
      setEnv(o.consumer, 'DATABASE_URL', 'postgresql://muster@postgres:5432/muster');
      setEnv(o.consumer, 'DATABASE_PASSWORD_FILE', '/etc/muster/database/password');
    },
    refuses: (o) => setEnv(o.consumer, 'DATABASE_URL', 'postgresql://muster@postgres:5432/muster'),
    says: ['no DATABASE_PASSWORD_FILE', 'mount the Secret'],
    path: 'spec.template.spec.containers[0].env.DATABASE_PASSWORD_FILE',
  },
  {
    rule: 'producer-finite-restarted',
    accepts: (o) => {
      asJob(o.producer);
      setEnv(o.producer, 'PRODUCER_RECORDS', '10');
    },
    refuses: (o) => setEnv(o.producer, 'PRODUCER_RECORDS', '10'),
    says: ['ends after 10 records', 'make it a Job'],
    path: 'spec.template.spec.containers[0].env.PRODUCER_RECORDS',
  },
  {
    rule: 'worker-variable-unknown',
    accepts: (o) => asJob(o.producer),
    refuses: (o) => {
      asJob(o.producer);
      setEnv(o.producer, 'PRODUCER_RECORD_COUNT', '10');
    },
    says: ['PRODUCER_RECORD_COUNT is no variable of a producer'],
    path: 'spec.template.spec.containers[0].env.PRODUCER_RECORD_COUNT',
  },
  {
    rule: 'worker-variable-unknown',
    accepts: (o) => asApi(o.producer),
    refuses: (o) => {
      asApi(o.producer);
      setEnv(o.producer, 'API_RESOURCES', 'orders');
    },
    says: ['API_RESOURCES is no variable of an api', 'did you mean API_RESOURCE?'],
    path: 'spec.template.spec.containers[0].env.API_RESOURCES',
  },
  {
    rule: 'producer-partitions-unknown',
    accepts: (o) => setEnv(o.producer, 'PRODUCER_PARTITIONS', '0,5'),
    refuses: (o) => setEnv(o.producer, 'PRODUCER_PARTITIONS', '0,6'),
    says: ['names 6', 'give numbers from 0 to 5'],
    path: 'spec.template.spec.containers[0].env.PRODUCER_PARTITIONS',
  },
  {
    rule: 'worker-failure-log-nowhere',
    accepts: (o) => {
      setEnv(o.producer, 'FAILURE_LOG_DIR', '/var/muster/failures');
      mount(o.producer, '/var/muster/');
    },
    refuses: (o) => {
      setEnv(o.producer, 'FAILURE_LOG_DIR', '/var/muster/failures');
      mount(o.producer, '/var/muster/fail');
    },
    says: ['FAILURE_LOG_DIR is /var/muster/failures', 'mount a volume there'],
    path: 'spec.template.spec.containers[0].env.FAILURE_LOG_DIR',
  },
  {
    rule: 'worker-secret-not-mounted',
    accepts: (o) => {
      setEnv(o.consumer, 'DATABASE_PASSWORD_FILE', '/etc/muster/database/password');
      mount(o.consumer, '/etc/muster/database');
    },
    refuses: (o) => setEnv(o.consumer, 'DATABASE_PASSWORD_FILE', '/etc/muster/database/password'),
    says: ['DATABASE_PASSWORD_FILE is /etc/muster/database/password', 'mount the Secret there'],
    path: 'spec.template.spec.containers[0].env.DATABASE_PASSWORD_FILE',
  },
];
