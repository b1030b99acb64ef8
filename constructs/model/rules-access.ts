import { listAt, recordAt, shown, textAt, type Resource } from './resource.js';
import { rule, sources, type Rule, type Subject } from './rule.js';
import {
  clusterOf,
  sameNamespace,
  settingOf,
  strimziOf,
  type ClusterView,
  type System,
  type WorkerTopic,
  type WorkerView,
} from './system.js';

/** A worker with the KafkaUser whose Secret it mounts, in a cluster that asks for permission. */
interface AccessView extends Subject {
  readonly worker: WorkerView;
  readonly user: Resource;
  readonly cluster: ClusterView;
}

/** Secrets that a pod reads, as volume or as variable. */
function secretsOf({ resource }: WorkerView): Set<string> {
  const pod = recordAt(resource, 'spec', 'template', 'spec');
  const volumes = listAt(pod, 'volumes').map((volume) => textAt(volume, 'secret', 'secretName'));
  const variables = listAt(pod, 'containers').flatMap((container) => [
    ...listAt(container, 'env').map((variable) => textAt(variable, 'valueFrom', 'secretKeyRef', 'name')),
    ...listAt(container, 'envFrom').map((from) => textAt(from, 'secretRef', 'name')),
  ]);
  return new Set([...volumes, ...variables].filter((name) => name !== undefined));
}

/** Whether Kafka asks an authorizer that knows nothing but the users' ACLs. */
const asksAcls = ({ resource, config }: ClusterView): boolean =>
  textAt(resource, 'spec', 'kafka', 'authorization', 'type') === 'simple' &&
  shown(config['allow.everyone.if.no.acl.found'] ?? false).toLowerCase() !== 'true';

const isSuper = ({ resource }: ClusterView, user: string): boolean =>
  listAt(resource, 'spec', 'kafka', 'authorization', 'superUsers').some((name) => name === user || name === `CN=${user}`);

/** Workers by the Secrets that they read. */
function readersOf(system: System): Map<string, WorkerView[]> {
  const readers = new Map<string, WorkerView[]>();
  for (const worker of system.workers) {
    for (const secret of secretsOf(worker)) readers.set(secret, [...(readers.get(secret) ?? []), worker]);
  }
  return readers;
}

function accesses(system: System): AccessView[] {
  const readers = readersOf(system);
  return strimziOf(system, 'KafkaUser').flatMap((user) => {
    const cluster = clusterOf(system, user);
    if (cluster === undefined || !asksAcls(cluster) || isSuper(cluster, user.metadata.name)) return [];
    const secret = `${textAt(cluster.resource, 'spec', 'entityOperator', 'userOperator', 'secretPrefix') ?? ''}${user.metadata.name}`;
    return (readers.get(secret) ?? [])
      .filter((worker) => sameNamespace(worker.resource, user))
      .map((worker) => ({ resource: worker.resource, worker, user, cluster }));
  });
}

/** Whether an ACL is about the topic or group, and the operation. */
export function concerns(acl: unknown, type: string, name: string, operation: string): boolean {
  const pattern = textAt(acl, 'resource', 'name') ?? '';
  const operations = listAt(acl, 'operations');
  const named = textAt(acl, 'resource', 'patternType') === 'prefix' ? name.startsWith(pattern) : pattern === name || pattern === '*';
  return textAt(acl, 'resource', 'type') === type && named && (operations.includes(operation) || operations.includes('All'));
}

function may({ user }: AccessView, type: string, name: string, operation: string): boolean {
  const acls = listAt(user, 'spec', 'authorization', 'acls').filter((acl) => concerns(acl, type, name, operation));
  return acls.length > 0 && !acls.some((acl) => textAt(acl, 'type') === 'deny');
}

/** One topic that a worker uses, with who it is. */
interface TopicAccess extends AccessView {
  readonly topic: WorkerTopic;
}

const topicAccesses = (system: System): TopicAccess[] =>
  accesses(system).flatMap((view) => view.worker.topics.map((topic) => ({ ...view, topic })));

const groupOf = ({ worker }: AccessView): string => settingOf(worker, 'KAFKA_GROUP_ID') ?? '';
const source = 'https://kafka.apache.org/43/documentation.html#operations_in_kafka';

export const accessRules: readonly Rule[] = [
  rule<TopicAccess>({
    id: 'worker-topic-denied',
    severity: 'error',
    source,
    what: 'a worker whose user may not write or read one of its topics, that of its dead letters included',
    subjects: topicAccesses,
    broken: (view) => !may(view, 'topic', view.topic.name, view.topic.operation),
    path: ({ topic }) => `spec.template.spec.containers[0].env.${topic.variable}`,
    message: ({ worker, resource, user, topic }) =>
      `${worker.component} ${resource.metadata.name} comes as KafkaUser ${user.metadata.name}, who may not ${topic.operation} topic ${topic.name}: the broker refuses every request; allow ${topic.operation} on the topic in the user's ACLs`,
  }),
  rule<AccessView>({
    id: 'worker-group-denied',
    severity: 'error',
    source,
    what: 'a consumer whose user may not join its group',
    subjects: (system) => accesses(system).filter(({ worker }) => worker.component === 'consumer'),
    broken: (view) => groupOf(view) !== '' && !may(view, 'group', groupOf(view), 'Read'),
    path: 'spec.template.spec.containers[0].env.KAFKA_GROUP_ID',
    message: (view) =>
      `consumer ${view.resource.metadata.name} comes as KafkaUser ${view.user.metadata.name}, who may not Read group ${groupOf(view)}: it could never join; allow Read on the group in the user's ACLs`,
  }),
  rule<AccessView>({
    id: 'worker-transactions-denied',
    severity: 'error',
    source,
    what: 'a consumer with exactly-once whose user may not write transactions',
    subjects: (system) => accesses(system).filter(({ worker }) => settingOf(worker, 'CONSUMER_GUARANTEE') === 'exactly-once'),
    // Each partition has a transactional id of its own, which begins with the group's.
    broken: (view) => groupOf(view) !== '' && !may(view, 'transactionalId', `${groupOf(view)}-${view.worker.topic?.name ?? ''}/0`, 'Write'),
    path: 'spec.template.spec.containers[0].env.CONSUMER_GUARANTEE',
    message: (view) =>
      `consumer ${view.resource.metadata.name} comes as KafkaUser ${view.user.metadata.name}, who may not Write transactional ids that begin with ${groupOf(view)}-: exactly-once needs it; allow Describe and Write on that prefix in the user's ACLs`,
  }),
  rule<Subject & { worker: WorkerView }>({
    id: 'producer-acks-below-min-isr',
    severity: 'warning',
    source: sources.kafkaProducer,
    what: 'a producer that does not wait for the in-sync replicas its topic asks for',
    subjects: (system) =>
      system.workers.filter(({ component }) => component !== 'consumer').map((worker) => ({ resource: worker.resource, worker })),
    // With idempotence another rule says it.
    broken: ({ worker }) =>
      settingOf(worker, 'PRODUCER_ACKS') !== 'all' &&
      settingOf(worker, 'PRODUCER_IDEMPOTENCE') !== 'true' &&
      (worker.topic?.minInsyncReplicas ?? 1) > 1,
    path: 'spec.template.spec.containers[0].env.PRODUCER_ACKS',
    message: ({ worker }) =>
      `PRODUCER_ACKS is ${settingOf(worker, 'PRODUCER_ACKS') ?? ''}, while topic ${worker.topic?.name ?? ''} wants ${worker.topic?.minInsyncReplicas ?? 1} replicas in sync: that counts for acks=all only, and a record acknowledged by one broker is lost with it; set PRODUCER_ACKS to all`,
  }),
];
