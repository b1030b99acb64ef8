import { numberAt } from './resource.js';
import { clusterOperator, rule, sources, type Rule, type Subject } from './rule.js';
import type { ClusterView, System } from './system.js';

/** One option that says how often something is kept, with Kafka's value where the manifest has none. */
interface ReplicationView extends Subject {
  readonly cluster: ClusterView;
  readonly option: string;
  readonly value: number;
  readonly given: boolean;
}

const replicationOptions: Readonly<Record<string, number>> = {
  'default.replication.factor': 1,
  'offsets.topic.replication.factor': 3,
  'transaction.state.log.replication.factor': 3,
};
const minIsrOptions: Readonly<Record<string, number>> = { 'min.insync.replicas': 1, 'transaction.state.log.min.isr': 2 };
/** Asked about only where a manifest sets them: without share groups Kafka's own values do no harm. */
const shareOptions: Readonly<Record<string, number>> = { 'share.coordinator.state.topic.replication.factor': 3 };
const shareMinIsrOptions: Readonly<Record<string, number>> = { 'share.coordinator.state.topic.min.isr': 2 };

function replicationViews(system: System, defaults: Readonly<Record<string, number>>, onlyGiven = false): ReplicationView[] {
  return system.clusters.flatMap((cluster) =>
    Object.entries(defaults).flatMap(([option, kafkaDefault]): ReplicationView[] => {
      const given = Object.hasOwn(cluster.config, option);
      // A value that is no number is Kafka's to refuse by type.
      const value = given ? numberAt(cluster.config, option) : kafkaDefault;
      return value === undefined || (onlyGiven && !given) ? [] : [{ resource: cluster.resource, cluster, option, value, given }];
    }),
  );
}

const shown = ({ option, value, given }: ReplicationView): string =>
  given ? `${option} is ${value}` : `${option} is not set, which means ${value}`;

/** A pair of options of one cluster: as many in-sync replicas are wanted as there are replicas, or more. */
interface IsrView extends Subject {
  readonly minIsrOption: string;
  readonly minIsr: number;
  readonly replicationOption: string;
  readonly replication: number;
}

const isrPairs: Readonly<Record<string, string>> = {
  'min.insync.replicas': 'default.replication.factor',
  'transaction.state.log.min.isr': 'transaction.state.log.replication.factor',
  'share.coordinator.state.topic.min.isr': 'share.coordinator.state.topic.replication.factor',
};

function isrViews(system: System): IsrView[] {
  const isrs = [...replicationViews(system, minIsrOptions), ...replicationViews(system, shareMinIsrOptions, true)];
  const replications = [...replicationViews(system, replicationOptions), ...replicationViews(system, shareOptions)];
  return isrs.flatMap((isr): IsrView[] => {
    const replication = replications.find(({ cluster, option }) => cluster === isr.cluster && option === isrPairs[isr.option]);
    if (replication === undefined) return [];
    return [
      {
        resource: isr.resource,
        minIsrOption: isr.option,
        minIsr: isr.value,
        replicationOption: replication.option,
        replication: replication.value,
      },
    ];
  });
}

const optionPath = ({ option }: ReplicationView): string => `spec.kafka.config.${option}`;

const warnedWhenUnset: readonly string[] = ['default.replication.factor', 'min.insync.replicas'];

export const replicationRules: readonly Rule[] = [
  rule<ReplicationView>({
    id: 'broker-replication-low',
    what: 'a replication factor or min ISR of 1 on three brokers or more, written or by default',
    covers: ['replication-unset', 'min-isr-unset', 'silent-replication-one'],
    severity: 'error',
    source: sources.kafkaReplication,
    subjects: (system) => [
      ...replicationViews(system, replicationOptions),
      ...replicationViews(system, minIsrOptions),
      ...replicationViews(system, shareOptions, true),
      ...replicationViews(system, shareMinIsrOptions, true),
    ],
    broken: ({ cluster, value }) => cluster.brokers >= 3 && value < 2,
    path: optionPath,
    message: (view) => {
      const isr = Object.hasOwn(isrPairs, view.option);
      return `${shown(view)} on ${view.cluster.brokers} brokers: ${isr ? 'a write may be acknowledged by one broker alone, and lost with it' : 'the loss of one broker loses records'}; set it to ${isr ? 2 : 3}`;
    },
  }),
  rule<ReplicationView>({
    id: 'broker-replication-above-brokers',
    what: 'a replication factor above the number of brokers, written or by default',
    covers: ['replication-integers'],
    severity: 'error',
    source: sources.kafkaReplication,
    subjects: (system) => [...replicationViews(system, replicationOptions), ...replicationViews(system, shareOptions, true)],
    broken: ({ cluster, value }) => cluster.brokers > 0 && value > cluster.brokers,
    path: optionPath,
    message: (view) =>
      `${shown(view)}, but there ${view.cluster.brokers === 1 ? 'is 1 broker' : `are ${view.cluster.brokers} brokers`}: a broker holds one replica of a partition at most; set it to ${view.cluster.brokers} or less, or add brokers`,
  }),
  rule<IsrView>({
    id: 'broker-min-isr-above-replication',
    covers: ['silent-min-isr', 'replication-integers'],
    severity: 'error',
    source: sources.kafkaReplication,
    subjects: isrViews,
    broken: ({ minIsr, replication }) => minIsr > replication,
    path: ({ minIsrOption }) => `spec.kafka.config.${minIsrOption}`,
    message: ({ minIsrOption, minIsr, replicationOption, replication }) =>
      `${minIsrOption} is ${minIsr}, above ${replicationOption}, which is ${replication}: every write with acks=all would be refused; set it to ${Math.max(1, replication - 1)}`,
  }),
  rule<IsrView>({
    id: 'broker-min-isr-equals-replication',
    what: 'min ISR equal to the replication factor: no broker may be down',
    severity: 'warning',
    source: sources.kafkaReplication,
    subjects: isrViews,
    broken: ({ minIsr, replication }) => minIsr === replication && replication > 1,
    path: ({ minIsrOption }) => `spec.kafka.config.${minIsrOption}`,
    message: ({ minIsrOption, minIsr, replicationOption, replication }) =>
      `${minIsrOption} is ${minIsr}, as much as ${replicationOption}: one broker down, and writes with acks=all stop; set it to ${replication - 1}`,
  }),
  rule<ReplicationView>({
    id: 'broker-replication-unset',
    severity: 'warning',
    source: clusterOperator('model/KafkaSpecChecker'),
    what: 'default.replication.factor or min.insync.replicas unset on two brokers',
    covers: ['replication-unset', 'min-isr-unset'],
    subjects: (system) =>
      replicationViews(system, { ...replicationOptions, ...minIsrOptions }).filter(({ option }) => warnedWhenUnset.includes(option)),
    // Of three brokers and more broker-replication-low says it.
    broken: ({ cluster, given }) => !given && cluster.brokers === 2,
    path: optionPath,
    message: (view) =>
      `${shown(view)} on 2 brokers: the operator warns, for the loss of one broker loses records; ${view.option === 'min.insync.replicas' ? 'write the 1 that two brokers allow, or add a broker and write 2' : 'set it to 2, or add a broker and write 3'}`,
  }),
];
