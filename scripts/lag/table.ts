import { count, grid, wrap } from '../drill/table.js';
import type { Alert } from './alert.js';
import type { Lag, PartitionLag } from './lag.js';
import { perSecond } from './remedies.js';

export interface LagView {
  readonly lag: Lag;
  readonly alert: Alert;
  readonly remedies: readonly string[];
}

/**
 * The lag as a person reads it: partitions in order, then what is to be known of them, the alert, and while it is not ok what to do.
 * @param rows lines at most: of more partitions than fit those with the most lag are shown
 */
export function lagTable({ lag, alert, remedies }: LagView, rows = Infinity): string {
  const tail = [
    ...lag.notes.flatMap((note) => wrap(note, '- ')),
    ...partitionNotes(lag.partitions).flatMap((note) => wrap(note, '- ')),
    alertLine(alert, lag),
    ...(remedies.length === 0 ? [] : ['what helps, the cheapest first:']),
    ...remedies.flatMap((remedy, index) => wrap(remedy, `${String(index + 1)}.`)),
  ];
  const room = Math.max(3, rows - tail.length - 6);
  const shown = worstOf(lag.partitions, room);
  const hidden = lag.partitions.length - shown.length;
  const table = [
    ['topic', 'partition', 'committed', 'end', 'lag', ...(lag.rates === null ? [] : ['in', 'out']), 'member'],
    ...shown.map((one) => rowOf(one, lag.rates !== null)),
  ];
  return [
    headline(lag),
    '',
    ...(shown.length === 0 ? [] : [...columns(table), '']),
    ...(hidden === 0 ? [] : [`… and ${count(hidden)} partitions with less lag`]),
    `total lag ${count(lag.total)}${movement(lag)}`,
    ...tail,
  ].join('\n');
}

/** A sample in one line, for a log. */
export function lagLine({ lag, alert }: LagView): string {
  const worst = worstOf(lag.partitions, 1)[0];
  const most = worst === undefined || worst.lag === 0 ? '' : `, most on ${worst.topic}/${String(worst.partition)} (${count(worst.lag)})`;
  return `${clock(lag.at)}  ${headline(lag)}; lag ${count(lag.total)}${movement(lag)}${most}; ${alertLine(alert, lag)}`;
}

function headline({ group, state, members, idle }: Lag): string {
  const who = `${count(members)} member${members === 1 ? '' : 's'}`;
  return `${group}: ${state}, ${who}${idle !== null && idle > 0 ? `, ${count(idle)} of them idle` : ''}`;
}

function rowOf(one: PartitionLag, withRates: boolean): string[] {
  const rate = (value: number | undefined): string => (value === undefined ? '-' : perSecond(value));
  return [
    shorten(one.topic, 36),
    String(one.partition),
    one.committed === null ? 'none' : count(one.committed),
    count(one.end),
    `${count(one.lag)}${one.note === undefined ? '' : ' *'}`,
    ...(withRates ? [rate(one.rates?.in), rate(one.rates?.out)] : []),
    shorten(one.member ?? '-', 36),
  ];
}

/** Numbers to the right, names to the left; a star behind a lag that has a note does not move the number. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const starred = rows.some((row) => row.some((cell) => cell.endsWith(' *')));
  const last = (rows[0]?.length ?? 0) - 1;
  const padded = rows.map((row) => row.map((cell, column) => (starred && column === 4 && !cell.endsWith(' *') ? `${cell}  ` : cell)));
  const widths = Array.from({ length: last + 1 }, (_, column) => Math.max(...padded.map((row) => (row[column] ?? '').length)));
  return grid(
    padded.map((row) => row.map((cell, column) => (column === 0 || column === last ? cell : cell.padStart(widths[column] ?? 0)))),
    'left',
  );
}

/** One line for all partitions with the same words; the first three where each has figures of its own. */
function partitionNotes(partitions: readonly PartitionLag[]): string[] {
  const places = new Map<string, string[]>();
  for (const { topic, partition, note } of partitions)
    if (note !== undefined) places.set(note, [...(places.get(note) ?? []), `${topic}/${String(partition)}`]);
  const lines = [...places].map(
    ([note, where]) => `* ${where.length > 3 ? `${count(where.length)} partitions` : where.join(', ')}: ${note}`,
  );
  return lines.length <= 4 ? lines : [...lines.slice(0, 3), `* and so for ${count(lines.length - 3)} more; --json has them all`];
}

function movement({ rates, total }: Lag): string {
  if (rates === null) return '';
  const net = rates.in - rates.out;
  const trend =
    Math.abs(net) < 0.5
      ? ''
      : net > 0
        ? `, grows by ${perSecond(net)}`
        : total === 0
          ? ''
          : `, caught up in about ${lasting((total / -net) * 1_000)}`;
  return ` (in ${perSecond(rates.in)}, out ${perSecond(rates.out)}${trend})`;
}

function alertLine({ above, forMs, state, since }: Alert, { at }: Lag): string {
  const rule = `lag above ${count(above)} for ${lasting(forMs)}`;
  if (state === 'ok' || since === null) return `alert ok (${rule})`;
  return `alert ${state.toUpperCase()} (${rule}): above since ${clock(since)}, ${lasting(at - since)}`;
}

function worstOf(partitions: readonly PartitionLag[], most: number): readonly PartitionLag[] {
  return partitions.length <= most ? partitions : [...partitions].sort((a, b) => b.lag - a.lag).slice(0, most);
}

/** `45 s`, `5 min`, `2 h`. */
function lasting(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return `${count(seconds)} s`;
  return seconds < 7_200 ? `${(seconds / 60).toFixed(seconds % 60 === 0 ? 0 : 1)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}

/** Time of day of this machine. */
const clock = (at: number): string => {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
};

const shorten = (text: string, length: number): string => (text.length <= length ? text : `…${text.slice(1 - length)}`);
