import type { Scenario } from '../scenario.js';

export const throughput: Scenario = {
  name: 'throughput',
  summary: 'work of 10 ms a record and more load than 6 members do: throughput = one member’s × min(members, partitions)',
  about:
    'A member works on one record at a time, and a partition has one member. Six members do six times as much as one; the seventh and eighth find no partition and add nothing.',
  producer: { PRODUCER_RATE: '650' },
  consumer: { CONSUMER_WORK_MS: '10', CONSUMER_SESSION_TIMEOUT_MS: '6000', CONSUMER_HEARTBEAT_INTERVAL_MS: '1500' },
  holdMs: 5_000,
  steps: [
    { do: 'scale', members: 1 },
    { do: 'scale', members: 2 },
    { do: 'scale', members: 6 },
    { do: 'scale', members: 8 },
  ],
  expect: { duplicates: 'none', throughput: 'foretold', leastLoad: 0.7 },
};
