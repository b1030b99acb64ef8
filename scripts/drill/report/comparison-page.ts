import { compare, type ComparedGroup, type Comparison } from '../compare.js';
import { settingsOf, shown, toldFigures } from '../compare-text.js';
import type { SpreadFigure } from '../spread.js';
import { figure, section } from './blocks.js';
import { sceneOf } from './cast.js';
import { htmlDocument } from './document.js';
import { all, el, textWidth, ticks, type Markup } from './svg.js';
import { comparedTable } from './tables.js';
import { timelinePicture, type Picture } from './timeline.js';

/** Variants side by side on one self-contained page: a table, a plot of each figure with every run in it, and a timeline of each variant. */
export function renderComparison(groups: readonly ComparedGroup[]): string {
  const comparison = compare(groups);
  const figures = toldFigures(comparison);
  const body = all([
    header(comparison),
    section(
      'All figures',
      'Median over the runs, and lowest to highest where there were several. A run counts as one value.',
      comparedTable(comparison),
    ),
    section(
      'Each figure, run by run',
      'A dot a run, the line is the median. Each plot has a scale of its own, from 0.',
      el('div', { class: 'plots' }, ...figures.map((one) => plot(comparison, one))),
    ),
    section(
      'Who owned which partition when',
      'The last run of each variant. One lane a partition; hatched: no running owner; violet: rebalance.',
      ...groups.flatMap(({ label, runs }) => {
        const last = runs.at(-1);
        if (last === undefined) return [];
        const scene = sceneOf(last.events);
        return [el('h2', { class: 'small' }, label), figure((width) => timelinePicture(scene, width), `Ownership by ${label}`)];
      }),
    ),
    section(
      'What decides these figures',
      'Runs of one machine, taken in turns where the drill could: compare only what was run with the same load.',
      el(
        'dl',
        { class: 'facts' },
        ...comparison.variants.flatMap((variant) => [el('dt', {}, variant.label), el('dd', {}, settingsOf(variant))]),
      ),
    ),
  ]);
  return htmlDocument(`${comparison.scenario}: ${comparison.variants.map(({ label }) => label).join(', ')}`, body);
}

function header({ scenario, verdict, variants }: Comparison): Markup {
  const reasons = variants.flatMap(({ label, reasons: list }) => list.map((reason) => `${label}, ${reason}`));
  return el(
    'header',
    { class: verdict === 'passed' ? 'good' : 'bad' },
    el('p', { class: 'where' }, `muster drill ${scenario}`),
    el('h1', {}, variants.map(({ label }) => label).join(' · ')),
    el(
      'p',
      { class: 'lead' },
      verdict === 'passed'
        ? 'Every run of every variant passed.'
        : `${variants.map(({ label, passed, runs }) => `${label}: ${String(passed)} of ${String(runs)} runs passed`).join('; ')}.`,
    ),
    reasons.length === 0 ? undefined : el('ol', {}, ...reasons.slice(0, 20).map((reason) => el('li', {}, reason))),
  );
}

const rowHeight = 26;
/** Small, and the same for all: the page puts as many beside each other as fit. */
const plotWidth = 340;

function plot({ variants }: Comparison, { name, unit, about }: { name: string; unit: SpreadFigure['unit']; about: string }): Markup {
  const rows = variants.map(({ label, figures }) => ({ label, figure: figures.find((one) => one.name === name) }));
  const { body, height } = strip(rows, unit);
  return el(
    'div',
    {},
    el('h3', {}, name),
    el('p', { class: 'note' }, about),
    el(
      'svg',
      { class: 'pic', viewBox: `0 0 ${String(plotWidth)} ${String(height)}`, role: 'img', 'aria-label': `${name} by variant` },
      body,
    ),
  );
}

function strip(
  rows: readonly { readonly label: string; readonly figure: SpreadFigure | undefined }[],
  unit: SpreadFigure['unit'],
): Picture {
  const left = Math.min(120, 12 + Math.max(...rows.map(({ label }) => textWidth(label, 12))));
  const right = 62;
  const most = Math.max(unit === 'ms' ? 100 : 1, ...rows.map(({ figure: one }) => one?.max ?? 0));
  const x = (value: number): number => left + (value / most) * (plotWidth - left - right);
  const bottom = rows.length * rowHeight + 4;
  const body = all([
    ...ticks(most, 3)
      .filter((mark) => unit === 'ms' || Number.isInteger(mark))
      .map((mark) =>
        all([
          el('line', { x1: x(mark), x2: x(mark), y1: 0, y2: bottom, class: 'grid' }),
          el('text', { x: x(mark), y: bottom + 13, class: 'xs', 'text-anchor': 'middle' }, shown({ unit }, mark)),
        ]),
      ),
    ...rows.map(({ label, figure: one }, row) => {
      const y = row * rowHeight + rowHeight / 2;
      if (one === undefined)
        return all([el('text', { x: 0, y: y + 4 }, label), el('text', { x: left + 4, y: y + 4, class: 's' }, 'not told')]);
      return all([
        el('text', { x: 0, y: y + 4 }, label),
        el('line', { x1: x(one.min), x2: x(one.max), y1: y, y2: y, class: 'axis', 'stroke-width': 3 }),
        ...one.values.map((value) => el('circle', { cx: x(value), cy: y, r: 4, class: 'stayed' }, el('title', {}, shown(one, value)))),
        el('line', { x1: x(one.median), x2: x(one.median), y1: y - 9, y2: y + 9, class: 'median' }),
        el('text', { x: x(one.max) + 9, y: y + 4, class: 'b' }, shown(one, one.median)),
      ]);
    }),
  ]);
  return { body, height: bottom + 20 };
}
