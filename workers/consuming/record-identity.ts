import { producerHeader, sequenceHeader } from '../ledger.js';
import { headerText, type ConsumedRecord } from '../record.js';

/** Who a record is, by its headers; number and producer are absent on records of strangers. */
export function identityOf(record: ConsumedRecord): { key: string; seq?: number; producer?: string } {
  const key = record.key?.toString() ?? '';
  const sequence = headerText(record.headers, sequenceHeader);
  const producer = headerText(record.headers, producerHeader);
  if (sequence === undefined || producer === undefined || !/^\d+$/.test(sequence)) return { key };
  return { key, seq: Number(sequence), producer };
}
