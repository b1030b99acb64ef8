import { randomUUID } from 'node:crypto';
import { producerHeader, sequenceHeader } from '../ledger.js';

/** What a maker knows of the record it makes. */
export interface RecordTurn {
  /** Key by which the record is numbered; with PRODUCER_KEYED=false it is not sent. */
  readonly key: string;
  /** Number of the record among those of its key, from 0 without holes. */
  readonly seq: number;
  /** Number of the record among all of this process, from 0. */
  readonly number: number;
  /** UUID, new for each record; it is in the header `correlation-id` already. */
  readonly correlationId: string;
  /** Ms since the epoch; the timestamp of the record. */
  readonly timestamp: number;
  /** Size the value should have at least, in bytes. */
  readonly recordBytes: number;
}

/** What a system writes; who the record is (`sequence`, `producer`), `correlation-id` and `source` are added to its headers by the core. */
export interface MadeRecord {
  readonly value: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * Makes the records of one system, synchronously, as it is on the way of each. A function of the turn, with no clock and no randomness of
 * its own. When it throws, the record cannot be serialised and is a dead letter.
 */
export type MakesRecords = (turn: RecordTurn) => MadeRecord;

/** A record on its way to the publisher, and its number for the evidence. */
export interface NumberedRecord {
  readonly topic: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestamp: number;
  readonly seq: number;
  /** Why there is no value. */
  readonly problem?: Error | undefined;
}

export interface NumberingOptions {
  readonly topic: string;
  readonly keys: readonly string[];
  /** False: the records have no key, and are numbered as if they had the same. */
  readonly isKeyed: boolean;
  /** Identity of this process: `<client id>/<start in ms>`. */
  readonly producer: string;
  readonly recordBytes: number;
  /** Each so many-th record is one that no consumer can read; 0: none. */
  readonly poisonEvery: number;
}

/** The value of a poison record: a consumer that expects JSON cannot read it. */
const poison = '{"order_id": ';

/** Goes round the keys, numbers each key's records without holes, and has their values made. */
export function numberedRecords(
  make: MakesRecords,
  { topic, keys, isKeyed, producer, recordBytes, poisonEvery }: NumberingOptions,
): () => NumberedRecord {
  // A key that is named several times has as many turns, and is numbered once.
  const numbers = new Map((isKeyed ? keys : ['']).map((key) => [key, { key, seq: 0 }]));
  const slots = (isKeyed ? keys : ['']).flatMap((key) => numbers.get(key) ?? []);
  let turn = 0;
  let number = 0;
  return () => {
    const slot = slots[turn] ?? { key: '', seq: 0 };
    turn = (turn + 1) % slots.length;
    const seq = slot.seq++;
    const timestamp = Date.now();
    const correlationId = randomUUID();
    const isPoison = poisonEvery > 0 && (number + 1) % poisonEvery === 0;
    let made: MadeRecord | undefined;
    let problem: Error | undefined;
    try {
      made = isPoison ? { value: poison } : make({ key: slot.key, seq, number, correlationId, timestamp, recordBytes });
    } catch (error) {
      problem = error instanceof Error ? error : new Error(String(error));
    }
    number += 1;
    const headers: Record<string, string> = { 'correlation-id': correlationId, source: 'muster' };
    // What a system says of its own comes before the identity, so that it cannot replace it.
    if (made?.headers !== undefined) Object.assign(headers, made.headers);
    headers[sequenceHeader] = String(seq);
    headers[producerHeader] = producer;
    return { topic, key: isKeyed ? slot.key : null, value: made?.value ?? null, headers, timestamp, seq, problem };
  };
}

/** A record that is nothing but bytes. */
export interface FillerRecord {
  readonly topic: string;
  readonly key: string | null;
  readonly value: Buffer;
  readonly timestamp: number;
  readonly seq?: undefined;
  readonly problem?: undefined;
}

/** Goes round the keys with records that are nothing but bytes: who they are stands nowhere in them. */
export function fillerRecords({
  topic,
  keys,
  isKeyed,
  recordBytes,
}: Pick<NumberingOptions, 'topic' | 'keys' | 'isKeyed' | 'recordBytes'>): () => FillerRecord {
  const value = Buffer.alloc(recordBytes, 'x');
  const turns = isKeyed ? keys : [null];
  let number = 0;
  return () => {
    const key = turns[number % turns.length] ?? null;
    number += 1;
    return { topic, key, value, timestamp: Date.now() };
  };
}

/** Made once for each length: records differ by a few bytes. */
const paddings = new Map<number, string>();
const mostPaddings = 1_000;

/** Spaces for the text of a JSON value, so that it reaches a size; `around` is what the value has without them, in bytes. */
export function padding(recordBytes: number, around: number): string {
  const length = Math.max(0, recordBytes - around);
  const known = paddings.get(length);
  if (known !== undefined) return known;
  const spaces = ' '.repeat(length);
  if (paddings.size < mostPaddings) paddings.set(length, spaces);
  return spaces;
}
