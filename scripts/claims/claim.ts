import type { LogLine } from '../drill/events.js';
import type { Verdict } from '../drill/verdict.js';

/** Something that is said of Kafka in courses and on pages, and that can be looked at. */
export interface Claim {
  /** Kebab-case. */
  readonly id: string;
  /** As it is said. */
  readonly says: string;
  /** The drills it needs, by name. @default none: it is computed, or measured apart */
  readonly drills?: readonly string[];
  /** What it needs besides. */
  readonly measures?: readonly MeasureName[];
  readonly judge: (evidence: Evidence) => Ruling;
}

export interface Ruling {
  /** `not measured`: what it needs was not there, as a second client that is not built. */
  readonly is: 'true' | 'false' | 'true only when' | 'not measured';
  /** Of `true only when`: the condition, as the end of that sentence. */
  readonly condition?: string;
  /** The figures, in a sentence or two. */
  readonly figure: string;
  /** The command or the computation that made them. */
  readonly by: string;
}

/** One run of a drill. */
export interface DrillRun {
  readonly events: readonly LogLine[];
  readonly verdict: Verdict;
}

export type MeasureName = 'idle-member' | 'partition-rate';
export interface Measures {
  /** A member without partitions over some seconds: its part of a core, 0–1, and its memory in MiB. */
  readonly 'idle-member'?: { readonly cores: number; readonly mebibytes: number; readonly seconds: number };
  /** What one partition took and gave, in records of 100 bytes a second. */
  readonly 'partition-rate'?: { readonly produce: number; readonly consume: number; readonly replicas: number };
}

export interface Evidence {
  /** Runs of a drill, by its name; none where it could not be run. */
  readonly runs: (drill: string) => readonly DrillRun[];
  readonly measures: Measures;
}

export function notMeasured(what: string): Ruling {
  return { is: 'not measured', figure: `${what} could not be run here`, by: `muster drill ${what}` };
}
