import { deployment, orders, topic, worker } from './workload-pair.js';
import type { ReviewPair } from './review-pair.js';

type Env = Readonly<Record<string, string>>;
const consumer = (env: Env, replicas = 3): string => worker('consumer', 'inventory-service', env, { replicas });
const producer = (env: Env): string => worker('producer', 'feed', env, { replicas: 1 });
const rolls = { id: 'workload-rolls', grade: 'rolling' } as const;
const workers = 'docs/workers.md';
const coordinator = 'Kafka 4.3.1 with both clients, tried: INCONSISTENT_GROUP_PROTOCOL; GroupMetadataManager';

/** One variable of a consumer. */
const of = (variable: string, before: string, after: string, also: Env = {}): Pick<ReviewPair, 'before' | 'after'> => ({
  before: consumer({ ...also, [variable]: before }),
  after: consumer({ ...also, [variable]: after }),
});
const sends = (variable: string, before: string, after: string, also: Env = {}): Pick<ReviewPair, 'before' | 'after'> => ({
  before: producer({ ...also, [variable]: before }),
  after: producer({ ...also, [variable]: after }),
});

export const clientPairs: readonly ReviewPair[] = [
  {
    name: 'a new group id that begins with the oldest record',
    source: 'Kafka documentation, consumerconfigs auto.offset.reset; brokerconfigs offsets.retention.minutes',
    beside: orders,
    ...of('KAFKA_GROUP_ID', 'inventory', 'inventory-2'),
    says: [{ id: 'group-new-rereads', grade: 'reorders', words: ['handled again', 'handled twice', '7 days', 'copy its offsets'] }, rolls],
  },
  {
    name: 'a new group id that skips to the end',
    source: 'Kafka documentation, consumerconfigs auto.offset.reset',
    beside: orders,
    ...of('KAFKA_GROUP_ID', 'inventory', 'inventory-2', { CONSUMER_OFFSET_RESET: 'latest' }),
    says: [{ id: 'group-new-skips', grade: 'data-loss', words: ['begins at the end of orders.created', 'never handled'] }, rolls],
  },
  {
    name: 'into the group of another',
    source: 'Kafka documentation, intro_consumers',
    beside: orders + worker('consumer', 'shipping', { KAFKA_GROUP_ID: 'shipping' }, { replicas: 1 }),
    ...of('KAFKA_GROUP_ID', 'inventory', 'shipping'),
    says: [{ id: 'group-joined', grade: 'rebalance', words: ['joins group shipping, in which shipping is'] }, rolls],
  },
  {
    name: 'the topic of a consumer',
    source: 'Kafka documentation, brokerconfigs offsets.retention.minutes',
    beside: orders + topic('orders.v2'),
    ...of('KAFKA_TOPIC', 'orders.created', 'orders.v2'),
    says: [
      {
        id: 'consumer-topic-left',
        grade: 'unavailable',
        words: ['no longer reads orders.created', 'Of orders.v2 it begins with the oldest record'],
      },
      rolls,
    ],
  },
  {
    name: 'offset reset to latest',
    source: 'Kafka documentation, consumerconfigs auto.offset.reset',
    beside: orders,
    ...of('CONSUMER_OFFSET_RESET', 'earliest', 'latest'),
    says: [
      { id: 'offset-reset', grade: 'rolling', words: ['on a partition that was added', 'lags further than retention', 'never handled'] },
      rolls,
    ],
  },
  {
    name: 'a session below what brokers take',
    source: 'Kafka documentation, brokerconfigs group.min.session.timeout.ms; tried on 4.3.1: the member ends with 1',
    beside: orders,
    ...of('CONSUMER_SESSION_TIMEOUT_MS', '10000', '5000', { CONSUMER_HEARTBEAT_INTERVAL_MS: '1000' }),
    says: [{ id: 'session-outside-broker', grade: 'refused', words: ['from 6s to 30m', 'INVALID_SESSION_TIMEOUT', 'Set it to 6000 ms'] }],
  },
  {
    name: 'a longer session',
    source: 'Kafka documentation, consumerconfigs session.timeout.ms',
    beside: orders,
    ...of('CONSUMER_SESSION_TIMEOUT_MS', '10000', '45000'),
    says: [{ id: 'session-timeout', grade: 'rolling', words: ['after 45s instead of 10s', 'stand still'] }, rolls],
  },
  {
    name: 'a heartbeat too slow for its session',
    source: 'workers/config.ts: it ends with 2',
    beside: orders,
    ...of('CONSUMER_HEARTBEAT_INTERVAL_MS', '3000', '4000'),
    says: [{ id: 'heartbeat-above-session', grade: 'refused', words: ['4000 ms is too slow', 'Set the heartbeat to 3333 ms'] }],
  },
  {
    name: 'a poll interval below the work',
    source: workers,
    beside: orders,
    ...of('CONSUMER_MAX_POLL_INTERVAL_MS', '300000', '60000', { CONSUMER_WORK_MS: '90000' }),
    says: [
      {
        id: 'poll-interval-below-work',
        grade: 'unavailable',
        words: ['takes 90s', 'interval is 1m', 'again and again', 'above 90000 ms'],
      },
      rolls,
    ],
  },
  {
    name: 'round-robin to cooperative-sticky while old members run',
    source: coordinator,
    beside: orders,
    ...of('CONSUMER_ASSIGNOR', 'roundrobin', 'cooperative-sticky', { KAFKA_CLIENT: 'librdkafka' }),
    says: [
      {
        id: 'assignor-inconsistent',
        grade: 'refused',
        words: ['INCONSISTENT_GROUP_PROTOCOL', 'stands still', 'Stop the group', 'name both assignors'],
      },
    ],
  },
  {
    name: 'cooperative-sticky on kafkajs',
    source: 'docs/clients.md; workers/config.ts: it ends with 2',
    beside: orders,
    ...of('CONSUMER_ASSIGNOR', 'roundrobin', 'cooperative-sticky'),
    says: [{ id: 'client-cannot', grade: 'refused', words: ['kafkajs has no', 'KAFKA_CLIENT to librdkafka'] }],
  },
  {
    name: 'kafkajs to librdkafka in a running group',
    source: coordinator,
    beside: orders,
    ...of('KAFKA_CLIENT', 'kafkajs', 'librdkafka'),
    says: [
      {
        id: 'assignor-inconsistent',
        grade: 'refused',
        words: ['RoundRobinAssigner', 'INCONSISTENT_GROUP_PROTOCOL', 'image must hold librdkafka'],
      },
    ],
  },
  {
    name: 'the group protocol of KIP-848 on librdkafka',
    source: 'KIP-848; tried on 4.3.1: kafkajs and librdkafka members share a group meanwhile',
    beside: orders,
    ...of('CONSUMER_GROUP_PROTOCOL', 'classic', 'consumer', { KAFKA_CLIENT: 'librdkafka' }),
    says: [
      { id: 'group-protocol-changed', grade: 'rebalance', words: ['KIP-848', '45s and 5s', 'Old and new members go together'] },
      rolls,
    ],
  },
  {
    name: 'one static id for three pods',
    source: 'Kafka documentation, static_membership: FENCED_INSTANCE_ID',
    beside: orders,
    ...of('CONSUMER_GROUP_INSTANCE_ID', '', 'me', { KAFKA_CLIENT: 'librdkafka' }),
    says: [{ id: 'static-id-shared', grade: 'unavailable', words: ['All 3 pods are the one member me', 'FENCED_INSTANCE_ID'] }, rolls],
  },
  {
    name: 'at-least-once to at-most-once',
    source: workers,
    beside: orders,
    ...of('CONSUMER_GUARANTEE', 'at-least-once', 'at-most-once'),
    says: [{ id: 'guarantee-at-most-once', grade: 'data-loss', words: ['before the work', '500 records'] }, rolls],
  },
  {
    name: 'commits by the clock',
    source: workers,
    beside: orders,
    ...of('CONSUMER_COMMIT', 'manual', 'auto'),
    says: [{ id: 'commit-auto', grade: 'rolling', words: ['up to 5s of work', 'nothing is lost'] }, rolls],
  },
  {
    name: 'no dead-letter topic any more',
    source: workers,
    beside: orders + topic('orders.dlq'),
    ...of('CONSUMER_DEAD_LETTER_TOPIC', 'orders.dlq', ''),
    says: [{ id: 'dead-letter-topic-removed', grade: 'unavailable', words: ['holds up its partition for good'] }, rolls],
  },
  {
    name: 'more retries: how long a record holds its partition up',
    source: `${workers}: backoff × 2^(n−1), 30 s at most, and the jitter`,
    beside: orders,
    ...of('CONSUMER_RETRIES', '3', '5'),
    says: [{ id: 'consumer-retries', grade: 'rolling', words: ['as long as 36s', 'before 10s'] }, rolls],
  },
  {
    name: 'keys are no longer held behind a dead letter',
    source: workers,
    beside: orders + topic('orders.dlq'),
    ...of('CONSUMER_HOLD_KEYS', 'true', 'false', { CONSUMER_DEAD_LETTER_TOPIC: 'orders.dlq' }),
    says: [{ id: 'hold-keys-off', grade: 'reorders', words: ['it comes after them', 'muster dlq'] }, rolls],
  },
  {
    name: 'order by key',
    source: workers,
    beside: orders,
    before: consumer({}),
    after: consumer({ CONSUMER_ORDER: 'key', CONSUMER_CONCURRENCY: '4' }),
    says: [
      { id: 'order-by-key', grade: 'rolling', words: ['Each key keeps its order', '4 are worked on'] },
      { id: 'concurrency-changed', grade: 'rolling' },
      rolls,
    ],
  },
  {
    name: 'acks all to 1',
    source: 'Kafka documentation, producerconfigs acks',
    beside: orders,
    ...sends('PRODUCER_ACKS', 'all', '1', { PRODUCER_IDEMPOTENCE: 'false' }),
    says: [{ id: 'acks-lowered', grade: 'data-loss', words: ['the leader alone', 'an acknowledged record is gone'] }, rolls],
  },
  {
    name: 'acks 1 with idempotence',
    source: 'workers/config.ts: it ends with 2',
    beside: orders,
    ...sends('PRODUCER_ACKS', 'all', '1'),
    says: [{ id: 'acks-refused', grade: 'refused', words: ['Idempotence needs acks all'] }],
  },
  {
    name: 'acks 1 to all: who may be away',
    source: 'Kafka documentation, brokerconfigs min.insync.replicas',
    beside: orders,
    ...sends('PRODUCER_ACKS', '1', 'all', { PRODUCER_IDEMPOTENCE: 'false' }),
    says: [{ id: 'acks-raised', grade: 'rolling', words: ['2 at least', 'up to 1 broker may be away'] }, rolls],
  },
  {
    name: 'records without keys',
    source: workers,
    beside: orders,
    ...sends('PRODUCER_KEYED', 'true', 'false'),
    says: [{ id: 'producer-keyed-off', grade: 'reorders', words: ['no key any more'] }, rolls],
  },
  {
    name: 'other keys, and how they lie',
    source: 'constructs/model/key-spread.ts: murmur2',
    beside: orders,
    ...sends('PRODUCER_KEYS', 'customer-{A..J}', 'customer-{A..C}'),
    says: [{ id: 'producer-keys', grade: 'rolling', words: ['3 keys, 0 of them new', 'times its even share', 'get nothing'] }, rolls],
  },
  {
    name: 'a producer’s client: no key moves',
    source: 'docs/clients.md: partitions of records are chosen by the core, by murmur2',
    beside: orders,
    ...sends('KAFKA_CLIENT', 'kafkajs', 'librdkafka'),
    says: [{ id: 'client-changed', grade: 'rolling', words: ['No key moves', 'murmur2'] }, rolls],
  },
  {
    name: 'the partitioner of anybody’s producer, CRC32 to murmur2',
    source: 'librdkafka rdcrc32, CONFIGURATION.md partitioner; org.apache.kafka.common.utils.Utils.murmur2',
    before: deployment('shop', { env: '[{name: RDKAFKA_PARTITIONER, value: consistent_random}]' }),
    after: deployment('shop', { env: '[{name: RDKAFKA_PARTITIONER, value: murmur2_random}]' }),
    says: [
      { id: 'partitioner-changed', grade: 'reorders', words: ['Of 1000 keys 8', 'go to another partition of 6', 'Stop the producers'] },
      rolls,
    ],
  },
  {
    name: 'another partitioner by another name only',
    source: 'librdkafka CONFIGURATION.md: murmur2_random is Java’s',
    before: deployment('shop', { env: '[{name: PARTITIONER, value: murmur2}]' }),
    after: deployment('shop', { env: '[{name: PARTITIONER, value: murmur2_random}]' }),
    says: [rolls],
  },
  {
    name: 'a producer to another topic, whose readers stay',
    source: workers,
    beside: orders + topic('orders.v2') + consumer({}),
    ...sends('KAFKA_TOPIC', 'orders.created', 'orders.v2'),
    says: [{ id: 'producer-topic-changed', grade: 'unavailable', words: ['inventory-service gets no new record'] }, rolls],
  },
  {
    name: 'records above what the topic takes',
    source: 'Kafka documentation, topicconfigs max.message.bytes',
    beside: orders + topic('small', 6, '{max.message.bytes: 1000}'),
    ...sends('PRODUCER_RECORD_BYTES', '512', '2000', { KAFKA_TOPIC: 'small' }),
    says: [{ id: 'records-too-large', grade: 'unavailable', words: ['2 kB', '1 kB'] }, rolls],
  },
  {
    name: 'no failure log for a producer',
    source: workers,
    beside: orders,
    ...sends('FAILURE_LOG_DIR', '/var/failures', ''),
    says: [{ id: 'failure-log-removed', grade: 'data-loss', words: ['kept nowhere'] }, rolls],
  },
  {
    name: 'bootstrap of another cluster',
    source: `${workers}; offsets are kept in __consumer_offsets of each cluster`,
    beside: orders,
    ...of('KAFKA_BOOTSTRAP_SERVERS', 'bhf-kafka-kafka-bootstrap:9092', 'other-kafka-bootstrap:9092'),
    says: [{ id: 'bootstrap-another-cluster', grade: 'reorders', words: ['Cluster other knows no offsets', 'MirrorMaker 2'] }, rolls],
  },
  {
    name: 'a port without a listener',
    source: 'strimzi.io/docs: a listener has its port',
    beside: orders,
    ...of('KAFKA_BOOTSTRAP_SERVERS', 'bhf-kafka-kafka-bootstrap:9092', 'bhf-kafka-kafka-bootstrap:9094'),
    says: [{ id: 'worker-locked-out', grade: 'unavailable', words: ['no listener on port 9094'] }, rolls],
  },
  {
    name: 'a listener that asks for a password',
    source: 'strimzi.io/docs, listener authentication',
    beside: orders,
    ...of('KAFKA_BOOTSTRAP_SERVERS', 'bhf-kafka-kafka-bootstrap:9092', 'bhf-kafka-kafka-bootstrap:9093'),
    says: [{ id: 'worker-locked-out', grade: 'unavailable', words: ['asks for SASL_SSL, the worker comes with PLAINTEXT'] }, rolls],
  },
];
