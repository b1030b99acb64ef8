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
}
export type Setting = TextSetting | IntegerSetting | ChoiceSetting;
/** Keyed by environment variable; a setting without default is required. */
export type Contract = Readonly<Record<string, Setting>>;

const maxMs = 2_147_483_647;

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
  KAFKA_TOPIC: { type: 'text', pattern: '[a-zA-Z0-9._-]{1,249}', description: 'topic to write or read' },
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

export const producerContract = {
  ...commonContract,
  PRODUCER_RATE: { type: 'integer', default: 10, min: 1, max: 1_000_000, description: 'records a second, held steady' },
  PRODUCER_KEYS: {
    type: 'text',
    default: 'customer-{A..J}',
    description: 'keys, as a pattern: customer-{A..J}, customer-{001..100}, or a comma-separated list of such',
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
  PRODUCER_ACKS: { type: 'choice', default: 'all', values: ['0', '1', 'all'], description: 'acks' },
  PRODUCER_IDEMPOTENCE: { type: 'choice', default: 'true', values: ['true', 'false'], description: 'enable.idempotence; needs acks all' },
  PRODUCER_COMPRESSION: { type: 'choice', default: 'none', values: ['none', 'gzip', 'lz4'], description: 'compression.type' },
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
} as const satisfies Contract;

export const consumerContract = {
  ...commonContract,
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
  CONSUMER_WORK_MS: { type: 'integer', default: 100, min: 0, max: 3_600_000, description: 'simulated work a record, in ms' },
} as const satisfies Contract;

/** The variables of a contract with the values TypeScript may give them. */
export type Settings<C extends Contract> = {
  readonly [K in keyof C]?: C[K] extends IntegerSetting ? number : C[K] extends { readonly values: readonly (infer V)[] } ? V : string;
};
