import { randomBytes } from 'node:crypto';
import { CompressionTypes, Kafka, logLevel, type Producer } from 'kafkajs';
import { MusterError } from '../../constructs/model/error.js';
import { connectAdmin } from './admin.js';

export interface ProbeOptions {
  readonly bootstrap: string;
  /** Bytes of a record. */
  readonly recordBytes: number;
  /** How long to produce, warm-up included. */
  readonly seconds: number;
  readonly tell: (text: string) => void;
  readonly abort: AbortSignal;
}

/** What one partition carried. */
export interface ProbeResult {
  /** Bytes a second that producers got acknowledged with acks=all. */
  readonly produceRate: number;
  /** Bytes a second that one consumer read. */
  readonly consumeRate: number;
  readonly records: number;
  readonly replicas: number;
  readonly brokers: number;
}

/** Bytes of a request: Java's producer with batches of 100 kB and several partitions sends about as much. */
const requestBytes = 256 * 1024;
/** Requests on their way at once, as Java's max.in.flight.requests.per.connection. */
const inFlight = 5;
/** The probe never writes more than this, so that it fills nobody's disk. */
const mostBytes = 1e9;
/** Part of the time that only warms up the brokers and this process. */
const warmUp = 0.3;

/**
 * Measures one partition of a topic made for it: first how fast it takes records (acks=all, no compression, random bytes), then how
 * fast one consumer reads them. Topic and group are removed again, whatever happens.
 * @throws MusterError `not-reachable` when the cluster does not answer, `interrupted` when the person interrupts
 */
export async function probePartition({ bootstrap, recordBytes, seconds, tell, abort }: ProbeOptions): Promise<ProbeResult> {
  const admin = await connectAdmin(bootstrap);
  const name = `muster-measure-${randomBytes(6).toString('hex')}`;
  const kafka = new Kafka({
    clientId: 'muster-measure',
    brokers: bootstrap.split(','),
    logLevel: logLevel.NOTHING,
    retry: { retries: 10, initialRetryTime: 100 },
  });
  let made = false;
  try {
    const brokers = (await admin.brokers()).length;
    const replicas = Math.min(3, brokers);
    await admin.createTopics([{ name, partitions: 1, replicas, config: { 'min.insync.replicas': String(Math.max(1, replicas - 1)) } }]);
    made = true;
    tell(
      `producing to one partition for ${String(seconds)} s (${replicas === 1 ? 'one replica' : `${String(replicas)} replicas`}, acks=all)`,
    );
    const produced = await produce(kafka, name, { recordBytes, seconds, abort });
    tell('reading it back');
    const consumeRate = await consume(kafka, name, { records: produced.records, recordBytes, abort });
    return { produceRate: produced.rate, consumeRate, records: produced.records, replicas, brokers };
  } finally {
    if (made) await admin.deleteTopics([name]);
    // A group that never had an offset may be gone already.
    await admin.deleteGroup(name).catch(() => undefined);
    await admin.close();
  }
}

async function produce(
  kafka: Kafka,
  topic: string,
  { recordBytes, seconds, abort }: { recordBytes: number; seconds: number; abort: AbortSignal },
): Promise<{ rate: number; records: number }> {
  const producer: Producer = kafka.producer({ allowAutoTopicCreation: false, maxInFlightRequests: inFlight });
  await producer.connect();
  try {
    const each = Math.max(1, Math.floor(requestBytes / recordBytes));
    const messages = Array.from({ length: each }, () => ({ value: randomBytes(recordBytes), partition: 0 }));
    const start = performance.now();
    const acknowledged: { at: number; records: number }[] = [];
    let records = 0;
    const sender = async (): Promise<void> => {
      while (performance.now() - start < seconds * 1000 && records * recordBytes < mostBytes) {
        abort.throwIfAborted();
        records += each;
        await producer.send({ topic, acks: -1, compression: CompressionTypes.None, messages });
        acknowledged.push({ at: performance.now() - start, records: each });
      }
    };
    await Promise.all(Array.from({ length: inFlight }, sender));
    return { rate: rateOf(acknowledged) * recordBytes, records };
  } finally {
    await producer.disconnect();
  }
}

async function consume(
  kafka: Kafka,
  topic: string,
  { records, recordBytes, abort }: { records: number; recordBytes: number; abort: AbortSignal },
): Promise<number> {
  const consumer = kafka.consumer({ groupId: topic, allowAutoTopicCreation: false, maxWaitTimeInMs: 500 });
  const read: { at: number; records: number }[] = [];
  let left = records;
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const interrupted = (): void => {
        reject(abort.reason as Error);
      };
      if (abort.aborted) interrupted();
      abort.addEventListener('abort', interrupted, { once: true });
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        // A young broker's coordinator is still loading: kafkajs starts over by itself.
        if (payload.restart) return;
        reject(
          new MusterError('not-reachable', `the measurement cannot read what it wrote: ${payload.error.message}`, { cause: payload.error }),
        );
      });
      consumer
        .run({
          autoCommit: false,
          eachBatch: ({ batch }) => {
            read.push({ at: performance.now(), records: batch.messages.length });
            left -= batch.messages.length;
            if (left <= 0) resolve();
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
    return rateOf(read) * recordBytes;
  } finally {
    await consumer.disconnect();
  }
}

/** Records a second once warm: from the end of the warm-up to the last sign of life. */
function rateOf(signs: readonly { at: number; records: number }[]): number {
  const first = signs[0]?.at ?? 0;
  const last = signs.at(-1)?.at ?? 0;
  const from = first + (last - first) * warmUp;
  const begin = signs.find(({ at }) => at >= from)?.at ?? first;
  const done = signs.reduce((sum, { at, records }) => sum + (at > begin ? records : 0), 0);
  if (last <= begin)
    throw new MusterError(
      'bad-input',
      'the measurement was too short to tell a rate: give --measure-seconds 10 or more, or smaller records',
    );
  return (done * 1000) / (last - begin);
}
