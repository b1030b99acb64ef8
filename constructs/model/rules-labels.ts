import { at, shown, type Resource } from './resource.js';
import { rule, sources, type Rule, type Subject } from './rule.js';
import { annotation, clusterLabel, sameNamespace, strimziOf, watches, type System } from './system.js';

/** An object that belongs to a cluster by its label. */
interface LabelledView extends Subject {
  readonly label: string | undefined;
}

/** A template for automatic rebalances belongs to no cluster: a Kafka names it. */
export const isTemplate = (resource: Resource): boolean => annotation(resource, 'strimzi.io/rebalance-template') === 'true';

const labelled = (system: System): LabelledView[] =>
  strimziOf(system, 'KafkaNodePool', 'KafkaTopic', 'KafkaUser', 'KafkaRebalance')
    .filter((resource) => !isTemplate(resource))
    .map((resource) => ({ resource, label: clusterLabel(resource) }));

/** Kafkas where the object is: one of these it should belong to. */
const around = (system: System, resource: Resource): Resource[] =>
  system.clusters.filter((cluster) => sameNamespace(cluster.resource, resource)).map((cluster) => cluster.resource);

/** Objects whose Kafka may be declared elsewhere: there is none around them, and none of that name anywhere. */
const unattended = (system: System): LabelledView[] =>
  labelled(system).filter(
    ({ resource, label }) => label !== undefined && named(system, label).length === 0 && around(system, resource).length === 0,
  );

const named = (system: System, label: string | undefined): Resource[] =>
  system.clusters.filter(({ name }) => name === label).map(({ resource }) => resource);

export const labelRules: readonly Rule[] = [
  rule<LabelledView>({
    id: 'cluster-label-missing',
    what: 'an object without the label of its Kafka',
    covers: ['rebalance-cluster'],
    severity: 'error',
    source: sources.strimzi,
    subjects: labelled,
    broken: ({ label }) => label === undefined,
    path: 'metadata.labels.strimzi.io/cluster',
    message: ({ resource }, { clusters: known }) =>
      `${resource.kind} ${resource.metadata.name} has no label strimzi.io/cluster: no operator would pick it up; set it to the name of its Kafka${known.length === 1 ? `, ${known[0]?.name ?? ''}` : ''}`,
  }),
  rule<LabelledView>({
    id: 'cluster-label-unknown',
    what: 'a label that names no Kafka of the namespace',
    covers: ['silent-label', 'pool-orphan', 'rebalance-cluster'],
    severity: 'error',
    source: sources.strimzi,
    subjects: labelled,
    // Without any Kafka around it the cluster may well be declared elsewhere.
    broken: ({ resource, label }, system) =>
      label !== undefined && named(system, label).length === 0 && around(system, resource).length > 0,
    path: 'metadata.labels.strimzi.io/cluster',
    message: ({ resource, label = '' }, system) =>
      `${resource.kind} ${resource.metadata.name} belongs to Kafka "${label}", which is not here: no operator would pick it up, and nothing would say so; set strimzi.io/cluster to ${around(
        system,
        resource,
      )
        .map(({ metadata }) => metadata.name)
        .join(' or ')}`,
  }),
  rule<LabelledView>({
    id: 'cluster-elsewhere',
    severity: 'info',
    source: sources.strimzi,
    what: 'no Kafka is here, so that what depends on it is not judged',
    subjects: (system) => unattended(system).slice(0, 1),
    broken: () => true,
    path: 'metadata.labels.strimzi.io/cluster',
    message: ({ resource, label = '' }, system) => {
      const others = unattended(system).length - 1;
      return `${resource.kind} ${resource.metadata.name}${others > 0 ? ` (and ${others} more)` : ''} belongs to Kafka ${label}, which is not among these objects: replicas against brokers, authentication against listeners and the like were not judged; check the folder of the Kafka with them`;
    },
  }),
  rule<LabelledView>({
    id: 'namespaces-mixed',
    what: 'an object outside the namespace of its Kafka',
    covers: ['silent-label'],
    severity: 'error',
    source: sources.strimzi,
    subjects: labelled,
    broken: ({ resource, label }, system) => {
      const kafkas = named(system, label);
      return kafkas.length > 0 && !kafkas.some((kafka) => watches(kafka, resource));
    },
    path: 'metadata.namespace',
    message: ({ resource, label = '' }, system) => {
      const [kafka] = named(system, label);
      const operator = resource.kind === 'KafkaUser' ? 'userOperator' : 'topicOperator';
      const home = shown(at(kafka, 'spec', 'entityOperator', operator, 'watchedNamespace') ?? kafka?.metadata.namespace);
      return `${resource.kind} ${resource.metadata.name} is in namespace ${resource.metadata.namespace ?? ''}, its Kafka ${label} in ${kafka?.metadata.namespace ?? ''}: the operators watch one namespace only; move it to ${home}`;
    },
  }),
];
