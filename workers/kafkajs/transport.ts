import { CompressionTypes, KafkaJSError, type Kafka, type Producer } from 'kafkajs';
import type { Outgoing } from '../producing/accumulator.js';
import type { Compression } from '../client-port.js';
import { metadataMaxAgeMs } from './kafka.js';

export interface Transport {
  /** One attempt to send records of one partition; resolves with the offset of each, -1 when the broker is not asked (acks 0). */
  send(partition: number, records: readonly Outgoing[]): Promise<readonly number[]>;
  /** Takes a new producer id for the partition: after a batch was given up, the old one's next sequence number is not known. */
  renew(partition: number): void;
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly acks: '0' | '1' | 'all';
  readonly idempotent: boolean;
  readonly compression: Compression;
  readonly requestTimeoutMs: number;
  /** Told the number of partitions the metadata shows, at each send. */
  readonly onPartitions: (count: number) => void;
}

const codecs = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
} as const;

/** Produce requests in flight to one broker, as Java's max.in.flight.requests.per.connection. */
const mostInFlight = 5;

/**
 * A partition newer than a producer's metadata. kafkajs would drop its records and resolve as if all were well; an error of this name makes
 * it read the metadata again.
 */
function notInMetadata(partition: number): Error {
  return Object.assign(new KafkaJSError(`partition ${partition} is not in the metadata yet`), { name: 'KafkaJSMetadataNotLoaded' });
}

/** A kafkajs producer, shared by the partitions of one number modulo the lanes, and replaced by `renew`. */
interface Lane {
  producer: Producer;
  connected?: Promise<void> | undefined;
  /** Sends that still use `producer`; a replaced one is closed when the last ends. */
  users: number;
}

/**
 * kafkajs locks a broker for each request of an idempotent producer, so one producer would have one request in flight: several lanes, each
 * with a producer id of its own, keep a broker busy as Java's five requests do.
 */
export function createTransport({
  kafka,
  topic,
  acks,
  idempotent,
  compression,
  requestTimeoutMs,
  onPartitions,
}: TransportOptions): Transport {
  const create = (): Lane => ({
    users: 0,
    producer: kafka.producer({
      idempotent,
      allowAutoTopicCreation: false,
      maxInFlightRequests: mostInFlight,
      metadataMaxAge: metadataMaxAgeMs,
      // kafkajs demands retries of an idempotent producer; NaN passes that check and makes each send one attempt. The retries are ours: they
      // know the record's deadline, keep the sequence number (kafkajs takes it back on failure), and see every error, not only the last.
      retry: { retries: NaN },
      createPartitioner:
        () =>
        ({ message: { partition = 0 }, partitionMetadata }) => {
          onPartitions(partitionMetadata.length);
          if (!partitionMetadata.some(({ partitionId }) => partitionId === partition)) throw notInMetadata(partition);
          return partition;
        },
    }),
  });
  const lanes = Array.from({ length: idempotent ? mostInFlight : 1 }, create);
  const laneOf = (partition: number): Lane => lanes[partition % lanes.length] ?? create();
  const retired = new Set<Lane>();

  const connect = (lane: Lane): Promise<void> =>
    (lane.connected ??= lane.producer.connect().catch((error: unknown) => {
      lane.connected = undefined;
      throw error;
    }));

  return {
    async send(partition, records) {
      const lane = laneOf(partition);
      lane.users += 1;
      try {
        await connect(lane);
        const [answer] = await lane.producer.send({
          topic,
          acks: acks === 'all' ? -1 : Number(acks),
          timeout: requestTimeoutMs,
          compression: codecs[compression],
          messages: records.map(({ id, value, headers, timestamp }) => ({
            key: id.key,
            value,
            headers,
            partition,
            timestamp: String(timestamp),
          })),
        });
        if (acks === '0') return records.map(() => -1);
        if (answer?.baseOffset === undefined) throw new Error('the broker gave no offset');
        const base = Number(answer.baseOffset);
        return records.map((_, i) => base + i);
      } finally {
        lane.users -= 1;
        if (lane.users === 0 && retired.delete(lane)) void lane.producer.disconnect().catch(() => undefined);
      }
    },
    renew(partition) {
      if (!idempotent) return;
      const old = laneOf(partition);
      lanes[partition % lanes.length] = create();
      if (old.users === 0) void old.producer.disconnect().catch(() => undefined);
      else retired.add(old);
    },
    async close() {
      await Promise.allSettled([...lanes, ...retired].map((lane) => lane.producer.disconnect()));
    },
  };
}
