import type { Scenario } from '../scenario.js';

/** 60 of 100 turns. */
const hot = Array.from({ length: 60 }, () => 'vip').join(',');

export const hotKey: Scenario = {
  name: 'hot-key',
  summary: 'one key has 60 % of the load: its partition lags while others idle, and more members do not help',
  about:
    'All records of a key go to one partition, and a partition has one member. At 10 ms a record that member does 100 a second of the 120 and more it is given: its lag grows, with two members as with six, until the load ends.',
  producer: { PRODUCER_KEYS: `${hot},customer-{01..40}` },
  consumer: { CONSUMER_WORK_MS: '10' },
  holdMs: 5_000,
  steps: [
    { do: 'scale', members: 2 },
    { do: 'scale', members: 6 },
  ],
  expect: { duplicates: 'none' },
};
