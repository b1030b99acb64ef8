import { at, listAt, numberAt, recordAt, textAt, type Resource } from '../../../constructs/model/resource.js';
import { annotation, clusterLabel, watches, type ClusterView, type TopicView, type WorkerView } from '../../../constructs/model/system.js';
import type { Side } from '../change.js';
import { counted, listed, sentences } from './strimzi-words.js';
import { indexOf } from './workload-index.js';

/** Kafkas of one side with the topics that are declared for them. Made once a side. */
interface Clusters {
  readonly byName: ReadonlyMap<string, readonly ClusterView[]>;
  readonly topicOf: ReadonlyMap<Resource, TopicView>;
  readonly topicsOf: ReadonlyMap<ClusterView, readonly TopicView[]>;
}

const made = new WeakMap<Side, Clusters>();

function clustersOf(side: Side): Clusters {
  const known = made.get(side);
  if (known !== undefined) return known;
  const { system } = indexOf(side);
  const byName = new Map<string, ClusterView[]>();
  for (const cluster of system.clusters) byName.set(cluster.name, [...(byName.get(cluster.name) ?? []), cluster]);
  const topicsOf = new Map<ClusterView, TopicView[]>(system.clusters.map((cluster) => [cluster, []]));
  for (const topic of system.topics) if (topic.cluster !== undefined) topicsOf.get(topic.cluster)?.push(topic);
  const clusters = { byName, topicOf: new Map(system.topics.map((topic) => [topic.resource, topic])), topicsOf };
  made.set(side, clusters);
  return clusters;
}

/** The Kafka whose label an object carries, if it is among the manifests of that side. */
export const clusterOn = (side: Side, resource: Resource | undefined): ClusterView | undefined =>
  resource &&
  clustersOf(side)
    .byName.get(clusterLabel(resource) ?? '')
    ?.find(({ resource: kafka }) => watches(kafka, resource));

/** A Kafka as that side has it. */
export const clusterFor = (side: Side, kafka: Resource | undefined): ClusterView | undefined =>
  kafka &&
  clustersOf(side)
    .byName.get(kafka.metadata.name)
    ?.find(({ resource }) => resource === kafka);

/** A KafkaTopic as that side has it. */
export const topicOn = (side: Side, resource: Resource | undefined): TopicView | undefined =>
  resource && clustersOf(side).topicOf.get(resource);

export const topicsOn = (side: Side, cluster: ClusterView | undefined): readonly TopicView[] =>
  (cluster && clustersOf(side).topicsOf.get(cluster)) ?? [];

export const hasCruiseControl = (cluster: ClusterView | undefined): boolean =>
  cluster !== undefined && at(cluster.resource, 'spec', 'cruiseControl') !== undefined;

/** Whether brokers that come or go are rebalanced by the operator itself. */
export const rebalancesItself = (cluster: ClusterView | undefined, mode: 'add-brokers' | 'remove-brokers'): boolean =>
  listAt(cluster?.resource, 'spec', 'cruiseControl', 'autoRebalance').some((entry) => textAt(entry, 'mode') === mode);

/** An option of a topic: its own, that of its cluster, or Kafka's default. Text, as Kafka would be given it. */
export function topicOption(
  topic: TopicView | undefined,
  option: string,
  brokerOption: string,
  fallback: string | undefined,
): string | undefined {
  const value = recordAt(topic?.resource, 'spec', 'config')[option] ?? topic?.cluster?.config[brokerOption];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : fallback;
}

/** Milliseconds that brokers keep records of topics that say nothing; Kafka's default is 168 hours. −1: for ever. */
export function clusterRetention(config: Readonly<Record<string, unknown>>): number {
  const of = (option: string): number | undefined => numberAt(config, `log.retention.${option}`);
  const [ms, minutes, hours] = [of('ms'), of('minutes'), of('hours')];
  if (ms !== undefined) return ms;
  if (minutes !== undefined) return minutes < 0 ? -1 : minutes * 60_000;
  return hours === undefined ? 604_800_000 : hours < 0 ? -1 : hours * 3_600_000;
}

/** Milliseconds that records of a topic are kept. −1: for ever. */
export const retentionOf = (topic: TopicView | undefined): number =>
  numberAt(topic?.resource, 'spec', 'config', 'retention.ms') ?? clusterRetention(topic?.cluster?.config ?? {});

/** What a restart of the brokers, one after the other, does to the topics that cannot spare one. */
export function restartCost(side: Side, cluster: ClusterView | undefined): string {
  const tight = topicsOn(side, cluster).filter(
    ({ replicas, minInsyncReplicas = 1 }) => replicas !== undefined && replicas > 1 && minInsyncReplicas >= replicas,
  );
  const single = topicsOn(side, cluster).filter(({ replicas }) => replicas === 1);
  return sentences(
    tight.length > 0 &&
      `Writes with acks=all to ${listed(tight.map(({ name }) => name))} stop while each is down, for all their replicas must be in sync.`,
    single.length > 0 &&
      `${single.length === 1 ? `${single[0]?.name ?? ''}, kept once, is` : `${listed(single.map(({ name }) => name))}, kept once, are`} not there while ${single.length === 1 ? 'its broker restarts' : 'their brokers restart'}.`,
  );
}

/** The restart of every node of a Kafka, with what it costs. */
export function restartOf(side: Side, cluster: ClusterView | undefined): string {
  const nodes = cluster?.pools.reduce((sum, { replicas }) => sum + replicas, 0) ?? 0;
  return sentences(nodes === 0 ? 'The nodes restart, one after the other.' : `${restarts(nodes, 'node')}.`, restartCost(side, cluster));
}

/** `3 nodes restart, one after the other`. */
export const restarts = (count: number, what: string): string =>
  count === 1 ? `1 ${what} restarts` : `${counted(count, what)} restart, one after the other`;

/** Whether an operator is told to leave the object alone. */
export const isUnmanaged = (resource: Resource | undefined): boolean =>
  resource !== undefined && annotation(resource, 'strimzi.io/managed')?.toLowerCase() === 'false';

/** Names of workers, with their kind. */
export const workerNames = (workers: readonly WorkerView[]): string => listed(workers.map(({ resource }) => resource.metadata.name));
