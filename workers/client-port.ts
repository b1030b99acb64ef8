import type { Logger } from './logging.js';
import type { ConsumedRecord, NewRecord, Published } from './record.js';
import type { SecuritySettings } from './security.js';

/**
 * What a worker needs of a client of Kafka. `workers/kafkajs` and `workers/librdkafka` implement it; the core (`consuming/`, `producing/`)
 * knows only this. Members, deliveries, retries, dead letters and evidence are the core's; connections, fetches and the protocol are the
 * client's.
 */
export interface ClientPort {
  readonly name: 'kafkajs' | 'librdkafka';
  /** Asks Kafka how many partitions a topic has. Rejects with `ClientError`; an unknown topic is `UNKNOWN_TOPIC_OR_PARTITION`. */
  partitionsOf(topic: string): Promise<number>;
  createMembership(options: MembershipOptions): Membership;
  createTransport(options: TransportOptions): Transport;
  createTransactions(options: TransactionOptions): Transactions;
  /** Closes what the port itself holds. Memberships and transports are closed by who made them. */
  close(): Promise<void>;
}

export interface ClientOptions {
  readonly bootstrapServers: string;
  readonly clientId: string;
  /** Ms. */
  readonly requestTimeoutMs: number;
  readonly security: SecuritySettings;
  readonly logger: Logger;
}

/** What went wrong, in the same words whichever client says it. */
export class ClientError extends Error {
  override name = 'ClientError';
  constructor(
    message: string,
    /** Kafka's name of the protocol error, such as NOT_ENOUGH_REPLICAS; else a word for it: TIMED_OUT, DISCONNECTED, TLS_REFUSED, HOST_NOT_FOUND. */
    readonly code: string,
    /**
     * S8's classes. `retriable`: may go away by itself. `permanent`: this record, or this request, will never be taken.
     * `configuration`: authentication, authorisation, TLS; nothing will be taken until a person changes something.
     */
    readonly kind: 'retriable' | 'permanent' | 'configuration',
    /** Whether the broker may have done it all the same: a request without answer. */
    readonly isIndeterminate: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Codes of the kind `configuration`: nothing will be taken until a person changes a grant, a password or a certificate. */
export const refusals: ReadonlySet<string> = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'ILLEGAL_SASL_STATE',
  'TLS_REFUSED',
]);

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Where to go on: the offset of the next record. */
export interface Position extends TopicPartition {
  readonly offset: string;
  /** Kept with the offset, 4096 bytes at most; whoever gets the partition next is given it. */
  readonly metadata?: string | undefined;
}

// ---- consuming

export interface MembershipOptions {
  readonly clientId: string;
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly offsetReset: 'earliest' | 'latest';
  /** Ms. With the protocol `consumer` these two are the broker's, and a client that is given them says so. */
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly maxPollIntervalMs: number;
  readonly fetchMaxWaitMs: number;
  readonly isolation: 'read_committed' | 'read_uncommitted';
  readonly assignor: 'roundrobin' | 'cooperative-sticky';
  readonly groupProtocol: 'classic' | 'consumer';
  /** group.instance.id. @default none: a dynamic member */
  readonly instanceId?: string | undefined;
  readonly work: GroupWork;
  readonly logger: Logger;
  /** For the metrics: the coordinator answered a heartbeat, a broker answered a fetch. A client that does not see them is silent. */
  readonly events: { heartbeat(): void; fetch(): void };
  /** The client has given up for good, or Kafka refuses us (`ClientError` of kind `configuration`): the process must end. Called once. */
  readonly onFatal: (error: Error) => void;
}

/** One member of a consumer group, on some client. */
export interface Membership {
  /** Tries until it has joined, or is stopped. */
  start(): Promise<void>;
  /**
   * Ends between two records, has the work revoke all its partitions (which commits), leaves the group. Resolves with whether the group was
   * told. Rejects when the last commit failed, after leaving all the same.
   */
  stop(): Promise<{ readonly left: boolean }>;
  /**
   * Waits for a coordinator that is away as long as the member has a right to commit; rejects with `NotAMember` when it has none any more.
   * While the member stops it waits no longer than the session: what is not committed by then is done again.
   */
  commit(positions: readonly Position[]): Promise<void>;
  /** What the coordinator has as committed, by whomever; partitions without an offset are left out. */
  committed(partitions: readonly TopicPartition[]): Promise<Position[]>;
  /** Why this member is not to be trusted any more; undefined while it makes progress, whatever its lag, and in a rebalance. */
  problem(): string | undefined;
  hasJoined(): boolean;
}

/** The generation of the commit is over: the partitions are another's, or are about to be. */
export class NotAMember extends Error {
  override name = 'NotAMember';
}

/** What the core does for a member; the client calls it. */
export interface GroupWork {
  /**
   * The whole assignment after a rebalance, not a change of it; before the first batch of it. `metadata` as it was committed with the offset,
   * where there was one. Partitions that were there before and neither revoked nor lost go on as they are.
   */
  assigned(partitions: readonly (TopicPartition & { readonly metadata?: string | undefined })[], memberId: string): void;
  /**
   * Before partitions are given up, those alone: waits for the batch in hand, which ends after its record, and commits. The rebalance waits
   * for it. Rejects when the commit failed; the partitions are given up all the same.
   */
  revoke(partitions: readonly TopicPartition[]): Promise<void>;
  /** They are somebody else's already: nothing is committed, work in hand is told so by its signal. Called at once, also while `process` runs. */
  lost(partitions: readonly TopicPartition[]): void;
  /**
   * Works on a batch; for one partition at a time never twice at once. Does not reject but for a bug, or `NotAMember` from a commit. It
   * never waits for a retry to become due: it resolves, and says how long the partition is to rest.
   */
  process(batch: FetchedBatch, turn: Turn): Promise<Progress>;
}

export interface Progress {
  /** Offset of the last record that is done, undefined for none: what follows it is to be fetched again. */
  readonly done: string | undefined;
  /** Ms for which this partition, and no other, is not to be handed over. @default 0 */
  readonly restMs?: number | undefined;
}

/** Consecutive records of one partition, oldest first. */
export interface FetchedBatch extends TopicPartition {
  readonly records: readonly ConsumedRecord[];
  /** End of the partition when it was fetched; undefined when the client does not say. */
  readonly highWatermark: string | undefined;
  /** Where to go on after all of them, past what has no record, as the marker of a transaction. @default the offset after the last */
  readonly next?: string | undefined;
}

/** What the work on a batch may ask of the member. */
export interface Turn {
  /** True: begin no further record. The partition goes, the process stops, or other partitions must have their turn. */
  mustEnd(): boolean;
  /**
   * To be called, and awaited when it returns a promise, before each record, or so many at once, and `mustEnd` asked after it. It counts a poll for
   * max.poll.interval.ms, and keeps a member that was frozen past its session from working before it knows that it is still one.
   */
  beforeRecord(records?: number): Promise<void> | undefined;
}

// ---- producing

export interface TransportOptions {
  readonly acks: '0' | '1' | 'all';
  readonly idempotent: boolean;
  readonly compression: Compression;
  readonly requestTimeoutMs: number;
  /**
   * Ms. A client that itself tries again under the same sequence numbers (librdkafka) does so for this long within one `send`; for others a
   * `send` is one attempt. @default requestTimeoutMs
   */
  readonly deliveryTimeoutMs?: number | undefined;
  /** Told what the metadata shows of a topic in use, whenever it may have changed. */
  readonly onPartitions: (topic: string, count: number) => void;
}

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** Attempts to write; retries, order and deadlines are the core's. */
export interface Transport {
  /**
   * One attempt to send records of one partition. Resolves with the offset of the first, -1 when the broker is not asked, or with that of
   * each where they do not follow one another; rejects with `ClientError`. A second call for the same partition before the first has ended
   * is never made. A client that itself tries again within one `send` tells `onRetry` why, and again while it lasts.
   */
  send(
    topic: string,
    partition: number,
    records: readonly WireRecord[],
    onRetry?: (error: ClientError) => void,
  ): Promise<number | readonly number[]>;
  /** Takes a new producer id for the partition: after a batch was given up, the old one's next sequence number is not known. */
  renew(topic: string, partition: number): void;
  close(): Promise<void>;
}

export interface WireRecord {
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string | Buffer>> | undefined;
  /** Ms since the epoch. */
  readonly timestamp: number;
}

// ---- exactly-once

export interface TransactionOptions {
  readonly groupId: string;
  readonly membership: Membership;
  readonly compression: Compression;
  /** transaction.timeout.ms. */
  readonly timeoutMs: number;
  /** Prefix of the transactional ids; whoever takes over a partition fences who had it before. */
  readonly transactionalIdPrefix: string;
}

export interface Transactions {
  /**
   * Before the first `run` for a partition, and again after each that rejected: fences whoever wrote for it before, and then asks for the
   * committed position, which that one may have moved; undefined when there is none. Records below it are done.
   */
  takeOver(input: TopicPartition): Promise<Position | undefined>;
  /**
   * Runs `work` in a transaction of one input partition: what it sends and the position it returns become visible together, or not at all.
   * When `work` or the commit rejects, the transaction is aborted as far as that is possible, and this rejects with the same error, or a
   * `ClientError`. Whether it was committed all the same is what `takeOver` says.
   */
  run(input: TopicPartition, work: (send: (record: NewRecord) => Promise<Published>) => Promise<Position>): Promise<void>;
  /** The partition goes to another member. */
  release(input: TopicPartition): Promise<void>;
  close(): Promise<void>;
}
