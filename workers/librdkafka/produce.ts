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
  /** False: as many failed as it says, but perhaps others of these records. */
  readonly isSure: boolean;
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
      if (missing === 0) resolve({ of, isSure: true });
      records.forEach((record, i) => {
        hand(producer, topic, partition, record, (outcome) => {
          of[i] = outcome;
          missing -= 1;
          if (missing === 0) resolve({ of, isSure: true });
        });
      });
    });
}

/** Records of one partition on their way, and their reports so far. */
interface Awaited {
  readonly records: readonly Outgoing[];
  /** Indexes of those that librdkafka took, in the order in which it took them. */
  readonly taken: number[];
  readonly of: Outcome[];
  reported: number;
  isSure: boolean;
  readonly resolve: (outcomes: Outcomes) => void;
}

/**
 * The same for an idempotent producer, whose reports of a partition come in the order of its records: nothing is handed along by which a record
 * would be known, which costs a third of a record's work. Only what librdkafka itself gives up, as a record whose time is over, is reported
 * out of turn; then nobody can tell which of the records it was. At most one call for a partition at a time.
 */
export function eachInTurn(producer: NativeProducer): ProduceAll {
  const underWay = new Map<string, (Awaited | undefined)[]>();
  producer.on('delivery-report', (error, { topic, partition, offset, size, timestamp }) => {
    const awaited = underWay.get(topic)?.[partition];
    const index = awaited?.taken[awaited.reported];
    if (awaited === undefined || index === undefined) return;
    const record = awaited.records[index];
    if ((error?.code ?? 0) < 0 || size !== sizeOf(record?.value) || timestamp !== record?.timestamp) awaited.isSure = false;
    awaited.of[index] = error ?? { partition, offset: Math.max(-1, offset) };
    awaited.reported += 1;
    if (awaited.reported === awaited.taken.length) finish(topic, partition, awaited);
  });
  const finish = (topic: string, partition: number, awaited: Awaited): void => {
    const ofTopic = underWay.get(topic);
    if (ofTopic?.[partition] === awaited) ofTopic[partition] = undefined;
    const { of, isSure } = awaited;
    awaited.resolve({ of, isSure: isSure || of.every((outcome) => 'offset' in outcome) || of.every((outcome) => !('offset' in outcome)) });
  };
  return (topic, partition, records) =>
    new Promise((resolve) => {
      let ofTopic = underWay.get(topic);
      if (ofTopic === undefined) underWay.set(topic, (ofTopic = []));
      const awaited: Awaited = { records, taken: [], of: new Array<Outcome>(records.length), reported: 0, isSure: true, resolve };
      ofTopic[partition] = awaited;
      for (let i = 0; i < records.length; i += 1) {
        const record = records[i] as Outgoing;
        try {
          producer.produce(topic, partition, valueOf(record), record.key, record.timestamp, undefined, headersOf(record));
          awaited.taken.push(i);
        } catch (error) {
          awaited.of[i] = error as NativeError;
        }
      }
      // Reports come in later turns of the event loop, so none is missed.
      if (awaited.taken.length === 0) finish(topic, partition, awaited);
    });
}

function valueOf({ value }: Outgoing): Buffer | null {
  return typeof value === 'string' ? Buffer.from(value) : value;
}

function sizeOf(value: Outgoing['value'] | undefined): number {
  return value === null || value === undefined ? 0 : Buffer.byteLength(value);
}

function headersOf({ headers }: Outgoing): Readonly<Record<string, Buffer | string>>[] | undefined {
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
