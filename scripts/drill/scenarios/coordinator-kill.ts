import type { Scenario } from '../scenario.js';

export const coordinatorKill: Scenario = {
  name: 'coordinator-kill',
  summary: 'the broker that coordinates the group is killed: another takes over, and the members keep their partitions',
  about:
    'The coordinator of a group is the leader of one partition of __consumer_offsets. The next leader reads the group from there: members, generation and offsets. Members look for it and go on; nobody joins anew.',
  needs: { brokers: 3 },
  steps: [
    { do: 'scale', members: 2 },
    { do: 'kill-broker', broker: 'coordinator', backAfterMs: 15_000 },
  ],
  expect: { duplicates: 'none', rebalances: 'none', longestPauseMs: 20_000, leastLoad: 0.5 },
};
