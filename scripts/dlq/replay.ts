import type { Kafka } from 'kafkajs';
import { MusterError } from '../../constructs/model/error.js';
import { replayedHeader } from '../../workers/dead-letter.js';
import type { Letter } from './letter.js';

/** The group in which is kept how far a dead-letter topic has been replayed. */
export const replayGroup = (topic: string): string => `muster-dlq-replay-${topic}`;

/** How far each partition has been replayed; a partition of which nothing has is missing. */
export async function replayedTo(kafka: Kafka, topic: string): Promise<ReadonlyMap<number, bigint>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const [found] = await admin.fetchOffsets({ groupId: replayGroup(topic), topics: [topic] });
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

/**
 * Writes the original records again, one after the other, so that those of a key keep their order, each with a header that names its letter. What is
 * acknowledged is remembered now and then: after an interruption the next replay goes on there, and repeats 100 letters at most.
 * @throws MusterError `bad-input` for a target topic that is not there.
 */
export async function replay({ kafka, topic, letters, to, remember, abort, onWritten }: ReplayOptions): Promise<number> {
  const producer = kafka.producer({ idempotent: true, allowAutoTopicCreation: false, retry: { retries: Number.MAX_SAFE_INTEGER } });
  const admin = kafka.admin();
  await Promise.all([producer.connect(), admin.connect()]);
  const done = new Map<number, bigint>();
  const keep = async (): Promise<void> => {
    if (!remember || done.size === 0) return;
    await admin.setOffsets({
      groupId: replayGroup(topic),
      topic,
      partitions: [...done].map(([partition, offset]) => ({ partition, offset: String(offset) })),
    });
  };
  let written = 0;
  try {
    const names = new Set(await admin.listTopics());
    for (const target of new Set(letters.map(({ original }) => to ?? original.topic ?? '')))
      if (!names.has(target))
        throw new MusterError(
          'bad-input',
          `the topic "${target}" is not there, so nothing is replayed: make it, or name another with --to`,
        );
    for (const letter of letters) {
      if (abort.aborted) break;
      await producer.send({
        topic: to ?? letter.original.topic ?? '',
        acks: -1,
        messages: [
          {
            ...letter.record,
            headers: { ...letter.record.headers, [replayedHeader]: `${topic}/${String(letter.partition)}/${letter.offset}` },
          },
        ],
      });
      done.set(letter.partition, BigInt(letter.offset) + 1n);
      written += 1;
      onWritten(written);
      if (written % 100 === 0) await keep();
    }
  } finally {
    await keep().finally(() => Promise.allSettled([producer.disconnect(), admin.disconnect()]));
  }
  return written;
}
