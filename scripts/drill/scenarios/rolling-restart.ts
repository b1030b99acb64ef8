import { quickSession } from './quick-session.js';
import type { Scenario } from '../scenario.js';

export const rollingRestart: Scenario = {
  name: 'rolling-restart',
  summary: 'three members are replaced one by one as a Deployment does it, first with maxSurge 0, then with maxSurge 1',
  about:
    'With maxSurge 0 one leaves while its successor starts; with maxSurge 1 the successor must be ready first, and the group has four members meanwhile. Each leave and each join is a rebalance of all members: up to six in each rollout.',
  consumer: quickSession,
  holdMs: 3_000,
  steps: [
    { do: 'scale', members: 3 },
    { do: 'rollout', maxSurge: 0 },
    { do: 'rollout', maxSurge: 1 },
  ],
  expect: { duplicates: 'none' },
};
