import type { Scenario } from '../scenario.js';

export const scaleUpAndDown: Scenario = {
  name: 'scale-up-and-down',
  summary: 'a group grows 1 → 2 → 6 → 8 and shrinks to 1 again: what each step stops, and that nothing is repeated',
  about:
    'Members that go are stopped in order, so that shrinking costs a rebalance and no record. Beyond the partitions a member is idle; each join and each leave stops an eager group as a whole.',
  holdMs: 3_000,
  steps: [
    { do: 'scale', members: 1 },
    { do: 'scale', members: 2 },
    { do: 'scale', members: 6 },
    { do: 'scale', members: 8 },
    { do: 'scale', members: 1 },
  ],
  expect: { duplicates: 'none' },
};
