import type { Scenario } from '../scenario.js';

export const partitionsAdded: Scenario = {
  name: 'partitions-added',
  summary: 'a topic grows from 6 to 8 partitions under load: members share the new ones, keys move, and the order of those keys ends',
  about:
    'A key goes to hash modulo partitions: with another number most keys go elsewhere, while their older records lie where they were. From the moment a producer notices until the old partition is read to its end, a later record of a key may be processed first. Kafka cannot take partitions away again.',
  holdMs: 5_000,
  topic: { partitions: 6 },
  steps: [
    { do: 'scale', members: 2 },
    { do: 'add-partitions', to: 8 },
  ],
  expect: { duplicates: 'bounded', reordered: 'any', longestPauseMs: 5_000 },
};
