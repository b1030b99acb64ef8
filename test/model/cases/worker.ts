import { type Case } from './case.js';
import { setEnv } from '../system-fixture.js';

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
];
