import type { Backend } from './backend.js';
import type { DrillKafka } from './local-kafka.js';
import type { Step } from './scenario.js';

/** What a lane's topic and group are called. */
export interface LaneTarget {
  readonly topic: string;
  readonly group: string;
}
type BrokerActs = Pick<Backend, 'cannot' | 'brokers' | 'replicas' | 'coordinator' | 'broker' | 'addPartitions' | 'resetGroup'>;

const takenHere: ReadonlySet<Step['do']> = new Set<Step['do']>([
  'scale',
  'kill',
  'stop',
  'force-delete',
  'freeze',
  'rollout',
  'restart-group',
  'kill-producer',
  'hold',
]);

/** What a drill on this machine may do to brokers, topics and offsets. */
export function localBrokers({ kafka }: { readonly kafka: DrillKafka; readonly target: (lane?: string) => LaneTarget }): BrokerActs {
  const cannot: Backend['cannot'] = (step) => {
    if (takenHere.has(step.do)) return undefined;
    return kafka.cluster === undefined
      ? `"${step.do}" is for brokers and topics that are the drill's own`
      : `"${step.do}" is not on this backend`;
  };
  const refuse = async (): Promise<never> => Promise.reject(new Error('not on this backend'));
  return { cannot, brokers: refuse, replicas: refuse, coordinator: refuse, broker: refuse, addPartitions: refuse, resetGroup: refuse };
}
