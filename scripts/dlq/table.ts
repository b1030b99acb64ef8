import { grid } from '../drill/table.js';
import type { Letter } from './letter.js';

/** The letters as a person reads them: newest last, then how many there are of each reason. */
export function letterTable(
  letters: readonly Letter[],
  { total, topic, isReplayed }: { total: number; topic: string; isReplayed: (letter: Letter) => boolean },
): string {
  if (letters.length === 0) return `no dead letters in ${topic}`;
  const rows = letters.map((letter) => [
    `${String(letter.partition)}/${letter.offset}`,
    letter.at.replace('T', ' ').slice(0, 19),
    letter.key ?? '-',
    placeOf(letter),
    letter.retries === undefined ? '-' : String(letter.retries),
    isReplayed(letter) ? 'yes' : '',
    shorten(letter.errorType === undefined ? letter.reason : `${letter.errorType}: ${letter.reason}`),
  ]);
  const counts = new Map<string, number>();
  for (const { errorType, reason } of letters)
    counts.set(errorType ?? shorten(reason), (counts.get(errorType ?? shorten(reason)) ?? 0) + 1);
  const reasons = [...counts].sort(([, a], [, b]) => b - a).map(([reason, count]) => `${String(count)} × ${reason}`);
  const shown =
    letters.length === total ? `${String(total)} dead letters` : `the newest ${String(letters.length)} of ${String(total)} dead letters`;
  return [
    ...grid([['letter', 'given up', 'key', 'original', 'retries', 'replayed', 'reason'], ...rows], 'left'),
    '',
    `${shown} in ${topic}: ${reasons.join(', ')}`,
  ].join('\n');
}

const placeOf = ({ original, by }: Letter): string =>
  original.topic === undefined
    ? by
    : original.partition === undefined
      ? `${original.topic} (never written)`
      : `${original.topic}/${String(original.partition)}/${original.offset ?? '?'}`;

/** What a person reads in one line of a terminal; the rest is in the JSON. */
const shorten = (text: string): string => {
  const line = text.split('\n', 1)[0] ?? '';
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
};
