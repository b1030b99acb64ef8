import { groupReasons } from './reasons-group.js';
import { recordReasons } from './reasons-records.js';
import { together, type Findings, type Said } from './said.js';

export { crashBoundMs, fewestTelling, joinBoundMs } from './bounds.js';

/** Why the run failed, worst first; empty when it passed. */
export function reasonsOf(found: Findings): Said {
  const isStrange = found.history.run?.evidenceFrom === 'coordinator';
  return together([...(isStrange ? [] : recordReasons(found)), ...groupReasons(found)]);
}
