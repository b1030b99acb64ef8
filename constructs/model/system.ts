import { at, isRecord, listAt, numberAt, recordAt, textAt, type Resource } from './resource.js';
import { defaultStrimziVersion } from './versions.js';
import type { WorkerContracts, WorkerSetting } from './worker-setting.js';

/** A `Kafka` with what belongs to it. */
export interface ClusterView {
  readonly resource: Resource;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly pools: readonly PoolView[];
  /** Nodes with the role, over all pools. */
  readonly brokers: number;
  readonly controllers: number;
  readonly version: string | undefined;
  readonly strimziVersion: string;
}

export interface PoolView {
  readonly resource: Resource;
  readonly replicas: number;
  readonly roles: readonly string[];
  /** Ids that the annotation strimzi.io/next-node-ids pins, as far as there are replicas; undefined when it is absent or unreadable. */
  readonly nodeIds: readonly number[] | undefined;
}

export interface TopicView {
  readonly resource: Resource;
  /** Name in Kafka. */
  readonly name: string;
  readonly cluster: ClusterView | undefined;
  readonly partitions: number | undefined;
  readonly replicas: number | undefined;
  readonly minInsyncReplicas: number | undefined;
}

/** What our workers run as. */
export type WorkerComponent = keyof WorkerContracts;

/** A topic that a worker names, by the variable that names it. */
export interface WorkerTopic {
  readonly variable: string;
  readonly name: string;
  /** Undefined when the system does not declare it. */
  readonly declared: TopicView | undefined;
  readonly operation: 'Read' | 'Write';
}

/** A Deployment, StatefulSet or Job of one of our workers. */
export interface WorkerView {
  readonly resource: Resource;
  readonly component: WorkerComponent;
  readonly contract: Readonly<Record<string, WorkerSetting>>;
  /** Variables with their value; undefined for a value that only the running pod knows. */
  readonly env: ReadonlyMap<string, string | undefined>;
  /** The first topic of KAFKA_TOPIC, if the system declares it. */
  readonly topic: TopicView | undefined;
  /** Every topic it names: those it reads or writes first, then where its output and its dead letters go. */
  readonly topics: readonly WorkerTopic[];
}

/** Where objects run: plain Kubernetes, OpenShift, or OpenShift Local on one small machine. */
export type Target = 'k8s' | 'openshift' | 'crc';

/** The objects of one environment, and how they hang together. Everything here tolerates objects that are wrong: rules say so. */
export interface System {
  readonly resources: readonly Resource[];
  readonly clusters: readonly ClusterView[];
  readonly pools: readonly PoolView[];
  readonly topics: readonly TopicView[];
  readonly workers: readonly WorkerView[];
  /** Strimzi's objects, by kind. */
  readonly strimzi: ReadonlyMap<string, readonly Resource[]>;
  readonly target: Target | undefined;
}

/** Strimzi's objects of some kinds, kind by kind. */
export const strimziOf = (system: System, ...kinds: readonly string[]): Resource[] =>
  kinds.flatMap((kind) => system.strimzi.get(kind) ?? []);

export const isStrimzi = (resource: Resource): boolean => /^(kafka|core)\.strimzi\.io\//.test(resource.apiVersion);
export const clusterLabel = (resource: Resource): string | undefined => textAt(resource, 'metadata', 'labels', 'strimzi.io/cluster');
export const annotation = (resource: Resource, name: string): string | undefined => textAt(resource, 'metadata', 'annotations', name);

/** Objects without a namespace go wherever they are applied: they may well be in the same one. */
export function sameNamespace(a: Resource, b: Resource): boolean {
  const [one, other] = [a.metadata.namespace, b.metadata.namespace];
  return one === undefined || other === undefined || one === other;
}

/** Whether a Kafka's operators look where the object is: its own namespace, or the one they are told to watch. */
export function watches(kafka: Resource, resource: Resource): boolean {
  const operator = resource.kind === 'KafkaTopic' ? 'topicOperator' : resource.kind === 'KafkaUser' ? 'userOperator' : undefined;
  const watched = operator && textAt(kafka, 'spec', 'entityOperator', operator, 'watchedNamespace');
  if (watched === undefined) return sameNamespace(kafka, resource);
  return resource.metadata.namespace === undefined || resource.metadata.namespace === watched;
}

export function systemOf(resources: readonly Resource[], contracts: WorkerContracts, target?: Target): System {
  const strimzi = new Map<string, Resource[]>();
  for (const resource of resources.filter(isStrimzi)) {
    const alike = strimzi.get(resource.kind);
    if (alike === undefined) strimzi.set(resource.kind, [resource]);
    else alike.push(resource);
  }
  const poolOf = new Map((strimzi.get('KafkaNodePool') ?? []).map((resource) => [resource, poolView(resource)]));
  const clusters = (strimzi.get('Kafka') ?? []).map((kafka) => {
    const mine = [...poolOf].filter(([pool]) => clusterLabel(pool) === kafka.metadata.name && sameNamespace(pool, kafka));
    return clusterView(
      kafka,
      mine.map(([, view]) => view),
    );
  });
  const topics = (strimzi.get('KafkaTopic') ?? []).map((resource) => topicView(resource, clusterAmong(clusters, resource)));
  const workers = resources
    .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet' || kind === 'Job')
    .flatMap((resource) => workerView(resource, contracts, topics));
  return { resources, clusters, pools: [...poolOf.values()], topics, workers, strimzi, target };
}

function clusterAmong(clusters: readonly ClusterView[], resource: Resource): ClusterView | undefined {
  const label = clusterLabel(resource);
  return clusters.find(({ name, resource: kafka }) => name === label && watches(kafka, resource));
}

/** The Kafka that an object names by its label, if it is here. */
export const clusterOf = (system: System, resource: Resource): ClusterView | undefined => clusterAmong(system.clusters, resource);

/** Ids of the brokers, where the pools pin them all; undefined where the operator chooses. */
export function brokerIds({ pools }: ClusterView): readonly number[] | undefined {
  const brokers = pools.filter(({ roles, replicas }) => roles.includes('broker') && replicas > 0);
  if (brokers.length === 0 || brokers.some(({ nodeIds, replicas }) => nodeIds?.length !== replicas)) return undefined;
  return brokers.flatMap(({ nodeIds = [] }) => nodeIds);
}

function poolView(resource: Resource): PoolView {
  const replicas = numberAt(resource, 'spec', 'replicas') ?? 0;
  const pinned = annotation(resource, 'strimzi.io/next-node-ids');
  return {
    resource,
    replicas,
    roles: listAt(resource, 'spec', 'roles').filter((role) => typeof role === 'string'),
    nodeIds: pinned === undefined ? undefined : parseNodeIds(pinned)?.slice(0, replicas),
  };
}

/** The ids of a Strimzi node id range, `[0-2]` or `[0, 1, 5-7]`, in its order; undefined when it is none. */
export function parseNodeIds(range: string): number[] | undefined {
  const inside = /^\[([\d\s,-]+)\]$/.exec(range.trim())?.[1];
  if (inside === undefined) return undefined;
  const ids: number[] = [];
  for (const part of inside.split(',')) {
    const match = /^\s*(\d{1,9})\s*(?:-\s*(\d{1,9})\s*)?$/.exec(part);
    if (match === null) return undefined;
    const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])];
    if (Math.abs(to - from) > 10_000) return undefined;
    const step = to < from ? -1 : 1;
    for (let id = from; id !== to + step; id += step) ids.push(id);
  }
  return ids;
}

function clusterView(resource: Resource, pools: readonly PoolView[]): ClusterView {
  const nodesWith = (role: string): number =>
    pools.filter(({ roles }) => roles.includes(role)).reduce((sum, { replicas }) => sum + replicas, 0);
  return {
    resource,
    name: resource.metadata.name,
    config: recordAt(resource, 'spec', 'kafka', 'config'),
    pools,
    // Before v1 brokers were counted here: the number says what the person means, whatever became of the field.
    brokers: pools.length > 0 ? nodesWith('broker') : (numberAt(resource, 'spec', 'kafka', 'replicas') ?? 0),
    controllers: nodesWith('controller'),
    version: textAt(resource, 'spec', 'kafka', 'version'),
    strimziVersion: annotation(resource, 'muster.dev/strimzi-version') ?? defaultStrimziVersion,
  };
}

function topicView(resource: Resource, cluster: ClusterView | undefined): TopicView {
  return {
    resource,
    name: textAt(resource, 'spec', 'topicName') ?? resource.metadata.name,
    cluster,
    partitions: numberAt(resource, 'spec', 'partitions'),
    replicas: numberAt(resource, 'spec', 'replicas') ?? (cluster && numberAt(cluster.config, 'default.replication.factor')),
    minInsyncReplicas:
      numberAt(resource, 'spec', 'config', 'min.insync.replicas') ?? (cluster && numberAt(cluster.config, 'min.insync.replicas')),
  };
}

function workerView(resource: Resource, contracts: WorkerContracts, topics: readonly TopicView[]): WorkerView[] {
  const component = textAt(resource, 'metadata', 'labels', 'app.kubernetes.io/component');
  if (textAt(resource, 'metadata', 'labels', 'app.kubernetes.io/managed-by') !== 'muster') return [];
  if (component !== 'producer' && component !== 'consumer' && component !== 'api') return [];
  const env = new Map<string, string | undefined>();
  for (const entry of listAt(at(resource, 'spec', 'template', 'spec', 'containers', 0), 'env')) {
    const name = textAt(entry, 'name');
    if (name !== undefined && isRecord(entry))
      env.set(name, textAt(entry, 'value') ?? (at(entry, 'valueFrom') === undefined ? '' : undefined));
  }
  const named = topicVariables.flatMap((variable) =>
    // Only a consumer reads several; elsewhere a comma belongs to a name that the rule of values refuses.
    (component === 'consumer' ? (env.get(variable) ?? '').split(',') : [env.get(variable) ?? ''])
      .filter((name) => name !== '')
      .map((name): WorkerTopic => ({
        variable,
        name,
        declared: topics.find((topic) => topic.name === name),
        operation: component === 'consumer' && variable === 'KAFKA_TOPIC' ? 'Read' : 'Write',
      })),
  );
  const topic = named.find(({ variable }) => variable === 'KAFKA_TOPIC')?.declared;
  return [{ resource, component, contract: contracts[component], env, topic, topics: named }];
}

const topicVariables = [
  ...[
    'KAFKA_TOPIC',
    'CONSUMER_OUTPUT_TOPIC',
    'CONSUMER_BOOKED_TOPIC',
    'CONSUMER_DEAD_LETTER_TOPIC',
    'PRODUCER_RETRY_TOPIC',
    'PRODUCER_DEAD_LETTER_TOPIC',
  ],
];

/** A variable as a number: the one given, or the contract's default. */
export function settingOf(worker: WorkerView, name: string): string | undefined {
  const fallback = worker.contract[name]?.default;
  return worker.env.has(name) ? worker.env.get(name) : fallback === undefined ? undefined : String(fallback);
}
