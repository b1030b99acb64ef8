import { ms } from '../table.js';
import type { StepResult } from '../verdict.js';
import { all, el, type Markup } from './svg.js';
import type { Picture } from './timeline.js';

const radius = 9;
const top = 6;

/**
 * Stop time of every partition in every step on a logarithmic axis: partitions that moved are full, those that stayed are hollow;
 * the number is the partition's. Dots that would hide each other are stacked.
 */
export function stopPicture(steps: readonly StepResult[], width: number): Picture {
  const narrow = width < 600;
  const left = narrow ? 12 : 200;
  const right = 14;
  const longest = Math.max(100, ...steps.flatMap((step) => step.partitions.map((one) => one.stopMs))) * 1.25;
  const decades = Math.log10(longest) - 1;
  const x = (stop: number): number => left + ((Math.log10(Math.max(10, stop)) - 1) / decades) * (width - left - right);
  let y = top;
  const rows: Markup[] = [];
  for (const step of steps) {
    const from = y;
    if (narrow) y += 18;
    const lines = [true, false].map((moved) => step.partitions.filter((one) => one.moved === moved)).filter((list) => list.length > 0);
    rows.push(el('text', { x: narrow ? 0 : 0, y: narrow ? from + 13 : from + 20, class: 'b' }, step.name));
    for (const list of lines) {
      const placed: { x: number; level: number }[] = [];
      for (const one of [...list].sort((a, b) => a.stopMs - b.stopMs)) {
        const at = x(one.stopMs);
        let level = 0;
        while (placed.some((other) => other.level === level && Math.abs(other.x - at) < 2 * radius + 1)) level += 1;
        placed.push({ x: at, level });
        const cy = y + radius + 5 + level * (2 * radius + 1);
        rows.push(
          el(
            'g',
            {},
            el(
              'title',
              {},
              `partition ${String(one.partition)}, ${step.name}: stopped ${ms(one.stopMs)}, ${one.moved ? 'moved to another member' : 'stayed where it was'}`,
            ),
            el('circle', { cx: at, cy, r: radius, class: one.moved ? 'moved' : 'stayed' }),
            el('text', { x: at, y: cy + 3.5, 'text-anchor': 'middle', class: one.moved ? 'onmoved' : 'onstayed' }, String(one.partition)),
          ),
        );
      }
      const levels = Math.max(...placed.map((one) => one.level)) + 1;
      if (!narrow)
        rows.push(
          el('text', { x: left - 16, y: y + radius + 9, class: 's', 'text-anchor': 'end' }, list[0]?.moved === true ? 'moved' : 'stayed'),
        );
      y += levels * (2 * radius + 1) + 10;
    }
    rows.push(el('line', { x1: 0, x2: width, y1: y, y2: y, class: 'grid' }));
    y += 4;
  }
  const marks = Array.from({ length: Math.floor(decades) + 1 }, (_, index) => 10 ** (index + 1));
  const grid = marks.map((mark, index) =>
    all([
      el('line', { x1: x(mark), x2: x(mark), y1: top, y2: y, class: 'grid' }),
      el(
        'text',
        { x: x(mark), y: y + 16, class: 'xs', 'text-anchor': index === 0 ? 'start' : index === marks.length - 1 ? 'end' : 'middle' },
        index === 0 ? '≤ 10 ms' : mark < 1_000 ? `${String(mark)} ms` : `${String(mark / 1_000)} s`,
      ),
    ]),
  );
  return { body: all([...grid, ...rows]), height: y + 24 };
}
