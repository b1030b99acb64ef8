import { describe, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import type { WireRecord } from '../../workers/client-port.js';
import { codecs } from '../../workers/kafkajs/codecs.js';
import { crc32c, encodeBatch, type BatchOptions } from '../../workers/kafkajs/record-batch.js';

// What kafkajs reads is what every other client reads; its own encoder and checksum stand beside ours.
const require = createRequire(import.meta.url);
const Decoder = require('kafkajs/src/protocol/decoder.js') as new (buffer: Buffer) => object;
const decode = require('kafkajs/src/protocol/recordBatch/v0/decoder.js') as (decoder: object) => Promise<{
  firstOffset: string;
  lastOffsetDelta: number;
  firstTimestamp: string;
  maxTimestamp: string;
  producerId: string;
  producerEpoch: number;
  firstSequence: number;
  records: { offset: string; timestamp: string; key: Buffer | null; value: Buffer | null; headers: Record<string, Buffer> }[];
}>;
const theirCrc = require('kafkajs/src/protocol/recordBatch/crc32C/index.js') as (buffer: Buffer) => number;

const plain: BatchOptions = { producerId: -1n, producerEpoch: -1, baseSequence: -1 };
const content = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.uint8Array({ maxLength: 200 }).map(Buffer.from));
const records: fc.Arbitrary<WireRecord[]> = fc.array(
  fc.record({
    key: fc.option(content),
    value: fc.option(content),
    headers: fc.option(
      fc.dictionary(
        fc.string({ unit: 'grapheme', maxLength: 60 }).map((name) => `x-${name}`),
        content,
        { maxKeys: 4 },
      ),
      {
        nil: undefined,
      },
    ),
    // Deltas of more than 32 bits as well.
    timestamp: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  }),
  { minLength: 1, maxLength: 40 },
);
const bytes = (of: string | Buffer | null): Buffer | null => (of === null ? null : Buffer.from(of));

describe('a record batch', () => {
  it('is read by kafkajs as it was written, with the checksum that kafkajs gives it', async () => {
    await fc.assert(
      fc.asyncProperty(records, fc.constantFrom(undefined, codecs.lz4), async (given, codec) => {
        const batch = await encodeBatch(given, { producerId: 77n, producerEpoch: 3, baseSequence: 2 ** 31 - 1, codec }, 5);
        const body = batch.subarray(5);
        expect(body.readInt32BE(8)).toBe(body.length - 12);
        expect(body.readUInt32BE(17)).toBe(theirCrc(body.subarray(21)));
        const read = await decode(new Decoder(body));
        expect(read).toMatchObject({ firstOffset: '0', producerId: '77', producerEpoch: 3, firstSequence: 2 ** 31 - 1 });
        expect(read.lastOffsetDelta).toBe(given.length - 1);
        expect(Number(read.maxTimestamp)).toBe(Math.max(...given.map(({ timestamp }) => timestamp)));
        expect(read.records.map(({ offset }) => Number(offset))).toEqual(given.map((_, i) => i));
        for (const [i, record] of read.records.entries()) {
          const wanted = given[i];
          expect(Number(record.timestamp)).toBe(wanted?.timestamp);
          expect(record.key).toEqual(bytes(wanted?.key ?? null));
          expect(record.value).toEqual(bytes(wanted?.value ?? null));
          const headers = Object.entries(wanted?.headers ?? {}).map(([name, value]) => [name, bytes(value)]);
          expect(Object.entries(record.headers).sort()).toEqual(headers.sort());
        }
      }),
      { numRuns: 100 },
    );
  });

  it('may be larger than it looks: text is counted in bytes', async () => {
    const value = '€'.repeat(50_000);
    const { records: read } = await decode(new Decoder(await encodeBatch([{ key: null, value, timestamp: 1 }], plain)));
    expect(read[0]?.value?.toString()).toBe(value);
  });

  it('has the checksum of the standard', () => {
    expect(crc32c(Buffer.from('123456789'), 0, 9)).toBe(0xe3069283);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(20), (given, start) => {
        const from = Math.min(start, given.length);
        expect(crc32c(given, from, given.length)).toBe(theirCrc(Buffer.from(given.subarray(from))));
      }),
    );
  });
});
