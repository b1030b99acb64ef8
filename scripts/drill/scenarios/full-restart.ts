import { quickSession } from './quick-session.js';
import type { Scenario } from '../scenario.js';

export const fullRestart: Scenario = {
  name: 'full-restart',
  summary: 'the whole group is stopped for 5 s under load and started again: how long it takes to catch up',
  about:
    'Nothing is lost, for the topic keeps it. What gathered while nobody read is rate × time; it is worked off at what the group can do above the load.',
  consumer: quickSession,
  holdMs: 3_000,
  steps: [
    { do: 'scale', members: 3 },
    { do: 'restart-group', downMs: 5_000 },
  ],
  expect: { duplicates: 'none' },
};
