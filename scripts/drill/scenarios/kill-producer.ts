import type { Scenario } from '../scenario.js';

export const killProducer: Scenario = {
  name: 'kill-producer',
  summary: 'the producer is killed in the middle of its load and replaced: what was acknowledged is there, what was not may be',
  about:
    'A record that was sent and not acknowledged may or may not be in the topic: it is neither lost nor wrong. The newcomer numbers its records anew, so that order is told apart by producer.',
  holdMs: 3_000,
  steps: [{ do: 'scale', members: 2 }, { do: 'kill-producer' }],
  // From the kill to the first record of the newcomer nothing is produced.
  expect: { duplicates: 'none', longestPauseMs: 10_000, leastLoad: 0.5 },
};
