import type { Scenario } from '../scenario.js';

export const cleanStop: Scenario = {
  name: 'clean-stop',
  summary: 'one of three members is stopped in order (SIGTERM): 0 duplicates, no wait for the session',
  about:
    'A member that is asked to go finishes its record, commits and leaves: nothing is repeated, and nobody waits for a session to end.',
  steps: [{ do: 'scale', members: 3 }, { do: 'stop' }],
  expect: { duplicates: 'none', recoveryMs: 5_000 },
};
