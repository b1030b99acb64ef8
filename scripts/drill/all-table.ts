import { count, grid, ms } from './table.js';
import type { Verdict } from './verdict.js';

/** How one scenario of the catalogue went. */
export interface ScenarioResult {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'not run';
  readonly seconds: number;
  /** Why it failed, or was not run. */
  readonly reasons: readonly string[];
  readonly verdict?: Verdict;
}

/** One line a scenario, with what it measured; below it what failed, and why. */
export function renderAll(results: readonly ScenarioResult[]): string {
  const head = ['scenario', 'verdict', 'acknowledged', 'lost', 'twice', 'recovery', 'longest stop', 'seconds'];
  const rows = results.map(({ name, outcome, seconds, verdict }) => [
    name,
    outcome,
    ...(verdict === undefined
      ? ['-', '-', '-', '-', '-']
      : [
          count(verdict.acknowledged),
          count(verdict.lost),
          count(verdict.duplicates),
          ms(most(verdict.faults.map((fault) => fault.recoveryMs))),
          ms(most([verdict.stops.moved?.max ?? null, verdict.stops.unmoved?.max ?? null])),
        ]),
    seconds.toFixed(0),
  ]);
  const passed = results.filter(({ outcome }) => outcome === 'passed').length;
  const total = results.reduce((sum, { seconds }) => sum + seconds, 0);
  const notes = results.flatMap(({ name, outcome, reasons }) =>
    outcome === 'passed'
      ? []
      : [`${name} ${outcome === 'failed' ? 'FAILED' : 'was not run'}:`, ...reasons.map((reason) => `  - ${reason}`)],
  );
  const failed = results.filter(({ outcome }) => outcome === 'failed').length;
  return [
    ...grid([head, ...rows], 'left'),
    '',
    ...notes,
    ...(notes.length > 0 ? [''] : []),
    `${failed === 0 ? 'PASSED' : 'FAILED'}  ${String(passed)} of ${String(results.length)} scenarios passed in ${(total / 60).toFixed(1)} min`,
  ].join('\n');
}

function most(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
