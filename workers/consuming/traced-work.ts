import type { BatchHandler, RecordContext } from '../handler.js';
import type { ConsumedRecord } from '../record.js';
import { traceOf, type TracedWork, type Tracing } from '../tracing.js';
import type { Around } from './attempts.js';

/** Shows the work on each record in the trace that its headers name; what the handler publishes is caused by that work. */
export function tracedWork(tracing: Tracing, groupId: string): Around {
  return async (record, context, work) => {
    const shown = begin(tracing, groupId, record, context);
    const publish: RecordContext['publish'] = (made) => context.publish({ ...made, headers: { ...shown.headers, ...made.headers } });
    try {
      await work({ ...context, publish });
      shown.end();
    } catch (error) {
      shown.end(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  };
}

/** Records that are worked on together each show in their own trace, for as long as all take. */
export function tracedBatch(tracing: Tracing, groupId: string, handle: BatchHandler): BatchHandler {
  return async (records, context) => {
    const shown = records.map((record) => begin(tracing, groupId, record, context));
    for (const work of shown) work.set({ 'messaging.batch.message_count': records.length });
    try {
      await handle(records, context);
      for (const work of shown) work.end();
    } catch (error) {
      for (const work of shown) work.end(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  };
}

function begin(tracing: Tracing, groupId: string, record: ConsumedRecord, { topic, partition, attempt }: RecordContext): TracedWork {
  return tracing.begin(`process ${topic}`, 'consumer', traceOf(record.headers), {
    'messaging.system': 'kafka',
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    'messaging.destination.name': topic,
    'messaging.destination.partition.id': String(partition),
    'messaging.kafka.offset': Number(record.offset),
    'messaging.consumer.group.name': groupId,
    ...(record.key !== null && { 'messaging.kafka.message.key': record.key.toString() }),
    ...(attempt > 1 && { 'muster.attempt': attempt }),
  });
}
