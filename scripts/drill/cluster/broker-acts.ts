import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError } from '../../../constructs/model/error.js';
import type { PodSeen } from '../../cluster/pod-watch.js';
import type { ClusterAdmin } from '../../kafka/admin.js';
import type { Backend } from '../backend.js';
import { brokerPods, brokersPlace } from './broker-pods.js';
import type { Lookout } from './lookout.js';
import type { Session } from './session.js';
import type { PodSignals } from './signals.js';
import type { ClusterTarget } from './target.js';

export type BrokerActs = Pick<Backend, 'brokers' | 'leaders' | 'replicas' | 'coordinator' | 'broker' | 'restartsBrokers'>;

const againMs = 500;

/** What a drill asks of brokers and does to their pods. */
export function brokerActs(
  session: Session,
  lookout: Lookout,
  signals: PodSignals,
  admin: ClusterAdmin,
  { bootstrap, topic, group }: ClusterTarget,
  options: { readonly readyWithinMs: number; readonly abort: AbortSignal },
): BrokerActs {
  const { tool } = session;
  const killedAt = new Map<number, { readonly t: number; readonly containerId: string | undefined }>();
  const podOf = async (id: number): Promise<PodSeen> => {
    const seen = (await brokerPods(tool, bootstrap)).get(id);
    if (seen === undefined)
      throw new MusterError('bad-input', `broker ${String(id)} has no pod: ${brokersPlace(tool, bootstrap).selected}`);
    return seen;
  };
  /** The kubelet starts it again by itself: when it did is told by the pod, in whole seconds. */
  const backAgain = async (id: number): Promise<void> => {
    const { t, containerId } = killedAt.get(id) ?? { t: Date.now(), containerId: undefined };
    for (const deadline = Date.now() + options.readyWithinMs; ; await sleep(againMs)) {
      options.abort.throwIfAborted();
      const pod = await podOf(id);
      if (pod.isReady && pod.isRunning && pod.containerId !== containerId) {
        lookout.add([
          { t: Math.max(t, pod.startedAt ?? t), event: 'fault', kind: 'broker-start', pod: pod.name, replaced: false, broker: id },
        ]);
        return;
      }
      if (Date.now() > deadline)
        throw new MusterError(
          'not-reachable',
          `broker ${String(id)} is not ready again after ${String(options.readyWithinMs / 1000)} s${pod.trouble === undefined ? '' : `; ${pod.name}: ${pod.trouble}`}`,
        );
    }
  };
  return {
    restartsBrokers: true,
    brokers: async () => {
      const [up, controller, pods] = await Promise.all([admin.brokers(), admin.controller(), brokerPods(tool, bootstrap)]);
      return [...pods].map(([id, { name }]) => ({ id, pod: name, isUp: up.includes(id), isController: id === controller }));
    },
    leaders: async () => admin.leaders(topic),
    replicas: async (partition) => {
      const found = (await admin.leaders(topic)).find((one) => one.partition === partition);
      return found === undefined ? [] : [found.leader, ...found.isr.filter((id) => id !== found.leader)];
    },
    coordinator: async () => admin.coordinator(group),
    broker: async (id, act) => {
      if (act === 'start') return backAgain(id);
      const pod = await podOf(id);
      if (act === 'kill') killedAt.set(id, { t: Date.now(), containerId: pod.containerId });
      await signals.send(pod, act === 'kill' ? 'KILL' : act === 'freeze' ? 'STOP' : 'CONT');
    },
  };
}
