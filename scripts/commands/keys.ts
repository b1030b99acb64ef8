import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { MusterError } from '../../constructs/model/error.js';
import {
  expectedEmpty,
  hotFactor,
  spreadKeys,
  stayingShare,
  weigh,
  type KeyPlace,
  type KeySpread,
} from '../../constructs/model/key-spread.js';
import { expandKeys } from '../../constructs/model/keys.js';
import { partitionerNamed, partitionerNames, partitionerUsers, partitionOf } from '../../constructs/model/partitioners.js';
import type { Context } from '../context.js';
import { count, grid } from '../drill/table.js';
import { mostPartitions, whole } from '../option-values.js';

export interface KeysArgs {
  keys?: string[];
  partitions: number;
  to?: number;
  partitioner: string;
  records?: number;
  'keys-file'?: string;
  json: boolean;
}

/** `muster keys`: which partition each key goes to, before a record is sent. */
export function keys({ host, terminal }: Context, args: KeysArgs): Promise<number> {
  const { partitions, to, records } = args;
  const partitioner = partitionerNamed(args.partitioner);
  whole('--partitions', partitions, 1, mostPartitions);
  if (to !== undefined) whole('--to', to, 1, mostPartitions);
  if (records !== undefined) whole('--records', records, 0, Number.MAX_SAFE_INTEGER);
  const named = [...(args.keys ?? []).flatMap(expandKeys), ...(args['keys-file'] === undefined ? [] : keysOf(host.cwd, args['keys-file']))];
  if (named.length === 0)
    throw new MusterError(
      'bad-input',
      "which keys? write them (muster keys customer-A), a pattern ('customer-{A..J}'), or --keys-file with one a line",
    );
  const weighted = weigh(named, records);
  const spread = spreadKeys(weighted, partitions, { partitioner, ...(to !== undefined && { to }) });
  const movers = to === undefined ? undefined : spread.places.filter((place) => place.to !== place.partition).map(({ key }) => key);
  const differing = partitionerNames
    .filter((name) => name !== partitioner)
    .map((name) => ({
      partitioner: name,
      differing: spread.places.filter(({ key, partition }) => partitionOf(key, partitions, name) !== partition).length,
    }));

  if (args.json) {
    terminal.data(
      JSON.stringify(
        {
          schemaVersion: 1,
          partitioner,
          assignments: spread.places.map(({ key, partition, to: there }) => ({
            key,
            partition,
            ...(there !== undefined && { to: there }),
          })),
          partitions: spread.partitions,
          empty: spread.empty,
          hot: spread.hot,
          worst: rounded(spread.worst),
          ...(movers !== undefined &&
            to !== undefined && {
              moved: movers,
              staying: { share: rounded(1 - movers.length / weighted.length), theory: rounded(stayingShare(partitions, to)) },
            }),
          otherPartitioners: differing,
        },
        undefined,
        2,
      ),
    );
    return Promise.resolve(0);
  }
  terminal.data(
    [
      `${count(weighted.length)} keys on ${count(partitions)} partitions, ${partitioner} (${partitionerUsers[partitioner]})`,
      '',
      ...table(spread),
      '',
      ...said(spread, weighted.length, partitions),
      ...(movers === undefined || to === undefined ? [] : movesSaid(spread.places, movers.length, partitions, to)),
      ...differing.map(
        ({ partitioner: name, differing: n }) =>
          `${name} puts ${count(n)} of ${count(weighted.length)} elsewhere (${partitionerUsers[name]})`,
      ),
      'producers of one topic must use one partitioner, or a key has records on two partitions and no order',
    ].join('\n'),
  );
  return Promise.resolve(0);
}

const rounded = (value: number): number => Number(value.toFixed(4));
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** One key a line, as it stands there but for the line's end; empty lines are no keys. A key named twice has two records. */
function keysOf(cwd: string, file: string): string[] {
  try {
    return readFileSync(resolve(cwd, file), 'utf8')
      .split(/\r?\n/)
      .filter((line) => line !== '');
  } catch (cause) {
    throw new MusterError('bad-input', `cannot read the keys of ${file}: ${(cause as Error).message}; give a file with one key a line`, {
      cause,
    });
  }
}

/** Partitions beyond these are summed up: nobody reads a thousand lines. */
const mostRows = 200;

function table({ partitions, places, hot, empty }: KeySpread): string[] {
  const total = places.reduce((sum, { records }) => sum + records, 0);
  const on = new Map<number, string[]>();
  for (const { key, partition, to } of places) {
    const shown = to === undefined || to === partition ? key : `${key}→${String(to)}`;
    on.set(partition, [...(on.get(partition) ?? []).slice(0, 12), shown]);
  }
  const rows = partitions
    .slice(0, mostRows)
    .map((load) => [
      String(load.partition),
      count(load.keys),
      count(load.records),
      total === 0 ? '-' : percent(load.records / total),
      hot.includes(load.partition) ? 'hot' : empty.includes(load.partition) ? 'empty' : '',
      shorten((on.get(load.partition) ?? []).join(' ')),
    ]);
  return [
    ...grid([['partition', 'keys', 'records', 'share', '', ''], ...rows], 'left'),
    ...(partitions.length > mostRows ? [`… and ${count(partitions.length - mostRows)} partitions more (--json has them all)`] : []),
  ];
}

const shorten = (text: string, length = 70): string => (text.length <= length ? text : `${text.slice(0, length - 1)}…`);

function said({ empty, hot, worst }: KeySpread, keyCount: number, partitions: number): string[] {
  const average = expectedEmpty(keyCount, partitions);
  return [
    `empty: ${empty.length === 0 ? 'none' : `${count(empty.length)} (partition ${shorten(empty.join(', '))}): a member that owns only these does nothing`}; hashing ${count(keyCount)} keys leaves ${average.toFixed(1)} of ${count(partitions)} empty on average`,
    `hot: ${hot.length === 0 ? 'none' : `${count(hot.length)} (partition ${shorten(hot.join(', '))})`} with ${String(hotFactor)} times the even share or more; the fullest has ${worst.toFixed(2)} times`,
  ];
}

function movesSaid(places: readonly KeyPlace[], movers: number, from: number, to: number): string[] {
  const stay = places.length - movers;
  return [
    `from ${count(from)} to ${count(to)} partitions ${count(movers)} of ${count(places.length)} keys move, ${count(stay)} stay (${percent(stay / places.length)}; in theory min ÷ lcm = ${percent(stayingShare(from, to))})`,
    ...(movers === 0
      ? []
      : ["a moved key's new records can overtake its old ones: stop the producers and drain the topic first, or make a new topic"]),
    ...(to < from ? [`a topic's partitions only grow: ${count(from)} → ${count(to)} takes a new topic`] : []),
  ];
}
