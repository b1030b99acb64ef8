import type { Kafka } from 'kafkajs';
import { MusterError } from '../../constructs/model/error.js';
import { replayedHeader } from '../../workers/dead-letter.js';
import { persist } from '../kafka/admin.js';
import type { Letter } from './letter.js';

/** The group in which is kept how far a dead-letter topic has been replayed. */
export const replayGroup = (topic: string): string => `muster-dlq-replay-${topic}`;

/** How far each partition has been replayed; a partition of which nothing has is missing. */
export async function replayedTo(kafka: Kafka, topic: string): Promise<ReadonlyMap<number, bigint>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const [found] = await persist(async () => admin.fetchOffsets({ groupId: replayGroup(topic), topics: [topic] }));
    return new Map(
      (found?.partitions ?? []).filter(({ offset }) => offset !== '-1').map(({ partition, offset }) => [partition, BigInt(offset)]),
    );
  } finally {
    await admin.disconnect();
  }
}

export interface ReplayOptions {
  readonly kafka: Kafka;
  /** Where the letters are. */
  readonly topic: string;
  /** In the order they are to be written in. */
  readonly letters: readonly Letter[];
  /** Instead of each letter's own topic. */
  readonly to?: string;
  /** Whether to keep how far it went: only when no letter was left out. */
  readonly remember: boolean;
  readonly abort: AbortSignal;
  readonly onWritten: (written: number) => void;
}

/** Letters of one transaction. */
const together = 100;

/**
 * Writes the original records again, one after the other, so that those of a key keep their order, each with a header that names its letter. What is written
 * and how far it went become visible together, in transactions of 100 letters: an interrupted replay goes on where it was, and repeats nothing. Two
 * replays of one topic cannot run at a time: the later fences the earlier.
 * @throws MusterError `bad-input` for a target topic that is not there.
 */
export async function replay({ kafka, topic, letters, to, remember, abort, onWritten }: ReplayOptions): Promise<number> {
  await checkTargets(kafka, new Set(letters.map(({ original }) => to ?? original.topic ?? '')));
  const producer = kafka.producer({
    transactionalId: replayGroup(topic),
    maxInFlightRequests: 1,
    idempotent: true,
    allowAutoTopicCreation: false,
    retry: { retries: 20, initialRetryTime: 100, maxRetryTime: 1_000 },
  });
  await producer.connect();
  let written = 0;
  try {
    for (let from = 0; from < letters.length && !abort.aborted; from += together) {
      const part = letters.slice(from, from + together);
      const transaction = await producer.transaction();
      try {
        // One record a send: kafkajs may lose a part of one that spans brokers.
        for (const letter of part)
          await transaction.send({
            topic: to ?? letter.original.topic ?? '',
            acks: -1,
            messages: [
              {
                ...letter.record,
                headers: { ...letter.record.headers, [replayedHeader]: `${topic}/${String(letter.partition)}/${letter.offset}` },
              },
            ],
          });
        const done = new Map(part.map(({ partition, offset }) => [partition, String(BigInt(offset) + 1n)]));
        if (remember)
          await transaction.sendOffsets({
            consumerGroupId: replayGroup(topic),
            topics: [{ topic, partitions: [...done].map(([partition, offset]) => ({ partition, offset })) }],
          });
        await transaction.commit();
      } catch (error) {
        await transaction.abort().catch(() => undefined);
        throw error;
      }
      written += part.length;
      onWritten(written);
    }
  } finally {
    await producer.disconnect().catch(() => undefined);
  }
  return written;
}

async function checkTargets(kafka: Kafka, targets: ReadonlySet<string>): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const names = new Set(await admin.listTopics());
    for (const target of targets)
      if (!names.has(target))
        throw new MusterError(
          'bad-input',
          `the topic "${target}" is not there, so nothing is replayed: make it, or name another with --to`,
        );
  } finally {
    await admin.disconnect();
  }
}
