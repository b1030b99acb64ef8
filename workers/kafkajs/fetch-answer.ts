/**
 * The answer to a fetch, read straight out of its buffer. kafkajs makes several small buffers, 64-bit numbers and objects a record, which is
 * most of what a consumer costs. Importing this file puts it in the place of kafkajs' own.
 */
import answer from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import { codecs, type Codec } from './codecs.js';
import { batchHeaderBytes } from './record-batch.js';

/** A record as kafkajs hands it on. */
export interface DecodedRecord {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | (Buffer | null)[] | null>>;
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
}

/** Bytes of a batch before its length is known, and what the length does not count. */
const lengthEnd = 12;
const magicAt = 16;
const isLogAppendTime = 0x08;
const isTransactional = 0x10;
const isControl = 0x20;
const codecMask = 0x07;
const codecsByType: Readonly<Record<number, Codec | undefined>> = Object.fromEntries(
  Object.values<Codec>(codecs).map((codec) => [codec.type, codec]),
);

const decodeWithKafkajs = answer.decode;

/** Version 11, the highest that kafkajs asks for. What is in the formats of before Kafka 0.11 is left to kafkajs. */
answer.decode = async (raw) => {
  let at = 0;
  const int32 = (): number => raw.readInt32BE((at += 4) - 4);
  const int64 = (): string => String(raw.readBigInt64BE((at += 8) - 8));
  // What the broker wants waited for is the client's to wait, from version 8 on.
  const clientSideThrottleTime = int32();
  const errorCode = raw.readInt16BE((at += 2) - 2);
  const sessionId = int32();
  const responses = [];
  for (let topics = int32(); topics > 0; topics -= 1) {
    const nameBytes = raw.readInt16BE((at += 2) - 2);
    const topicName = raw.toString('utf8', at, (at += nameBytes));
    const partitions = [];
    for (let left = int32(); left > 0; left -= 1) {
      const partition = int32();
      const partitionError = raw.readInt16BE((at += 2) - 2);
      const [highWatermark, lastStableOffset, lastStartOffset] = [int64(), int64(), int64()];
      const abortedTransactions = [];
      for (let aborted = int32(); aborted > 0; aborted -= 1) abortedTransactions.push({ producerId: int64(), firstOffset: int64() });
      const preferredReadReplica = int32();
      const bytes = Math.max(0, int32());
      const records = raw.subarray(at, (at += bytes));
      const messages = await decodeBatches(records);
      if (messages === undefined) return decodeWithKafkajs(raw);
      partitions.push({
        partition,
        errorCode: partitionError,
        highWatermark,
        lastStableOffset,
        lastStartOffset,
        abortedTransactions,
        preferredReadReplica,
        messages,
      });
    }
    responses.push({ topicName, partitions });
  }
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
};

/** @returns undefined when there is a format older than that of Kafka 0.11. The last batch may be cut off; it comes whole with the next fetch. */
export async function decodeBatches(bytes: Buffer): Promise<DecodedRecord[] | undefined> {
  const decoded: DecodedRecord[] = [];
  for (let at = 0; at + batchHeaderBytes <= bytes.length;) {
    const end = at + lengthEnd + bytes.readInt32BE(at + 8);
    if (bytes[at + magicAt] !== 2) return undefined;
    if (end > bytes.length) break;
    const batch = bytes.subarray(at, end);
    const attributes = batch.readInt16BE(21);
    const type = attributes & codecMask;
    if (type === 0) decodeRecords(batch, batchHeaderBytes, batch, attributes, decoded);
    else {
      const codec = codecsByType[type];
      if (codec === undefined) throw new Error(`a batch is compressed with codec ${type}, which nobody here knows`);
      decodeRecords(await codec.decompress(batch.subarray(batchHeaderBytes)), 0, batch, attributes, decoded);
    }
    at = end;
  }
  return decoded;
}

/** Where the next varint begins: a result besides the number, without an object for the two. */
let cursor = 0;

function decodeRecords(bytes: Buffer, start: number, batch: Buffer, attributes: number, into: DecodedRecord[]): void {
  const baseOffset = batch.readBigInt64BE(0);
  const baseTimestamp = (attributes & isLogAppendTime) === 0 ? batch.readBigInt64BE(27) : batch.readBigInt64BE(35);
  const firstOffset = Number(baseOffset);
  const firstTimestamp = Number(baseTimestamp);
  const count = batch.readInt32BE(57);
  const isControlRecord = (attributes & isControl) !== 0;
  const batchContext = { producerId: String(batch.readBigInt64BE(43)), inTransaction: (attributes & isTransactional) !== 0 };
  // Most records of a batch are of the same moment.
  let lastDelta = 0;
  let timestamp = String(baseTimestamp);
  const hasOwnTimes = (attributes & isLogAppendTime) === 0;
  cursor = start;
  for (let i = 0; i < count; i += 1) {
    const length = varInt(bytes);
    const end = cursor + length;
    if (length < 0 || end > bytes.length) throw new Error('a record is longer than its batch');
    cursor += 1;
    const delta = varLong(bytes);
    if (hasOwnTimes && delta !== lastDelta) {
      lastDelta = delta;
      timestamp = String(firstTimestamp + delta);
    }
    const offsetDelta = varInt(bytes);
    const offset = firstOffset + offsetDelta;
    const key = content(bytes);
    const value = content(bytes);
    const headerCount = varInt(bytes);
    into.push({
      offset: Number.isSafeInteger(offset) ? String(offset) : String(baseOffset + BigInt(offsetDelta)),
      timestamp,
      key,
      value,
      headers: headerCount === 0 ? {} : headers(bytes, headerCount),
      isControlRecord,
      batchContext,
    });
    // Fields of later versions of the format, if there ever are, come last.
    cursor = end;
  }
}

/** A name that stands more than once has a list of its values, in their order. */
function headers(bytes: Buffer, count: number): DecodedRecord['headers'] {
  const found: Record<string, Buffer | (Buffer | null)[] | null> = {};
  for (let i = 0; i < count; i += 1) {
    const nameBytes = varInt(bytes);
    const name = bytes.toString('utf8', cursor, (cursor += nameBytes));
    const value = content(bytes);
    const known = Object.hasOwn(found, name) ? found[name] : undefined;
    if (known === undefined) found[name] = value;
    else if (Array.isArray(known)) known.push(value);
    else found[name] = [known, value];
  }
  return found;
}

function content(bytes: Buffer): Buffer | null {
  const length = varInt(bytes);
  return length < 0 ? null : bytes.subarray(cursor, (cursor += length));
}

function varInt(bytes: Buffer): number {
  let byte = bytes[cursor++] ?? 0;
  let raw = byte & 0x7f;
  for (let shift = 7; byte >= 0x80; shift += 7) {
    byte = bytes[cursor++] ?? 0;
    raw |= (byte & 0x7f) << shift;
  }
  return (raw >>> 1) ^ -(raw & 1);
}

/** Of times: whole below 2^53. */
function varLong(bytes: Buffer): number {
  let byte = bytes[cursor++] ?? 0;
  let raw = byte & 0x7f;
  let factor = 128;
  for (; byte >= 0x80; factor *= 128) {
    byte = bytes[cursor++] ?? 0;
    raw += (byte & 0x7f) * factor;
  }
  return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
}
