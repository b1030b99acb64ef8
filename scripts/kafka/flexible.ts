/**
 * Requests that kafkajs does not know, over its connections: those in Kafka's flexible versions (KIP-482), where lengths are varints one too
 * large, and each structure ends with tagged fields, of which none is written and any is passed over.
 */
import type Broker from 'kafkajs/src/broker/index.js';

export class FlexibleReader {
  private at = 0;

  constructor(private readonly buffer: Buffer) {}

  int8(): number {
    this.at += 1;
    return this.buffer.readInt8(this.at - 1);
  }

  int16(): number {
    this.at += 2;
    return this.buffer.readInt16BE(this.at - 2);
  }

  int32(): number {
    this.at += 4;
    return this.buffer.readInt32BE(this.at - 4);
  }

  int64(): bigint {
    this.at += 8;
    return this.buffer.readBigInt64BE(this.at - 8);
  }

  /** 16 bytes, which nobody here looks at. */
  uuid(): void {
    this.at += 16;
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.buffer.readUInt8(this.at++);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  /** Null as ''. */
  text(): string {
    const length = this.varint() - 1;
    if (length <= 0) return '';
    this.at += length;
    if (this.at > this.buffer.length) throw new RangeError('the answer is shorter than it says');
    return this.buffer.toString('utf8', this.at - length, this.at);
  }

  /** Null as []. */
  list<T>(item: () => T): T[] {
    return Array.from({ length: Math.max(0, this.varint() - 1) }, item);
  }

  tags(): void {
    for (let count = this.varint(); count > 0; count -= 1) {
      this.varint();
      this.at += this.varint();
    }
  }
}

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 0x80);
  return Buffer.from([...bytes, rest]);
}

export function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(bytes.length + 1), bytes]);
}

export const list = (items: readonly Buffer[]): Buffer => Buffer.concat([varint(items.length + 1), ...items]);

export const noTags = Buffer.from([0]);

export interface FlexibleRequest<T> {
  readonly name: string;
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly body: Buffer;
  readonly read: (answer: FlexibleReader) => T;
}

/** Whether the broker knows this request in this version. */
export function knows(broker: Broker, { apiKey, apiVersion }: Pick<FlexibleRequest<unknown>, 'apiKey' | 'apiVersion'>): boolean {
  const versions = broker.versions?.[apiKey];
  return versions !== undefined && versions.minVersion <= apiVersion && apiVersion <= versions.maxVersion;
}

export async function askFlexible<T>(broker: Broker, { name, apiKey, apiVersion, body, read }: FlexibleRequest<T>): Promise<T> {
  // kafkajs writes the older header: the tagged fields that end the newer one, and those before the answer, are ours.
  const buffer = Buffer.concat([noTags, body]);
  return broker.connectionPool.send<T>({
    request: { apiName: name, apiKey, apiVersion, encode: () => Promise.resolve({ buf: buffer, buffer }) },
    response: {
      decode: async (raw) => {
        const reader = new FlexibleReader(raw);
        reader.tags();
        return Promise.resolve(read(reader));
      },
      parse: async (data) => Promise.resolve(data),
    },
  });
}
