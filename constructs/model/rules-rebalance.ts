import { at, isGiven, isRecord, listAt, textAt, type Resource } from './resource.js';
import { clusterOperator, rule, type Rule, type Subject } from './rule.js';
import { isTemplate } from './rules-labels.js';
import { clusterOf, strimziOf, type System } from './system.js';

const source = clusterOperator('operator/assembly/KafkaRebalanceAssemblyOperator');

interface RebalanceView extends Subject {
  readonly mode: string;
}

/** A template is judged when it is used: the operator fills in what it lacks. */
const rebalances = (system: System): RebalanceView[] =>
  strimziOf(system, 'KafkaRebalance')
    .filter((resource) => !isTemplate(resource))
    .map((resource) => ({ resource, mode: textAt(resource, 'spec', 'mode') ?? 'full' }));

const inMode = (system: System, ...modes: readonly string[]): RebalanceView[] =>
  rebalances(system).filter(({ mode }) => modes.includes(mode));
const has = (resource: Resource, field: string): boolean => isGiven(at(resource, 'spec', field));

export const rebalanceRules: readonly Rule[] = [
  rule<RebalanceView>({
    id: 'rebalance-without-cruise-control',
    severity: 'error',
    source,
    what: 'a rebalance of a Kafka that has no Cruise Control',
    covers: ['rebalance-cluster'],
    subjects: rebalances,
    broken: ({ resource }, system) => {
      const cluster = clusterOf(system, resource);
      return cluster !== undefined && !isRecord(at(cluster.resource, 'spec', 'cruiseControl'));
    },
    path: 'metadata.labels.strimzi.io/cluster',
    message: ({ resource }, system) =>
      `KafkaRebalance ${resource.metadata.name} is for Kafka ${clusterOf(system, resource)?.name ?? ''}, which has no spec.cruiseControl: nobody would move anything; add cruiseControl: {} to the Kafka, or remove the rebalance`,
  }),
  rule<RebalanceView>({
    id: 'rebalance-brokers-missing',
    severity: 'error',
    source,
    what: 'brokers to add or remove are not named',
    covers: ['rebalance-mode'],
    subjects: (system) => inMode(system, 'add-brokers', 'remove-brokers'),
    broken: ({ resource }) => !has(resource, 'brokers'),
    path: 'spec.brokers',
    message: ({ resource, mode }) =>
      `KafkaRebalance ${resource.metadata.name} has mode ${mode} and no brokers: the operator refuses it; list the ids of the brokers, such as brokers: [3, 4]`,
  }),
  rule<RebalanceView>({
    id: 'rebalance-volumes-missing',
    severity: 'error',
    source,
    what: 'disks to empty are not named',
    covers: ['rebalance-mode'],
    subjects: (system) => inMode(system, 'remove-disks'),
    broken: ({ resource }) => !has(resource, 'moveReplicasOffVolumes'),
    path: 'spec.moveReplicasOffVolumes',
    message: ({ resource }) =>
      `KafkaRebalance ${resource.metadata.name} has mode remove-disks and no moveReplicasOffVolumes: the operator refuses it; list brokerId and volumeIds of the disks to empty`,
  }),
  rule<RebalanceView>({
    id: 'rebalance-disk-goals',
    severity: 'error',
    source,
    what: 'goals for a balance between the disks of one broker',
    covers: ['rebalance-mode'],
    subjects: (system) => inMode(system, 'full'),
    broken: ({ resource }) => at(resource, 'spec', 'rebalanceDisk') === true && has(resource, 'goals'),
    path: 'spec.goals',
    message: ({ resource }) =>
      `KafkaRebalance ${resource.metadata.name} has rebalanceDisk and ${listAt(resource, 'spec', 'goals').length} goals: disks are balanced by goals of their own, and the operator refuses others; remove goals, or rebalanceDisk`,
  }),
  rule<RebalanceView>({
    id: 'rebalance-brokers-ignored',
    severity: 'warning',
    source,
    what: 'brokers named in a full rebalance',
    covers: ['rebalance-mode'],
    subjects: (system) => inMode(system, 'full'),
    broken: ({ resource }) => has(resource, 'brokers'),
    path: 'spec.brokers',
    message: ({ resource }) =>
      `KafkaRebalance ${resource.metadata.name} names brokers in mode full, which moves replicas of all brokers: the list is ignored, and only the operator's log says so; set mode to add-brokers or remove-brokers, or remove brokers`,
  }),
];
