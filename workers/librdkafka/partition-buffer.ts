import type { ConsumedRecord, Headers } from '../record.js';
import type { NativeMessage } from './binding.js';

/** What a member holds of one partition while it is its own. */
export interface PartitionBuffer {
  readonly topic: string;
  readonly partition: number;
  /** Given back in a rebalance: no further record of it is begun. */
  isLeaving: boolean;
  /** Given back or lost: nothing of it counts any more, and what the next owner commits must not be undone. */
  isOver: boolean;
  /** Ms of `Date.now()` before which it is not worked on. */
  restsUntil: number;
  isPaused: boolean;
  push(message: NativeMessage): void;
  /** The records that wait, oldest first. They stay until they are done. */
  waiting(): readonly ConsumedRecord[];
  done(offset: string): void;
  readonly size: number;
  readonly bytes: number;
}

export function createPartitionBuffer(topic: string, partition: number): PartitionBuffer {
  let messages: NativeMessage[] = [];
  let bytes = 0;
  return {
    topic,
    partition,
    isLeaving: false,
    isOver: false,
    restsUntil: 0,
    isPaused: false,
    push(message) {
      messages.push(message);
      bytes += sizeOf(message);
    },
    waiting: () => messages.map(recordOf),
    done(offset) {
      const last = Number(offset);
      const rest = messages.findIndex((message) => message.offset > last);
      const finished = messages.slice(0, rest < 0 ? messages.length : rest);
      messages = rest < 0 ? [] : messages.slice(rest);
      for (const message of finished) bytes -= sizeOf(message);
    },
    get size() {
      return messages.length;
    },
    get bytes() {
      return bytes;
    },
  };
}

/** With what V8 keeps for the objects of a record. */
const sizeOf = (message: NativeMessage): number => message.size + (message.key?.length ?? 0) + 200;

function recordOf({ offset, timestamp, key, value, headers }: NativeMessage): ConsumedRecord {
  return {
    offset: String(offset),
    timestamp: String(timestamp),
    key: typeof key === 'string' ? Buffer.from(key) : key,
    value,
    headers: headers === undefined ? undefined : headersOf(headers),
  };
}

/** A name that stands more than once has a list of its values, in their order. */
function headersOf(pairs: readonly Readonly<Record<string, Buffer | string>>[]): Headers {
  const headers: Record<string, Buffer | string | (Buffer | string)[]> = {};
  for (const pair of pairs)
    for (const [name, value] of Object.entries(pair)) {
      const known = Object.hasOwn(headers, name) ? headers[name] : undefined;
      if (known === undefined) headers[name] = value;
      else if (Array.isArray(known)) known.push(value);
      else headers[name] = [known, value];
    }
  return headers;
}
