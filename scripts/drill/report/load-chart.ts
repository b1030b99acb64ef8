import { count } from '../table.js';
import type { Scene } from './cast.js';
import { marksOf } from './marks.js';
import { lagOf, ratesOf, type Point } from './series.js';
import { all, el, short, textWidth, ticks, type Markup } from './svg.js';
import type { Picture } from './timeline.js';

const panel = 96;
const windowMs = 500;

/** Produced against processed records a second, and the lag below, on the axis of the timeline. */
export function loadPicture(scene: Scene, width: number): Picture {
  const narrow = width < 600;
  const left = narrow ? 34 : 76;
  const right = narrow ? 4 : 10;
  const x = (t: number): number => left + ((t - scene.from) / (scene.to - scene.from)) * (width - left - right);
  const produced = ratesOf(scene.history.sent, scene, windowMs);
  const processed = ratesOf(scene.history.processed, scene, windowMs);
  const lag = lagOf(scene, 100);
  const first = 22;
  const second = first + panel + 44;
  const bottom = second + panel;
  const edges = [...scene.history.steps.map((step) => step.from), scene.history.stepsEnd];
  const body = all([
    ...[first, second].flatMap((from) => [
      ...edges.map((t) => el('line', { x1: x(t), x2: x(t), y1: from, y2: from + panel, class: 'edge', opacity: 0.6 })),
      ...marksOf(scene).flatMap((mark) => [
        mark.until === undefined
          ? undefined
          : el('rect', { x: x(mark.at), y: from, width: Math.max(1, x(mark.until) - x(mark.at)), height: panel, class: 'away' }),
        el('line', { x1: x(mark.at), x2: x(mark.at), y1: from, y2: from + panel, class: mark.kind === 'fault' ? 'kill' : 'changed' }),
      ]),
    ]),
    title(narrow ? 4 : left, first - 8, 'records a second', ['made', 'produced'], ['done', 'processed']),
    ...frame(Math.max(...produced.map(valueOf), ...processed.map(valueOf)), first, left, width - right, (y) => [
      el('path', { d: line(produced, x, y), class: 'made' }),
      el('path', { d: line(processed, x, y), class: 'done' }),
    ]),
    title(narrow ? 4 : left, second - 8, 'lag: records acknowledged and not yet processed'),
    ...frame(Math.max(...lag.map(valueOf)), second, left, width - right, (y) => [
      el('path', { d: `${line(lag, x, y)}V${short(y(0))}H${short(x(lag[0]?.t ?? scene.from))}Z`, class: 'lag' }),
      ...peak(lag, x, y, width),
    ]),
    ...ticks((scene.to - scene.from) / 1_000, narrow ? 6 : 14).map((at) =>
      el('text', { x: x(scene.from + at * 1_000), y: bottom + 18, class: 'xs', 'text-anchor': 'middle' }, `${short(at)} s`),
    ),
  ]);
  return { body, height: bottom + 26 };
}

const valueOf = (point: Point): number => point.value;

function title(x: number, y: number, text: string, ...keys: readonly (readonly [string, string])[]): Markup {
  let at = x + text.length * 6.6 + 14;
  return all([
    el('text', { x, y, class: 'b' }, text),
    ...keys.map(([kind, label]) => {
      const key = all([
        el('line', { x1: at, x2: at + 22, y1: y - 4, y2: y - 4, class: kind }),
        el('text', { x: at + 27, y, class: 's' }, label),
      ]);
      at += 27 + label.length * 6.4 + 14;
      return key;
    }),
  ]);
}

function frame(most: number, from: number, left: number, right: number, draw: (y: (value: number) => number) => Markup[]): Markup[] {
  const marks = ticks(most, 3);
  const ceiling = Math.max(most, 1) * 1.08;
  const y = (value: number): number => from + panel - (value / ceiling) * panel;
  return [
    ...marks.map((mark) =>
      all([
        el('line', { x1: left, x2: right, y1: y(mark), y2: y(mark), class: 'grid' }),
        el('text', { x: left - 5, y: y(mark) + 4, class: 'xs', 'text-anchor': 'end' }, count(mark)),
      ]),
    ),
    ...draw(y),
  ];
}

function line(points: readonly Point[], x: (t: number) => number, y: (value: number) => number): string {
  return points.map((point, index) => `${index === 0 ? 'M' : 'L'}${short(x(point.t))} ${short(y(point.value))}`).join('');
}

/** The highest lag, told beside it. */
function peak(points: readonly Point[], x: (t: number) => number, y: (value: number) => number, width: number): Markup[] {
  const top = points.reduce<Point | undefined>((best, point) => (best === undefined || point.value > best.value ? point : best), undefined);
  if (top === undefined || top.value === 0) return [];
  const label = `at most ${count(top.value)}`;
  const leans = x(top.t) + 12 + textWidth(label, 11) > width;
  return [el('text', { x: x(top.t) + (leans ? -12 : 12), y: y(top.value) + 7, class: 's', 'text-anchor': leans ? 'end' : 'start' }, label)];
}
