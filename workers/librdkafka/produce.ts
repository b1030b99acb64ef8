import type { Published } from '../record.js';
import type { NativeError, NativeProducer } from './binding.js';

export interface Outgoing {
  readonly key: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string | Buffer>> | undefined;
  readonly timestamp: number;
}

export type Outcome = Published | NativeError;

/**
 * Hands one record over; `settle` is told where it is, offset -1 when the broker is not asked, or why it was not acknowledged: later, or
 * before this returns when it is not even taken.
 * @param partition -1: by the key, as the producer's partitioner does
 */
export function hand(
  producer: NativeProducer,
  topic: string,
  partition: number,
  record: Outgoing,
  settle: (outcome: Outcome) => void,
): void {
  try {
    producer.produce(
      topic,
      partition,
      valueOf(record),
      record.key,
      record.timestamp,
      (error, report) => {
        settle(error ?? { partition: report.partition, offset: Math.max(-1, report.offset) });
      },
      headersOf(record),
    );
  } catch (error) {
    settle(error as NativeError);
  }
}

/** As `hand`, as a promise; never rejects. */
export function produce(producer: NativeProducer, topic: string, partition: number, record: Outgoing): Promise<Outcome> {
  return new Promise((resolve) => {
    hand(producer, topic, partition, record, resolve);
  });
}

/** What became of records of one partition, in their order. */
export interface Outcomes {
  readonly of: readonly Outcome[];
  /** Some of these failed so, or of those on their way beside them, and nobody can tell which. */
  readonly doubt?: NativeError | undefined;
}

export type ProduceAll = (topic: string, partition: number, records: readonly Outgoing[]) => Promise<Outcomes>;

/** As `hand`, several of one partition: resolves when the fate of all is known. */
export function eachIdentified(producer: NativeProducer): ProduceAll {
  reportDeliveries(producer);
  return (topic, partition, records) =>
    // One promise for all of them: one for each is much of what a record costs.
    new Promise((resolve) => {
      const of = new Array<Outcome>(records.length);
      let missing = records.length;
      if (missing === 0) resolve({ of });
      records.forEach((record, i) => {
        hand(producer, topic, partition, record, (outcome) => {
          of[i] = outcome;
          missing -= 1;
          if (missing === 0) resolve({ of });
        });
      });
    });
}

export function valueOf({ value }: Outgoing): Buffer | null {
  return typeof value === 'string' ? Buffer.from(value) : value;
}

export function headersOf({ headers }: Outgoing): Readonly<Record<string, Buffer | string>>[] | undefined {
  if (headers === undefined) return undefined;
  const list: Readonly<Record<string, Buffer | string>>[] = [];
  for (const name in headers) list.push({ [name]: headers[name] ?? '' });
  return list;
}

/** Calls back what waits for a delivery. */
export function reportDeliveries(producer: NativeProducer): void {
  producer.on('delivery-report', (error, report) => {
    report.opaque(error, report);
  });
}
