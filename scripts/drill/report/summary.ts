import { lanesCompared } from '../compare.js';
import { figureRows, inMarkdown, markdownTable, shortened } from '../compare-text.js';
import type { Spread } from '../spread.js';
import { count, ms, sizes } from '../table.js';
import type { Verdict } from '../verdict.js';
import { faultName } from './marks.js';

/** One run for a pull request: at most 40 lines; of longer lists the first few, and how many more there are. */
export function runMarkdown(verdict: Verdict): string {
  const { predictions } = verdict;
  const lanes = lanesCompared([verdict]);
  const held = predictions.filter((one) => one.held === true).length;
  const told = predictions.filter((one) => one.held !== null).length;
  const rows = [
    ['step', 'members', 'each owns', 'covered', 'rebalance'],
    ...verdict.steps.map((step) => [step.name, count(step.members), sizes(step), ms(step.coveredMs), ms(step.rebalanceMs)]),
  ];
  const faults = verdict.faults.map(
    (fault) =>
      `- ${faultName(fault.kind)} of ${inMarkdown(fault.pod)}: detection ${ms(fault.detectionMs)}, rebalance ${ms(fault.rebalanceMs)}, recovery ${ms(fault.recoveryMs)}${fault.failoverMs === undefined ? '' : `, failover ${ms(fault.failoverMs)}`}`,
  );
  return [
    `### muster drill ${inMarkdown(verdict.scenario)}: ${verdict.verdict}`,
    '',
    `${count(verdict.acknowledged)} acknowledged, ${count(verdict.lost)} lost, ${count(verdict.duplicates)} duplicates (bound ${count(verdict.duplicatesBound)}), ${count(verdict.reordered)} reordered${verdict.deadLettered.count === 0 ? '' : `, ${count(verdict.deadLettered.count)} set aside`}${verdict.unproved.length === 0 ? '' : `; not proved: ${verdict.unproved.join(', ')}`}`,
    ...list(verdict.reasons, 6),
    ...list(verdict.expected, 3),
    ...list(verdict.findings, 3),
    '',
    ...(lanes === undefined ? [] : [...shortenedTable(figureRows(lanes), 10), '']),
    ...shortenedTable(rows, lanes === undefined ? 12 : 4),
    ...(faults.length === 0 ? [] : ['', ...shortened(faults, 4)]),
    ...(told === 0 ? [] : ['', `${count(held)} of ${count(told)} predictions held`]),
    '',
  ].join('\n');
}

/** Several runs of one drill: medians, and lowest to highest. */
export function spreadMarkdown(spread: Spread): string {
  const rows = [
    ['', 'median', 'lowest', 'highest', 'runs'],
    ...spread.figures.map(({ name, unit, median, min, max, values }) => {
      const shown = (value: number): string => (unit === 'ms' ? ms(value) : count(value));
      return [name, shown(median), shown(min), shown(max), count(values.length)];
    }),
  ];
  return [
    `### muster drill ${inMarkdown(spread.scenario)}: ${spread.verdict}, ${count(spread.passed)} of ${count(spread.runs.length)} runs`,
    ...list(spread.reasons, 6),
    '',
    ...shortenedTable(rows, 25),
    '',
  ].join('\n');
}

const list = (lines: readonly string[], most: number): string[] =>
  lines.length === 0
    ? []
    : [
        '',
        ...shortened(
          lines.map((line) => `- ${inMarkdown(line)}`),
          most,
        ),
      ];

function shortenedTable(rows: readonly (readonly string[])[], most: number): string[] {
  const kept = rows.slice(0, most + 1);
  return [...markdownTable(kept), ...(kept.length === rows.length ? [] : ['', `and ${count(rows.length - kept.length)} more rows`])];
}
