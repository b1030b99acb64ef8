/**
 * Record batches of Kafka's message format v2, written straight into one buffer: kafkajs makes several small buffers a record and copies
 * each four times, which is most of what a producer costs.
 */
import type { WireRecord } from '../client-port.js';

/** Bytes of a batch before its records. */
export const batchHeaderBytes = 61;
const lengthAt = 8;
const crcAt = 17;
const attributesAt = 21;

export interface BatchOptions {
  /** -1: not idempotent. */
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** Sequence number of the first record; -1 when not idempotent. */
  readonly baseSequence: number;
  /** What packs the records; undefined: nothing does. */
  readonly codec?: { readonly type: number; compress(plain: Buffer): Promise<Buffer> } | undefined;
}

/** @returns `prefixBytes` bytes for the caller to fill, then the batch. */
export async function encodeBatch(records: readonly WireRecord[], options: BatchOptions, prefixBytes = 0): Promise<Buffer> {
  const { codec } = options;
  const recordsAt = prefixBytes + batchHeaderBytes;
  let firstTimestamp = Infinity;
  let maxTimestamp = -Infinity;
  for (const { timestamp } of records) {
    if (timestamp < firstTimestamp) firstTimestamp = timestamp;
    if (timestamp > maxTimestamp) maxTimestamp = timestamp;
  }
  let batch: Buffer;
  if (codec === undefined) batch = encodeRecords(records, firstTimestamp, recordsAt);
  else {
    const packed = await codec.compress(encodeRecords(records, firstTimestamp, 0));
    batch = Buffer.allocUnsafe(recordsAt + packed.length);
    packed.copy(batch, recordsAt);
  }
  const at = prefixBytes;
  batch.writeBigInt64BE(0n, at);
  batch.writeInt32BE(batch.length - at - 12, at + lengthAt);
  batch.writeInt32BE(-1, at + 12);
  batch.writeInt8(2, at + 16);
  batch.writeInt16BE(codec?.type ?? 0, at + attributesAt);
  batch.writeInt32BE(records.length - 1, at + 23);
  batch.writeBigInt64BE(BigInt(firstTimestamp), at + 27);
  batch.writeBigInt64BE(BigInt(maxTimestamp), at + 35);
  batch.writeBigInt64BE(options.producerId, at + 43);
  batch.writeInt16BE(options.producerEpoch, at + 51);
  batch.writeInt32BE(options.baseSequence, at + 53);
  batch.writeInt32BE(records.length, at + 57);
  batch.writeUInt32BE(crc32c(batch, at + attributesAt, batch.length), at + crcAt);
  return batch;
}

/** Longest varint of 32 bits, and of 64. */
const mostVarInt = 5;
const mostVarLong = 10;

function encodeRecords(records: readonly WireRecord[], firstTimestamp: number, start: number): Buffer {
  let estimate = start;
  for (const { key, value } of records) estimate += (key?.length ?? 0) + (value?.length ?? 0) + 160;
  let buffer = Buffer.allocUnsafe(estimate);
  let at = start;
  for (let i = 0; i < records.length; i += 1) {
    const { key, value, headers, timestamp } = records[i] as WireRecord;
    const timestampDelta = timestamp - firstTimestamp;
    const keyBytes = key === null ? -1 : bytesOf(key);
    const valueBytes = value === null ? -1 : bytesOf(value);
    let headerCount = 0;
    let headerBytes = 0;
    for (const name in headers) {
      const nameBytes = bytesOf(name);
      const contentBytes = bytesOf(headers[name] ?? '');
      headerCount += 1;
      headerBytes += varIntSize(nameBytes) + nameBytes + varIntSize(contentBytes) + contentBytes;
    }
    const body =
      1 +
      varLongSize(timestampDelta) +
      varIntSize(i) +
      varIntSize(keyBytes) +
      Math.max(0, keyBytes) +
      varIntSize(valueBytes) +
      Math.max(0, valueBytes) +
      varIntSize(headerCount) +
      headerBytes;
    if (at + body + mostVarInt > buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * buffer.length, at + body + mostVarInt + mostVarLong));
      buffer.copy(larger, 0, 0, at);
      buffer = larger;
    }
    at = writeVarInt(buffer, body, at);
    buffer[at++] = 0;
    at = writeVarLong(buffer, timestampDelta, at);
    at = writeVarInt(buffer, i, at);
    at = writeVarInt(buffer, keyBytes, at);
    if (key !== null) at = writeBytes(buffer, key, keyBytes, at);
    at = writeVarInt(buffer, valueBytes, at);
    if (value !== null) at = writeBytes(buffer, value, valueBytes, at);
    at = writeVarInt(buffer, headerCount, at);
    for (const name in headers) {
      const content = headers[name] ?? '';
      const nameBytes = bytesOf(name);
      const contentBytes = bytesOf(content);
      at = writeVarInt(buffer, nameBytes, at);
      at = writeBytes(buffer, name, nameBytes, at);
      at = writeVarInt(buffer, contentBytes, at);
      at = writeBytes(buffer, content, contentBytes, at);
    }
  }
  return buffer.subarray(0, at);
}

/** Up to this length a loop over the characters is quicker than a call into Node. */
const shortText = 48;

/** Bytes of a text as UTF-8, or of a buffer. */
export function bytesOf(content: string | Buffer): number {
  if (typeof content !== 'string') return content.length;
  if (content.length > shortText) return Buffer.byteLength(content);
  for (let i = 0; i < content.length; i += 1) if (content.charCodeAt(i) > 0x7f) return Buffer.byteLength(content);
  return content.length;
}

function writeBytes(buffer: Buffer, content: string | Buffer, bytes: number, at: number): number {
  if (typeof content !== 'string') content.copy(buffer, at);
  // As many bytes as characters: they are ASCII.
  else if (bytes === content.length && bytes <= shortText) for (let i = 0; i < bytes; i += 1) buffer[at + i] = content.charCodeAt(i);
  else buffer.write(content, at, bytes, 'utf8');
  return at + bytes;
}

function varIntSize(value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let size = 1;
  for (; rest >= 0x80; rest >>>= 7) size += 1;
  return size;
}

function writeVarInt(buffer: Buffer, value: number, start: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let at = start;
  for (; rest >= 0x80; rest >>>= 7) buffer[at++] = (rest & 0x7f) | 0x80;
  buffer[at++] = rest;
  return at;
}

const fitsInt = 0x40000000;

function varLongSize(value: number): number {
  if (value < fitsInt) return varIntSize(value);
  let size = 1;
  for (let rest = value * 2; rest >= 0x80; rest = Math.floor(rest / 128)) size += 1;
  return size;
}

/** @param value 0 or more, and whole. */
function writeVarLong(buffer: Buffer, value: number, start: number): number {
  if (value < fitsInt) return writeVarInt(buffer, value, start);
  let at = start;
  let rest = value * 2;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) buffer[at++] = (rest % 128) | 0x80;
  buffer[at++] = rest;
  return at;
}

/** Eight tables, so that eight bytes are taken at a time: 1.6 GB/s instead of 0.5. */
const table = new Int32Array(8 * 256);
for (let n = 0; n < 256; n += 1) {
  let c = n;
  for (let bit = 0; bit < 8; bit += 1) c = (c & 1) === 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  table[n] = c;
}
for (let i = 256; i < table.length; i += 1) {
  const before = table[i - 256] as number;
  table[i] = (before >>> 8) ^ (table[before & 0xff] as number);
}

/** CRC-32C (Castagnoli) of the bytes from `start` up to `end`. */
export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  const t = table;
  const b = bytes;
  let crc = -1;
  let i = start;
  for (; i + 8 <= end; i += 8) {
    crc ^= (b[i] as number) | ((b[i + 1] as number) << 8) | ((b[i + 2] as number) << 16) | ((b[i + 3] as number) << 24);
    crc =
      (t[1792 + (crc & 0xff)] as number) ^
      (t[1536 + ((crc >>> 8) & 0xff)] as number) ^
      (t[1280 + ((crc >>> 16) & 0xff)] as number) ^
      (t[1024 + (crc >>> 24)] as number) ^
      (t[768 + (b[i + 4] as number)] as number) ^
      (t[512 + (b[i + 5] as number)] as number) ^
      (t[256 + (b[i + 6] as number)] as number) ^
      (t[b[i + 7] as number] as number);
  }
  for (; i < end; i += 1) crc = (t[(crc ^ (b[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}
