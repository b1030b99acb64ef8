import type { Published } from '../record.js';
import type { NativeError, NativeProducer } from './binding.js';

export interface Outgoing {
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string | Buffer>> | undefined;
  readonly timestamp: number;
}

/**
 * Hands one record over. Resolves with where it is, offset -1 when the broker is not asked, or with why it was not acknowledged; never rejects.
 * @param partition -1: by the key, as the producer's partitioner does
 */
export function produce(producer: NativeProducer, topic: string, partition: number, record: Outgoing): Promise<Published | NativeError> {
  return new Promise((resolve) => {
    try {
      producer.produce(
        topic,
        partition,
        typeof record.value === 'string' ? Buffer.from(record.value) : record.value,
        record.key,
        record.timestamp,
        (error, report) => {
          resolve(error ?? { partition: report.partition, offset: Math.max(-1, report.offset) });
        },
        record.headers === undefined ? undefined : Object.entries(record.headers).map(([name, value]) => ({ [name]: value })),
      );
    } catch (error) {
      resolve(error as NativeError);
    }
  });
}

/** Calls back what `produce` waits for. */
export function reportDeliveries(producer: NativeProducer): void {
  producer.on('delivery-report', (error, report) => {
    report.opaque(error, report);
  });
}
