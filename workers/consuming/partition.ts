import type { Position, TopicPartition } from '../client-port.js';
import { createHeldKeys, type HeldKeys } from './held-keys.js';

/** A record that failed, and is to be tried again or given up. */
export interface Trouble {
  /** Times its handler has failed for a reason that counts. */
  failures: number;
  /** Attempts made, those that do not count included. */
  attempts: number;
  /** Ms of `Date.now()`: not before. */
  dueAt: number;
  /** Why it becomes a dead letter, which could not be written yet. */
  verdict?: Verdict | undefined;
  /** The dead-letter topic did not take it. */
  isTopicClosed?: boolean;
}

export interface Verdict {
  readonly error: Error;
  readonly kind: DeadLetterKind;
}

export type DeadLetterKind = 'permanent' | 'retries' | 'held';

/** What a member knows of one partition while it has it. */
export interface Partition extends TopicPartition {
  /** `ending`: being given up, with the right to commit; `gone`: somebody else's. */
  status: 'ours' | 'ending' | 'gone';
  /** Resolves when no batch of it is in hand. */
  inHand: Promise<unknown> | undefined;
  /** Offset of the last record that is done, with all before it. */
  last: string | undefined;
  /** Where to go on, when that is not the offset after `last`. */
  next: string | undefined;
  committed: string | undefined;
  readonly troubles: Map<string, Trouble>;
  /** Offsets done beyond `last`, with CONSUMER_ORDER=key. */
  readonly ahead: Set<string>;
  /** Records up to this offset go to their handler one by one, for a batch of them was refused. */
  aloneUpTo: bigint | undefined;
  readonly held: HeldKeys;
  readonly whenLost: AbortController;
  /** Of `whenLost`, whose own getter costs something for each record. */
  readonly signal: AbortSignal;
}

export function createPartition({ topic, partition }: TopicPartition, metadata: string | undefined): Partition {
  const whenLost = new AbortController();
  return {
    topic,
    partition,
    status: 'ours',
    inHand: undefined,
    last: undefined,
    next: undefined,
    committed: undefined,
    troubles: new Map(),
    ahead: new Set(),
    aloneUpTo: undefined,
    held: createHeldKeys(metadata),
    whenLost,
    signal: whenLost.signal,
  };
}

/** Where the next owner goes on; undefined while nothing is done. Computed for a commit, not for each record. */
export function positionOf(partition: Partition): Position | undefined {
  if (partition.last === undefined) return undefined;
  return positionAt(partition, partition.next ?? after(partition.last));
}

export function positionAt({ topic, partition, held }: Partition, offset: string): Position {
  const metadata = held.metadataAt(offset);
  return { topic, partition, offset, ...(metadata !== undefined && { metadata }) };
}

/** The offset after one; as text, for offsets are 64 bits wide. */
export function after(offset: string): string {
  return String(BigInt(offset) + 1n);
}

export function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${String(partition)}`;
}
