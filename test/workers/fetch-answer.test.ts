import { describe, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import type { WireRecord } from '../../workers/client-port.js';
import { codecs } from '../../workers/kafkajs/codecs.js';
import { decodeBatches } from '../../workers/kafkajs/fetch-answer.js';
import { encodeBatch } from '../../workers/kafkajs/record-batch.js';

// kafkajs' own decoder stands beside ours.
const require = createRequire(import.meta.url);
const Decoder = require('kafkajs/src/protocol/decoder.js') as new (buffer: Buffer) => object;
const theirs = require('kafkajs/src/protocol/recordBatch/v0/decoder.js') as (decoder: object) => Promise<{ records: object[] }>;

const content = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.uint8Array({ maxLength: 200 }).map(Buffer.from));
// kafkajs takes a header that is called `constructor` for one that stands twice.
const headerName = fc.string({ minLength: 1, maxLength: 60 }).filter((name) => !(name in Object.prototype));
const records: fc.Arbitrary<WireRecord[]> = fc.array(
  fc.record({
    key: fc.option(content),
    value: fc.option(content),
    headers: fc.option(fc.dictionary(headerName, content, { maxKeys: 4, noNullPrototype: true }), {
      nil: undefined,
    }),
    timestamp: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  }),
  { minLength: 1, maxLength: 40 },
);
const flags = { none: 0, logAppendTime: 0x08, transactional: 0x10, control: 0x20 } as const;

/** As a broker gives it out: with offsets and attributes of its own. */
async function batchOf(
  given: readonly WireRecord[],
  codec: (typeof codecs)[keyof typeof codecs] | undefined,
  offset: bigint,
  flag: number,
) {
  const batch = await encodeBatch(given, { producerId: 77n, producerEpoch: 3, baseSequence: 0, codec });
  batch.writeBigInt64BE(offset, 0);
  batch.writeInt16BE(batch.readInt16BE(21) | flag, 21);
  return batch;
}

describe('the answer to a fetch', () => {
  it('holds the records that kafkajs finds in it, whatever their contents, times, compression and attributes', async () => {
    await fc.assert(
      fc.asyncProperty(
        records,
        fc.constantFrom(undefined, codecs.gzip, codecs.lz4),
        fc.bigInt({ min: 0n, max: 2n ** 60n }),
        fc.constantFrom(...Object.values(flags)),
        async (given, codec, offset, flag) => {
          const batch = await batchOf(given, codec, offset, flag);
          const { records: wanted } = await theirs(new Decoder(batch));
          const found = (await decodeBatches(batch)) ?? [];
          expect(found).toHaveLength(given.length);
          found.forEach((record, i) => {
            expect(wanted[i]).toMatchObject(record);
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('may end in the middle of a batch, which is left for the next', async () => {
    await fc.assert(
      fc.asyncProperty(records, records, fc.nat(), async (first, second, cut) => {
        const whole = await batchOf(first, undefined, 0n, flags.none);
        const next = await batchOf(second, undefined, BigInt(first.length), flags.none);
        const found = await decodeBatches(Buffer.concat([whole, next.subarray(0, cut % next.length)]));
        expect(found?.map(({ offset }) => Number(offset))).toEqual(first.map((_, i) => i));
        const both = await decodeBatches(Buffer.concat([whole, next]));
        expect(both?.map(({ offset }) => Number(offset))).toEqual([...first, ...second].map((_, i) => i));
      }),
    );
  });

  it('is left to kafkajs where a batch has the format of before Kafka 0.11', async () => {
    const old = await batchOf([{ key: null, value: 'v', timestamp: 1 }], undefined, 0n, flags.none);
    old[16] = 1;
    expect(await decodeBatches(old)).toBeUndefined();
  });

  it('with a record that is longer than its batch is an error, not a record', async () => {
    const broken = await batchOf([{ key: null, value: 'v', timestamp: 1 }], undefined, 0n, flags.none);
    broken[61] = 0x7e;
    await expect(decodeBatches(broken)).rejects.toThrow('longer than its batch');
  });

  it('gives a header its own value, whatever it is called', async () => {
    const batch = await batchOf(
      [{ key: null, value: null, headers: { constructor: 'a', toString: 'b' }, timestamp: 0 }],
      undefined,
      0n,
      flags.none,
    );
    const [record] = (await decodeBatches(batch)) ?? [];
    expect(Object.entries(record?.headers ?? {}).map(([name, value]) => [name, String(value)])).toEqual([
      ['constructor', 'a'],
      ['toString', 'b'],
    ]);
  });
});
