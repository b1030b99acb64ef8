import { crashBoundMs } from '../reasons.js';
import { count, ms } from '../table.js';
import type { Verdict } from '../verdict.js';
import { sentences } from './blocks.js';
import type { Scene } from './cast.js';
import { faultName } from './marks.js';
import { el, type Markup } from './svg.js';

/** Passed or failed and why; what was expected of it; what a person should know besides. */
export function header(scene: Scene, verdict: Verdict): Markup {
  const passed = verdict.verdict === 'passed';
  return el(
    'header',
    { class: passed ? 'good' : 'bad' },
    el('p', { class: 'where' }, `muster drill ${verdict.scenario}`),
    el('h1', {}, passed ? 'Passed' : 'Failed'),
    el(
      'p',
      { class: 'lead' },
      passed
        ? inWords(verdict)
        : `${verdict.reasons.length === 1 ? 'One thing' : `${String(verdict.reasons.length)} things`} did not hold:`,
    ),
    passed ? undefined : el('ol', {}, ...verdict.reasons.map((reason) => el('li', {}, reason))),
    el('p', { class: 'where' }, whereOf(scene)),
  );
}

/** What is no failure and has to be said all the same. */
export function besides(verdict: Verdict): readonly (Markup | undefined)[] {
  const notes: [string, readonly string[], string][] = [
    ['As this scenario is there to show', verdict.expected, 'told'],
    ['Findings', verdict.findings, 'told warn'],
    [
      'Not proved',
      verdict.unproved.length === 0
        ? []
        : [
            `${verdict.unproved.join(', ')}: the workers are not Muster’s, so that only the group, its lag and its offsets are known; these figures are no proof`,
          ],
      'told warn',
    ],
  ];
  return notes.map(([title, list, kind]) =>
    list.length === 0 ? undefined : el('div', {}, el('h2', { class: 'small' }, title), sentences(list, kind)),
  );
}

function whereOf({ history: { run } }: Scene): string {
  if (run === undefined) return '';
  const group = run.lane === undefined ? `, group ${run.group}, topic ${run.topic}` : '';
  const at = new Date(run.t).toISOString().replace('T', ' ').slice(0, 19);
  return `${run.environment} on ${run.backend === 'local' ? 'local brokers' : 'a cluster'}${group}, ${at} UTC`;
}

function inWords(verdict: Verdict): string {
  if (verdict.lanes !== undefined)
    return `${String(verdict.lanes.length)} systems side by side under the same steps and faults; each did what was expected of it.`;
  if (verdict.unproved.length > 0)
    return `By the coordinator’s word the group went on: ${count(verdict.processed)} records were committed. What became of single records is not known.`;
  const { lost, duplicates, reordered } = verdict;
  const aside = verdict.deadLettered.count > 0 ? ` or set aside (${count(verdict.deadLettered.count)})` : '';
  const delivered =
    lost === 0
      ? `All ${count(verdict.acknowledged)} acknowledged records were processed${aside}${reordered === 0 ? ', each key in its order' : ''}.`
      : `Of ${count(verdict.acknowledged)} acknowledged records ${count(lost)} were lost, as this scenario is there to show.`;
  const twice =
    duplicates === 0
      ? 'None was processed twice.'
      : `${count(duplicates)} ${duplicates === 1 ? 'was' : 'were'} processed more than once; the bound is ${count(verdict.duplicatesBound)}.`;
  const covered = verdict.steps.every(({ outcome }) => outcome === 'covered')
    ? ' Every partition had exactly one owner after every step.'
    : '';
  const committed = verdict.lag === 0 ? ' The group committed everything.' : '';
  return `${delivered} ${twice}${covered}${committed}`;
}

interface Card {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  readonly isWrong: boolean;
}

export function cards(scene: Scene, verdict: Verdict): Markup {
  return el(
    'dl',
    { class: 'cards' },
    ...[...deliveryCards(scene, verdict), ...timeCards(scene, verdict)].map(({ name, value, note, isWrong }) =>
      el('div', { class: isWrong ? 'wrong' : undefined }, el('dt', {}, name), el('dd', {}, value), el('dd', { class: 'note' }, note)),
    ),
  );
}

function deliveryCards({ history: { expect } }: Scene, verdict: Verdict): Card[] {
  const isUnproved = verdict.unproved.length > 0;
  const card = (name: string, value: number, wanted: string, note: string, isWrong = value > 0 && wanted === 'none'): Card => ({
    name,
    value: isUnproved ? '?' : count(value),
    note: isUnproved ? 'cannot be told' : value > 0 && wanted === 'some' ? 'as was to be shown' : note,
    isWrong,
  });
  const most = verdict.duplicatesBound;
  const tooMany = expect.duplicates === 'none' ? verdict.duplicates > 0 : expect.duplicates === 'bounded' && verdict.duplicates > most;
  const list = [
    card('lost', verdict.lost, expect.lost, `of ${count(verdict.acknowledged)} acknowledged`),
    card('reordered', verdict.reordered, expect.reordered, 'within a key'),
    card(
      'duplicates',
      verdict.duplicates,
      expect.duplicates,
      expect.duplicates === 'none' ? 'none allowed' : `at most ${count(most)} allowed`,
      tooMany,
    ),
    card('zombies', verdict.zombies, expect.zombies, 'records processed without owning'),
  ];
  if (verdict.deadLettered.count > 0) list.push(card('dead letters', verdict.deadLettered.count, expect.deadLetters, 'set aside'));
  if (verdict.replayed > 0)
    list.push({ name: 'replayed', value: count(verdict.replayed), note: 'on purpose: no duplicates', isWrong: false });
  const lag = verdict.lag === null ? '?' : count(verdict.lag);
  return [
    ...list,
    { name: 'lag at the end', value: lag, note: 'records not committed', isWrong: verdict.lag !== 0 && expect.lag === 'none' },
  ];
}

function timeCards(scene: Scene, verdict: Verdict): Card[] {
  const list: Card[] = [];
  const session = scene.history.run?.sessionTimeoutMs ?? 0;
  const recovered = verdict.faults.find((fault) => fault.partitions.length > 0);
  if (recovered !== undefined)
    list.push({
      name: 'recovery',
      value: ms(recovered.recoveryMs),
      note: `after ${faultName(recovered.kind)}, session ${ms(session)}`,
      isWrong: (recovered.recoveryMs ?? Infinity) > (scene.history.expect.recoveryMs ?? crashBoundMs(session)),
    });
  const failed = verdict.faults.find((fault) => fault.failovers !== undefined);
  if (failed !== undefined)
    list.push({
      name: 'failover',
      value: ms(failed.failoverMs ?? null),
      note: `${faultName(failed.kind)}: another leader`,
      isWrong: failed.failoverMs === null,
    });
  for (const { catchUpMs, downMs } of verdict.catchUps.slice(0, 1))
    list.push({
      name: 'caught up',
      value: catchUpMs === null ? 'never' : ms(catchUpMs),
      note: `after ${ms(downMs)} without the group`,
      isWrong: catchUpMs === null,
    });
  for (const [name, stop, none] of [
    ['stop, moved', verdict.stops.moved, 'none moved'],
    ['stop, stayed', verdict.stops.unmoved, 'none stayed'],
  ] as const)
    list.push({ name, value: ms(stop?.p50 ?? null), note: stop === null ? none : `median; worst ${ms(stop.max)}`, isWrong: false });
  return list;
}
