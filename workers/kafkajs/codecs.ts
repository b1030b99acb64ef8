/** The compressions of Kafka that kafkajs has not, for whoever reads or writes with it. Importing this file registers them. */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { CompressionCodecs, CompressionTypes } from 'kafkajs';
import createSnappy from 'kafkajs-snappy';
import { compressFrame, decompressFrameSync } from 'lz4-napi';

export interface Codec {
  /** Number in the attributes of a record batch. */
  readonly type: number;
  compress(plain: Buffer): Promise<Buffer>;
  decompress(packed: Buffer): Promise<Buffer>;
}

const snappy = createSnappy();

interface Zstd {
  compress(data: Uint8Array, level?: number): Uint8Array;
  decompress(data: Uint8Array): Uint8Array;
  reset(): void;
  decompressChunk(data: Uint8Array, outputSize: number): Uint8Array;
}
let zstd: Promise<Zstd> | undefined;
const loadZstd = (): Promise<Zstd> =>
  (zstd ??= import('@hpcc-js/wasm-zstd').then(async ({ Zstd }) => {
    const loaded = await Zstd.load();
    // It copies its results out of the heap number by number, 50 ns each: 20 MB/s.
    const heap = (loaded as unknown as { _mainModule: { heapView(at: object): Uint8Array; heapToUint8Array(at: object): Uint8Array } })
      ._mainModule;
    heap.heapToUint8Array = (at) => heap.heapView(at).slice();
    return loaded;
  }));

const buffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** No batch of Kafka holds as much: message.max.bytes is an int of compressed bytes, but what is read is held in memory whole. */
const mostUnpackedBytes = 1_073_741_824;

/** Java's frames do not say how long their content is: where the library's guess is too small, ever larger ones. */
function unpackZstd(library: Zstd, packed: Buffer): Buffer {
  try {
    return buffer(library.decompress(packed));
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('too small')) throw error;
  }
  for (let size = Math.max(8_388_608, packed.length * 64); size <= mostUnpackedBytes; size *= 4) {
    library.reset();
    const plain = library.decompressChunk(packed, size);
    if (plain.length < size) return buffer(plain);
  }
  throw new Error(`a batch of ${packed.length} bytes is more than ${mostUnpackedBytes} bytes when unpacked`);
}

const gzipBuffer = promisify<Buffer, Buffer>(gzip);
const gunzipBuffer = promisify<Buffer, Buffer>(gunzip);

export const codecs = {
  gzip: { type: CompressionTypes.GZIP, compress: gzipBuffer, decompress: gunzipBuffer },
  snappy: {
    type: CompressionTypes.Snappy,
    compress: (plain) => snappy.compress({ buffer: plain }),
    decompress: (packed) => snappy.decompress(packed),
  },
  lz4: {
    type: CompressionTypes.LZ4,
    compress: (plain) => compressFrame(plain),
    decompress: (packed) => Promise.resolve(decompressFrameSync(packed)),
  },
  zstd: {
    type: CompressionTypes.ZSTD,
    compress: async (plain) => buffer((await loadZstd()).compress(plain)),
    decompress: async (packed) => unpackZstd(await loadZstd(), packed),
  },
} as const satisfies Readonly<Record<string, Codec>>;

const registered: Record<number, () => object> = CompressionCodecs;
for (const { type, compress, decompress } of Object.values<Codec>(codecs))
  registered[type] = () => ({ compress: (encoder: { buffer: Buffer }) => compress(encoder.buffer), decompress });

/** kafkajs' numbers of `compression.type`. */
export const compressionTypes = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
} as const;
