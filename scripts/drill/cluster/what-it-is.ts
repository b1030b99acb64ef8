import type { Step } from '../scenario.js';

/** What an act of a drill is on a cluster, for a person who reads its figures; undefined where it is what it is everywhere. */
export const whatItIs = (step: Step): string | undefined =>
  step.do === 'kill' && step.replaced === true
    ? 'SIGKILL from the node is a crash: the kubelet starts the container again at once, in the same pod, and a new member joins while the dead one is still waited for'
    : said[step.do];

const said: Partial<Record<Step['do'], string>> = {
  kill: 'SIGKILL from the node is a crash: nobody hears of it before the session is over. Stopped first, so that it does not hear the SIGTERM of a pod that is to go, and cannot leave in order',
  'force-delete':
    'a force delete is no crash: the kubelet still sends SIGTERM and waits about 2 s, in which a good worker leaves its group; the ReplicaSet makes a new pod at once',
  freeze: 'a liveness probe may end the pod before it is thawed',
  'kill-producer': 'the kubelet starts the producer again at once, in the same pod',
  'kill-broker': 'the kubelet starts the broker again at once: how long it is away is not ours to say',
};
