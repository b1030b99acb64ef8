import type { Drill } from './engine.js';
import { cleanStop } from './scenarios/clean-stop.js';
import { scaleAndCrash } from './scenarios/scale-and-crash.js';

/** A drill somebody can run: steps and faults under load. What it proves is for the verdict to say. */
export interface Scenario {
  readonly name: string;
  /** One line, for the list of drills. */
  readonly summary: string;
  readonly run: (drill: Drill) => Promise<void>;
}

export const catalogue: readonly Scenario[] = [scaleAndCrash, cleanStop];
