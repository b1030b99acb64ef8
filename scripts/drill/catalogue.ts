import type { Scenario } from './scenario.js';
import { cleanStop } from './scenarios/clean-stop.js';
import { scaleAndCrash } from './scenarios/scale-and-crash.js';

/** The drills there are, in the order in which they are listed. */
export const catalogue: readonly Scenario[] = [scaleAndCrash, cleanStop];
