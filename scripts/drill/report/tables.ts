import type { Comparison } from '../compare.js';
import { cell, toldFigures } from '../compare-text.js';
import { crashBoundMs } from '../reasons.js';
import type { Spread } from '../spread.js';
import { count, ms, sizes } from '../table.js';
import type { FaultResult, StepResult, Verdict } from '../verdict.js';
import { table } from './blocks.js';
import type { Scene } from './cast.js';
import { faultName } from './marks.js';
import { el, type Markup } from './svg.js';

export function stopTable(verdict: Verdict): Markup {
  const partitions = [...new Set(verdict.steps.flatMap((step) => step.partitions.map((one) => one.partition)))];
  return table(
    ['stop in', ...partitions.map((partition) => `partition ${String(partition)}`)],
    verdict.steps
      .slice(1)
      .map((step) => [
        step.name,
        ...step.partitions.map((one) => el('span', { class: one.moved ? 'm' : 's' }, `${one.moved ? '→ ' : ''}${ms(one.stopMs)}`)),
      ]),
  );
}

export function stepTable(verdict: Verdict): Markup {
  return table(
    ['step', 'outcome', 'members', 'partitions each', 'covered in', 'rebalance', 'worst stop, moved', 'worst stop, stayed'],
    verdict.steps.map((step) => [
      step.name,
      el(
        'span',
        { class: step.outcome === 'covered' ? 'ok' : 'wrong' },
        { covered: 'covered', 'not-covered': 'not covered', inconclusive: 'inconclusive' }[step.outcome],
      ),
      count(step.members),
      sizes(step),
      ms(step.coveredMs),
      ms(step.rebalanceMs),
      worst(step, true),
      worst(step, false),
    ]),
    2,
  );
}

function worst(step: StepResult, moved: boolean): string {
  const stops = step.partitions.filter((one) => one.moved === moved).map((one) => one.stopMs);
  return stops.length === 0 ? '-' : ms(Math.max(...stops));
}

export function faultNote(scene: Scene, verdict: Verdict): string {
  const session = scene.history.run?.sessionTimeoutMs ?? 0;
  const clocks =
    'Three clocks: detection is fault → the coordinator no longer lists the member, rebalance is removal → an owner for every partition, recovery is fault → first record processed again on the slowest partition it owned.';
  const brokers =
    ' Of a broker: failover is fault → another leader for the partitions it led, the stop of production the longest time without an acknowledgement on them.';
  return `${clocks}${verdict.faults.some((fault) => fault.failovers !== undefined) ? brokers : ''} Bound of a recovery from a crash: ${ms(crashBoundMs(session))} (2 × session + 5 s).`;
}

/** Columns that say nothing of any of the faults are left out. */
export function faultTable(verdict: Verdict): Markup {
  const of = (read: (fault: FaultResult) => string): string[] => verdict.faults.map(read);
  const columns: [string, string[]][] = [
    ['fault', of((fault) => `${faultName(fault.kind)}${fault.replaced === true ? ', replaced' : ''}`)],
    ['pod', of((fault) => fault.pod)],
    ['lasted', of((fault) => ms(fault.lastedMs ?? null))],
    ['detection', of((fault) => ms(fault.detectionMs))],
    ['rebalance', of((fault) => ms(fault.rebalanceMs))],
    ['recovery', of((fault) => ms(fault.recoveryMs))],
    ['failover', of((fault) => ms(fault.failoverMs ?? null))],
    ['stop of production', of((fault) => ms(fault.produceStopMs ?? null))],
    ['zombie records', of((fault) => (fault.zombies === undefined ? '-' : count(fault.zombies)))],
    ['by partition', of(byPartition)],
  ];
  const told = columns.filter(([, cells], column) => column < 2 || cells.some((cell) => cell !== '-'));
  return table(
    told.map(([name]) => name),
    verdict.faults.map((_, row) => told.map(([, cells]) => cells[row] ?? '-')),
    2,
  );
}

function byPartition(fault: FaultResult): string {
  if (fault.failovers !== undefined)
    return fault.failovers.map(({ partition, failoverMs }) => `${String(partition)}: ${ms(failoverMs)}`).join(', ');
  return fault.partitions.map((one) => `${String(one.partition)}: ${ms(one.recoveryMs)}`).join(', ') || '-';
}

/** What the model foretold beside what was measured. */
export function predictionTable({ predictions }: Verdict): Markup {
  return table(
    ['foretold', 'in step', '', 'measured', 'predicted', 'because'],
    predictions.map((one) => [
      one.of,
      one.at,
      one.held === null ? el('span', {}, 'not told') : el('span', { class: one.held ? 'ok' : 'wrong' }, one.held ? 'held' : 'not held'),
      one.measured === null ? '-' : `${count(one.measured)} ${one.unit}`,
      one.predicted,
      el('span', { class: 'wrap' }, one.because),
    ]),
    9,
  );
}

export function catchUpTable({ catchUps }: Verdict): Markup {
  return table(
    ['step', 'the group was stopped for', 'waiting at its start', 'caught up in'],
    catchUps.map((one) => [
      one.step,
      ms(one.downMs),
      `${count(one.backlog)} records`,
      one.catchUpMs === null ? 'never' : ms(one.catchUpMs),
    ]),
  );
}

export function spreadTable(spread: Spread): Markup {
  return table(
    ['figure', 'median', 'lowest', 'highest', 'runs'],
    spread.figures.map((figure) => {
      const shown = (value: number): string => (figure.unit === 'ms' ? ms(value) : count(value));
      return [figure.name, shown(figure.median), shown(figure.min), shown(figure.max), count(figure.values.length)];
    }),
  );
}

export function exampleTable(verdict: Verdict): Markup {
  const { examples } = verdict;
  const kinds: [string, number, string[]][] = [
    ['lost', verdict.lost, examples.lost.map((one) => `${place(one)}, sent by ${one.pod}`)],
    ['processed twice', verdict.duplicates, examples.duplicates.map((one) => `${place(one)}: ${one.before}, then ${one.pod}`)],
    ['reordered', verdict.reordered, examples.reordered.map((one) => `${place(one)} by ${one.pod}`)],
    ['processed without owning', verdict.zombies, examples.zombies.map((one) => `${place(one)} by ${one.pod}, owner ${one.before ?? '?'}`)],
    [
      'committed before processed',
      verdict.commitsAhead,
      examples.commitsAhead.map(
        (one) => `${String(one.partition)}/${String(one.offset)} passed by commit ${String(one.committed)} of ${one.pod}`,
      ),
    ],
  ];
  if (verdict.deadLettered.count > 0)
    kinds.push([
      'set aside (dead letters)',
      verdict.deadLettered.count,
      examples.deadLetters.map((one) => `${place(one)}: ${one.reason.split('\n', 1)[0] ?? ''}`),
    ]);
  return table(
    ['kind', 'records', 'examples'],
    kinds.map(([name, total, shown]) => [
      name,
      verdict.unproved.length > 0 && name !== 'set aside (dead letters)' ? 'not known' : count(total),
      el(
        'span',
        { class: 'wrap' },
        shown.length === 0 ? 'none' : `${shown.slice(0, 4).join('; ')}${total > 4 ? `; and ${count(total - 4)} more` : ''}`,
      ),
    ]),
    9,
  );
}

function place(one: { readonly partition: number; readonly offset: number; readonly key: string; readonly seq: number }): string {
  return `${String(one.partition)}/${String(one.offset)} (${one.key} #${String(one.seq)})`;
}

/** A row a figure, a column a variant. */
export function comparedTable(comparison: Comparison): Markup {
  const { variants } = comparison;
  return table(
    ['', ...variants.map(({ label }) => label)],
    [
      ...toldFigures(comparison).map(({ name }) => [name, ...variants.map((variant) => cell(variant, name))]),
      [
        'runs passed',
        ...variants.map(({ passed, runs }) =>
          el('span', { class: passed === runs ? 'ok' : 'wrong' }, `${String(passed)} of ${String(runs)}`),
        ),
      ],
    ],
  );
}
