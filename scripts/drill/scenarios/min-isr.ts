import type { Scenario } from '../scenario.js';

export const minIsr: Scenario = {
  name: 'min-isr',
  summary: 'all brokers but one are gone: the one that is left refuses to write, nothing acknowledged is lost, and it recovers by itself',
  about:
    'With acks=all a record is acknowledged when every replica in sync has it, and refused (NOT_ENOUGH_REPLICAS) when fewer than min.insync.replicas are left. So the last broker takes no record that would be lost with it. Producers wait and try again; when the brokers are back, everything goes on without a person.',
  needs: { brokers: 3, roles: 'declared' },
  steps: [
    { do: 'scale', members: 2 },
    { do: 'lose-brokers', left: 1, backAfterMs: 20_000 },
  ],
  // Nothing can be committed either while the topic of the offsets has one replica: members that had to join again repeat a little.
  expect: { leastInSync: 2, duplicates: 'any', longestPauseMs: 60_000, leastLoad: 0.3 },
};
