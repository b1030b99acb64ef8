/**
 * The contract between a manifest and the process it starts: every environment variable a worker reads, its type, its limits
 * and its default. `workers/config.ts` parses by it, `constructs/worker.ts` writes by it, so the two cannot drift.
 * Plain data, no library: the constructs load it too.
 */

interface Described {
  /** What it is for, with its unit. */
  readonly description: string;
}
export interface TextSetting extends Described {
  readonly type: 'text';
  readonly default?: string;
  /** Regular expression the whole value must match. */
  readonly pattern?: string;
}
export interface IntegerSetting extends Described {
  readonly type: 'integer';
  readonly default?: number;
  readonly min: number;
  readonly max: number;
}
export interface ChoiceSetting extends Described {
  readonly type: 'choice';
  readonly default?: string;
  readonly values: readonly string[];
  /** Variables without which a value does not go, by value. */
  readonly needs?: Readonly<Record<string, readonly string[]>>;
}
export type Setting = TextSetting | IntegerSetting | ChoiceSetting;
/** Keyed by environment variable; a setting without default is required. */
export type Contract = Readonly<Record<string, Setting>>;

const maxMs = 2_147_483_647;

/** Makers of records, each in the file of its system below workers/systems. */
export const recordKinds = ['order', 'flight-position', 'machine-command', 'commande', 'reservation'] as const;

/** Handlers, each in the file of its system below workers/systems. */
export const handlerNames = [
  'simulated-work',
  'copy',
  'flight-processor',
  'machine-line',
  'payment-service',
  'shipping-service',
  'email-service',
  'dead-letter-monitor',
  'inventory',
  'order-payment',
  'notification',
  'order-shipping',
  'order-analytics',
  'inventory-checker',
  'confirmation-sender',
  'analytics-aggregator',
  'recommendation-updater',
] as const;

/** What handlers that publish, or have a database, cannot do without. */
const handlerNeeds = {
  copy: ['CONSUMER_OUTPUT_TOPIC'],
  'machine-line': ['CONSUMER_OUTPUT_TOPIC'],
  'payment-service': ['CONSUMER_OUTPUT_TOPIC'],
  'shipping-service': ['CONSUMER_OUTPUT_TOPIC'],
  'inventory-checker': ['CONSUMER_OUTPUT_TOPIC', 'DATABASE_URL'],
} as const satisfies Partial<Record<(typeof handlerNames)[number], readonly string[]>>;

export const commonContract = {
  KAFKA_BOOTSTRAP_SERVERS: {
    type: 'text',
    pattern: '[^\\s:,]+:\\d{1,5}(,[^\\s:,]+:\\d{1,5})*',
    description: 'host:port list of the brokers to ask first',
  },
  KAFKA_CLIENT_ID: {
    type: 'text',
    pattern: '[a-zA-Z0-9._-]{1,255}',
    description: 'client.id; the name of the pod, so that a member can be told from its siblings',
  },
  KAFKA_SECURITY_PROTOCOL: {
    type: 'choice',
    default: 'PLAINTEXT',
    values: ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'],
    description: 'security.protocol; with SASL the mechanism is SCRAM-SHA-512',
  },
  KAFKA_SASL_USERNAME: { type: 'text', default: '', pattern: '\\S{0,255}', description: 'user to come in as, with SASL' },
  KAFKA_SASL_PASSWORD_FILE: { type: 'text', default: '', description: 'file with the password: never a variable, which a pod shows' },
  KAFKA_SSL_CA_FILE: { type: 'text', default: '', description: 'certificates by which brokers are known, as PEM; empty: those of Node' },
  KAFKA_SSL_CERTIFICATE_FILE: { type: 'text', default: '', description: 'certificate to come in with, as PEM' },
  KAFKA_SSL_KEY_FILE: { type: 'text', default: '', description: 'its private key, as PEM' },
  KAFKA_CLIENT: {
    type: 'choice',
    default: 'kafkajs',
    values: ['kafkajs', 'librdkafka'],
    description: 'client library; librdkafka needs the optional package @confluentinc/kafka-javascript, built',
  },
  KAFKA_STARTUP_DEADLINE_MS: {
    type: 'integer',
    default: 300_000,
    min: 0,
    max: maxMs,
    description: 'ms to wait at the start for brokers and topics that are not there yet, then exit 3; 0: for ever',
  },
  FAILURE_LOG_DIR: {
    type: 'text',
    default: '',
    description:
      'folder, on a volume, for records that neither their topic nor the dead-letter topic takes: a file a day, a JSON line a record; empty: none',
  },
  TRACES_ENDPOINT: {
    type: 'text',
    default: '',
    pattern: '(https?://\\S+)?',
    description: 'OTLP/HTTP address that takes traces, as http://collector:4318/v1/traces; empty: traces are carried on, none is sent',
  },
  HTTP_PORT: { type: 'integer', default: 8080, min: 0, max: 65_535, description: 'port of /live, /ready and /metrics; 0 takes a free one' },
  LOG_LEVEL: { type: 'choice', default: 'info', values: ['debug', 'info', 'warn', 'error'], description: 'least level that is logged' },
  EVIDENCE: { type: 'choice', default: 'off', values: ['off', 'stdout'], description: 'stdout: one JSON line a record, for drills' },
  SHUTDOWN_DEADLINE_MS: {
    type: 'integer',
    default: 25_000,
    min: 1_000,
    max: 600_000,
    description: 'ms from SIGTERM to the end; below the grace period of the pod',
  },
} as const satisfies Contract;

/** How records are delivered, whoever makes them. */
const deliveryContract = {
  PRODUCER_ACKS: { type: 'choice', default: 'all', values: ['0', '1', 'all'], description: 'acks' },
  PRODUCER_IDEMPOTENCE: { type: 'choice', default: 'true', values: ['true', 'false'], description: 'enable.idempotence; needs acks all' },
  PRODUCER_COMPRESSION: {
    type: 'choice',
    default: 'none',
    values: ['none', 'gzip', 'snappy', 'lz4', 'zstd'],
    description: 'compression.type',
  },
  PRODUCER_LINGER_MS: {
    type: 'integer',
    default: 5,
    min: 0,
    max: 60_000,
    description: 'linger.ms: longest wait for a batch to fill, in ms',
  },
  PRODUCER_BATCH_BYTES: {
    type: 'integer',
    default: 16_384,
    min: 1,
    max: 1_048_576,
    description: 'batch.size: bytes of one batch of one partition',
  },
  PRODUCER_BUFFER_BYTES: {
    type: 'integer',
    default: 33_554_432,
    min: 16_384,
    max: 1_073_741_824,
    description: 'buffer.memory: bytes waiting to be sent before the producer pauses',
  },
  PRODUCER_REQUEST_TIMEOUT_MS: { type: 'integer', default: 30_000, min: 100, max: maxMs, description: 'request.timeout.ms' },
  PRODUCER_DELIVERY_TIMEOUT_MS: {
    type: 'integer',
    default: 120_000,
    min: 1_000,
    max: maxMs,
    description: 'delivery.timeout.ms: a record not acknowledged by then is given up, and said to be',
  },
  PRODUCER_RETRIES: {
    type: 'integer',
    default: maxMs,
    min: 0,
    max: maxMs,
    description: 'retries: attempts after the first, within the delivery timeout',
  },
  PRODUCER_RETRY_BACKOFF_MS: {
    type: 'integer',
    default: 100,
    min: 1,
    max: 60_000,
    description: 'retry.backoff.ms: wait before the first retry, doubled each time up to 1 s, or up to itself where that is longer',
  },
  PRODUCER_RETRY_TOPIC: {
    type: 'text',
    default: '',
    pattern: '([a-zA-Z0-9._-]{1,249})?',
    description: 'topic for records whose retries are used up; empty: none',
  },
  PRODUCER_DEAD_LETTER_TOPIC: {
    type: 'text',
    default: '',
    pattern: '([a-zA-Z0-9._-]{1,249})?',
    description: 'topic for records that are refused for good; empty: none',
  },
} as const satisfies Contract;

export const producerContract = {
  ...commonContract,
  KAFKA_TOPIC: { type: 'text', pattern: '[a-zA-Z0-9._-]{1,249}', description: 'topic to write' },
  PRODUCER_RECORD: {
    type: 'choice',
    default: 'order',
    values: [...recordKinds, 'bytes'],
    description:
      'what the records are, by the system they belong to; bytes: the same filler each time, without headers, as kafka-producer-perf-test writes it, to measure with',
  },
  PRODUCER_KEYED: {
    type: 'choice',
    default: 'true',
    values: ['true', 'false'],
    description: 'false: records have no key and are spread over the partitions',
  },
  PRODUCER_PARTITIONS: {
    type: 'text',
    default: '',
    pattern: '(\\d{1,5}(,\\d{1,5})*)?',
    description: 'partitions of its own, as 0,1: it writes to no other; empty: by key',
  },
  PRODUCER_POISON_EVERY: {
    type: 'integer',
    default: 0,
    min: 0,
    max: 1_000_000_000,
    description: 'makes each so many-th record one that no consumer can read, for drills; 0: none',
  },
  PRODUCER_RATE: { type: 'integer', default: 10, min: 1, max: 1_000_000, description: 'records a second, held steady' },
  PRODUCER_KEYS: {
    type: 'text',
    default: 'customer-{A..J}',
    description:
      'keys, as a pattern: customer-{A..J}, customer-{001..100}, or a comma-separated list of such; one that is named several times has as many turns',
  },
  PRODUCER_RECORDS: {
    type: 'integer',
    default: 0,
    min: 0,
    max: 1_000_000_000,
    description: 'records to send, then exit 0; 0: until SIGTERM',
  },
  PRODUCER_RECORD_BYTES: {
    type: 'integer',
    default: 512,
    min: 1,
    max: 1_000_000,
    description: 'size of a record value in bytes, at least',
  },
  ...deliveryContract,
} as const satisfies Contract;

export const consumerContract = {
  ...commonContract,
  KAFKA_TOPIC: {
    type: 'text',
    pattern: '[a-zA-Z0-9._-]{1,249}(,[a-zA-Z0-9._-]{1,249})*',
    description: 'topic to read, or several with commas between',
  },
  KAFKA_GROUP_ID: { type: 'text', default: 'inventory-service', pattern: '[^\\s]{1,255}', description: 'group.id' },
  CONSUMER_OFFSET_RESET: {
    type: 'choice',
    default: 'earliest',
    values: ['earliest', 'latest'],
    description: 'auto.offset.reset: where a group without offsets starts',
  },
  CONSUMER_COMMIT: {
    type: 'choice',
    default: 'manual',
    values: ['manual', 'auto'],
    description: 'manual: after the work; auto: by the clock',
  },
  CONSUMER_AUTO_COMMIT_INTERVAL_MS: {
    type: 'integer',
    default: 5_000,
    min: 1,
    max: maxMs,
    description: 'auto.commit.interval.ms, with CONSUMER_COMMIT=auto',
  },
  CONSUMER_SESSION_TIMEOUT_MS: { type: 'integer', default: 10_000, min: 1, max: maxMs, description: 'session.timeout.ms' },
  CONSUMER_HEARTBEAT_INTERVAL_MS: {
    type: 'integer',
    default: 3_000,
    min: 1,
    max: maxMs,
    description: 'heartbeat.interval.ms; below a third of the session',
  },
  CONSUMER_MAX_POLL_INTERVAL_MS: {
    type: 'integer',
    default: 300_000,
    min: 1,
    max: maxMs,
    description: 'max.poll.interval.ms: longest work on one batch before the member gives its partitions up',
  },
  CONSUMER_FETCH_MAX_WAIT_MS: {
    type: 'integer',
    default: 250,
    min: 0,
    max: 60_000,
    description: 'fetch.max.wait.ms; with kafkajs an idle member only beats when its fetch returns, and a rebalance waits for it',
  },
  CONSUMER_ASSIGNOR: {
    type: 'choice',
    default: 'roundrobin',
    values: ['roundrobin', 'cooperative-sticky'],
    description: 'partition.assignment.strategy; kafkajs knows roundrobin only and refuses the other',
  },
  CONSUMER_GROUP_PROTOCOL: {
    type: 'choice',
    default: 'classic',
    values: ['classic', 'consumer'],
    description: 'group.protocol; consumer is KIP-848, where session and heartbeat are the broker’s; kafkajs knows classic only',
  },
  CONSUMER_GROUP_INSTANCE_ID: {
    type: 'text',
    default: '',
    pattern: '[a-zA-Z0-9._-]{0,255}',
    description: 'group.instance.id: a static member, which a restart within the session does not rebalance; kafkajs has none; empty: none',
  },
  CONSUMER_ISOLATION: {
    type: 'choice',
    default: 'read_committed',
    values: ['read_committed', 'read_uncommitted'],
    description: 'isolation.level',
  },
  CONSUMER_HANDLER: {
    type: 'choice',
    default: 'simulated-work',
    values: handlerNames,
    needs: handlerNeeds,
    description: 'what is done with a record',
  },
  CONSUMER_GUARANTEE: {
    type: 'choice',
    default: 'at-least-once',
    values: ['at-most-once', 'at-least-once', 'exactly-once'],
    description:
      'at-most-once commits before the work, at-least-once after it, exactly-once in the transaction that holds what the handler writes',
  },
  CONSUMER_ORDER: {
    type: 'choice',
    default: 'partition',
    values: ['partition', 'key'],
    description: 'partition: one record of a partition after the other; key: CONSUMER_CONCURRENCY keys of a partition at a time',
  },
  CONSUMER_CONCURRENCY: {
    type: 'integer',
    default: 1,
    min: 1,
    max: 1_000,
    description: 'records of one partition in work at a time, with CONSUMER_ORDER=key',
  },
  CONSUMER_BATCH_RECORDS: {
    type: 'integer',
    default: 1,
    min: 1,
    max: 100_000,
    description: 'records that the handler is given at once, for handlers that can',
  },
  CONSUMER_RETRIES: {
    type: 'integer',
    default: 3,
    min: 0,
    max: 100,
    description: 'tries after the first, before a record becomes a dead letter',
  },
  CONSUMER_RETRY_BACKOFF_MS: {
    type: 'integer',
    default: 1_000,
    min: 0,
    max: 600_000,
    description: 'ms before the first retry, doubled each time',
  },
  CONSUMER_RETRY_JITTER_MS: {
    type: 'integer',
    default: 1_000,
    min: 0,
    max: 600_000,
    description: 'up to so many ms more at random, so that members do not march in step',
  },
  CONSUMER_DEAD_LETTER_TOPIC: {
    type: 'text',
    default: '',
    pattern: '([a-zA-Z0-9._-]{1,249})?',
    description: 'topic for records that cannot be handled; empty: none, and such a record holds up its partition',
  },
  CONSUMER_HOLD_KEYS: {
    type: 'choice',
    default: 'false',
    values: ['true', 'false'],
    description: 'true: once a record is a dead letter, the later ones of its key follow it, so that the key keeps its order',
  },
  CONSUMER_OUTPUT_TOPIC: {
    type: 'text',
    default: '',
    pattern: '([a-zA-Z0-9._-]{1,249})?',
    description: 'topic for what the handler publishes',
  },
  CONSUMER_BOOKED_TOPIC: {
    type: 'text',
    default: '',
    pattern: '([a-zA-Z0-9._-]{1,249})?',
    description: 'with the handler inventory-checker: topic for what was booked, so that nothing else is confirmed; empty: none',
  },
  CONSUMER_ALERT_ABOVE: {
    type: 'integer',
    default: 0,
    min: 0,
    max: 1_000_000_000,
    description: 'with the handler dead-letter-monitor: an alert is raised when more dead letters than this came in the last 5 min',
  },
  DATABASE_URL: {
    type: 'text',
    default: '',
    pattern: '(postgres(ql)?://[^\\s:@/]+@\\S+)?',
    description: 'for handlers with a database: postgresql://user@host:5432/name, without a password',
  },
  DATABASE_PASSWORD_FILE: { type: 'text', default: '', description: 'file with the password of the database' },
  CONSUMER_WORK_MS: { type: 'integer', default: 100, min: 0, max: 3_600_000, description: 'simulated work a record, in ms' },
} as const satisfies Contract;

/** Answers HTTP, and publishes what it is given. */
export const apiContract = {
  ...commonContract,
  ...deliveryContract,
  KAFKA_TOPIC: { type: 'text', pattern: '[a-zA-Z0-9._-]{1,249}', description: 'topic that takes what is posted' },
  PRODUCER_LINGER_MS: { ...deliveryContract.PRODUCER_LINGER_MS, default: 10 },
  PRODUCER_COMPRESSION: { ...deliveryContract.PRODUCER_COMPRESSION, default: 'lz4' },
  PRODUCER_REQUEST_TIMEOUT_MS: { ...deliveryContract.PRODUCER_REQUEST_TIMEOUT_MS, default: 2_000 },
  PRODUCER_DELIVERY_TIMEOUT_MS: { ...deliveryContract.PRODUCER_DELIVERY_TIMEOUT_MS, default: 5_000 },
  API_RESOURCE: { type: 'choice', default: 'orders', values: ['orders', 'reservations'], description: 'what is posted' },
  API_BODY_BYTES: { type: 'integer', default: 1_048_576, min: 1_024, max: 104_857_600, description: 'longest body taken, in bytes' },
  API_DRAIN_MS: {
    type: 'integer',
    default: 5_000,
    min: 0,
    max: 600_000,
    description:
      'ms after SIGTERM in which requests are still taken, with /ready at 503, until routers send no more; within SHUTDOWN_DEADLINE_MS',
  },
} as const satisfies Contract;

/** The variables of a contract with the values TypeScript may give them. */
export type Settings<C extends Contract> = {
  readonly [K in keyof C]?: C[K] extends IntegerSetting ? number : C[K] extends { readonly values: readonly (infer V)[] } ? V : string;
};
