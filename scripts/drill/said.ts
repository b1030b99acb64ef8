import type { CatchUp } from './catch-up.js';
import type { CommitAhead, Uncommitted } from './commits.js';
import type { Delivery, RecordExample } from './delivery.js';
import type { FaultResult } from './fault-results.js';
import type { PartitionLag } from './final-lag.js';
import type { History } from './history.js';
import type { Load } from './load.js';
import type { PredictionResult } from './predictions-held.js';
import type { Replay } from './replays.js';
import type { StepResult } from './step-results.js';

/** Everything the reasons are drawn from. */
export interface Findings {
  readonly history: History;
  readonly delivery: Delivery;
  readonly uncommitted: readonly Uncommitted[];
  readonly ahead: readonly CommitAhead[];
  readonly zombies: readonly RecordExample[];
  readonly lag: readonly PartitionLag[] | undefined;
  readonly load: Load;
  readonly steps: readonly StepResult[];
  readonly faults: readonly FaultResult[];
  readonly catchUps: readonly CatchUp[];
  readonly replays: readonly Replay[];
  readonly predictions: readonly PredictionResult[];
}

/** What is said of a run: what it failed by, and what would be a failure elsewhere and is none here. Sentences with their figures. */
export interface Said {
  /** Worst first. */
  readonly reasons: readonly string[];
  /** What happened and was expected, or was left open. */
  readonly expected: readonly string[];
}

export function together(said: readonly Said[]): Said {
  return { reasons: said.flatMap((one) => one.reasons), expected: said.flatMap((one) => one.expected) };
}

/** A failure, or none. */
export function failure(...reasons: readonly string[]): Said {
  return { reasons, expected: [] };
}

/**
 * What a scenario expects of something that must not happen otherwise.
 * @param sentence what happened; undefined when nothing did
 * @param missing what did not happen, and was to be shown
 */
export function judged(wanted: 'none' | 'some' | 'any', field: string, sentence: string | undefined, missing: string): Said {
  if (sentence === undefined)
    return failure(...(wanted === 'some' ? [`surprise: ${missing}, and this scenario is there to show that (${field}: some)`] : []));
  if (wanted === 'none') return failure(sentence);
  const why = wanted === 'some' ? 'as the scenario expects' : 'which the scenario leaves open';
  return { reasons: [], expected: [`${sentence}; ${why} (${field}: ${wanted})`] };
}
