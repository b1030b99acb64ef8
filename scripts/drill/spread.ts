import { count, grid, ms, renderTable, type TableOptions } from './table.js';
import type { FaultResult, StepResult, Verdict } from './verdict.js';

/** One figure over several runs. Runs that could not tell it are left out of it. */
export interface SpreadFigure {
  readonly name: string;
  readonly unit: 'ms' | 'records';
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** In the order of the runs. */
  readonly values: readonly number[];
}

/**
 * Several runs of one drill, in the shape of one verdict: passed only if every run passed, records added up, times as medians.
 * The runs themselves stand beside it.
 */
export interface Spread extends Pick<
  Verdict,
  | 'schemaVersion'
  | 'scenario'
  | 'verdict'
  | 'produced'
  | 'acknowledged'
  | 'processed'
  | 'lost'
  | 'duplicates'
  | 'duplicatesBound'
  | 'reordered'
  | 'zombies'
> {
  /** Each with the number of its run. */
  readonly reasons: readonly string[];
  readonly steps: readonly StepSpread[];
  readonly faults: readonly FaultSpread[];
  readonly passed: number;
  readonly figures: readonly SpreadFigure[];
  readonly runs: readonly Verdict[];
}
export type StepSpread = Pick<StepResult, 'name' | 'members' | 'assignment' | 'rebalanceMs' | 'partitions'>;
export type FaultSpread = Pick<FaultResult, 'kind' | 'detectionMs' | 'rebalanceMs' | 'recoveryMs'>;

export function spreadOf(runs: readonly Verdict[]): Spread {
  const passed = runs.filter((run) => run.verdict === 'passed').length;
  const total = (read: (run: Verdict) => number): number => runs.reduce((sum, run) => sum + read(run), 0);
  return {
    schemaVersion: 1,
    scenario: runs[0]?.scenario ?? 'unknown',
    verdict: runs.length > 0 && passed === runs.length ? 'passed' : 'failed',
    reasons: runs.flatMap((run, index) => run.reasons.map((reason) => `run ${String(index + 1)}: ${reason}`)),
    produced: total((run) => run.produced),
    acknowledged: total((run) => run.acknowledged),
    processed: total((run) => run.processed),
    lost: total((run) => run.lost),
    duplicates: total((run) => run.duplicates),
    duplicatesBound: total((run) => run.duplicatesBound),
    reordered: total((run) => run.reordered),
    zombies: total((run) => run.zombies),
    steps: (runs[0]?.steps ?? []).map((step, index) => stepSpread(step, index, runs)),
    faults: (runs[0]?.faults ?? []).map(({ kind }, index) => {
      const median = (read: (fault: FaultResult) => number | null): number | null =>
        medianOrNull(runs.map((run) => run.faults[index]).map((fault) => (fault === undefined ? null : read(fault))));
      return {
        kind,
        detectionMs: median((fault) => fault.detectionMs),
        rebalanceMs: median((fault) => fault.rebalanceMs),
        recoveryMs: median((fault) => fault.recoveryMs),
      };
    }),
    passed,
    figures: figuresOf(runs),
    runs,
  };
}

/** Who owns which partition differs from run to run: the assignment is the first run's, `moved` what most runs saw. */
function stepSpread(step: StepResult, index: number, runs: readonly Verdict[]): StepSpread {
  const steps = runs.flatMap((run) => run.steps[index] ?? []);
  return {
    name: step.name,
    members: step.members,
    assignment: step.assignment,
    rebalanceMs: medianOrNull(steps.map((one) => one.rebalanceMs)),
    partitions: step.partitions.map(({ partition }) => {
      const same = steps.flatMap((one) => one.partitions.filter((other) => other.partition === partition));
      return {
        partition,
        stopMs: medianOf(same.map((one) => one.stopMs)),
        moved: same.filter((one) => one.moved).length * 2 > same.length,
      };
    }),
  };
}

function medianOrNull(values: readonly (number | null)[]): number | null {
  const told = values.filter((value) => value !== null);
  return told.length === 0 ? null : medianOf(told);
}

function figuresOf(verdicts: readonly Verdict[]): SpreadFigure[] {
  const figures: SpreadFigure[] = [];
  const add = (name: string, unit: SpreadFigure['unit'], read: (verdict: Verdict) => number | null | undefined): void => {
    const figure = figureOver(name, unit, verdicts, read);
    if (figure !== undefined) figures.push(figure);
  };
  add('acknowledged', 'records', (verdict) => verdict.acknowledged);
  add('lost', 'records', (verdict) => verdict.lost);
  add('duplicates', 'records', (verdict) => verdict.duplicates);
  add('reordered', 'records', (verdict) => verdict.reordered);
  for (const [index, fault] of (verdicts[0]?.faults ?? []).entries()) {
    add(`${fault.kind} detection`, 'ms', (verdict) => verdict.faults[index]?.detectionMs);
    add(`${fault.kind} rebalance`, 'ms', (verdict) => verdict.faults[index]?.rebalanceMs);
    add(`${fault.kind} recovery`, 'ms', (verdict) => verdict.faults[index]?.recoveryMs);
  }
  for (const [index, step] of (verdicts[0]?.steps ?? []).entries()) {
    add(`${step.name}: rebalance`, 'ms', (verdict) => verdict.steps[index]?.rebalanceMs);
    if (index === 0) continue;
    const worst = (verdict: Verdict, moved: boolean): number | undefined => {
      const stops = (verdict.steps[index]?.partitions ?? []).filter((one) => one.moved === moved).map((one) => one.stopMs);
      return stops.length === 0 ? undefined : Math.max(...stops);
    };
    add(`${step.name}: worst stop, moved`, 'ms', (verdict) => worst(verdict, true));
    add(`${step.name}: worst stop, stayed`, 'ms', (verdict) => worst(verdict, false));
  }
  return figures;
}

/** One figure over the runs that tell it; undefined where none does. */
export function figureOver(
  name: string,
  unit: SpreadFigure['unit'],
  verdicts: readonly Verdict[],
  read: (verdict: Verdict) => number | null | undefined,
): SpreadFigure | undefined {
  const values = verdicts.map(read).filter((value) => value !== null && value !== undefined);
  if (values.length === 0) return undefined;
  return { name, unit, median: medianOf(values), min: Math.min(...values), max: Math.max(...values), values };
}

/** The middle value; of an even count, the mean of the two in the middle. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
  return (lower + upper) / 2;
}

/** Every failed run in full, then the spread: plain text, at most 100 columns. */
export function renderSpread(spread: Spread, options: TableOptions = {}): string {
  const rows = spread.figures.map((figure) => {
    const shown = (value: number): string => (figure.unit === 'ms' ? ms(value) : count(value));
    return [figure.name, shown(figure.median), shown(figure.min), shown(figure.max)];
  });
  const runs = String(spread.runs.length);
  const failed = spread.runs.flatMap((run, index) =>
    run.verdict === 'failed' ? [`run ${String(index + 1)} of ${runs}:`, renderTable(run, options), ''] : [],
  );
  return [
    ...failed,
    ...grid([[`over ${runs} runs`, 'median', 'lowest', 'highest'], ...rows], 'left'),
    '',
    `${spread.verdict.toUpperCase()}  ${spread.scenario}: ${String(spread.passed)} of ${runs} runs passed`,
  ].join('\n');
}
