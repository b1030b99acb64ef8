import type { Scenario } from '../scenario.js';

export const acks: Scenario = {
  name: 'acks',
  summary: 'followers stand still, then the leader dies: acks=1 loses what it had acknowledged, acks=all beside it does not, in one run',
  about:
    'With acks=1 the leader acknowledges what it alone has. While the followers are frozen, for less than it takes to put them out of sync, it goes on acknowledging; then it dies, and the followers, in sync on paper, lead on without those records. With acks=all the same seconds acknowledge nothing.',
  needs: { brokers: 3 },
  producer: { PRODUCER_REQUEST_TIMEOUT_MS: '5000' },
  lanes: [
    {
      name: 'acks-1',
      producer: { PRODUCER_ACKS: '1', PRODUCER_IDEMPOTENCE: 'false' },
      expect: { lost: 'some', duplicates: 'any', reordered: 'any', longestPauseMs: 20_000, leastLoad: 0.5 },
    },
    { name: 'acks-all', expect: { duplicates: 'any', longestPauseMs: 25_000, leastLoad: 0.3 } },
  ],
  steps: [
    { do: 'scale', members: 2 },
    { do: 'kill-leader-ahead', frozenMs: 4_000, backAfterMs: 12_000 },
  ],
};
