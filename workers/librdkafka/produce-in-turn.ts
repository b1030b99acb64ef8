import type { NativeError, NativeProducer } from './binding.js';
import { headersOf, valueOf, type Outcome, type Outcomes, type Outgoing, type ProduceAll } from './produce.js';

/** Records of one call on their way, and their reports so far. */
interface Awaited {
  readonly records: readonly Outgoing[];
  /** Indexes of those that librdkafka took, in the order in which it took them. */
  readonly taken: number[];
  readonly of: Outcome[];
  reported: number;
  /** Those whose reports may be this one's. */
  mixed?: Set<Awaited> | undefined;
  readonly resolve: (outcomes: Outcomes) => void;
}

/** Calls for one partition, oldest first, and the offset of the record reported last. */
interface Lane {
  readonly queue: Awaited[];
  offset: number;
}

/**
 * Several records of one partition for an idempotent producer, whose reports come in the order of its records: nothing is handed along by which
 * a record would be known, which costs a third of a record's work. Only what librdkafka itself gives up, as a record whose time is over, is
 * reported out of turn; then nobody can tell which of the records on their way it was, and all of these share one fate: in the topic, not in
 * it, or in doubt.
 */
export function eachInTurn(producer: NativeProducer): ProduceAll {
  const lanes = new Map<string, Lane[]>();
  const laneOf = (topic: string, partition: number): Lane => {
    let ofTopic = lanes.get(topic);
    if (ofTopic === undefined) lanes.set(topic, (ofTopic = []));
    return (ofTopic[partition] ??= { queue: [], offset: -1 });
  };

  producer.on('delivery-report', (error, { topic, partition, offset, size }) => {
    const lane = laneOf(topic, partition);
    const [awaited] = lane.queue;
    const index = awaited?.taken[awaited.reported];
    if (awaited === undefined || index === undefined) return;
    const isOutOfTurn = error === null ? offset >= 0 && offset <= lane.offset : error.code < 0;
    if (isOutOfTurn || size !== sizeOf(awaited.records[index]?.value)) mix(lane.queue);
    if (error === null && offset >= 0) lane.offset = offset;
    awaited.of[index] = error ?? { partition, offset: Math.max(-1, offset) };
    awaited.reported += 1;
    if (awaited.reported < awaited.taken.length) return;
    lane.queue.shift();
    finish(awaited);
  });

  return (topic, partition, records) =>
    new Promise((resolve) => {
      const awaited: Awaited = { records, taken: [], of: new Array<Outcome>(records.length), reported: 0, resolve };
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
      if (awaited.taken.length > 0) laneOf(topic, partition).queue.push(awaited);
      else resolve({ of: awaited.of });
    });
}

/** From now on nobody can tell their records apart. */
function mix(queue: readonly Awaited[]): void {
  const mixed = queue[0]?.mixed ?? new Set<Awaited>();
  for (const awaited of queue) {
    mixed.add(awaited);
    awaited.mixed = mixed;
  }
}

/** All its reports are there; those that are mixed wait for each other. */
function finish(awaited: Awaited): void {
  const { mixed } = awaited;
  if (mixed === undefined) {
    awaited.resolve({ of: awaited.of });
    return;
  }
  if ([...mixed].some(({ reported, taken }) => reported < taken.length)) return;
  const outcomes = [...mixed].flatMap(({ of }) => of);
  const failure = outcomes.find((outcome) => !('offset' in outcome)) as NativeError | undefined;
  const doubt = outcomes.some((outcome) => 'offset' in outcome) ? failure : undefined;
  for (const one of mixed) one.resolve({ of: one.of, doubt });
}

function sizeOf(value: Outgoing['value'] | undefined): number {
  return value === null || value === undefined ? 0 : Buffer.byteLength(value);
}
