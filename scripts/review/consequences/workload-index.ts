import { podsOf, type PodView } from '../../../constructs/model/pod.js';
import { at, listAt, numberAt, recordAt, textAt, type Resource } from '../../../constructs/model/resource.js';
import { settingOf, systemOf, type System, type TopicView, type WorkerView } from '../../../constructs/model/system.js';
import { contracts } from '../../check/check.js';
import type { Side } from '../change.js';

/** What sets the replicas of a workload: a HorizontalPodAutoscaler, or KEDA. */
export interface Scaler {
  readonly resource: Resource;
  readonly min: number;
  readonly max: number;
  /** Triggers of KEDA that look at a group's lag. */
  readonly kafka: readonly { readonly group: string | undefined; readonly topic: string | undefined }[];
}

/** What one side says, found quickly. Made once a side. */
export interface WorkloadIndex {
  readonly system: System;
  readonly topics: ReadonlyMap<string, TopicView>;
  readonly workers: ReadonlyMap<Resource, WorkerView>;
  /** Consumers by topic that they read, as far as they are our workers. */
  readonly readers: ReadonlyMap<string, readonly WorkerView[]>;
  readonly writers: ReadonlyMap<string, readonly WorkerView[]>;
  /** Consumers by their group. */
  readonly members: ReadonlyMap<string, readonly WorkerView[]>;
  readonly scalers: ReadonlyMap<string, Scaler>;
  /** Those of KEDA that look at the lag of a topic, by the topic. */
  readonly triggered: ReadonlyMap<string, readonly Scaler[]>;
  readonly pods: readonly PodView[];
  /** Resources whose pods name a ConfigMap, Secret, PersistentVolumeClaim or ServiceAccount, by `Kind/namespace/name`. */
  readonly users: ReadonlyMap<string, readonly Resource[]>;
}

const indexes = new WeakMap<Side, WorkloadIndex>();

export function indexOf(side: Side): WorkloadIndex {
  const known = indexes.get(side);
  if (known !== undefined) return known;
  const made = makeIndex(side);
  indexes.set(side, made);
  return made;
}

const keyOf = (kind: string, name: string, namespace = ''): string => `${kind}/${namespace}/${name}`;

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const there = map.get(key);
  if (there === undefined) map.set(key, [value]);
  else there.push(value);
}

function makeIndex(side: Side): WorkloadIndex {
  const system = systemOf(side.resources, contracts);
  const readers = new Map<string, WorkerView[]>();
  const writers = new Map<string, WorkerView[]>();
  const members = new Map<string, WorkerView[]>();
  for (const worker of system.workers) {
    for (const { name, operation } of worker.topics) push(operation === 'Read' ? readers : writers, name, worker);
    const group = groupOf(worker);
    if (group !== undefined) push(members, group, worker);
  }
  const pods = podsOf(system);
  const users = new Map<string, Resource[]>();
  for (const pod of pods) for (const named of namedBy(pod)) push(users, named, pod.resource);
  const scalers = new Map([...side.ofKind('HorizontalPodAutoscaler'), ...side.ofKind('ScaledObject')].map(scalerOf));
  const triggered = new Map<string, Scaler[]>();
  for (const scaler of scalers.values())
    for (const topic of new Set(scaler.kafka.map(({ topic }) => topic))) push(triggered, topic ?? '', scaler);
  return {
    system,
    topics: new Map(system.topics.map((topic) => [topic.name, topic])),
    workers: new Map(system.workers.map((worker) => [worker.resource, worker])),
    readers,
    writers,
    members,
    scalers,
    triggered,
    pods,
    users,
  };
}

function scalerOf(resource: Resource): [string, Scaler] {
  const isKeda = resource.kind === 'ScaledObject';
  const target = recordAt(resource, 'spec', 'scaleTargetRef');
  const key = keyOf(textAt(target, 'kind') ?? 'Deployment', textAt(target, 'name') ?? '', resource.metadata.namespace);
  return [
    key,
    {
      resource,
      min: numberAt(resource, 'spec', isKeda ? 'minReplicaCount' : 'minReplicas') ?? (isKeda ? 0 : 1),
      max: numberAt(resource, 'spec', isKeda ? 'maxReplicaCount' : 'maxReplicas') ?? 100,
      kafka: listAt(resource, 'spec', 'triggers')
        .filter((trigger) => textAt(trigger, 'type') === 'kafka')
        .map((trigger) => ({ group: textAt(trigger, 'metadata', 'consumerGroup'), topic: textAt(trigger, 'metadata', 'topic') })),
    },
  ];
}

/** The ConfigMaps, Secrets, claims and the account that a pod cannot start without. */
function namedBy({ resource, spec }: PodView): Set<string> {
  const named = new Set<string>();
  const add = (kind: string, name: string | undefined, optional: unknown): void => {
    if (name !== undefined && optional !== true) named.add(keyOf(kind, name, resource.metadata.namespace));
  };
  const volume = (source: unknown): void => {
    add('Secret', textAt(source, 'secret', 'secretName') ?? textAt(source, 'secret', 'name'), at(source, 'secret', 'optional'));
    add('ConfigMap', textAt(source, 'configMap', 'name'), at(source, 'configMap', 'optional'));
  };
  add('ServiceAccount', textAt(spec, 'serviceAccountName'), false);
  for (const entry of listAt(spec, 'volumes')) {
    volume(entry);
    for (const source of listAt(entry, 'projected', 'sources')) volume(source);
    add('PersistentVolumeClaim', textAt(entry, 'persistentVolumeClaim', 'claimName'), false);
  }
  for (const container of [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')]) {
    for (const entry of listAt(container, 'env'))
      for (const [kind, ref] of [
        ['Secret', 'secretKeyRef'],
        ['ConfigMap', 'configMapKeyRef'],
      ] as const)
        add(kind, textAt(entry, 'valueFrom', ref, 'name'), at(entry, 'valueFrom', ref, 'optional'));
    for (const entry of listAt(container, 'envFrom')) {
      add('Secret', textAt(entry, 'secretRef', 'name'), at(entry, 'secretRef', 'optional'));
      add('ConfigMap', textAt(entry, 'configMapRef', 'name'), at(entry, 'configMapRef', 'optional'));
    }
  }
  return named;
}

/** Those whose pods name an object. */
export const usersOf = (index: WorkloadIndex, { kind, metadata }: Resource): readonly Resource[] =>
  index.users.get(keyOf(kind, metadata.name, metadata.namespace)) ?? [];

export const scalerFor = (index: WorkloadIndex, { kind, metadata }: Resource): Scaler | undefined =>
  index.scalers.get(keyOf(kind, metadata.name, metadata.namespace)) ?? index.scalers.get(keyOf(kind, metadata.name));

/** The group of a consumer; undefined for others. */
export const groupOf = (worker: WorkerView): string | undefined =>
  worker.component === 'consumer' ? settingOf(worker, 'KAFKA_GROUP_ID') : undefined;

/** A whole number among the settings, or the contract's default. */
export function integer(worker: WorkerView, name: string): number | undefined {
  const value = settingOf(worker, name);
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

/** Pods of a workload: the replicas written, those an autoscaler may reach, those it says to have room for, or Kubernetes' one. */
export interface PodCount {
  readonly count: number;
  /** Written as they are, not an upper limit. */
  readonly isFixed: boolean;
}

export function podCount(index: WorkloadIndex, resource: Resource): PodCount {
  const written = numberAt(resource, 'spec', resource.kind === 'Job' ? 'parallelism' : 'replicas');
  const scaler = scalerFor(index, resource);
  if (scaler !== undefined) return { count: scaler.max, isFixed: false };
  if (written !== undefined) return { count: written, isFixed: true };
  const room = numberAt(resource, 'metadata', 'annotations', 'muster.dev/max-replicas');
  return room === undefined ? { count: 1, isFixed: true } : { count: room, isFixed: room === 1 };
}

/**
 * Partitions by topic that a workload's group reads: our worker's settings, or a trigger of KEDA's. Undefined where one is not declared. A topic
 * that is to have fewer than in `before` keeps those: Kafka takes none away.
 */
export function topicSizesOf(
  index: WorkloadIndex,
  resource: Resource,
  before?: WorkloadIndex,
): Readonly<Record<string, number>> | undefined {
  const worker = index.workers.get(resource);
  const names =
    worker?.component === 'consumer'
      ? worker.topics.filter(({ operation }) => operation === 'Read').map(({ name }) => name)
      : (scalerFor(index, resource)?.kafka.flatMap(({ topic }) => topic ?? []) ?? []);
  const sizes: Record<string, number> = {};
  for (const name of names) {
    const partitions = index.topics.get(name)?.partitions;
    if (partitions === undefined) return undefined;
    sizes[name] = Math.max(partitions, before?.topics.get(name)?.partitions ?? 0);
  }
  return names.length === 0 ? undefined : sizes;
}
