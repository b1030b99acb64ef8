import { at, isRecord, listAt, numberAt, shown, textAt, type Resource } from './resource.js';
import { clusterOperator, rule, type Rule, type Subject } from './rule.js';
import { isTemplate } from './rules-labels.js';
import { brokerIds, sameNamespace, strimziOf, type ClusterView, type System } from './system.js';

const source = clusterOperator('model/cruisecontrol/CruiseControlMetricsReporter');

const withCruiseControl = (system: System): ClusterView[] =>
  system.clusters.filter(({ resource }) => isRecord(at(resource, 'spec', 'cruiseControl')));

const topic = 'cruise.control.metrics.topic';
const topicOptions = [`${topic}.replication.factor`, `${topic}.min.insync.replicas`, `${topic}.num.partitions`] as const;
const [replicationOption, minIsrOption] = topicOptions;
const optionPath = (option: string): string => `spec.kafka.config.${option}`;

interface TopicOption extends Subject {
  readonly option: string;
  readonly value: unknown;
}

const given = (system: System): TopicOption[] =>
  withCruiseControl(system).flatMap(({ resource, config }) =>
    topicOptions.filter((option) => Object.hasOwn(config, option)).map((option) => ({ resource, option, value: config[option] })),
  );

/** Replicas of the metrics topic: its own number, that of any topic, or one. */
const replicasOf = ({ config }: ClusterView): number =>
  numberAt(config, replicationOption) ?? numberAt(config, 'default.replication.factor') ?? 1;

/** What Cruise Control optimises for when nobody says otherwise; names without their package. */
const builtInGoals: readonly string[] = [
  ...['RackAware', 'MinTopicLeadersPerBroker', 'ReplicaCapacity', 'DiskCapacity', 'NetworkInboundCapacity', 'NetworkOutboundCapacity'],
  ...['CpuCapacity', 'ReplicaDistribution', 'PotentialNwOut', 'DiskUsageDistribution', 'NetworkInboundUsageDistribution'],
  ...['NetworkOutboundUsageDistribution', 'CpuUsageDistribution', 'TopicReplicaDistribution', 'LeaderReplicaDistribution'],
  'LeaderBytesInDistribution',
].map((name) => `com.linkedin.kafka.cruisecontrol.analyzer.goals.${name}Goal`);

const goals = (resource: Resource, option: string): string[] | undefined =>
  textAt(resource, 'spec', 'cruiseControl', 'config', option)
    ?.split(',')
    .map((goal) => goal.trim());

/** Goals that an anomaly is looked for by, but that Cruise Control does not optimise for. */
function strayGoals({ resource }: ClusterView): string[] {
  const known = goals(resource, 'default.goals') ?? builtInGoals;
  return (goals(resource, 'anomaly.detection.goals') ?? []).filter((goal) => !known.includes(goal));
}

interface CapacityView extends Subject {
  readonly path: string;
  readonly id: number;
  readonly repeated: boolean;
  readonly known: readonly number[] | undefined;
}

const capacities = (system: System): CapacityView[] =>
  withCruiseControl(system).flatMap((cluster) => {
    const seen = new Set<number>();
    const known = brokerIds(cluster);
    return listAt(cluster.resource, 'spec', 'cruiseControl', 'brokerCapacity', 'overrides').flatMap((override, i) =>
      listAt(override, 'brokers').flatMap((id, j): CapacityView[] => {
        if (typeof id !== 'number') return [];
        const repeated = seen.has(id);
        seen.add(id);
        const path = `spec.cruiseControl.brokerCapacity.overrides[${i}].brokers[${j}]`;
        return [{ resource: cluster.resource, path, id, repeated, known }];
      }),
    );
  });

interface AutoRebalance extends Subject {
  readonly path: string;
  readonly template: string;
}

const autoRebalances = (system: System): AutoRebalance[] =>
  withCruiseControl(system).flatMap(({ resource }) =>
    listAt(resource, 'spec', 'cruiseControl', 'autoRebalance').flatMap((entry, i): AutoRebalance[] => {
      const template = textAt(entry, 'template', 'name');
      return template === undefined ? [] : [{ resource, path: `spec.cruiseControl.autoRebalance[${i}].template.name`, template }];
    }),
  );

const rebalancesAround = (system: System, kafka: Resource): Resource[] =>
  strimziOf(system, 'KafkaRebalance').filter((rebalance) => sameNamespace(rebalance, kafka));

export const cruiseControlRules: readonly Rule[] = [
  rule<ClusterView>({
    id: 'cruise-control-one-broker',
    severity: 'error',
    source,
    covers: ['cruise-control-brokers'],
    subjects: withCruiseControl,
    broken: ({ brokers }) => brokers === 1,
    path: 'spec.cruiseControl',
    message: ({ name }) =>
      `Kafka ${name} has Cruise Control and 1 broker: there is nothing to balance, and the operator refuses the cluster; remove spec.cruiseControl, or run two brokers or more`,
  }),
  rule<TopicOption>({
    id: 'cruise-control-topic-not-integer',
    severity: 'error',
    source,
    what: 'an option of the metrics topic that is no whole number',
    covers: ['cruise-control-topic'],
    subjects: given,
    broken: ({ value }) => !/^[+-]?\d+$/.test(shown(value)),
    path: ({ option }) => optionPath(option),
    message: ({ option, value }) => `${option} is ${shown(value)}: the operator refuses the cluster; give a whole number`,
  }),
  rule<ClusterView>({
    id: 'cruise-control-topic-replicas-above-brokers',
    severity: 'error',
    source,
    what: 'more replicas of the metrics topic than brokers',
    covers: ['cruise-control-topic'],
    // What the default of every topic says wrongly is said of that one.
    subjects: (system) => withCruiseControl(system).filter(({ config }) => Object.hasOwn(config, replicationOption)),
    broken: (cluster) => cluster.brokers > 0 && replicasOf(cluster) > cluster.brokers,
    path: optionPath(replicationOption),
    message: (cluster) =>
      `${replicationOption} is ${replicasOf(cluster)}, but Kafka ${cluster.name} has ${cluster.brokers} brokers: the operator refuses the cluster; set it to ${cluster.brokers} or less`,
  }),
  rule<ClusterView>({
    id: 'cruise-control-topic-min-isr',
    severity: 'error',
    source,
    what: 'min ISR of the metrics topic above its replicas',
    covers: ['cruise-control-topic'],
    subjects: withCruiseControl,
    broken: (cluster) => (numberAt(cluster.config, minIsrOption) ?? 1) > replicasOf(cluster),
    path: optionPath(minIsrOption),
    message: (cluster) =>
      `${minIsrOption} is ${numberAt(cluster.config, minIsrOption) ?? 1}, above the ${replicasOf(cluster)} that ${replicationOption} comes to: the operator refuses the cluster; lower it, or raise the replication factor`,
  }),
  rule<ClusterView>({
    id: 'cruise-control-anomaly-goals',
    severity: 'warning',
    source: clusterOperator('model/CruiseControl'),
    covers: ['cruise-control-goals'],
    subjects: withCruiseControl,
    broken: (cluster) => strayGoals(cluster).length > 0,
    path: 'spec.cruiseControl.config.anomaly.detection.goals',
    message: (cluster) =>
      `anomaly.detection.goals has ${strayGoals(cluster).join(', ')}, which default.goals has not: the operator puts default.goals in place of the whole list, and only its log says so; add them to default.goals, or take them out`,
  }),
  rule<CapacityView>({
    id: 'broker-capacity-ignored',
    severity: 'warning',
    source: clusterOperator('model/cruisecontrol/CapacityConfiguration'),
    covers: ['broker-capacity'],
    subjects: capacities,
    broken: ({ id, repeated, known }) => repeated || (known !== undefined && !known.includes(id)),
    path: ({ path }) => path,
    message: ({ id, repeated, known = [] }) =>
      repeated
        ? `the capacity of broker ${id} is overridden twice: the first counts, and only the operator's log says so; remove one`
        : `the capacity of broker ${id} is overridden, which no pool has: it does nothing; the brokers are ${known.join(', ')}`,
  }),
  rule<AutoRebalance>({
    id: 'auto-rebalance-template-missing',
    severity: 'warning',
    source: clusterOperator('operator/assembly/KafkaAutoRebalancingReconciler'),
    covers: ['auto-rebalance-template'],
    // Without any rebalance around the Kafka its templates may well be declared elsewhere.
    subjects: (system) => autoRebalances(system).filter(({ resource }) => rebalancesAround(system, resource).length > 0),
    broken: ({ resource, template }, system) =>
      !rebalancesAround(system, resource).some((rebalance) => rebalance.metadata.name === template && isTemplate(rebalance)),
    path: ({ path }) => path,
    message: ({ template }) =>
      `autoRebalance names the template ${template}, which no KafkaRebalance with the annotation strimzi.io/rebalance-template: "true" is: no rebalance would start, and only the operator's log says so; declare it, or correct the name`,
  }),
];
