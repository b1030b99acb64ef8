import type { Scenario } from '../scenario.js';

export const brokerKill: Scenario = {
  name: 'broker-kill',
  summary: 'the leader of a partition is killed (SIGKILL) and comes back: nothing acknowledged is lost, the group does not rebalance',
  about:
    'A broker dies without a word. It keeps its leaderships, and its place among those in sync, until its session with the controller is over (broker.session.timeout.ms, 9 s): until then acks=all waits for it on every partition. Then replicas that are in sync lead on. With three replicas, two of them in sync and acks=all every acknowledged record is on a broker that lives, and the members stay who they are.',
  needs: { brokers: 3 },
  steps: [
    { do: 'scale', members: 2 },
    { do: 'kill-broker', broker: 'leader', backAfterMs: 15_000 },
  ],
  expect: { duplicates: 'none', rebalances: 'none', longestPauseMs: 20_000, leastLoad: 0.5 },
};
