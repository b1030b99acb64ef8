import type { Processed } from '../../workers/ledger.js';
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
  /** Refused by a broker for certain. */
  readonly rejected: number;
  /** Neither acknowledged nor refused: may or may not be in the log. */
  readonly indeterminate: number;
  /** Distinct records processed. */
  readonly processed: number;
  readonly lost: readonly RecordExample[];
  readonly repeats: readonly Repeat[];
  readonly reordered: readonly RecordExample[];
  /** Processed although the broker had refused them (an aborted read). */
  readonly rejectedSeen: readonly RecordExample[];
  /** Acknowledged under an offset under which another record was acknowledged or processed: the log was cut. */
  readonly contradicted: readonly RecordExample[];
}

/** What is known of one produced record. */
interface Known {
  sent: boolean;
  acked: boolean;
  rejected: boolean;
  times: number;
  last: string;
}

/** The records of one key from one producer, and how far processing has come in them. */
interface Sequence {
  readonly records: Map<number, Known>;
  /** Highest sequence number processed before `at`. */
  high: number;
  at: number;
  /** Highest sequence number each member has processed within the millisecond `at`: between members its order is unknown. */
  readonly now: Map<string, number>;
}

/**
 * Lost, duplicated and reordered records, by identity (producer, key, sequence number): it holds when a key changes its partition,
 * and two producers of one key are two sequences. Follows `validate_delivery` of Apache Kafka's system tests and the definitions
 * of Jepsen's Kafka checker; a replayed stretch is duplicates, never reordering.
 */
export function deliveryOf(history: History): Delivery {
  const sequences = new Map<string, Sequence>();
  const sequenceOf = (producer: string, key: string): Sequence => {
    const id = `${producer}\n${key}`;
    let sequence = sequences.get(id);
    if (sequence === undefined) {
      sequence = { records: new Map(), high: -1, at: -Infinity, now: new Map() };
      sequences.set(id, sequence);
    }
    return sequence;
  };
  const knownOf = (sequence: Sequence, seq: number): Known => {
    let known = sequence.records.get(seq);
    if (known === undefined) {
      known = { sent: false, acked: false, rejected: false, times: 0, last: '' };
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
  for (const line of history.acked) {
    const known = count(line.producer, line.key, line.seq);
    if (line.offset < 0 || known.acked) continue;
    known.acked = true;
    acknowledged += 1;
  }
  for (const line of history.failed) {
    const known = count(line.producer, line.key, line.seq);
    if (line.outcome !== 'rejected' || known.acked || known.rejected) continue;
    known.rejected = true;
    rejected += 1;
  }

  let processed = 0;
  const repeats: Repeat[] = [];
  const reordered: RecordExample[] = [];
  const rejectedSeen: RecordExample[] = [];
  /** Who was read under an offset; strangers are there too, since they prove that the offset was processed. */
  const readUnder = new Map<string, string | undefined>();
  for (const line of history.processed) {
    const place = `${String(line.partition)}/${String(line.offset)}`;
    if (line.seq === undefined || line.producer === undefined) {
      readUnder.set(place, undefined);
      continue;
    }
    const { seq, producer } = line;
    readUnder.set(place, `${producer}\n${line.key}\n${String(seq)}`);
    const sequence = sequenceOf(producer, line.key);
    const known = knownOf(sequence, seq);
    const example = exampleOf(line, seq);
    if (known.times === 0) {
      processed += 1;
      if (known.rejected) rejectedSeen.push(example);
      if (isLate(sequence, line.t, line.member, seq)) reordered.push(example);
    } else {
      repeats.push({ ...example, before: known.last });
    }
    known.times += 1;
    known.last = line.member;
  }

  const lost: RecordExample[] = [];
  const contradicted: RecordExample[] = [];
  const ackedUnder = new Map<string, string>();
  for (const line of history.acked) {
    if (line.offset < 0) continue;
    const { partition, offset, key, seq, t, member: pod, producer } = line;
    const place = `${String(partition)}/${String(offset)}`;
    const identity = `${producer}\n${key}\n${String(seq)}`;
    const known = knownOf(sequenceOf(producer, key), seq);
    const read = readUnder.get(place);
    const strangerThere = read === undefined && readUnder.has(place);
    if (known.times === 0 && !strangerThere) {
      lost.push({ partition, offset, key, seq, t, pod });
      known.times = -1; // counted once, however often it was acknowledged
    }
    if ((read !== undefined && read !== identity) || (ackedUnder.get(place) ?? identity) !== identity) {
      contradicted.push({ partition, offset, key, seq, t, pod });
    }
    ackedUnder.set(place, identity);
  }
  return {
    produced,
    acknowledged,
    rejected,
    indeterminate: produced - acknowledged - rejected,
    processed,
    lost,
    repeats,
    reordered,
    rejectedSeen,
    contradicted,
  };
}

/** Whether a later record of the sequence was surely processed before; notes this one. Called for first processings only. */
function isLate(sequence: Sequence, t: number, member: string, seq: number): boolean {
  if (t > sequence.at) {
    for (const high of sequence.now.values()) sequence.high = Math.max(sequence.high, high);
    sequence.now.clear();
    sequence.at = t;
  }
  const own = sequence.now.get(member) ?? -1;
  sequence.now.set(member, Math.max(own, seq));
  return seq < sequence.high || seq < own;
}

function exampleOf(line: Processed, seq: number): RecordExample {
  return { partition: line.partition, offset: line.offset, key: line.key, seq, t: line.t, pod: line.member };
}
