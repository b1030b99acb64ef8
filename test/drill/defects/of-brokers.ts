import { naive, type SeededDefect } from './seeded.js';

/** What clients and topics make of the loss of brokers. */
export const brokerDefects: readonly SeededDefect[] = [
  {
    scenario: 'broker-kill',
    defect: 'the bare send() of kafkajs',
    run: { worker: 'producer-keyed', fixture: 'bare-send' },
    args: ['--work', '0'],
    reason: /acknowledged records were lost/,
  },
  {
    scenario: 'broker-frozen',
    defect: 'the bare send() of kafkajs',
    run: { worker: 'producer-keyed', fixture: 'bare-send' },
    args: ['--work', '0'],
    reason: /acknowledged records were lost/,
  },
  {
    scenario: 'coordinator-kill',
    ...naive('clings-to-its-coordinator'),
    reason: /the group rebalanced .*though no member came or went/,
  },
  {
    scenario: 'min-isr',
    defect: 'min.insync.replicas 1: the last broker writes on alone',
    reason: /acknowledged while fewer than 2 replicas were in sync/,
    cut: (scenario) => ({ ...scenario, topic: { config: { 'min.insync.replicas': '1' } } }),
  },
  {
    scenario: 'acks',
    defect: 'acks=1 that promises as much as acks=all, which loses nothing beside it',
    reason: /^acks-1: \d+ of \d+ acknowledged records were lost/m,
    spared: /^acks-all: .*lost/m,
    cut: (scenario) => ({
      ...scenario,
      lanes: (scenario.lanes ?? []).map((lane) => ({
        ...lane,
        // How long nothing is produced is the machine's, and not what this is about.
        expect: { duplicates: 'any', reordered: 'any', longestPauseMs: 60_000, leastLoad: 0 },
      })),
    }),
  },
];
