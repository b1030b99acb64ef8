import type { Scenario } from '../scenario.js';

/** Systems S6 and S10: replication factor 3, 2 in sync, acks=all. */
export const brokerKill: Scenario = {
  name: 'broker-kill',
  summary: 'the leader of a partition is killed (SIGKILL) and comes back: nothing acknowledged is lost, the group does not rebalance',
  about:
    'A broker dies without a word. It keeps its leaderships until its session with the controller is over (broker.session.timeout.ms, 9 s), then replicas that are in sync take them over. With three replicas, two of them in sync and acks=all every acknowledged record is on a broker that lives. Its partitions pause; the members stay who they are.',
  needs: { brokers: 3 },
  steps: [
    { do: 'scale', members: 2 },
    { do: 'kill-broker', broker: 'leader', backAfterMs: 15_000 },
  ],
  expect: { duplicates: 'none', rebalances: 'none', longestPauseMs: 5_000 },
};
