import type { LogLine } from '../events.js';
import type { GroupSeen } from '../events.js';
import { count, ms } from '../table.js';
import type { Verdict } from '../verdict.js';
import { sceneOf, type Scene } from './cast.js';
import { faultName, marksOf, type Mark } from './marks.js';
import { all, el, hatching, short, textWidth, ticks, verbatim, type Markup } from './svg.js';
import { pictureCss, schemeCss } from './theme.js';

const laneHeight = 34;
const barHeight = 22;
const top = 58;

/** The ownership timeline as an SVG file of its own: with its background and style, for a README or a chat. */
export function renderTimelineSvg(events: readonly LogLine[], verdict: Verdict): string {
  const scene = sceneOf(events);
  const width = 1160;
  const margin = 20;
  const picture = timelinePicture(scene, width);
  const legend = legendOf(scene, width);
  const height = 40 + picture.height + legend.height + 2 * margin;
  const fault = verdict.faults[0];
  const figures = [
    `${count(verdict.acknowledged)} records acknowledged`,
    `${count(verdict.lost)} lost`,
    `${count(verdict.reordered)} reordered`,
    `${count(verdict.duplicates)} processed twice`,
    ...(fault?.recoveryMs === undefined || fault.recoveryMs === null
      ? []
      : [`recovered ${ms(fault.recoveryMs)} after ${fault.kind === 'sigkill' ? 'the SIGKILL' : faultName(fault.kind)}`]),
  ].join(' · ');
  const svg = el(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'pic solo',
      viewBox: `0 0 ${short(width + 2 * margin)} ${short(height)}`,
      width: width + 2 * margin,
      height,
      role: 'img',
      'aria-label': `Who owned which partition when, in drill ${verdict.scenario}: ${verdict.verdict}; ${figures}`,
    },
    el('style', {}, verbatim(schemeCss('.solo') + pictureCss)),
    el('rect', { width: '100%', height: '100%', rx: 8, style: 'fill:var(--bg)' }),
    el(
      'g',
      { transform: `translate(${short(margin)} ${short(margin)})` },
      el('text', { x: 0, y: 14, class: 'b', style: 'font-size:15px' }, `${verdict.scenario}: ${verdict.verdict}`),
      el('text', { x: textWidth(`${verdict.scenario}: ${verdict.verdict}`, 16) + 14, y: 14, class: 's' }, figures),
      el('g', { transform: 'translate(0 40)' }, picture.body),
      el('g', { transform: `translate(0 ${short(40 + picture.height)})` }, legend.body),
    ),
  );
  return `${svg.markup}\n`;
}

export interface Picture {
  readonly body: Markup;
  readonly height: number;
}

/** One lane a partition, coloured and lettered by its owner; the dark line below a bar is records being processed. */
export function timelinePicture(scene: Scene, width: number): Picture {
  const left = width < 600 ? 22 : 76;
  const right = width < 600 ? 4 : 10;
  const x = (t: number): number => left + ((t - scene.from) / (scene.to - scene.from)) * (width - left - right);
  const bottom = top + scene.partitions * laneHeight;
  const edges = stepEdges(scene, x, bottom, width - right);
  const marks = placeMarks(scene, x, width - right);
  const markRows = Math.max(1, ...marks.map(({ row }) => row + 1)) * markRow;
  const axisAt = bottom + markRows - markRow;
  const hatchId = `hatch-${short(width)}`;
  const lanes = Array.from({ length: scene.partitions }, (_, partition) =>
    lane(scene, partition, x, left, width - right, width < 600, hatchId),
  );
  const body = all([
    hatching(hatchId),
    axis(scene, x, axisAt, width),
    // Behind the lanes, so that the colours of the owners stay what they are.
    ...marks.flatMap(({ mark }) =>
      mark.until === undefined
        ? []
        : el('rect', {
            x: x(mark.at),
            y: top - 6,
            width: Math.max(1, x(mark.until) - x(mark.at)),
            height: bottom - top + 6,
            class: 'away',
          }),
    ),
    ...lanes,
    ...rebalances(scene).map((band) =>
      el(
        'rect',
        { x: x(band.from), y: top - 6, width: Math.max(1.5, x(band.to) - x(band.from)), height: bottom - top + 6, class: 'band' },
        el('title', {}, `rebalance: ${ms(band.to - band.from)}, by the coordinator`),
      ),
    ),
    ...edges.marks,
    ...drawMarks(scene, marks, x, bottom),
  ]);
  const unused = edges.raised ? 0 : 24;
  return { body: el('g', { transform: `translate(0 ${short(-unused)})` }, body), height: axisAt + 34 - unused };
}

function lane(
  scene: Scene,
  partition: number,
  x: (t: number) => number,
  left: number,
  right: number,
  narrow: boolean,
  hatchId: string,
): Markup {
  const y = top + partition * laneHeight;
  const label = narrow ? String(partition) : `partition ${String(partition)}`;
  return all([
    el('text', { x: narrow ? 4 : 0, y: y + 15, class: narrow ? 's' : '' }, label),
    el('rect', { x: left, y, width: right - left, height: barHeight, class: 'lane', rx: 2 }),
    ...unowned(scene, partition).map((gap) => {
      const width = x(gap.to) - x(gap.from);
      const words = `no running owner ${ms(gap.to - gap.from)}`;
      const shown = [words, ms(gap.to - gap.from)].find((one) => textWidth(one, 11) + 12 < width);
      const plate = shown === undefined ? 0 : textWidth(shown, 11) + 8;
      return all([
        el(
          'rect',
          { x: x(gap.from), y, width: Math.max(0.8, width), height: barHeight, fill: `url(#${hatchId})` },
          el('title', {}, `partition ${String(partition)}: ${words}`),
        ),
        shown === undefined
          ? undefined
          : el('rect', {
              x: x(gap.from) + (width - plate) / 2,
              y: y + 3,
              width: plate,
              height: barHeight - 6,
              rx: 3,
              style: 'fill:var(--bg)',
            }),
        shown === undefined
          ? undefined
          : el('text', { x: x(gap.from) + width / 2, y: y + 15, class: 's bad', 'text-anchor': 'middle' }, shown),
      ]);
    }),
    ...scene.spans.filter((span) => span.partition === partition).map((span) => bar(scene, span, x, y)),
    ...activity(scene, partition).map((run) =>
      el('rect', { x: x(run.from), y: y + barHeight + 2, width: Math.max(0.6, x(run.to) - x(run.from)), height: 3, class: 'run' }),
    ),
  ]);
}

function bar(scene: Scene, span: Scene['spans'][number], x: (t: number) => number, y: number): Markup {
  const role = scene.cast.get(span.member);
  const width = x(span.to) - x(span.from);
  const letter = role?.letter ?? '?';
  const tail = span.member.slice(span.member.lastIndexOf('-') + 1);
  const shown = [`${letter} · ${tail}`, letter].find((one) => textWidth(one, 12) + 6 < width);
  return all([
    el(
      'rect',
      {
        x: x(span.from),
        y,
        width: Math.max(0.8, width),
        height: barHeight,
        fill: role?.colour.fill ?? '#777777',
        rx: Math.min(2, width / 2),
      },
      el(
        'title',
        {},
        `partition ${String(span.partition)}: ${letter} ${span.member}, ${since(scene, span.from)} to ${since(scene, span.to)}`,
      ),
    ),
    shown === undefined
      ? undefined
      : el(
          'text',
          {
            x: x(span.from) + Math.min(6, (width - textWidth(shown, 12)) / 2),
            y: y + 15,
            class: 'b',
            style: `fill:${role?.colour.ink ?? '#ffffff'};pointer-events:none`,
          },
          shown,
        ),
  ]);
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Where nobody who runs held the partition, from its first owner to the end of the steps. */
export function unowned(scene: Scene, partition: number): Stretch[] {
  const spans = scene.spans.filter((span) => span.partition === partition);
  const gaps: Stretch[] = [];
  let until = spans[0]?.from ?? scene.history.stepsEnd;
  for (const span of spans) {
    if (span.from > until) gaps.push({ from: until, to: span.from });
    until = Math.max(until, span.to);
  }
  if (until < scene.history.stepsEnd) gaps.push({ from: until, to: scene.history.stepsEnd });
  return gaps;
}

/** Stretches in which the partition's records were processed without a break that the production does not explain. */
function activity(scene: Scene, partition: number): Stretch[] {
  const timesOf = (lines: readonly { readonly t: number; readonly partition: number }[]): number[] =>
    lines.filter((line) => line.partition === partition).map((line) => line.t);
  const produced = timesOf(scene.history.sent);
  const gaps = produced.slice(1).map((t, index) => t - (produced[index] ?? t));
  const pause = 150 + (gaps.sort((a, b) => a - b)[Math.floor(gaps.length * 0.99)] ?? 0);
  const times = timesOf(scene.history.processed);
  const runs: { from: number; to: number }[] = [];
  for (const t of times) {
    const last = runs.at(-1);
    if (last !== undefined && t - last.to <= pause) last.to = t;
    else runs.push({ from: t, to: t });
  }
  return runs;
}

/** From a group that is not stable to the next stable one. An empty group is no rebalance. */
function rebalances(scene: Scene): Stretch[] {
  const bands: Stretch[] = [];
  let from: number | undefined;
  const calm = (group: GroupSeen): boolean =>
    group.state === 'Stable' || group.state === 'Empty' || group.state === 'Dead' || group.members.length === 0;
  for (const group of scene.history.groups) {
    if (!calm(group)) from ??= group.t;
    else if (from !== undefined) {
      bands.push({ from, to: group.t });
      from = undefined;
    }
  }
  if (from !== undefined) bands.push({ from, to: scene.to });
  return bands;
}

/** Where the steps begin, with their names; `raised` when some names needed a second row. */
function stepEdges(
  scene: Scene,
  x: (t: number) => number,
  bottom: number,
  right: number,
): { readonly marks: Markup[]; readonly raised: boolean } {
  const edges = [...scene.history.steps.map((step) => ({ t: step.from, name: step.name })), { t: scene.history.stepsEnd, name: 'drain' }];
  let row = 0;
  let free = -Infinity;
  let raised = false;
  const marks = edges.map((edge) => {
    const size = 11.5;
    const wide = textWidth(edge.name, size);
    // A label that would run into the one before takes the upper row; the last may lean to the left.
    const leans = x(edge.t) + 4 + wide > right;
    row = x(edge.t) - (leans ? wide + 4 : 0) < free ? 1 - row : 0;
    raised ||= row > 0;
    free = x(edge.t) + wide + 14;
    return all([
      el('line', { x1: x(edge.t), x2: x(edge.t), y1: top - 20 - row * 16, y2: bottom + 4, class: 'edge' }),
      el(
        'text',
        {
          x: x(edge.t) + (leans ? -4 : 4),
          y: top - 14 - row * 16,
          class: 'b',
          'text-anchor': leans ? 'end' : 'start',
          style: `font-size:${short(size)}px`,
        },
        edge.name,
      ),
    ]);
  });
  return { marks, raised };
}

/** Room below the lanes for the labels of marks, a row each 15 px. */
const markRow = 15;

interface PlacedMark {
  readonly mark: Mark;
  readonly row: number;
  readonly leans: boolean;
}

/** A label that would run into one before it takes the next row. */
function placeMarks(scene: Scene, x: (t: number) => number, right: number): PlacedMark[] {
  const taken: { row: number; from: number; to: number }[] = [];
  return marksOf(scene).map((mark) => {
    const wide = textWidth(mark.label, 11) + 12;
    const leans = x(mark.at) + wide > right;
    const [from, to] = leans ? [x(mark.at) - wide, x(mark.at)] : [x(mark.at), x(mark.at) + wide];
    let row = 0;
    while (taken.some((one) => one.row === row && one.from < to && one.to > from)) row += 1;
    taken.push({ row, from, to });
    return { mark, row, leans };
  });
}

function drawMarks(scene: Scene, marks: readonly PlacedMark[], x: (t: number) => number, bottom: number): Markup[] {
  return marks.map(({ mark, row, leans }) => {
    const at = x(mark.at);
    const kind = mark.kind === 'fault' ? 'kill' : 'changed';
    const hit = mark.pod === undefined ? [] : scene.spans.filter((span) => span.member === mark.pod && span.to === mark.at);
    const until = mark.until === undefined ? '' : ` until ${since(scene, mark.until)}`;
    return all([
      mark.until === undefined
        ? undefined
        : el('rect', { x: at, y: bottom - 3 + row * markRow, width: Math.max(1, x(mark.until) - at), height: 3, class: `lasts ${kind}` }),
      el(
        'line',
        { x1: at, x2: at, y1: top - 8, y2: bottom + 6 + row * markRow, class: kind },
        el('title', {}, `${mark.label}${mark.pod === undefined ? '' : ` (${mark.pod})`} at ${since(scene, mark.at)}${until}`),
      ),
      el(
        'text',
        {
          x: at + (leans ? -5 : 5),
          y: bottom + 8 + row * markRow,
          class: `s ${mark.kind === 'fault' ? 'bad' : 'warn'} b`,
          'text-anchor': leans ? 'end' : 'start',
        },
        mark.label,
      ),
      ...hit.map((span) => {
        const y = top + span.partition * laneHeight + barHeight / 2;
        return el('path', { d: `M${short(at - 4)} ${short(y - 4)}l8 8m0 -8l-8 8`, class: 'kill', fill: 'none' });
      }),
    ]);
  });
}

/** Seconds since the start below the lanes, with lines up through them. */
export function axis(scene: Scene, x: (t: number) => number, bottom: number, width: number): Markup {
  const seconds = (scene.to - scene.from) / 1_000;
  return all(
    ticks(seconds, width < 600 ? 6 : 14).map((second) => {
      const at = x(scene.from + second * 1_000);
      return all([
        el('line', { x1: at, x2: at, y1: top - 6, y2: bottom + 10, class: 'grid' }),
        el('text', { x: at, y: bottom + 24, class: 'xs', 'text-anchor': 'middle' }, `${short(second)} s`),
      ]);
    }),
  );
}

/** Members by letter, and the signs. */
function legendOf(scene: Scene, width: number): Picture {
  const items: { swatch: (x: number, y: number) => Markup; label: string }[] = [...scene.cast.values()].map((role) => ({
    swatch: (x, y) =>
      all([
        el('rect', { x, y: y - 11, width: 15, height: 15, rx: 2, fill: role.colour.fill }),
        el(
          'text',
          { x: x + 7.5, y: y + 0.5, 'text-anchor': 'middle', class: 'b', style: `font-size:11px;fill:${role.colour.ink}` },
          role.letter,
        ),
      ]),
    label: role.pod,
  }));
  items.push(
    {
      swatch: (x, y) => el('rect', { x, y: y - 11, width: 15, height: 15, fill: `url(#hatch-${short(width)})` }),
      label: 'no running owner',
    },
    { swatch: (x, y) => el('rect', { x, y: y - 11, width: 15, height: 15, class: 'band' }), label: 'rebalance' },
    { swatch: (x, y) => el('rect', { x, y: y - 4, width: 15, height: 3, class: 'run' }), label: 'records being processed' },
  );
  let x = 0;
  let y = 16;
  const drawn = items.map((item) => {
    const wide = 22 + textWidth(item.label, 12) + 18;
    if (x > 0 && x + wide > width) {
      x = 0;
      y += 22;
    }
    const made = all([item.swatch(x, y), el('text', { x: x + 21, y, class: 's' }, item.label)]);
    x += wide;
    return made;
  });
  return { body: all(drawn), height: y + 8 };
}

/** `12.3 s` since the start of the run. */
export function since(scene: Scene, t: number): string {
  return `${((t - scene.from) / 1_000).toFixed(1)} s`;
}
