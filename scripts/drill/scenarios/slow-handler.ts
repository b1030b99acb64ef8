import { quickSession } from './quick-session.js';
import type { Scenario } from '../scenario.js';

export const slowHandler: Scenario = {
  name: 'slow-handler',
  summary: 'a handler that needs longer than max.poll.interval.ms for a record never gets it committed; one that is quicker does',
  about:
    'The member whose work outlasts the interval gives its partitions up, joins again and is given the same record again: it is busy, it heartbeats, and it makes no progress. The lane in-time has the same interval and work that fits it.',
  producer: { PRODUCER_RATE: '10', PRODUCER_KEYS: 'customer-{01..10}' },
  consumer: { ...quickSession, CONSUMER_MAX_POLL_INTERVAL_MS: '2000' },
  topic: { partitions: 1 },
  lanes: [
    { name: 'in-time', consumer: { CONSUMER_WORK_MS: '5' } },
    {
      name: 'too-slow',
      consumer: { CONSUMER_WORK_MS: '3000' },
      expect: { lost: 'any', duplicates: 'some', reordered: 'any', zombies: 'any', cover: 'any', lag: 'any' },
    },
  ],
  steps: [{ do: 'scale', members: 1, holdMs: 16_000 }],
};
