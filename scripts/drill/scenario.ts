import type { Drill } from './engine.js';

/** A drill somebody can run: steps and faults under load. What it proves is for the verdict to say. */
export interface Scenario {
  readonly name: string;
  /** One line, for the list of drills. */
  readonly summary: string;
  readonly run: (drill: Drill) => Promise<void>;
}
