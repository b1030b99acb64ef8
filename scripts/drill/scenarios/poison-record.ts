import type { Scenario } from '../scenario.js';

export const poisonRecord: Scenario = {
  name: 'poison-record',
  summary: 'every 50th record is one that nobody can read: it goes to the dead-letter topic, and its partition goes on',
  about:
    'A record that can never be handled must neither stop its partition nor vanish: each is accounted for, as processed or as a dead letter, and the order of the other keys holds.',
  producer: { PRODUCER_POISON_EVERY: '50' },
  consumer: {
    CONSUMER_DEAD_LETTER_TOPIC: 'drill.dlq',
    CONSUMER_RETRIES: '2',
    CONSUMER_RETRY_BACKOFF_MS: '100',
    CONSUMER_RETRY_JITTER_MS: '50',
  },
  holdMs: 4_000,
  steps: [
    { do: 'scale', members: 2 },
    { do: 'scale', members: 3 },
  ],
  expect: { deadLetters: 'some', duplicates: 'none' },
};
