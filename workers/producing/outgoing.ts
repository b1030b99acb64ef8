import type { WireRecord } from '../client-port.js';
import type { NewRecord } from '../record.js';
import type { Failure } from './failures.js';

/** A record on its way. */
export interface Outgoing extends WireRecord {
  readonly topic: string;
  /** Another only when the topic has lost this one. */
  partition: number;
  /** What it costs of batch and buffer. */
  readonly bytes: number;
  /** Its number among those of its key, for the evidence. */
  readonly seq?: number | undefined;
  /** Its fate is known. */
  isSettled: boolean;
  /** Told its fate, once. */
  readonly settle?: Settle | undefined;
}

export interface Settle {
  /** The offset, -1 when the broker was not asked. */
  acked(partition: number, offset: number): void;
  failed(failure: Failure): void;
}

/** Bytes a record adds to a batch besides key, value and headers, at most. */
export const recordOverhead = 40;

export function outgoingOf(record: NewRecord, partition: number, seq: number | undefined, settle: Settle | undefined): Outgoing {
  let bytes = (record.key?.length ?? 0) + (record.value?.length ?? 0) + recordOverhead;
  for (const name in record.headers) bytes += name.length + (record.headers[name]?.length ?? 0) + 4;
  return {
    topic: record.topic,
    partition,
    key: record.key,
    value: record.value,
    headers: record.headers,
    timestamp: record.timestamp ?? Date.now(),
    bytes,
    seq,
    isSettled: false,
    settle,
  };
}
