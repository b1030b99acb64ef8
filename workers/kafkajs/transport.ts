import { once } from 'node:events';
import type Connection from 'kafkajs/src/network/connection.js';
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import { ClientError, type Transport, type TransportOptions, type WireRecord } from '../client-port.js';
import { createBrokers, type BrokersOptions } from './brokers.js';
import { clientErrorOf } from './client-error.js';
import { codecs } from './codecs.js';
import { metadataMaxAgeMs } from './kafka.js';
import { encodeBatch } from './record-batch.js';

const produceKey = 0;
/** From version 8 on the broker says in words what it finds wrong with a record. */
const bestVersion = 8;

/** Bytes waiting in a socket with acks 0, where no answer holds the sender back. */
const mostUnsentBytes = 8_388_608;

/** The numbers by which a broker knows a repeated batch. */
interface Sequence {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  next: number;
}
const notIdempotent: Sequence = { producerId: -1n, producerEpoch: -1, next: -1 };
const sequences = 2 ** 31;

interface Topic {
  /** By partition; -1: none at present. */
  leaders: readonly number[];
  /** Ms of `performance.now()`. */
  readAt: number;
  reading?: Promise<void> | undefined;
  readonly sequences: Map<number, Sequence>;
  /** Partitions that have a producer id of their own. */
  readonly renewed: Set<number>;
}

/**
 * Produce requests over kafkajs' connections, each of one batch of one partition. kafkajs' producer is not used: it loses part of a send
 * that spans brokers when a leader moves, drops records of a partition it does not know yet, has one request of an idempotent producer in
 * flight, hides the first error behind those of its retries, and spends most of its time in small buffers.
 */
export function createTransport(
  client: BrokersOptions,
  { acks, idempotent, compression, requestTimeoutMs, onPartitions }: TransportOptions,
): Transport {
  const brokers = createBrokers(client);
  const requiredAcks = acks === 'all' ? -1 : Number(acks);
  const codec = compression === 'none' ? undefined : codecs[compression];
  const topics = new Map<string, Topic>();
  /** One producer id for all partitions, until one of them needs another. */
  let sharedId: Promise<Omit<Sequence, 'next'>> | undefined;

  const topicOf = (name: string): Topic => {
    const known = topics.get(name);
    if (known !== undefined) return known;
    const topic: Topic = { leaders: [], readAt: -Infinity, sequences: new Map(), renewed: new Set() };
    topics.set(name, topic);
    return topic;
  };

  const read = (name: string, topic: Topic): Promise<void> =>
    (topic.reading ??= brokers
      .leadersOf(name)
      .then((leaders) => {
        topic.leaders = leaders;
        topic.readAt = performance.now();
        onPartitions(name, leaders.length);
      })
      .finally(() => {
        topic.reading = undefined;
      }));

  const leaderOf = async (name: string, topic: Topic, partition: number): Promise<number> => {
    if (topic.readAt === -Infinity) await read(name, topic);
    // What is merely old is good enough until the new comes.
    else if (performance.now() - topic.readAt > metadataMaxAgeMs) read(name, topic).catch(() => undefined);
    const leader = topic.leaders[partition];
    if (leader !== undefined && leader >= 0) return leader;
    topic.readAt = -Infinity;
    throw leader === undefined
      ? new ClientError(`partition ${partition} of ${name} is not in the metadata`, 'UNKNOWN_TOPIC_OR_PARTITION', 'retriable', false)
      : new ClientError(`partition ${partition} of ${name} has no leader`, 'LEADER_NOT_AVAILABLE', 'retriable', false);
  };

  const newId = async (): Promise<Omit<Sequence, 'next'>> => {
    const broker = await brokers.any();
    try {
      const { producerId, producerEpoch } = await broker.initProducerId({ transactionalId: undefined, transactionTimeout: 60_000 });
      return { producerId: BigInt(producerId), producerEpoch };
    } catch (error) {
      const { message, code, kind, cause } = clientErrorOf(error);
      throw new ClientError(message, code, kind, false, { cause });
    }
  };

  const sequenceOf = async (topic: Topic, partition: number): Promise<Sequence> => {
    if (!idempotent) return notIdempotent;
    const known = topic.sequences.get(partition);
    if (known !== undefined) return known;
    const id = await (topic.renewed.has(partition)
      ? newId()
      : (sharedId ??= newId().catch((error: unknown) => {
          sharedId = undefined;
          throw error;
        })));
    const sequence = { ...id, next: 0 };
    topic.sequences.set(partition, sequence);
    return sequence;
  };
  return {
    async send(name, partition, records) {
      const topic = topicOf(name);
      const leader = await leaderOf(name, topic, partition);
      const sequence = await sequenceOf(topic, partition);
      const { broker, connection } = await brokers.connectionTo(leader).catch((error: unknown) => {
        topic.readAt = -Infinity;
        throw error;
      });
      const version = Math.min(bestVersion, broker.versions?.[produceKey]?.maxVersion ?? bestVersion);
      const request = await produceRequest(connection.clientId, version, requiredAcks, requestTimeoutMs, name, partition, (prefixBytes) =>
        encodeBatch(records, { ...sequence, baseSequence: sequence.next, codec }, prefixBytes),
      );
      let answer: Buffer | null;
      try {
        answer = await exchange(connection, request, version, requiredAcks !== 0);
      } catch (error) {
        topic.readAt = -Infinity;
        const failure = clientErrorOf(error);
        // It may be frozen, or its host gone: another connection is the only way to know.
        if (failure.code === 'TIMED_OUT') brokers.drop(leader);
        throw new ClientError(failure.message, failure.code, failure.kind, true, { cause: failure.cause });
      }
      if (answer === null) return -1;
      const { errorCode, baseOffset, errorMessage, throttleMs } = produceAnswer(answer, version);
      connection.requestQueue.maybeThrottle(throttleMs);
      if (errorCode !== 0) {
        topic.readAt = -Infinity;
        const failure = clientErrorOf(createErrorFromCode(errorCode));
        const { message, code } = known[errorCode] ?? failure;
        if (code === 'DUPLICATE_SEQUENCE_NUMBER') return appended(sequence, records, -1);
        throw new ClientError(
          errorMessage ?? message,
          code,
          known[errorCode] === undefined ? failure.kind : 'permanent',
          known[errorCode] === undefined && failure.isIndeterminate,
        );
      }
      return appended(sequence, records, baseOffset);
    },
    renew(name, partition) {
      const topic = topicOf(name);
      topic.sequences.delete(partition);
      topic.renewed.add(partition);
    },
    close: () => brokers.close(),
  };
}

/** Codes that kafkajs has no name for; of the record, and for certain. */
const known: Readonly<Record<number, { readonly code: string; readonly message: string }>> = {
  87: { code: 'INVALID_RECORD', message: 'the broker finds a record of the batch invalid' },
};

function appended(sequence: Sequence, records: readonly WireRecord[], baseOffset: number): number {
  if (sequence !== notIdempotent) sequence.next = (sequence.next + records.length) % sequences;
  return baseOffset;
}

/** The whole request in one buffer, its correlation id still to be filled in. */
async function produceRequest(
  clientId: string,
  version: number,
  acks: number,
  timeoutMs: number,
  topic: string,
  partition: number,
  batchAfter: (prefixBytes: number) => Promise<Buffer>,
): Promise<Buffer> {
  const clientBytes = Buffer.byteLength(clientId);
  const topicBytes = Buffer.byteLength(topic);
  const prefixBytes = 14 + clientBytes + 8 + 4 + 2 + topicBytes + 4 + 8;
  const request = await batchAfter(prefixBytes);
  let at = request.writeInt32BE(request.length - 4, 0);
  at = request.writeInt16BE(produceKey, at);
  at = request.writeInt16BE(version, at);
  at = request.writeInt32BE(0, at);
  at = request.writeInt16BE(clientBytes, at);
  at += request.write(clientId, at);
  at = request.writeInt16BE(-1, at);
  at = request.writeInt16BE(acks, at);
  at = request.writeInt32BE(timeoutMs, at);
  at = request.writeInt32BE(1, at);
  at = request.writeInt16BE(topicBytes, at);
  at += request.write(topic, at);
  at = request.writeInt32BE(1, at);
  at = request.writeInt32BE(partition, at);
  request.writeInt32BE(request.length - prefixBytes, at);
  return request;
}
const correlationAt = 8;

/** Sends through kafkajs' queue, which matches answers, times requests out and holds back what is too much at once. */
async function exchange(connection: Connection, request: Buffer, apiVersion: number, expectResponse: boolean): Promise<Buffer | null> {
  if (!connection.isConnected()) throw Object.assign(new Error('not connected'), { name: 'KafkaJSConnectionError' });
  const correlationId = connection.nextCorrelationId();
  request.writeInt32BE(correlationId, correlationAt);
  const answer = await new Promise<{ readonly payload: Buffer | null }>((resolve, reject) => {
    connection.requestQueue.push({
      entry: { apiKey: produceKey, apiName: 'Produce', apiVersion, correlationId, resolve, reject },
      expectResponse,
      requestTimeout: null,
      sendRequest: () => connection.socket?.write(request),
    });
  });
  const { socket } = connection;
  if (!expectResponse && socket !== undefined && socket.writableLength > mostUnsentBytes)
    await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
  return answer.payload;
}

interface ProduceAnswer {
  readonly errorCode: number;
  readonly baseOffset: number;
  readonly errorMessage: string | undefined;
  readonly throttleMs: number;
}

/** The answer to a request of one partition: topics and partitions are arrays of one. */
function produceAnswer(answer: Buffer, version: number): ProduceAnswer {
  let at = 4;
  at += 2 + answer.readInt16BE(at);
  at += 4 + 4;
  const errorCode = answer.readInt16BE(at);
  const baseOffset = Number(answer.readBigInt64BE(at + 2));
  // After the offset: the time of the append, from version 5 on the start of the log, from 8 on the errors of single records.
  at += 2 + 8 + 8 + (version >= 5 ? 8 : 0);
  let errorMessage: string | undefined;
  if (version >= 8) {
    const recordErrors = answer.readInt32BE(at);
    at += 4;
    for (let i = 0; i < recordErrors; i += 1) {
      const text = nullableText(answer, at + 4);
      errorMessage ??= text.text;
      at = text.end;
    }
    const whole = nullableText(answer, at);
    errorMessage = errorMessage ?? whole.text;
    at = whole.end;
  }
  return { errorCode, baseOffset, errorMessage, throttleMs: answer.readInt32BE(at) };
}

function nullableText(answer: Buffer, at: number): { readonly text: string | undefined; readonly end: number } {
  const bytes = answer.readInt16BE(at);
  if (bytes < 0) return { text: undefined, end: at + 2 };
  return { text: answer.toString('utf8', at + 2, at + 2 + bytes), end: at + 2 + bytes };
}
