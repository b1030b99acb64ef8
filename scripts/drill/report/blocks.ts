import { el, type Markup } from './svg.js';
import type { Picture } from './timeline.js';

/** Every picture is drawn for three widths of the page, since its labels must not shrink with it. */
const widths = { wide: 1_120, medium: 720, narrow: 340 } as const;

export function section(title: string, note: string | undefined, ...content: readonly (Markup | undefined)[]): Markup {
  return el('section', {}, el('h2', {}, title), note === undefined ? undefined : el('p', { class: 'note' }, note), ...content);
}

/** The same picture for screens of every width: the style sheet shows one of them. */
export function figure(draw: (width: number) => Picture, label: string): Markup {
  const svg = (width: number, kind: string): Markup => {
    const { body, height } = draw(width);
    return el('svg', { class: `pic ${kind}`, viewBox: `0 0 ${String(width)} ${String(height)}`, role: 'img', 'aria-label': label }, body);
  };
  return el('figure', {}, ...Object.entries(widths).map(([kind, width]) => svg(width, kind)));
}

/** @param numbersFrom the first column with numbers, which stand to the right */
export function table(head: readonly string[], rows: readonly (readonly (Markup | string)[])[], numbersFrom = 1): Markup {
  const kind = (column: number): string | undefined => (column >= numbersFrom ? 'n' : undefined);
  return el(
    'div',
    { class: 'scroll' },
    el(
      'table',
      {},
      el('thead', {}, el('tr', {}, ...head.map((cell, column) => el('th', { scope: 'col', class: kind(column) }, cell)))),
      el(
        'tbody',
        {},
        ...rows.map((row) =>
          el(
            'tr',
            {},
            ...row.map((cell, column) => el(column === 0 ? 'th' : 'td', column === 0 ? { scope: 'row' } : { class: kind(column) }, cell)),
          ),
        ),
      ),
    ),
  );
}

/** Sentences; nothing where there are none. */
export function sentences(list: readonly string[], kind: string): Markup | undefined {
  return list.length === 0 ? undefined : el('ul', { class: kind }, ...list.map((one) => el('li', {}, one)));
}
