import { randomUUID } from 'node:crypto';
import type { Outgoing } from './accumulator.js';
import { padding, type MakesRecords } from './record-maker.js';
import { partitionOf } from '../keys.js';
import { producerHeader, sequenceHeader } from '../ledger.js';

/** Bytes a record adds to a batch besides key, value and headers, at most. */
const recordOverhead = 40;

/** Makes the next order, round the keys in turn. */
export type MakeOrder = (partitions: number) => Outgoing;

/**
 * Orders as a load: keyed, numbered from 0 without holes within each key, their origin in the headers, padded to at least `recordBytes`.
 * @param producer identity of this process: `<client id>/<start in ms>`.
 */
export function orderMaker(topic: string, keys: readonly string[], producer: string, recordBytes: number): MakeOrder {
  // A key named twice must not be numbered twice.
  const next = [...new Set(keys)].map((key) => ({ key, seq: 0 }));
  let turn = 0;
  return (partitions) => {
    const slot = next[turn] ?? { key: '', seq: 0 };
    turn = (turn + 1) % next.length;
    const seq = slot.seq;
    slot.seq += 1;
    const timestamp = Date.now();
    const correlationId = randomUUID();
    const total = ((seq * 37) % 10_000) / 100;
    const order = `{"order_id":"${correlationId}","user_id":${JSON.stringify(slot.key)},"total":${total},"seq":${seq},"note":"`;
    const value = `${order}${' '.repeat(Math.max(0, recordBytes - Buffer.byteLength(order) - 2))}"}`;
    const headers = { [sequenceHeader]: String(seq), [producerHeader]: producer, 'correlation-id': correlationId, source: 'muster' };
    return {
      id: { topic, partition: partitionOf(slot.key, partitions), key: slot.key, seq, producer },
      value,
      headers,
      timestamp,
      bytes: value.length + slot.key.length + 100 + producer.length + recordOverhead,
    };
  };
}

/** Orders of a customer, padded to the size asked for. */
export const makeOrder: MakesRecords = ({ key, seq, correlationId, recordBytes }) => {
  const total = ((seq * 37) % 10_000) / 100;
  const order = `{"order_id":"${correlationId}","user_id":${JSON.stringify(key)},"total":${total},"seq":${seq},"note":"`;
  return { value: `${order}${padding(recordBytes, Buffer.byteLength(order) + 2)}"}` };
};
