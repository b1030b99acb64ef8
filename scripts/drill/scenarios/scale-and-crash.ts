import type { Scenario } from '../scenario.js';

/**
 * S10, lab 1.3B: a group grows 1 → 2, one of the two is killed and nobody takes its place, then it grows to 6 and to 8.
 * The oldest member is the one killed: it leads the group, which is the harder case.
 */
export const scaleAndCrash: Scenario = {
  name: 'scale-and-crash',
  summary: 'a group grows 1 → 2, one of the two is killed (SIGKILL, not replaced), then it grows → 6 → 8',
  run: async (drill) => {
    await drill.scale('1 member', 1);
    await drill.scale('1 → 2', 2);
    await drill.crash('SIGKILL, 2 → 1');
    await drill.scale('1 → 6', 6);
    await drill.scale('6 → 8', 8);
  },
};
