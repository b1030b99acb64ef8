import { quickSession } from './quick-session.js';
import type { Scenario } from '../scenario.js';

export const crashReplaced: Scenario = {
  name: 'crash-replaced',
  summary: 'one of three members is killed and a Deployment replaces it at once: the newcomer joins before the session ends',
  about:
    'A Deployment does not wait: the newcomer asks to join while the coordinator still believes in the dead member. The rebalance it starts waits for that one, so that all partitions stop until the session ends, not only those of the dead.',
  consumer: quickSession,
  holdMs: 3_000,
  steps: [
    { do: 'scale', members: 3 },
    { do: 'kill', replaced: true },
  ],
};
