import type { Scenario } from '../scenario.js';

/** 55 of 100 turns. */
const hot = Array.from({ length: 55 }, () => 'vip').join(',');

export const hotKey: Scenario = {
  name: 'hot-key',
  summary: 'one key has 55 % of the load: its partition lags while others idle, and more members do not help',
  about:
    'All records of a key go to one partition, and a partition has one member. At 10 ms a record that member does at most 100 a second of the 125 it is given: its lag grows, with two members as with six, until the load ends.',
  producer: { PRODUCER_KEYS: `${hot},customer-{01..45}` },
  consumer: { CONSUMER_WORK_MS: '10' },
  holdMs: 4_000,
  steps: [
    { do: 'scale', members: 2 },
    { do: 'scale', members: 6 },
  ],
  expect: { duplicates: 'none' },
};
