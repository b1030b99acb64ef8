import type { Scenario } from '../../../scripts/drill/scenario.js';
import { firstSteps, naive, onlyLanes, type SeededDefect } from './seeded.js';

const both =
  (first: (scenario: Scenario) => Scenario, second: (scenario: Scenario) => Scenario) =>
  (scenario: Scenario): Scenario =>
    second(first(scenario));

/** What a group as a whole does wrong, with all members alive: how much it does, what it stops, what it reads again and what it sees at all. */
export const groupDefects: readonly SeededDefect[] = [
  {
    scenario: 'partitions-added',
    ...naive('new-partitions-at-their-end'),
    // All of them on the new partitions.
    reason: /acknowledged records were lost: partition\/offset [67]\//,
    // Clients notice in their own time. So that it is certain who is first, the producer is replaced and knows the new partitions at once; then the
    // member is, and finds records there.
    cut: (scenario) => ({
      ...scenario,
      expect: { ...scenario.expect, cover: 'any' },
      steps: [
        { do: 'scale', members: 1 },
        { do: 'add-partitions', to: 8, holdMs: 500 },
        { do: 'kill-producer', holdMs: 2_000 },
        { do: 'rollout', maxSurge: 0 },
      ],
    }),
  },
  {
    scenario: 'exactly-once',
    defect: 'a reader that takes what was never committed, beside one that does not',
    // A handler that fails after it has published leaves something behind every time; whether a crash finds an open transaction is luck.
    run: { worker: 'consumer-basic', fixture: 'fails-after-work' },
    reason: /^hasty: [1-9]\d* records were processed again/m,
    spared: /^(chain|reader): .*(again|lost)/m,
    cut: (scenario) => ({
      ...scenario,
      // Its faults are the members'.
      needs: {},
      // So that each partition has enough to tell of.
      topic: { partitions: 2 },
      consumer: { ...scenario.consumer, CONSUMER_RETRY_BACKOFF_MS: '100', CONSUMER_RETRY_JITTER_MS: '1' },
      lanes: [
        ...(scenario.lanes ?? []),
        {
          name: 'hasty',
          reads: 'chain',
          consumer: { CONSUMER_ISOLATION: 'read_uncommitted', CONSUMER_WORK_MS: '0' },
          expect: { duplicates: 'none' },
        },
      ],
      steps: scenario.steps.slice(0, 2).map((step) => ({ ...step, holdMs: 4_000 })),
    }),
  },
  {
    scenario: 'throughput',
    ...naive('takes-its-time'),
    reason: /\d records\/s were processed, foretold were/,
    // A little more than two members do at 10 ms a record, so that it is soon worked off at 30.
    args: ['--rate', '210'],
    cut: (scenario) => ({ ...scenario, steps: [{ do: 'scale', members: 2, holdMs: 4_000 }] }),
  },
  {
    scenario: 'replay',
    ...naive('starts-at-the-end'),
    reason: /^0 records were replayed after the offsets were set to the beginning, but [1-9]\d* records had been processed/m,
    cut: firstSteps(2),
  },
  {
    scenario: 'protocols',
    ...naive('speaks-eager'),
    client: 'librdkafka',
    reason: /^cooperative: step .* members gave up partitions that stayed with them/m,
    // With KIP-848 the session is the brokers', which these do not have.
    cut: both(onlyLanes('cooperative'), firstSteps(2)),
  },
  {
    scenario: 'big-groups',
    ...naive('speaks-eager'),
    client: 'librdkafka',
    // Of 24 partitions dealt to three and then to four in turns two stay with each member, whatever their order.
    reason: /^cooperative: step .* members gave up partitions that stayed with them, [1-9]/m,
    cut: (scenario) => ({
      ...onlyLanes('cooperative')(scenario),
      steps: [
        { do: 'scale', members: 3 },
        { do: 'scale', members: 4 },
      ],
    }),
  },
];
