import type { Scenario } from '../scenario.js';

/** A member that is asked to go finishes its record, commits and leaves: nothing is repeated, and nobody waits for a session to end. */
export const cleanStop: Scenario = {
  name: 'clean-stop',
  summary: 'one of three members is stopped in order (SIGTERM): 0 duplicates, no wait for the session',
  run: async (drill) => {
    await drill.scale('3 members', 3);
    await drill.stop('SIGTERM, 3 → 2');
  },
};
