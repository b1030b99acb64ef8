import type { Processed } from '../../workers/ledger.js';
import { deadLettersOf, type DeadLetters } from './dead-letters.js';
import type { History } from './history.js';

/** A record to look up in the topic. `offset` is -1 where nobody told it. */
export interface RecordExample {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly seq: number;
  readonly t: number;
  /** The pod that acted: the producer of a lost record, the member that processed any other. */
  readonly pod: string;
  /** The pod that had processed it before, for a duplicate. */
  readonly before?: string;
}

/** One more processing of a record that was processed before. */
export interface Repeat extends RecordExample {
  readonly before: string;
}

export interface Delivery {
  /** Records the producers handed to the client. */
  readonly produced: number;
  /** Records a broker acknowledged; offset -1 (acks 0) is acknowledged by nobody. */
  readonly acknowledged: number;
  /** Refused by a broker or the client for certain. */
  readonly rejected: number;
  /** Neither acknowledged nor refused: may or may not be in the log. */
  readonly indeterminate: number;
  /** Sends that failed, by where a person finds the record now: `retry-topic`, `failure-log`, …, `nowhere`. */
  readonly failedKeptIn: ReadonlyMap<string, number>;
  /** Distinct records processed. */
  readonly processed: number;
  readonly lost: readonly RecordExample[];
  readonly repeats: readonly Repeat[];
  /** Under exactly-once: work done again whose first time was in a transaction that nobody saw committed. A reader gets it once. */
  readonly reworked: number;
  /** Records processed again because the group's offsets were set back, one figure for each time that happened. */
  readonly replayed: readonly number[];
  readonly reordered: readonly RecordExample[];
  /** Processed although the broker had refused them (an aborted read). */
  readonly rejectedSeen: readonly RecordExample[];
  /** Acknowledged under an offset under which another record was acknowledged or processed: the log was cut. */
  readonly contradicted: readonly RecordExample[];
  readonly dead: DeadLetters;
  /** Keys that were written to more than one partition. */
  readonly movedKeys: number;
}

/** What is known of one produced record. */
interface Known {
  sent: boolean;
  acked: boolean;
  rejected: boolean;
  /** It was handed to the retry topic, so that it comes after all is no surprise. */
  retried: boolean;
  dead: boolean;
  /** Its last processing. */
  last: Processed | undefined;
  /** Counted as lost. */
  counted: boolean;
}

/** The records of one key from one producer, and how far processing has come in them. */
interface Sequence {
  readonly records: Map<number, Known>;
  /** Highest sequence number that was surely processed before now. */
  high: number;
  /** What was processed so lately that, between members, the order is unknown; oldest first. */
  recent: { readonly t: number; readonly member: string; readonly seq: number }[];
}

/**
 * Lost, duplicated and reordered records, by identity (producer, key, sequence number): it holds when a key changes its partition,
 * and two producers of one key are two sequences. Follows `validate_delivery` of Apache Kafka's system tests and the definitions
 * of Jepsen's Kafka checker; a replayed stretch is duplicates, never reordering.
 */
export function deliveryOf(history: History): Delivery {
  const sequences = new Map<string, Map<string, Sequence>>();
  const sequenceOf = (producer: string, key: string): Sequence => {
    let ofProducer = sequences.get(producer);
    if (ofProducer === undefined) sequences.set(producer, (ofProducer = new Map<string, Sequence>()));
    let sequence = ofProducer.get(key);
    if (sequence === undefined) ofProducer.set(key, (sequence = { records: new Map(), high: -1, recent: [] }));
    return sequence;
  };
  const knownOf = (sequence: Sequence, seq: number): Known => {
    let known = sequence.records.get(seq);
    if (known === undefined) {
      known = { sent: false, acked: false, rejected: false, retried: false, dead: false, last: undefined, counted: false };
      sequence.records.set(seq, known);
    }
    return known;
  };

  let produced = 0;
  let acknowledged = 0;
  let rejected = 0;
  const count = (producer: string, key: string, seq: number): Known => {
    const known = knownOf(sequenceOf(producer, key), seq);
    if (!known.sent) {
      known.sent = true;
      produced += 1;
    }
    return known;
  };
  for (const line of history.sent) count(line.producer, line.key, line.seq);
  const homes = new Map<string, number>();
  const movedKeys = new Set<string>();
  for (const line of history.acked) {
    const known = count(line.producer, line.key, line.seq);
    if (line.offset < 0 || known.acked) continue;
    known.acked = true;
    acknowledged += 1;
    const home = homes.get(line.key);
    if (home === undefined) homes.set(line.key, line.partition);
    else if (home !== line.partition) movedKeys.add(line.key);
  }
  const failedKeptIn = new Map<string, number>();
  for (const line of history.failed) {
    const known = count(line.producer, line.key, line.seq);
    const place = line.keptIn ?? 'nowhere';
    failedKeptIn.set(place, (failedKeptIn.get(place) ?? 0) + 1);
    if (line.keptIn === 'retry-topic') known.retried = true;
    if (line.outcome !== 'rejected' || known.acked || known.rejected) continue;
    known.rejected = true;
    rejected += 1;
  }

  let processed = 0;
  let reworked = 0;
  const repeats: Repeat[] = [];
  const reordered: RecordExample[] = [];
  const rejectedSeen: RecordExample[] = [];
  const resets = history.changes.filter((change) => change.kind === 'offsets').map((change) => change.t);
  const replayed = resets.map(() => 0);
  const isCommitted = commitsBefore(history);
  /** Who was read under an offset; strangers are there too, since they prove that the offset was processed. */
  const readUnder = new Map<number, Known | undefined>();
  for (const line of history.processed) {
    const place = placeOf(line);
    if (line.seq === undefined || line.producer === undefined) {
      readUnder.set(place, undefined);
      continue;
    }
    const { seq, producer } = line;
    const sequence = sequenceOf(producer, line.key);
    const known = knownOf(sequence, seq);
    readUnder.set(place, known);
    const example = exampleOf(line, seq);
    const { last } = known;
    if (last === undefined) {
      processed += 1;
      if (known.rejected && !known.retried) rejectedSeen.push(example);
      if (isLate(sequence, line, seq, history.uncertaintyMs)) reordered.push(example);
    } else {
      const reset = resets.findLastIndex((t) => t > last.t && t <= line.t);
      if (reset >= 0) replayed[reset] = (replayed[reset] ?? 0) + 1;
      else if (history.run?.guarantee === 'exactly-once' && !isCommitted(last, line.t)) reworked += 1;
      else repeats.push({ ...example, before: last.member });
    }
    known.last = line;
  }

  const dead = deadLettersOf(history, (producer, key, seq) => {
    const known = knownOf(sequenceOf(producer, key), seq);
    known.dead = true;
    return known.last !== undefined;
  });
  const lost: RecordExample[] = [];
  const contradicted: RecordExample[] = [];
  const ackedUnder = new Map<number, Known>();
  const isPlaced = history.placed === history.acked;
  for (const line of history.acked) {
    if (line.offset < 0) continue;
    const { partition, offset, key, seq, t, member: pod, producer } = line;
    const known = knownOf(sequenceOf(producer, key), seq);
    const place = placeOf(line);
    const read = isPlaced ? readUnder.get(place) : undefined;
    const isElsewhere = isPlaced && (dead.places.has(place) || (read === undefined && readUnder.has(place)));
    if (known.last === undefined && !known.counted && !known.dead && !isElsewhere) {
      lost.push({ partition, offset, key, seq, t, pod });
      known.counted = true; // once, however often it was acknowledged
    }
    // Who was read there tells whose place it is; where nobody was, the second to be given it is one too many.
    if ((read ?? ackedUnder.get(place) ?? known) !== known) {
      contradicted.push({ partition, offset, key, seq, t, pod });
    }
    ackedUnder.set(place, known);
  }
  return {
    produced,
    acknowledged,
    rejected,
    indeterminate: produced - acknowledged - rejected,
    failedKeptIn,
    processed,
    lost,
    repeats,
    reworked,
    replayed,
    reordered,
    rejectedSeen,
    contradicted,
    dead,
    movedKeys: movedKeys.size,
  };
}

/** Whether a later record of the sequence was surely processed before; notes this one. Called for first processings only. */
function isLate(sequence: Sequence, { t, member }: Processed, seq: number, uncertaintyMs: number): boolean {
  while (sequence.recent[0] !== undefined && sequence.recent[0].t < t - uncertaintyMs) {
    sequence.high = Math.max(sequence.high, sequence.recent.shift()?.seq ?? -1);
  }
  const isAfterOwn = sequence.recent.some((one) => one.member === member && one.seq > seq);
  sequence.recent.push({ t, member, seq });
  return seq < sequence.high || isAfterOwn;
}

/** Whether the place of a record was committed, by anybody's evidence, in a millisecond before `t`. To be asked in order of time. */
function commitsBefore(history: History): (record: Processed, t: number) => boolean {
  const high = new Map<number, number>();
  let next = 0;
  return (record, t) => {
    for (let line = history.committed[next]; line !== undefined && line.t < t; line = history.committed[++next]) {
      high.set(line.partition, Math.max(high.get(line.partition) ?? -1, line.offset));
    }
    return (high.get(record.partition) ?? -1) > record.offset;
  };
}

/** One number for a place in a topic: partitions stay below 2^13, offsets below 2^40. */
export function placeOf(line: { readonly partition: number; readonly offset: number }): number {
  return line.partition * 2 ** 40 + line.offset;
}

function exampleOf(line: Processed, seq: number): RecordExample {
  return { partition: line.partition, offset: line.offset, key: line.key, seq, t: line.t, pod: line.member };
}
