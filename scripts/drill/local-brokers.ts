import { MusterError } from '../../constructs/model/error.js';
import type { ClusterAdmin } from '../kafka/admin.js';
import type { LocalCluster } from '../kafka/cluster.js';
import type { Backend } from './backend.js';
import type { Step } from './scenario.js';

/** What a lane's topic and group are called. */
export interface LaneTarget {
  readonly topic: string;
  readonly group: string;
}
type BrokerActs = Pick<Backend, 'cannot' | 'brokers' | 'leaders' | 'replicas' | 'coordinator' | 'broker' | 'addPartitions' | 'resetGroup'>;

export interface LocalBrokersOptions {
  readonly kafka: { readonly admin: ClusterAdmin; readonly bootstrap: string; readonly cluster?: LocalCluster };
  readonly target: (lane?: string) => LaneTarget;
}

/** Brokers without which a step shows nothing: one has to go, and those that stay must be enough to write to. */
const brokersFor: Partial<Record<Step['do'], number>> = { 'kill-broker': 2, 'freeze-broker': 2, 'lose-brokers': 2, 'kill-leader-ahead': 3 };

const signals = { kill: 'SIGKILL', freeze: 'SIGSTOP', thaw: 'SIGCONT' } as const;

/** What a drill on this machine may do to brokers, topics and offsets. */
export function localBrokers({ kafka: { admin, bootstrap, cluster }, target }: LocalBrokersOptions): BrokerActs {
  const away = new Set<number>();
  const nodes = cluster?.brokers ?? [];
  const brokers = nodes.filter(({ roles }) => roles.includes('broker'));
  return {
    cannot: (step) => {
      const least = brokersFor[step.do];
      if (least === undefined) return undefined;
      if (cluster === undefined) return `the brokers at ${bootstrap} are not the drill's to end; run it without --bootstrap`;
      if (brokers.length < least)
        return `it takes ${String(least)} brokers, and the manifests have ${String(brokers.length)}; take another --env`;
      const controllers = nodes.filter(({ roles }) => roles.includes('controller'));
      if (step.do === 'lose-brokers' && controllers.some(({ roles }) => roles.includes('broker')))
        return 'the controllers would go with the brokers, and without them nothing is refused or elected; run it with --roles declared, on manifests that have a pool of controllers';
      return undefined;
    },
    brokers: async () => {
      const active = await admin.controller().catch(() => -1);
      return nodes.map(({ id, pod }) => ({ id, pod, isUp: !away.has(id), isController: id === active }));
    },
    leaders: async (lane) => admin.leaders(target(lane).topic),
    replicas: async (partition, lane) => {
      const found = (await admin.leaders(target(lane).topic)).find((one) => one.partition === partition);
      if (found === undefined) throw new MusterError('bad-input', `${target(lane).topic} has no partition ${String(partition)}`);
      return [found.leader, ...found.isr.filter((id) => id !== found.leader)];
    },
    coordinator: async (lane) => admin.coordinator(target(lane).group),
    broker: async (id, act) => {
      if (cluster === undefined) throw new MusterError('bad-input', `the brokers at ${bootstrap} are not the drill's`);
      if (act === 'start') cluster.restart(id);
      else if (!cluster.signal(id, signals[act])) throw new MusterError('not-reachable', `broker ${String(id)} is not there any more`);
      if (act === 'start' || act === 'thaw') away.delete(id);
      else away.add(id);
      return Promise.resolve();
    },
    addPartitions: async (to, lane) => admin.addPartitions(target(lane).topic, to),
    resetGroup: async (to, lane) => admin.resetOffsets(target(lane).group, target(lane).topic, to),
  };
}
