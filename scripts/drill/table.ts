import type { FaultResult, StepResult, Verdict } from './verdict.js';

export interface TableOptions {
  /** ANSI colours; for a terminal whose user has not switched them off. @default false */
  readonly colour?: boolean;
}

const width = 100;

/** The verdict as a person reads it in a terminal: plain text, at most 100 columns, without a newline at the end. */
export function renderTable(verdict: Verdict, options: TableOptions = {}): string {
  const paint = painter(options.colour ?? false);
  const { lanes = [] } = verdict;
  if (lanes.length === 0) return [...figureLines(verdict, paint), ...verdictLines(verdict, paint)].join('\n');
  const each = lanes.flatMap((lane) => [`${lane.lane ?? ''}: ${lane.verdict}`, '', ...figureLines(lane, paint)]);
  return [...each, ...verdictLines(verdict, paint)].join('\n');
}

function verdictLines(verdict: Verdict, paint: Paint): string[] {
  const { predictions, unproved, lost, reordered } = verdict;
  const told = predictions.filter((one) => one.held !== null);
  const kept =
    unproved.length > 0
      ? 'as far as the coordinator tells'
      : [
          lost === 0 ? 'nothing acknowledged was lost' : `${count(lost)} lost`,
          reordered === 0 ? 'nothing was reordered' : `${count(reordered)} reordered`,
        ].join(', ');
  return [
    ...(told.length === 0 ? [] : [`predictions: ${count(told.filter((one) => one.held).length)} of ${count(told.length)} held`]),
    ...verdict.expected.flatMap((line) => wrap(line, 'expected:')),
    ...verdict.findings.flatMap((line) => wrap(line, 'finding:')),
    ...(unproved.length === 0 ? [] : wrap(`${unproved.join(', ')}: the workers give no evidence`, 'not proved:')),
    '',
    verdict.verdict === 'passed' ? paint.green(`PASSED  ${verdict.scenario}: ${kept}`) : paint.red(`FAILED  ${verdict.scenario}`),
    ...verdict.reasons.flatMap((reason) => wrap(reason, '  - ')),
  ];
}

function figureLines(verdict: Verdict, paint: Paint): string[] {
  const { load } = verdict;
  const figures = [
    ['acknowledged', 'processed', 'lost', 'duplicates', 'reordered', 'zombies', 'committed early', 'lag'],
    [
      count(verdict.acknowledged),
      count(verdict.processed),
      count(verdict.lost),
      `${count(verdict.duplicates)} (bound ${count(verdict.duplicatesBound)})`,
      count(verdict.reordered),
      count(verdict.zombies),
      count(verdict.commitsAhead),
      verdict.lag === null ? '?' : count(verdict.lag),
    ],
  ];
  const bad = [
    false,
    false,
    verdict.lost > 0,
    verdict.duplicates > verdict.duplicatesBound,
    verdict.reordered > 0,
    verdict.zombies > 0,
    verdict.commitsAhead > 0,
    verdict.lag !== 0,
  ];
  return [
    ...grid(figures, 'right').map((line, row) => (row === 0 ? paint.dim(line) : bad.some(Boolean) ? paint.red(line) : line)),
    '',
    ...stepLines(verdict.steps, paint),
    ...(verdict.faults.length === 0 ? [] : ['', ...faultLines(verdict.faults, paint)]),
    '',
    ...stopLines(verdict),
    `load: ${load.measured.toFixed(0)} records/s of ${count(load.declared)} declared, longest pause ${ms(load.longestGapMs)}; the run took ${ms(verdict.durationMs)}`,
    ...asideLines(verdict),
    ...(verdict.lane === undefined ? [] : ['']),
  ];
}

/** What the drill's own process took, and how late it looked. */
export function overheadText({ cores, lateP99Ms, lateMaxMs }: NonNullable<Verdict['overhead']>): string {
  return `${cores.toFixed(2)} of a core; its looks at the group were late by ${ms(lateP99Ms)} at p99, ${ms(lateMaxMs)} at most; workers write their own times`;
}

/** What only some runs have. */
function asideLines({ deadLettered, catchUps, replayed, clockUncertaintyMs, overhead }: Verdict): string[] {
  return [
    ...(deadLettered.count === 0 ? [] : [`dead letters: ${count(deadLettered.count)} records set aside, accounted for and not lost`]),
    ...catchUps.map(
      (one) =>
        `${one.step}: stopped for ${ms(one.downMs)}, ${count(one.backlog)} waiting, ${one.catchUpMs === null ? 'never caught up' : `caught up in ${ms(one.catchUpMs)}`}`,
    ),
    ...(replayed === 0 ? [] : [`replayed on purpose: ${count(replayed)} records, no duplicates`]),
    ...(overhead === null ? [] : [`the drill itself: ${overheadText(overhead)}`]),
    ...(clockUncertaintyMs === 0 ? [] : [`clocks of pods differ by up to ${ms(clockUncertaintyMs)}: no figure is finer than that`]),
  ];
}

function stepLines(steps: readonly StepResult[], paint: Paint): string[] {
  const rows = [
    ['step', 'members', 'each owns', 'covered', 'rebalance', 'stop moved', 'stop stayed', ''],
    ...steps.map((step) => [
      shorten(step.name, 20),
      count(step.members),
      sizes(step),
      ms(step.coveredMs),
      ms(step.rebalanceMs),
      worst(step, true),
      worst(step, false),
      step.outcome === 'covered' ? 'ok' : step.outcome === 'inconclusive' ? 'too few' : 'no cover',
    ]),
  ];
  return grid(rows, 'left').map((line, row) =>
    row === 0 ? paint.dim(line) : steps[row - 1]?.outcome === 'covered' ? line : paint.red(line),
  );
}

function faultLines(faults: readonly FaultResult[], paint: Paint): string[] {
  const isBroker = faults.some((fault) => fault.failovers !== undefined);
  const rows = [
    ['fault', 'pod', 'detection', 'rebalance', 'recovery', ...(isBroker ? ['failover'] : [])],
    ...faults.map((fault) => [
      fault.kind,
      shorten(fault.pod, 40),
      ms(fault.detectionMs),
      ms(fault.rebalanceMs),
      ms(fault.recoveryMs),
      ...(isBroker ? [ms(fault.failoverMs ?? null)] : []),
    ]),
  ];
  return grid(rows, 'left').map((line, row) => (row === 0 ? paint.dim(line) : line));
}

function stopLines({ stops }: Verdict): string[] {
  const of = (name: string, one: Verdict['stops']['moved']): string =>
    `stop of a partition that ${name}: ${one === null ? 'none seen' : `p50 ${ms(one.p50)}, p95 ${ms(one.p95)}, max ${ms(one.max)} (${count(one.count)} partition steps)`}`;
  return [of('moved', stops.moved), of('stayed', stops.unmoved)];
}

/** `3+3`, `6×1 + 2 idle`: the sizes of the assignments. */
export function sizes(step: StepResult): string {
  const all = step.assignment.map((one) => one.partitions.length).sort((a, b) => b - a);
  const busy = all.filter((size) => size > 0);
  const idle = all.length - busy.length;
  const same = busy.length > 2 && busy.every((size) => size === busy[0]);
  const shown = busy.length === 0 ? 'none' : same ? `${String(busy.length)}×${String(busy[0])}` : busy.join('+');
  return idle === 0 ? shown : `${shown} + ${String(idle)} idle`;
}

function worst(step: StepResult, moved: boolean): string {
  const stops = step.partitions.filter((one) => one.moved === moved).map((one) => one.stopMs);
  return stops.length === 0 ? '-' : ms(Math.max(...stops));
}

/** Milliseconds as a person says them: `85 ms`, `1.24 s`, `12.1 s`; `-` when unknown. */
export function ms(value: number | null): string {
  if (value === null) return '-';
  if (value < 1_000) return `${String(Math.round(value))} ms`;
  return `${(value / 1_000).toFixed(value < 10_000 ? 2 : 1)} s`;
}

/** An integer with thin groups of three: `12 345`. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** Rows as columns; the columns are as wide as their widest cell. */
export function grid(rows: readonly (readonly string[])[], align: 'left' | 'right'): string[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (align === 'left' ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** Lines of at most the width, the first after a bullet and the others under it. */
export function wrap(text: string, bullet: string): string[] {
  const lines: string[] = [];
  let line = bullet;
  for (const word of text.split(' ')) {
    if (line.length + word.length + 1 > width && line.trim() !== bullet.trim()) {
      lines.push(line.trimEnd());
      line = ' '.repeat(bullet.length);
    }
    line += `${line.endsWith(' ') ? '' : ' '}${word}`;
  }
  return [...lines, line];
}

interface Paint {
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly dim: (text: string) => string;
}

function painter(colour: boolean): Paint {
  const sgr = (code: number) => (text: string) => (colour ? `\u001b[${String(code)}m${text}\u001b[0m` : text);
  return { red: sgr(31), green: sgr(32), dim: sgr(2) };
}
