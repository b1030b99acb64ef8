import { quickSession } from './quick-session.js';
import type { Scenario } from '../scenario.js';

/** S13: 200 records/s, committed every 5 s, a crash 8 s after the start: about 600 are done again. */
export const autoCommitCrash: Scenario = {
  name: 'auto-commit-crash',
  summary: 'a crash under auto-commit (5 s), under commits after the work, and under at-most-once: what is repeated, what is lost',
  about:
    'What was processed since the last commit is done again: up to rate × interval under auto-commit, next to nothing when the work commits. At-most-once commits first, and loses what it had in hand.',
  consumer: quickSession,
  lanes: [
    { name: 'auto', consumer: { CONSUMER_COMMIT: 'auto', CONSUMER_AUTO_COMMIT_INTERVAL_MS: '5000' }, expect: { duplicates: 'some' } },
    { name: 'manual' },
    {
      name: 'at-most-once',
      producer: { PRODUCER_RATE: '100' },
      // Busy most of the time, so that the crash finds a batch in hand.
      consumer: { CONSUMER_GUARANTEE: 'at-most-once', CONSUMER_WORK_MS: '8' },
      topic: { partitions: 1 },
      expect: { lost: 'some', duplicates: 'none', commitsAhead: 'some' },
    },
  ],
  steps: [
    { do: 'scale', members: 1, holdMs: 2_000 },
    // As 8 s after the start, one commit later: 3 s of work are not committed.
    { do: 'kill', replaced: true, afterAssignedMs: 13_000, holdMs: 3_000 },
  ],
};
