import { count } from '../drill/table.js';
import { isRebalancing, type Lag } from './lag.js';

/**
 * What to do about a lag, the cheapest first, each with the figures of this group: first what is broken, then S14's order: scale out up to the
 * partitions, a faster handler, batches, more partitions, groups by importance.
 */
export function remediesOf(lag: Lag): string[] {
  const broken = brokenBy(lag);
  return broken === undefined ? [...hotPartition(lag), ...scaleOut(lag), ...fasterHandler(lag), ...laterOnes(lag)] : [broken];
}

/** What no remedy helps while it lasts. */
function brokenBy({ state, members, rates, total }: Lag): string | undefined {
  if (members === 0) return 'start members: nobody reads, and every record adds to the lag';
  if (isRebalancing(state))
    return 'wait for the rebalance to end; if it does not, or comes back, look for members that restart and handlers that outlast the session';
  if (rates?.out === 0 && total > 0)
    return 'nothing was committed since the last look: look in the log of the members for a record that fails again and again (muster dlq shows those given up), or for a handler that hangs';
  return undefined;
}

/** One partition with nearly all of the lag is a hot key or a record that fails: more members cannot share it. */
function hotPartition({ partitions, total }: Lag): string[] {
  const worst = partitions.reduce<Lag['partitions'][number] | undefined>((a, b) => (a === undefined || b.lag > a.lag ? b : a), undefined);
  if (worst === undefined || partitions.length < 3 || worst.lag <= 0.8 * total || total === 0) return [];
  return [
    `look at ${worst.topic}/${String(worst.partition)} first: it has ${count(worst.lag)} of the ${count(total)} (${percent(worst.lag / total)}); a hot key or a record that fails, which more members cannot share`,
  ];
}

function scaleOut(lag: Lag): string[] {
  const { rates, idle } = lag;
  const { members, partitions } = sizesOf(lag);
  const spare = idle !== null && idle > 0 ? ` (${count(idle)} idle already)` : '';
  if (members >= partitions) return [`more members do not help: ${count(members)} have ${count(partitions)} partitions${spare}`];
  if (rates === null)
    return [`scale out: ${count(members)} members have ${count(partitions)} partitions, so up to ${count(partitions)} can work`];
  const each = rates.out / Math.max(1, members);
  if (rates.out > rates.in)
    return [
      `wait: ${perSecond(rates.out)} are read and ${perSecond(rates.in)} come in, so it catches up; sooner with more members, up to ${count(partitions)} (the partitions; ${count(members)} now)`,
    ];
  const needed = Math.floor(rates.in / each) + 1;
  const does = `${count(members)} members do ${perSecond(rates.out)}, ${perSecond(each)} each, and ${perSecond(rates.in)} come in`;
  return [
    needed <= partitions
      ? `scale out: ${does}: ${count(Math.max(needed, members + 1))} keep up, and up to ${count(partitions)} (the partitions) catch up sooner`
      : `scale out to ${count(partitions)}, as many as there are partitions: ${does}, so ${count(partitions)} do ${perSecond(each * partitions)}: not enough by itself`,
  ];
}

function fasterHandler(lag: Lag): string[] {
  const { rates } = lag;
  const { busy, partitions } = sizesOf(lag);
  if (rates === null || busy === null || busy === 0 || rates.out === 0)
    return [
      'speed up the handler: its I/O in parallel where the order allows it (100 ms one after the other is 10 records/s, ten at once 100/s)',
    ];
  const each = rates.out / busy;
  return [
    `speed up the handler: a member does ${perSecond(each)}, ${millis(1_000 / each)} a record; with I/O in parallel ten at once would be ${perSecond(each * 10)}; ${perSecond(rates.in / partitions)} a partition come in`,
  ];
}

function laterOnes(lag: Lag): string[] {
  const { partitions, topic } = sizesOf(lag);
  return [
    'work in batches: 100 rows in one insert cost about as much as one',
    `add partitions (${count(partitions)} → ${count(partitions * 4)}), which moves keys: "muster keys … --partitions ${String(partitions)} --to ${String(partitions * 4)}" says which${topic === undefined ? '' : ` of ${topic}`}`,
    'split the group by importance, so that the urgent does not wait behind the rest; each group gets every record, so each must filter',
  ];
}

function sizesOf(lag: Lag): { members: number; busy: number | null; partitions: number; topic: string | undefined } {
  const topics = [...new Set(lag.partitions.map(({ topic }) => topic))];
  // By topic, for a member can have partitions of each: the topic with the most partitions says how many can work.
  const partitions = Math.max(1, ...topics.map((name) => lag.partitions.filter(({ topic }) => topic === name).length));
  const busy = lag.idle === null ? null : lag.members - lag.idle;
  return { members: lag.members, busy, partitions, topic: topics.length === 1 ? topics[0] : undefined };
}

const percent = (part: number): string => `${String(Math.round(part * 100))} %`;
/** `180/s`, `0.4/s`. */
export const perSecond = (rate: number): string => `${rate < 10 && rate > 0 ? rate.toFixed(1) : count(rate)}/s`;
const millis = (ms: number): string => (ms < 10 ? `${ms.toFixed(1)} ms` : `${count(ms)} ms`);
