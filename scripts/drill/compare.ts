import type { LogLine, RunStarted } from './events.js';
import { figureOver, type SpreadFigure } from './spread.js';
import type { Verdict } from './verdict.js';

/** Runs of one variant: a protocol, a client, a lane. */
export interface ComparedGroup {
  /** Short, and of one variant only: it is a row of every table. */
  readonly label: string;
  readonly runs: readonly ComparedRun[];
}
export interface ComparedRun {
  readonly events: readonly LogLine[];
  readonly verdict: Verdict;
}

/** Variants of one scenario side by side. */
export interface Comparison {
  readonly schemaVersion: 1;
  readonly scenario: string;
  /** Passed only if every run of every variant did. */
  readonly verdict: 'passed' | 'failed';
  readonly variants: readonly Variant[];
}
export interface Variant {
  readonly label: string;
  readonly settings: Pick<RunStarted, 'client' | 'protocol' | 'sessionTimeoutMs' | 'heartbeatIntervalMs'> | null;
  readonly runs: number;
  readonly passed: number;
  /** Each with the number of its run. */
  readonly reasons: readonly string[];
  /** Those that no run could tell are left out. */
  readonly figures: readonly SpreadFigure[];
}

/** What is compared, in the order of the tables. A run gives one value: the spread is that between runs. */
export const comparedFigures: readonly {
  readonly name: string;
  readonly unit: SpreadFigure['unit'];
  readonly about: string;
  readonly read: (verdict: Verdict) => number | null | undefined;
}[] = [
  { name: 'stop, moved', unit: 'ms', about: 'median of the partitions that moved', read: (one) => one.stops.moved?.p50 },
  { name: 'worst, moved', unit: 'ms', about: 'the longest of them', read: (one) => one.stops.moved?.max },
  { name: 'stop, stayed', unit: 'ms', about: 'median of the partitions that stayed', read: (one) => one.stops.unmoved?.p50 },
  { name: 'worst, stayed', unit: 'ms', about: 'the longest of them', read: (one) => one.stops.unmoved?.max },
  {
    name: 'detection',
    unit: 'ms',
    about: 'fault → the coordinator no longer lists the member',
    read: (one) => slowest(one, 'detectionMs'),
  },
  { name: 'rebalance', unit: 'ms', about: 'removal → an owner for every partition', read: (one) => slowest(one, 'rebalanceMs') },
  { name: 'recovery', unit: 'ms', about: 'fault → the slowest partition goes on', read: (one) => slowest(one, 'recoveryMs') },
  {
    name: 'duplicates',
    unit: 'records',
    about: 'records processed more than once',
    read: (one) => (one.unproved.includes('duplicates') ? null : one.duplicates),
  },
  {
    name: 'lost',
    unit: 'records',
    about: 'acknowledged and never processed',
    read: (one) => (one.unproved.includes('lost') ? null : one.lost),
  },
];

export function compare(groups: readonly ComparedGroup[]): Comparison {
  const variants = groups.map(({ label, runs }): Variant => {
    const verdicts = runs.map((run) => run.verdict);
    const first = runs[0]?.events.find((line): line is RunStarted => 'event' in line && line.event === 'run');
    return {
      label,
      settings:
        first === undefined
          ? null
          : {
              client: first.client,
              protocol: first.protocol,
              sessionTimeoutMs: first.sessionTimeoutMs,
              heartbeatIntervalMs: first.heartbeatIntervalMs,
            },
      runs: runs.length,
      passed: verdicts.filter((one) => one.verdict === 'passed').length,
      reasons: verdicts.flatMap((one, index) => one.reasons.map((reason) => `run ${String(index + 1)}: ${reason}`)),
      figures: comparedFigures.flatMap(({ name, unit, read }) => figureOver(name, unit, verdicts, read) ?? []),
    };
  });
  return {
    schemaVersion: 1,
    scenario: groups[0]?.runs[0]?.verdict.scenario ?? 'unknown',
    verdict: variants.length > 0 && variants.every(({ runs, passed }) => runs > 0 && runs === passed) ? 'passed' : 'failed',
    variants,
  };
}

/** The lanes of runs that had several, each as a variant: same steps, same faults, same moment. Undefined where there were none. */
export function lanesCompared(verdicts: readonly Verdict[]): Comparison | undefined {
  const names = (verdicts[0]?.lanes ?? []).map((lane) => lane.lane ?? '');
  if (names.length < 2) return undefined;
  return compare(
    names.map((label) => ({
      label,
      runs: verdicts.flatMap(({ lanes = [] }) =>
        lanes.filter(({ lane }) => lane === label).map((verdict): ComparedRun => ({ events: [], verdict })),
      ),
    })),
  );
}

/** Of several faults the slowest; null where one is not told. A broker's fault has no member that could be detected. */
function slowest(verdict: Verdict, field: 'detectionMs' | 'rebalanceMs' | 'recoveryMs'): number | null {
  const times = verdict.faults.filter(({ partitions }) => partitions.length > 0).map((fault) => fault[field]);
  return times.length === 0 || times.includes(null) ? null : Math.max(...times.map((time) => time ?? 0));
}
