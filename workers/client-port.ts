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
  /** The client has given up for good, or Kafka refuses us: the process must end. */
  readonly onFatal: (error: Error) => void;
}

/** One member of a consumer group, on some client. */
export interface Membership {
  /** Tries until it has joined, or is stopped. */
  start(): Promise<void>;
  /** Ends between two records, has the work committed, leaves the group. Resolves with whether the group was told. */
  stop(): Promise<{ readonly left: boolean }>;
  /** Waits for a coordinator that is away as long as the member has a right to commit; rejects with `NotAMember` when it has none any more. */
  commit(positions: readonly Position[]): Promise<void>;
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
  /** The whole assignment after a rebalance, not a change of it. `metadata` as it was committed with the offset, where there was one. */
  assigned(partitions: readonly (TopicPartition & { readonly metadata?: string | undefined })[], memberId: string): void;
  /** Before partitions are given up: what is in hand is ended between two records and committed. The rebalance waits for it. */
  revoke(partitions: readonly TopicPartition[]): Promise<void>;
  /** They are somebody else's already: nothing is committed, work in hand is told so by its signal. */
  lost(partitions: readonly TopicPartition[]): void;
  /**
   * Works on a batch. Called again for the same partition only after it has resolved. Resolves with the offset of the last record that is
   * done, undefined for none: the rest is to be fetched again. Rejects when the partition must wait and be tried anew.
   */
  process(batch: FetchedBatch, turn: Turn): Promise<string | undefined>;
}

/** Consecutive records of one partition, oldest first. */
export interface FetchedBatch extends TopicPartition {
  readonly records: readonly ConsumedRecord[];
  /** End of the partition when it was fetched; undefined when the client does not say. */
  readonly highWatermark: string | undefined;
}

/** What the work on a batch may ask of the member. */
export interface Turn {
  /** True: begin no further record. The partition goes, the process stops, or other partitions must have their turn. */
  mustEnd(): boolean;
  /** To be called, and awaited when it returns a promise, before each record and each attempt: it is what max.poll.interval.ms is counted by. */
  beforeRecord(): Promise<void> | undefined;
}

// ---- producing

export interface TransportOptions {
  readonly acks: '0' | '1' | 'all';
  readonly idempotent: boolean;
  readonly compression: Compression;
  readonly requestTimeoutMs: number;
  /** Told what the metadata shows of a topic in use, whenever it may have changed. */
  readonly onPartitions: (topic: string, count: number) => void;
}

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** Attempts to write; retries, order and deadlines are the core's. */
export interface Transport {
  /**
   * One attempt to send records of one partition. Resolves with the offset of the first, -1 when the broker is not asked; rejects with
   * `ClientError`. A second call for the same partition before the first has ended is never made.
   */
  send(topic: string, partition: number, records: readonly WireRecord[]): Promise<number>;
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
   * Runs `work` in a transaction of one input partition: what it sends and the position it returns become visible together, or not at all.
   * When `work` or the commit rejects, the transaction is aborted and this rejects.
   */
  run(input: TopicPartition, work: (send: (record: NewRecord) => Promise<Published>) => Promise<Position>): Promise<void>;
  /** The partition goes to another member. */
  release(input: TopicPartition): Promise<void>;
  close(): Promise<void>;
}
