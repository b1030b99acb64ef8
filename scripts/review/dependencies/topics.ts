import { numberAt, recordAt, type Resource } from '../../../constructs/model/resource.js';
import { settingOf, type TopicView, type WorkerView } from '../../../constructs/model/system.js';
import type { ResourceChange, Side } from '../change.js';
import { clusterFor, clusterOn, topicOn, topicsOn } from '../consequences/kafka-cluster.js';
import { indexOf, scalerFor } from '../consequences/workload-index.js';
import { acts, comes, goes, type Changed, type Dependency } from './changed.js';

/** What a topic needs of its brokers, and its clients of the topic. */
export function topicDependencies(changed: Changed): Dependency[] {
  return [
    ...changed
      .ofKind('KafkaTopic')
      .flatMap((change) => [
        ...arrival(change, changed),
        ...departure(change, changed),
        ...growth(change, changed),
        ...placement(change, changed),
      ]),
    ...brokerMinIsr(changed),
    ...successors(changed),
  ];
}

/** The workers of one side that read or write a topic. */
const clientsOf = (side: Side, name: string): readonly WorkerView[] => {
  const { readers, writers } = indexOf(side);
  return [...(writers.get(name) ?? []), ...(readers.get(name) ?? [])];
};

/** What a worker was before, if the same object was one. */
const asItWas = (worker: WorkerView, { of, states }: Changed): WorkerView | undefined => {
  const before = of(worker.resource)?.before;
  return before && indexOf(states.base).workers.get(before);
};

const names = (worker: WorkerView | undefined, topic: string): boolean => worker?.topics.some(({ name }) => name === topic) === true;

function arrival(change: ResourceChange, changed: Changed): Dependency[] {
  const topic = topicOn(changed.states.head, change.after);
  if (topic === undefined || !comes(change)) return [];
  const comers = clientsOf(changed.states.head, topic.name).filter(
    (worker) => acts(changed.of(worker.resource)) && !names(asItWas(worker, changed), topic.name),
  );
  const latest = comers.filter((worker) => readsLatest(worker, topic.name));
  return [
    ...comers.map(({ resource }) => ({
      first: topic.resource,
      later: resource,
      why: 'Its topic has to be there (UNKNOWN_TOPIC_OR_PARTITION until then).',
    })),
    ...latest.flatMap(({ resource }) =>
      comers
        .filter((worker) => !latest.includes(worker) && writes(worker, topic.name))
        .map((writer) => ({
          first: resource,
          later: writer.resource,
          why: 'A consumer with the offset reset latest skips what is written before it has joined.',
        })),
    ),
  ];
}

const writes = (worker: WorkerView, topic: string): boolean =>
  worker.topics.some(({ name, operation }) => name === topic && operation === 'Write');

const readsLatest = (worker: WorkerView, topic: string): boolean =>
  worker.component === 'consumer' && !writes(worker, topic) && settingOf(worker, 'CONSUMER_OFFSET_RESET') === 'latest';

function departure(change: ResourceChange, changed: Changed): Dependency[] {
  const topic = topicOn(changed.states.base, change.before);
  if (topic === undefined || !goes(change)) return [];
  return clientsOf(changed.states.base, topic.name).flatMap(({ resource }): Dependency[] => {
    const other = changed.of(resource);
    const first = other?.after ?? other?.before;
    const stays = other?.after !== undefined && names(indexOf(changed.states.head).workers.get(other.after), topic.name);
    return first === undefined || stays
      ? []
      : [
          {
            first,
            later: topic.resource,
            why: 'Its clients leave the topic first: whoever still reads or writes it fails when it is deleted.',
          },
        ];
  });
}

/** Members beyond the old number of partitions. */
function growth(change: ResourceChange, changed: Changed): Dependency[] {
  const [was, is] = [topicOn(changed.states.base, change.before), topicOn(changed.states.head, change.after)];
  const [from, to] = [was?.partitions, is?.partitions];
  if (is === undefined || from === undefined || to === undefined || to <= from) return [];
  const index = indexOf(changed.states.head);
  const why = `Members beyond its ${from} partitions are idle until there are ${to}.`;
  const readers = (index.readers.get(is.name) ?? []).map(({ resource }) => resource);
  const more = readers.filter((reader) => raised(changed.of(reader), 'replicas') > from);
  const scalers = [...new Set([...readers.flatMap((reader) => scalerFor(index, reader) ?? []), ...(index.triggered.get(is.name) ?? [])])];
  return [
    ...more,
    ...scalers
      .filter(
        ({ resource }) => Math.max(raised(changed.of(resource), 'maxReplicas'), raised(changed.of(resource), 'maxReplicaCount')) > from,
      )
      .map(({ resource }) => resource),
  ].map((later) => ({ first: is.resource, later, why }));
}

/** The number that a field of the spec goes up to; −1 where it does not. */
function raised(change: ResourceChange | undefined, field: string): number {
  const to = numberAt(change?.after, 'spec', field) ?? -1;
  return to > (numberAt(change?.before, 'spec', field) ?? (change?.how === 'added' ? -1 : 1)) ? to : -1;
}

/** Replicas that only more brokers can hold. */
function placement(change: ResourceChange, changed: Changed): Dependency[] {
  const topic = topicOn(changed.states.head, change.after);
  const [was, is] = [clusterOn(changed.states.base, change.before ?? change.after), topic?.cluster];
  const wanted = numberAt(topic?.resource, 'spec', 'replicas');
  if (topic === undefined || is === undefined || was === undefined || wanted === undefined) return [];
  if (wanted <= was.brokers || wanted > is.brokers) return [];
  return is.pools.flatMap(({ resource, roles }) =>
    roles.includes('broker') && changed.of(resource) !== undefined
      ? [
          {
            first: resource,
            later: topic.resource,
            why: `${was.brokers} brokers cannot hold ${wanted} replicas (INVALID_REPLICATION_FACTOR).`,
          },
        ]
      : [],
  );
}

/** The brokers' min ISR, which topics inherit that get their replicas in the same change. */
function brokerMinIsr({ states, ofKind, of }: Changed): Dependency[] {
  return ofKind('Kafka').flatMap(({ before, after }) => {
    const least = (kafka: Resource | undefined): number => numberAt(kafka, 'spec', 'kafka', 'config', 'min.insync.replicas') ?? 1;
    if (before === undefined || after === undefined || least(after) <= least(before)) return [];
    const inherits = ({ resource }: TopicView): boolean => recordAt(resource, 'spec', 'config')['min.insync.replicas'] === undefined;
    return topicsOn(states.head, clusterFor(states.head, after)).flatMap((topic) => {
      const old = topicOn(states.base, of(topic.resource)?.before);
      const grows = old?.replicas !== undefined && topic.replicas !== undefined && topic.replicas > old.replicas;
      return grows && inherits(topic) && old.replicas < least(after) + 1
        ? [
            {
              first: topic.resource,
              later: after,
              why: `With ${old.replicas} replicas and ${least(after)} in sync, writes stop at the next broker that is down, or at once: the new replicas first.`,
            },
          ]
        : [];
    });
  });
}

/** A consumer that takes the place of another one: no time without any. */
function successors({ states, of }: Changed): Dependency[] {
  const [base, head] = [indexOf(states.base), indexOf(states.head)];
  const found: Dependency[] = [];
  for (const [group, old] of base.members) {
    const gone = old.filter(({ resource }) => goes(of(resource)));
    const come = gone.length === 0 ? [] : (head.members.get(group) ?? []).filter(({ resource }) => comes(of(resource)));
    for (const { resource: later } of gone)
      for (const { resource: first } of come)
        found.push({
          first,
          later,
          why: `It joins group ${group}, which the old one leaves: until it has joined, nobody reads for the group.`,
        });
  }
  return found;
}
