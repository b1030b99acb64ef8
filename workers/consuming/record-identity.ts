import type { KafkaMessage } from 'kafkajs';
import { producerHeader, sequenceHeader } from '../ledger.js';

function header(record: KafkaMessage, name: string): string | undefined {
  const value = record.headers?.[name];
  const first = Array.isArray(value) ? value[0] : value;
  return first?.toString();
}

/** Who a record is, by its headers; number and producer are absent on records of strangers. */
export function identityOf(record: KafkaMessage): { key: string; seq?: number; producer?: string } {
  const key = record.key?.toString() ?? '';
  const sequence = header(record, sequenceHeader);
  const producer = header(record, producerHeader);
  if (sequence === undefined || producer === undefined || !/^\d+$/.test(sequence)) return { key };
  return { key, seq: Number(sequence), producer };
}
