import { comparedFigures, type Comparison, type Variant } from './compare.js';
import type { SpreadFigure } from './spread.js';
import { count, grid, ms, wrap, type TableOptions } from './table.js';

/** A row a figure, a column a variant: median, and lowest to highest where there were several runs. At most 100 columns for up to three variants. */
export function comparisonTable(comparison: Comparison, options: TableOptions = {}): string {
  const { scenario, verdict, variants } = comparison;
  const sgr = (code: number, text: string): string => (options.colour === true ? `\u001b[${String(code)}m${text}\u001b[0m` : text);
  return [
    ...variants.flatMap((variant) => wrap(settingsOf(variant), `${variant.label}:`)),
    '',
    figureTable(comparison),
    '',
    verdict === 'passed' ? sgr(32, `PASSED  ${scenario}`) : sgr(31, `FAILED  ${scenario}`),
    ...variants.flatMap(({ label, reasons }) => reasons.flatMap((reason) => wrap(`${label}, ${reason}`, '  - '))),
  ].join('\n');
}

/** The figures alone, for a terminal. */
export const figureTable = (comparison: Comparison): string => grid(figureRows(comparison), 'left').join('\n');

/** A row a figure, with a head. */
export function figureRows(comparison: Comparison): string[][] {
  const { variants } = comparison;
  return [
    [variants.every(({ runs }) => runs === 1) ? 'side by side' : 'median (lowest – highest)', ...variants.map(({ label }) => label)],
    ...toldFigures(comparison).map(({ name }) => [name, ...variants.map((variant) => cell(variant, name))]),
    ['runs passed', ...variants.map(({ passed, runs }) => `${String(passed)} of ${String(runs)}`)],
  ];
}

/** For a pull request: at most 40 lines, whatever failed. */
export function comparisonMarkdown(comparison: Comparison): string {
  const { scenario, verdict, variants } = comparison;
  const reasons = variants.flatMap(({ label, reasons: list }) => list.map((reason) => `- ${inMarkdown(label)}, ${inMarkdown(reason)}`));
  return [
    `### muster drill ${inMarkdown(scenario)}: ${verdict}`,
    '',
    ...markdownTable(figureRows(comparison)),
    '',
    ...variants.slice(0, 6).map((variant) => `- ${inMarkdown(`${variant.label}: ${settingsOf(variant)}`)}`),
    ...(reasons.length === 0 ? [] : ['', ...shortened(reasons, 10)]),
    '',
  ].join('\n');
}

/** The first few, and how many more there are. */
export function shortened(lines: readonly string[], most: number): string[] {
  return lines.length <= most ? [...lines] : [...lines.slice(0, most), `- and ${count(lines.length - most)} more`];
}

/** The first row is the head. */
export function markdownTable(rows: readonly (readonly string[])[]): string[] {
  const [head = [], ...body] = rows.map((row) => row.map(inMarkdown));
  return [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...body].map((row) => `| ${row.join(' | ')} |`);
}

/** Text that a renderer of Markdown shows as it is: no markup, no mention, no new line or cell. */
export function inMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>|#~]/g, '\\$&')
    .replace(/@/g, '@\u200b');
}

export function settingsOf({ settings, runs }: Variant): string {
  if (settings === null) return `${String(runs)} runs`;
  const { client, protocol, sessionTimeoutMs, heartbeatIntervalMs } = settings;
  return `${client}, ${protocol}, session ${ms(sessionTimeoutMs)}, heartbeat ${ms(heartbeatIntervalMs)}, ${String(runs)} run${runs === 1 ? '' : 's'}`;
}

export function toldFigures({ variants }: Comparison): typeof comparedFigures {
  return comparedFigures.filter(({ name }) => variants.some(({ figures }) => figures.some((figure) => figure.name === name)));
}

/** `1.24 s (1.02 s – 1.40 s)`. */
export function cell({ figures }: Variant, name: string): string {
  const figure = figures.find((one) => one.name === name);
  if (figure === undefined) return '-';
  return figure.values.length === 1
    ? shown(figure, figure.median)
    : `${shown(figure, figure.median)} (${shown(figure, figure.min)} – ${shown(figure, figure.max)})`;
}

export const shown = ({ unit }: Pick<SpreadFigure, 'unit'>, value: number): string => (unit === 'ms' ? ms(value) : count(value));
