import { MusterError } from '../../constructs/model/error.js';
import { expandKeys } from '../../constructs/model/keys.js';
import type { Context } from '../context.js';
import { readLetter, type Letter } from '../dlq/letter.js';
import { replay, replayedTo, replayGroup } from '../dlq/replay.js';
import { letterTable } from '../dlq/table.js';
import { asMusterError, kafkaOf, refuseUnknownTopic, type ConnectionArgs } from '../kafka/connection.js';
import { readTopic } from '../kafka/read-topic.js';
import { whole } from '../option-values.js';

export interface DlqArgs extends ConnectionArgs {
  topic: string;
  action?: string;
  key?: string[];
  reason?: string;
  to?: string;
  all: boolean;
  limit: number;
  execute: boolean;
  json: boolean;
}

/** `muster dlq`: what lies in a dead-letter topic, and how it gets back to where it came from. */
export async function dlq(context: Context, args: DlqArgs): Promise<number> {
  const { host, terminal, abort } = context;
  whole('--limit', args.limit, 1, 1_000_000);
  const { kafka, bootstrap } = kafkaOf(host, args);
  try {
    await refuseUnknownTopic(kafka, args.topic);
    const replayed = await replayedTo(kafka, args.topic);
    const wanted = filterOf(args);
    const isReplay = args.action === 'replay';
    const from = isReplay && !args.all ? replayed : new Map<number, bigint>();
    const letters: Letter[] = [];
    let total = 0;
    await readTopic(kafka, args.topic, from, abort, ({ partition, message }) => {
      const letter = readLetter(partition, message);
      if (!wanted(letter)) return undefined;
      total += 1;
      // A replay takes all; a list keeps the newest, whatever lies in the topic.
      letters.push(letter);
      if (!isReplay && letters.length > 2 * args.limit) letters.splice(0, letters.length - args.limit);
      return undefined;
    });
    abort.throwIfAborted();
    letters.sort((a, b) => a.partition - b.partition || Number(BigInt(a.offset) - BigInt(b.offset)));
    if (isReplay) return await replayLetters(context, args, kafka, letters, bootstrap);
    const shown = letters.slice(-args.limit);
    const isReplayed = (letter: Letter): boolean => BigInt(letter.offset) < (replayed.get(letter.partition) ?? 0n);
    if (args.json)
      terminal.data(
        JSON.stringify({ schemaVersion: 1, topic: args.topic, total, records: shown.map((l) => inJson(l, isReplayed(l))) }, undefined, 2),
      );
    else terminal.data(letterTable(shown, { total, topic: args.topic, isReplayed }));
    return 0;
  } catch (error) {
    throw asMusterError(error, bootstrap);
  }
}

async function replayLetters(
  { terminal, abort }: Context,
  args: DlqArgs,
  kafka: ReturnType<typeof kafkaOf>['kafka'],
  all: readonly Letter[],
  bootstrap: string,
): Promise<number> {
  const letters = all.filter(({ by }) => by !== 'unknown');
  const strangers = all.length - letters.length;
  const targets = new Map<string, number>();
  for (const { original } of letters) targets.set(args.to ?? original.topic ?? '', (targets.get(args.to ?? original.topic ?? '') ?? 0) + 1);
  const isWhole = args.key === undefined && args.reason === undefined && !args.all;
  if (strangers > 0) terminal.say(`${String(strangers)} records of ${args.topic} are no dead letters of Muster: they are left alone`);
  let written = 0;
  if (args.execute && letters.length > 0) {
    written = await replay({
      kafka,
      topic: args.topic,
      letters,
      remember: isWhole,
      abort,
      onWritten: (count) => {
        terminal.status(`${String(count)} of ${String(letters.length)} written`);
      },
      ...(args.to !== undefined && { to: args.to }),
    });
  }
  const places = [...targets].map(([topic, count]) => ({ topic, records: count }));
  if (args.json)
    terminal.data(
      JSON.stringify(
        {
          schemaVersion: 1,
          topic: args.topic,
          executed: args.execute,
          written,
          targets: places,
          records: letters.map((l) => inJson(l, false)),
        },
        undefined,
        2,
      ),
    );
  else if (letters.length === 0) terminal.data(`nothing to replay in ${args.topic}${args.all ? '' : ' that has not been replayed'}`);
  else {
    const where = places.map(({ topic, records }) => `${String(records)} to ${topic}`).join(', ');
    terminal.data(
      args.execute
        ? `replayed ${String(written)} of ${String(letters.length)} from ${args.topic} at ${bootstrap}: ${where}`
        : `would replay from ${args.topic} at ${bootstrap}: ${where}. Nothing was written; add --execute to do it`,
    );
    if (args.execute && !isWhole)
      terminal.say(
        `only a part was chosen, so how far it went is not kept in ${replayGroup(args.topic)}: a second replay would write these again`,
      );
  }
  abort.throwIfAborted();
  return 0;
}

function filterOf(args: DlqArgs): (letter: Letter) => boolean {
  const keys = args.key === undefined ? undefined : new Set(args.key.flatMap(expandKeys));
  let reason: RegExp | undefined;
  try {
    reason = args.reason === undefined ? undefined : new RegExp(args.reason, 'i');
  } catch (cause) {
    throw new MusterError('bad-input', `--reason ${args.reason ?? ''} is no regular expression: ${(cause as Error).message}`, { cause });
  }
  return (letter) =>
    (keys === undefined || (letter.key !== null && keys.has(letter.key))) &&
    (reason === undefined || reason.test(`${letter.errorType ?? ''} ${letter.reason}`));
}

const inJson = (letter: Letter, replayed: boolean): object => {
  const { record, ...said } = letter;
  return { ...said, replayed, value: record.value?.toString() ?? null };
};
