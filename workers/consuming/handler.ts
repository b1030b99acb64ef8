import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaMessage } from 'kafkajs';

/** The work on one record. When it rejects, the record is not done: its partition waits, and it is handed over again. */
export type RecordHandler = (record: KafkaMessage, topic: string, partition: number) => Promise<void> | undefined;

/** Work that takes `ms`; nothing at all, not even a turn of the event loop, for 0. */
export function simulatedWork(ms: number): RecordHandler {
  return ms === 0 ? () => undefined : () => sleep(ms);
}
