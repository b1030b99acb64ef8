import type { Terminal } from '../terminal.js';
import { grades, type Grade } from './grade.js';
import { differences, grouped, groupedFindings, sayingOf, whichResources, type Group } from './group.js';
import { orderOf, stepText } from './order.js';
import type { Review } from './review.js';

/** How much room there is. */
export interface Screen {
  readonly rows: number;
  readonly columns: number;
  /** Everything, however long. */
  readonly all: boolean;
}

const colours: Readonly<Record<Grade, number>> = {
  'data-loss': 31,
  refused: 31,
  unavailable: 31,
  reorders: 33,
  rebalance: 33,
  rolling: 36,
  safe: 32,
};

/** A review for one screen of a terminal: the worst in full, and what has no room any more counted. Empty where nothing changed. */
export function reviewText(
  { changes, findings, sets }: Review,
  { colour }: Pick<Terminal, 'colour'>,
  { rows, columns, all }: Screen,
): string {
  if (changes.length === 0) return '';
  const painted = (code: number, text: string): string => (colour ? `\u001b[${String(code)}m${text}\u001b[0m` : text);
  const width = Math.max(60, Math.min(columns, 120));
  const open = grouped(changes.filter(({ exception }) => exception === undefined));
  const excepted = grouped(changes.filter(({ exception }) => exception !== undefined));
  const full = (group: Group): string[] => {
    const { first } = group;
    const { consequence, action } = sayingOf(group);
    const change = differences(group);
    return [
      `${painted(colours[first.grade], first.grade)} ${painted(1, whichResources(group, sets))}${change === '' ? '' : `, ${change}`} ${painted(2, `[${first.id}]`)}`,
      ...wrapped(consequence, width),
      ...(action === undefined ? [] : wrapped(`Do: ${action}`, width)),
    ];
  };
  const order = orderOf(changes).flatMap((step, i) => wrapped(`${String(i + 1)}. ${stepText(step, sets)}`, width));
  const found = groupedFindings(findings, sets);
  const told = found.filter(({ severity }) => all || severity !== 'info');
  const quiet = found.length - told.length;
  const tail = [
    ...(order.length === 0 ? [] : ['Apply in this order:', ...order]),
    ...(excepted.length === 0 ? [] : ['Let pass by an exception:']),
    ...excepted.map(
      (group) =>
        `  ${group.first.grade} ${whichResources(group, sets)}, ${differences(group)}: ${group.first.exception?.reason ?? ''} (until ${group.first.exception?.until ?? ''})`,
    ),
    ...(told.length === 0 ? [] : ['New findings of muster check:']),
    ...told.map(
      ({ severity, resource, message, rule, where }) => `  ${severity} ${resource.kind} ${resource.name}${where}: ${message} [${rule}]`,
    ),
    ...(quiet === 0 ? [] : [`New notes of muster check: ${String(quiet)} (--all)`]),
  ];
  const shownTail = all || tail.length <= 8 ? tail : [...tail.slice(0, 7), `  … and ${String(tail.length - 7)} more lines: --all`];
  // The last line counts, and one is for the prompt.
  let room = all ? Infinity : rows - 2 - shownTail.length;
  const lines: string[] = [];
  let shown = 0;
  for (const group of open) {
    const block = full(group);
    // The worst is told in full, whatever the screen.
    if (shown > 0 && block.length > room - (shown + 1 < open.length ? 1 : 0)) break;
    lines.push(...block);
    room -= block.length;
    shown += 1;
  }
  const rest = open.slice(shown);
  if (rest.length > 0) lines.push(`… and ${String(rest.length)} more (${countsOf(rest)}): --all`);
  return [...lines, ...shownTail].join('\n');
}

/** `1 refused, 12 safe`, worst first. */
export function countsOf(groups: readonly Group[]): string {
  return grades
    .map((grade) => [grade, groups.filter(({ first }) => first.grade === grade).length] as const)
    .filter(([, count]) => count > 0)
    .map(([grade, count]) => `${String(count)} ${grade}`)
    .join(', ');
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = ' ';
  for (const word of text.split(/\s+/)) {
    if (line.length + 1 + word.length > width && line !== ' ') {
      lines.push(line);
      line = ' ';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
