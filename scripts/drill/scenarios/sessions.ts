import type { Scenario } from '../scenario.js';

export const sessions: Scenario = {
  name: 'sessions',
  summary: 'the same crash with sessions of 6, 10 and 45 s side by side: recovery is the session and a rebalance',
  about:
    'A crash is noticed when the session ends, counted from the last heartbeat. A short session notices sooner, and takes a stall of as many seconds for a crash; heartbeats must be well within a third of it.',
  producer: { PRODUCER_RATE: '60' },
  holdMs: 3_000,
  lanes: [
    { name: 'session-6', consumer: { CONSUMER_SESSION_TIMEOUT_MS: '6000', CONSUMER_HEARTBEAT_INTERVAL_MS: '1500' } },
    { name: 'session-10', consumer: { CONSUMER_SESSION_TIMEOUT_MS: '10000', CONSUMER_HEARTBEAT_INTERVAL_MS: '3000' } },
    { name: 'session-45', consumer: { CONSUMER_SESSION_TIMEOUT_MS: '45000', CONSUMER_HEARTBEAT_INTERVAL_MS: '3000' } },
  ],
  steps: [{ do: 'scale', members: 2 }, { do: 'kill' }],
};
