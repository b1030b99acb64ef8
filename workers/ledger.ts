/**
 * The evidence a worker leaves: one JSON line each on standard output, told apart from log lines by the field `evidence`.
 * A line is written synchronously, so it is outside the process before whatever comes next (above all before the commit);
 * it survives a SIGKILL because the kubelet, or the local backend, owns the file behind standard output.
 */

/** One record, as producer and consumer both know it. */
export interface RecordId {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  /** Position of the record among those of this key from this producer, from 0, without holes. */
  readonly seq: number;
  /** The producer's identity for the life of one process: `<client id>/<start time in ms>`. */
  readonly producer: string;
}

interface Line {
  /** Milliseconds since the epoch. */
  readonly t: number;
  /** The worker's client id: the name of its pod. */
  readonly member: string;
}

/** Written before the request leaves the process: from here on the record may be in the log. */
export interface Sent extends Line, RecordId {
  readonly evidence: 'sent';
}
/** The broker acknowledged the record under this offset. */
export interface Acked extends Line, RecordId {
  readonly evidence: 'acked';
  readonly offset: number;
}
/** The producer gave up. `rejected`: the broker refused it for certain. `indeterminate`: it may or may not be in the log. */
export interface Failed extends Line, RecordId {
  readonly evidence: 'failed';
  readonly outcome: 'rejected' | 'indeterminate';
  readonly reason: string;
  /** Where a person finds it: `retry-topic`, `dead-letter-topic`, `failure-log`, or `nowhere`. */
  readonly keptIn?: string;
}
/** The group gave this member exactly these partitions (the whole assignment, not a change of it). */
export interface Assigned extends Line {
  readonly evidence: 'assigned';
  readonly memberId: string;
  readonly partitions: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
}
/** The member gave its partitions up: `revoked` in a rebalance it takes part in, `lost` when it was evicted. */
export interface Unassigned extends Line {
  readonly evidence: 'revoked' | 'lost';
}
/** The handler has finished this record; its offset is not committed yet. `seq` and `producer` are absent on records of strangers. */
export interface Processed extends Line {
  readonly evidence: 'processed';
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly seq?: number;
  readonly producer?: string;
}
/** The record could not be handled, and is kept in the dead-letter topic or in the failure log. It is not `processed`. */
export interface Dead extends Line {
  readonly evidence: 'dead';
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly seq?: number;
  readonly producer?: string;
  readonly to: 'topic' | 'file';
  readonly reason: string;
}
/** The broker accepted this committed offset: the next one to be read. */
export interface Committed extends Line {
  readonly evidence: 'committed';
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}
/** The last line of a clean stop. `left`: the member told the group that it goes. */
export interface Stopped extends Line {
  readonly evidence: 'stopped';
  readonly left: boolean;
}

export type Evidence = Sent | Acked | Failed | Assigned | Unassigned | Processed | Dead | Committed | Stopped;

/** Headers that carry a record's identity from the producer to the consumer's evidence. */
export const sequenceHeader = 'sequence';
export const producerHeader = 'producer';

/** The evidence in one line of a worker's output; undefined when the line is a log line, or torn by a crash. */
export function parseEvidence(line: string): Evidence | undefined {
  if (!line.includes('"evidence"')) return undefined;
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null && 'evidence' in parsed ? (parsed as Evidence) : undefined;
  } catch {
    return undefined;
  }
}
