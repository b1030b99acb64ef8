import { numberAt } from './resource.js';
import { rule, sources, type Rule } from './rule.js';
import { settingOf, type System, type WorkerView } from './system.js';

/** What of a group depends on the client library. */
export interface ClientChoice {
  readonly client: 'kafkajs' | 'librdkafka';
  readonly assignor: 'roundrobin' | 'cooperative-sticky';
  readonly groupProtocol: 'classic' | 'consumer';
  /** Whether members have a group.instance.id. */
  readonly isStatic: boolean;
}

/** What a client library cannot do, by the setting that asks for it; kafkajs ends at once when it is asked. */
export function clientProblems({ client, assignor, groupProtocol, isStatic }: ClientChoice): {
  readonly assignor?: string;
  readonly groupProtocol?: string;
  readonly isStatic?: string;
} {
  if (client !== 'kafkajs') return {};
  const instead = 'or KAFKA_CLIENT to librdkafka, with an image that holds it';
  return {
    ...(assignor === 'cooperative-sticky' && {
      assignor: `CONSUMER_ASSIGNOR is cooperative-sticky: the worker runs on kafkajs, which knows eager assignment only, and ends at once; set it to roundrobin, ${instead}`,
    }),
    ...(groupProtocol === 'consumer' && {
      groupProtocol: `CONSUMER_GROUP_PROTOCOL is consumer: kafkajs knows the classic protocol only, and the worker ends at once; set it to classic, ${instead}`,
    }),
    ...(isStatic && {
      isStatic: `CONSUMER_GROUP_INSTANCE_ID makes a static member: kafkajs has none, and the worker ends at once; remove it, ${instead}`,
    }),
  };
}

const consumers = (system: System): WorkerView[] => system.workers.filter(({ component }) => component === 'consumer');
const path = (variable: string): string => `spec.template.spec.containers[0].env.${variable}`;

function problemsOf(worker: WorkerView): ReturnType<typeof clientProblems> {
  const { env } = worker;
  return clientProblems({
    client: settingOf(worker, 'KAFKA_CLIENT') === 'librdkafka' ? 'librdkafka' : 'kafkajs',
    assignor: settingOf(worker, 'CONSUMER_ASSIGNOR') === 'cooperative-sticky' ? 'cooperative-sticky' : 'roundrobin',
    groupProtocol: settingOf(worker, 'CONSUMER_GROUP_PROTOCOL') === 'consumer' ? 'consumer' : 'classic',
    // A value that only the running pod knows is one.
    isStatic: env.has('CONSUMER_GROUP_INSTANCE_ID') && env.get('CONSUMER_GROUP_INSTANCE_ID') !== '',
  });
}

const of = (aspect: keyof ReturnType<typeof clientProblems>, id: string, variable: string, what: string): Rule =>
  rule<WorkerView>({
    id,
    what,
    severity: 'error',
    source: sources.contract,
    subjects: consumers,
    broken: (worker) => problemsOf(worker)[aspect] !== undefined,
    path: path(variable),
    message: (worker) => problemsOf(worker)[aspect] ?? '',
  });

/** Pods that would all have the same name in the group. */
function sharers(worker: WorkerView): number {
  const named = worker.env.get('CONSUMER_GROUP_INSTANCE_ID') ?? '';
  if (named === '') return 0;
  const { resource } = worker;
  return numberAt(resource, 'spec', 'replicas') ?? numberAt(resource, 'metadata', 'annotations', 'muster.dev/max-replicas') ?? 1;
}

export const workerClientRules: readonly Rule[] = [
  of('assignor', 'consumer-assignor-unsupported', 'CONSUMER_ASSIGNOR', 'an assignor that the client does not have'),
  of('groupProtocol', 'consumer-group-protocol-unsupported', 'CONSUMER_GROUP_PROTOCOL', 'a group protocol that the client does not have'),
  of('isStatic', 'consumer-static-unsupported', 'CONSUMER_GROUP_INSTANCE_ID', 'a static member of a client that has none'),
  rule<WorkerView>({
    id: 'consumer-instance-id-shared',
    what: 'several pods that are one static member',
    severity: 'error',
    source: 'https://kafka.apache.org/43/documentation.html#static_membership',
    subjects: consumers,
    broken: (worker) => sharers(worker) > 1 && problemsOf(worker).isStatic === undefined,
    path: path('CONSUMER_GROUP_INSTANCE_ID'),
    message: (worker) =>
      `CONSUMER_GROUP_INSTANCE_ID is ${worker.env.get('CONSUMER_GROUP_INSTANCE_ID') ?? ''} in all of ${sharers(worker)} pods: each would throw the one before it out; take it from metadata.name of a StatefulSet's pods`,
  }),
];
