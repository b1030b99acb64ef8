/** Headers as they come from Kafka: bytes, and a name may stand more than once. */
export type Headers = Readonly<Record<string, Buffer | string | readonly (Buffer | string)[] | undefined>>;

/** A record as a handler sees it, whichever client fetched it. */
export interface ConsumedRecord {
  /** 64 bits wide, so text. */
  readonly offset: string;
  /** Ms since the epoch, as text. */
  readonly timestamp: string;
  readonly key: Buffer | null;
  /** Null: a tombstone. */
  readonly value: Buffer | null;
  readonly headers?: Headers | undefined;
}

/** A record to be written. */
export interface NewRecord {
  readonly topic: string;
  /** Records of one key stay in order; null: no key, spread over the partitions. */
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string | Buffer>> | undefined;
  /** @default by the key, as Java's murmur2 partitioner does */
  readonly partition?: number | undefined;
  /** Ms since the epoch. @default now */
  readonly timestamp?: number | undefined;
}

/** Where an acknowledged record is; offset -1 when the broker was not asked (acks 0). */
export interface Published {
  readonly partition: number;
  readonly offset: number;
}

/** The first value of a header as text; undefined when there is none. */
export function headerText(headers: Headers | undefined, name: string): string | undefined {
  const value = headers?.[name];
  const first: Buffer | string | undefined = Array.isArray(value) ? value[0] : (value as Buffer | string | undefined);
  return first?.toString();
}
