import type { Scenario } from '../scenario.js';

export const brokerFrozen: Scenario = {
  name: 'broker-frozen',
  summary:
    'the leader of a partition stands still past its session with the controller, then goes on as if nothing had been: nothing is lost',
  about:
    'A frozen broker keeps its connections open and answers nothing: clients find out by their own timeouts, the controller by its own. Others lead meanwhile; when it goes on it believes for a moment that it still leads, and the epoch of the leader is what refuses it.',
  needs: { brokers: 3 },
  // Nothing tells a client that a broker is frozen but its own patience.
  producer: { PRODUCER_REQUEST_TIMEOUT_MS: '5000' },
  steps: [
    { do: 'scale', members: 2 },
    { do: 'freeze-broker', broker: 'leader', forMs: 15_000 },
  ],
  // Where the frozen broker is also the coordinator of the group, members may have to join again, and repeat what they could not commit.
  expect: { duplicates: 'any', longestPauseMs: 25_000, leastLoad: 0.5 },
};
