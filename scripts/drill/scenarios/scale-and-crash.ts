import type { Scenario } from '../scenario.js';

/** S10, lab 1.3B. */
export const scaleAndCrash: Scenario = {
  name: 'scale-and-crash',
  summary: 'a group grows 1 → 2, one of the two is killed (SIGKILL, not replaced), then it grows → 6 → 8',
  about:
    'The oldest member is the one killed: it leads the group, which is the harder case. Nobody takes its place, so the survivor owns all partitions once the session is over; beyond the partitions members are idle.',
  steps: [
    { do: 'scale', members: 1 },
    { do: 'scale', members: 2 },
    { do: 'kill' },
    { do: 'scale', members: 6 },
    { do: 'scale', members: 8 },
  ],
};
