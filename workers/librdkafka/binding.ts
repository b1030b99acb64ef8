/**
 * What is used of `@confluentinc/kafka-javascript`, declared here so that everything compiles and is checked where the package is not
 * installed. Only the callback API of node-rdkafka is used: it leaves the rebalance and the commit to its caller.
 */
export interface Binding {
  readonly Producer: new (settings: NativeSettings, topicSettings: NativeSettings) => NativeProducer;
  readonly KafkaConsumer: new (settings: NativeSettings, topicSettings: NativeSettings) => NativeConsumer;
  readonly AdminClient: { createFrom(client: NativeClient): NativeAdmin };
  readonly CODES: { readonly ERRORS: Readonly<Record<string, number>> };
  readonly librdkafkaVersion: string;
}

export type NativeSettings = Readonly<Record<string, unknown>>;

export interface NativeError extends Error {
  readonly code: number;
  readonly isFatal?: boolean;
  readonly isRetriable?: boolean;
  readonly isTxnRequiresAbort?: boolean;
}

type Done = (error?: NativeError | null) => void;

export interface NativePartition {
  readonly topic: string;
  readonly partition: number;
  readonly offset?: number;
  readonly metadata?: string;
}

export interface NativeMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly size: number;
  readonly headers?: readonly Readonly<Record<string, Buffer | string>>[];
}

export interface NativeLog {
  /** As syslog's: 3 is an error, 7 is debug. */
  readonly severity: number;
  readonly fac: string;
  readonly message: string;
}

export interface NativeMetadata {
  readonly topics: readonly { readonly name: string; readonly partitions: readonly { readonly id: number }[] }[];
}

export interface NativeClient {
  connect(options: { readonly timeout: number }, done: Done): void;
  disconnect(done: () => void): void;
  isConnected(): boolean;
  getMetadata(
    options: { readonly topic?: string; readonly timeout: number },
    done: (error: NativeError | null, found: NativeMetadata) => void,
  ): void;
  on(event: 'event.log', listener: (log: NativeLog) => void): void;
}

export interface NativeAdmin {
  describeTopics(
    topics: readonly string[],
    options: { readonly timeout: number },
    done: (error: NativeError | null, found: readonly NativeTopic[]) => void,
  ): void;
}

export interface NativeTopic {
  readonly name: string;
  readonly error?: NativeError;
  readonly partitions: readonly unknown[];
}

export interface DeliveryReport {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Bytes of the value. */
  readonly size: number;
  readonly timestamp?: number;
  /** What was handed over with the record. */
  readonly opaque: (error: NativeError | null, report: DeliveryReport) => void;
}

export interface NativeProducer extends NativeClient {
  /** @throws NativeError when the queue is full, or the record alone is too large. */
  produce(
    topic: string,
    partition: number,
    value: Buffer | null,
    key: Buffer | string | null,
    timestamp: number,
    opaque: DeliveryReport['opaque'] | undefined,
    headers: readonly Readonly<Record<string, Buffer | string>>[] | undefined,
  ): void;
  setPollInBackground(isSet: boolean): void;
  flush(timeoutMs: number, done: Done): void;
  initTransactions(timeoutMs: number, done: Done): void;
  beginTransaction(done: Done): void;
  commitTransaction(timeoutMs: number, done: Done): void;
  abortTransaction(timeoutMs: number, done: Done): void;
  sendOffsetsToTransaction(offsets: readonly NativePartition[], consumer: NativeConsumer, timeoutMs: number, done: Done): void;
  on(event: 'event.log', listener: (log: NativeLog) => void): void;
  on(event: 'delivery-report', listener: (error: NativeError | null, report: DeliveryReport) => void): void;
}

export interface NativeConsumer extends NativeClient {
  subscribe(topics: readonly string[]): void;
  unsubscribe(): void;
  assign(partitions: readonly NativePartition[]): void;
  unassign(): void;
  incrementalAssign(partitions: readonly NativePartition[]): void;
  incrementalUnassign(partitions: readonly NativePartition[]): void;
  assignmentLost(): boolean;
  rebalanceProtocol(): string;
  /** Calls back at once; whether it was committed is told by offset_commit_cb. */
  commitCb(offsets: readonly NativePartition[], done: Done): void;
  committed(
    partitions: readonly NativePartition[],
    timeoutMs: number,
    done: (error: NativeError | null, found: readonly unknown[]) => void,
  ): void;
  /** One request to the leader of each partition; of what is given as offset a time, in ms since the epoch. */
  offsetsForTimes(times: readonly NativePartition[], timeoutMs: number, done: (error: NativeError | null) => void): void;
  consume(count: number, done: (error: NativeError | null, messages: readonly NativeMessage[]) => void): void;
  pause(partitions: readonly NativePartition[]): void;
  resume(partitions: readonly NativePartition[]): void;
  getWatermarkOffsets(topic: string, partition: number): { readonly highOffset: number };
  setDefaultConsumeTimeout(ms: number): void;
  setDefaultIsTimeoutOnlyForFirstMessage(isSet: boolean): void;
}

const packageName = '@confluentinc/kafka-javascript';

/** The package is absent, or its native part was not built for this machine. */
export class NotBuilt extends Error {
  override name = 'NotBuilt';
  /** Told by this and not by the class: each client is a module of its own, loaded when it is used. */
  readonly isNotBuilt = true;
}

/** @throws NotBuilt */
export async function loadBinding(): Promise<Binding> {
  try {
    const loaded = (await import(packageName)) as { default: Binding };
    return loaded.default;
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    throw new NotBuilt(
      `the package ${packageName} is not built here (${reason}): run "npm run build:librdkafka" where the worker's node_modules are, or set KAFKA_CLIENT=kafkajs`,
      { cause: error },
    );
  }
}

/** What a call of the binding gives to its callback, as a promise. */
export function answerOf(call: (done: Done) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
