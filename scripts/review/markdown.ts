import { grades, type Grade } from './grade.js';
import { differences, grouped, groupedFindings, listed, sayingOf, whichResources, type Group } from './group.js';
import { orderOf, stepText } from './order.js';
import type { Review } from './review.js';
import { countsOf } from './text.js';

/** By this the comment is found again, to be written anew. */
export const marker = '<!-- muster review -->';

/** GitHub takes 65 536 characters in a comment, GitLab 1 000 000: what is written here stays below the former, counted in bytes. */
const mostBytes = 60_000;

const meanings: Readonly<Record<Grade, string>> = {
  'data-loss': 'records or volumes go',
  refused: 'the API server, the operator or Kafka will not do it',
  unavailable: 'writes or reads stop, now or at the next single failure',
  reorders: 'the order of the records of a key breaks',
  rebalance: 'members or their assignment change for good',
  rolling: 'a restart, one after the other',
  safe: 'none of these',
};

/** A review for one comment of a pull request, worst first, what is harmless folded. Empty where nothing changed. */
export function reviewMarkdown({ changes, findings, sets }: Review): string {
  if (changes.length === 0) return '';
  const open = grouped(changes.filter(({ exception }) => exception === undefined));
  const excepted = grouped(changes.filter(({ exception }) => exception !== undefined));
  const found = groupedFindings(findings, sets);
  const head = [marker, `### Muster review: ${open.length === 0 ? 'nothing but what exceptions let pass' : countsOf(open)}`, ''];
  const tail = [
    ...orderLines(changes, sets),
    ...folded(
      `${String(excepted.length)} let pass by an exception`,
      excepted.map(
        (group) => `${title(group, sets)}: ${plain(group.first.exception?.reason ?? '')} (until ${group.first.exception?.until ?? ''})`,
      ),
    ),
    ...folded(
      `${String(found.length)} new finding${found.length === 1 ? '' : 's'} of <code>muster check</code>`,
      found.map(
        ({ severity, resource, message, rule, where }) =>
          `**${severity}** ${plain(`${resource.kind} ${resource.name}${where}: ${message}`)} ${code(rule)}`,
      ),
    ),
  ];
  const lines = [...head];
  let room = mostBytes - size(head) - Math.min(size(tail), mostBytes / 3);
  let left: Group[] = [];
  for (const grade of grades) {
    const groups = open.filter(({ first }) => first.grade === grade);
    const isFolded = grade === 'rolling' || grade === 'safe';
    const items: string[] = [];
    room -= 200;
    for (const group of groups) {
      const item = isFolded ? short(group, sets) : long(group, sets);
      if (left.length > 0 || size([item]) > room) left = [...left, group];
      else {
        items.push(item);
        room -= size([item]);
      }
    }
    if (items.length === 0) continue;
    if (isFolded) lines.push(...folded(`<b>${grade}</b>: ${meanings[grade]} (${String(groups.length)})`, items));
    else lines.push(`**${grade}**: ${meanings[grade]}`, '', ...items.map((item) => `- ${item}`), '');
  }
  if (left.length > 0)
    lines.push(
      `… and ${String(left.length)} more (${countsOf(left)}), for which this comment has no room: <code>muster review … --all</code>`,
      '',
    );
  return [...lines, ...cut(tail, mostBytes - size(lines))].join('\n').trimEnd();
}

const size = (lines: readonly string[]): number => Buffer.byteLength(lines.join('\n')) + 1;

function title(group: Group, sets: readonly string[]): string {
  const change = differences(group, 120);
  return `**${plain(whichResources(group, sets))}**${change === '' ? '' : ` ${code(change)}`}`;
}

const short = (group: Group, sets: readonly string[]): string =>
  `${title(group, sets)}: ${plain(sayingOf(group).consequence)}${group.first.action === undefined ? '' : ` ${plain(sayingOf(group).action ?? '')}`}`;

function long(group: Group, sets: readonly string[]): string {
  const { id, source } = group.first;
  const { consequence, action, reason } = sayingOf(group);
  const names = [...new Set(group.entries.map(({ resource }) => resource.name))];
  const more = [
    ...(reason === undefined ? [] : [plain(reason)]),
    ...(names.length > 4 ? [`All of them: ${plain(listed(names))}.`] : []),
    `Source: ${linked(source)}. Id, for an exception: ${code(id)}`,
  ];
  return [
    title(group, sets),
    plain(consequence),
    ...(action === undefined ? [] : [`**Do:** ${plain(action)}`]),
    `<details><summary>Why</summary>${more.join('<br>')}</details>`,
  ].join('<br>');
}

function orderLines(changes: Review['changes'], sets: readonly string[]): string[] {
  const steps = orderOf(changes);
  if (steps.length === 0) return [];
  const lines = steps.map((step, i) => `${String(i + 1)}. ${plain(stepText(step, sets))}`);
  return ['**Apply in this order**', '', ...lines, ''];
}

function folded(summary: string, items: readonly string[]): string[] {
  return items.length === 0
    ? []
    : [`<details><summary>${summary}</summary>`, '', ...items.map((item) => `- ${item}`), '', '</details>', ''];
}

/** As much as there is room for; what was opened is closed. */
function cut(lines: readonly string[], bytes: number): string[] {
  if (size(lines) <= bytes) return [...lines];
  const kept: string[] = [];
  for (const line of lines) {
    if (size([...kept, line]) > bytes - 200) break;
    kept.push(line);
  }
  const count = (text: string): number => kept.filter((line) => line.includes(text)).length;
  const isOpen = count('<details>') > count('</details>');
  return [...kept, ...(isOpen ? ['', '</details>', ''] : []), '… the rest has no room in this comment: <code>muster review … --all</code>'];
}

/** Text that anybody may have written, as text: no tags, no links, and nobody is called by an @. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/([\\`*_[\]|~])/g, '\\$1')
    .replace(/@/g, '@\u200b');
}

/** In code nothing is markup but the fence, which is longer than any in the text. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const pad = longest > 0 ? ' ' : '';
  return `${fence}${pad}${text.replace(/\s+/g, ' ')}${pad}${fence}`;
}

const linked = (source: string): string => (/^https:\/\/[^\s<>()]+$/.test(source) ? `<${source}>` : plain(source));
