import { at, isGiven, shown, textAt } from './resource.js';
import { clusterOperator, rule, sources, topicOperator, type Rule, type Subject } from './rule.js';
import type { ClusterView, System } from './system.js';

const clusters = (system: System): readonly ClusterView[] => system.clusters;

/** One broker option of one cluster. */
interface OptionView extends Subject {
  readonly cluster: ClusterView;
  readonly option: string;
  readonly value: unknown;
}

const options = (system: System): OptionView[] =>
  system.clusters.flatMap((cluster) =>
    Object.entries(cluster.config).map(([option, value]) => ({ resource: cluster.resource, cluster, option, value })),
  );

const optionPath = ({ option }: OptionView): string => `spec.kafka.config.${option}`;

/** Broker options that Kafka 4 no longer has; a trailing dot stands for everything below it. */
const goneOptions: Readonly<Record<string, string>> = {
  'inter.broker.protocol.version': 'KRaft has spec.kafka.metadataVersion in its place',
  'log.message.format.version': 'Kafka 4 writes one message format only',
  'log.message.timestamp.difference.max.ms': 'use log.message.timestamp.before.max.ms and log.message.timestamp.after.max.ms',
  'offsets.commit.required.acks': 'commits always wait for the in-sync replicas',
  'broker.id.generation.enable': 'node ids are assigned by Strimzi',
  'reserved.broker.max.id': 'node ids are assigned by Strimzi',
  'control.plane.listener.name': 'KRaft has a controller listener of its own, and Strimzi sets it',
  'delegation.token.master.key': 'it is called delegation.token.secret.key now',
  'zookeeper.': 'Kafka 4 has no ZooKeeper',
  'password.encoder.': 'it was for secrets kept in ZooKeeper, which Kafka 4 does not have',
};

/** Why Kafka 4 has no such broker option, or undefined when it has. */
export function whyGone(option: string): string | undefined {
  const name = Object.keys(goneOptions).find((gone) => (gone.endsWith('.') ? option.startsWith(gone) : option === gone));
  return name === undefined ? undefined : goneOptions[name];
}

/** An alias among the configuration providers of one cluster. */
interface AliasView extends Subject {
  readonly alias: string;
}

const reservedAliases: readonly string[] = ['strimzienv', 'strimzisecrets', 'strimzifile', 'strimzidir'];

const providerAliases = (system: System): AliasView[] =>
  system.clusters.flatMap(({ resource, config }) =>
    (textAt(config, 'config.providers') ?? '').split(',').map((alias) => ({ resource, alias: alias.trim() })),
  );

const quotas = ['spec', 'kafka', 'quotas'] as const;

export const clusterRules: readonly Rule[] = [
  rule<OptionView>({
    id: 'broker-option-gone',
    what: 'a broker option that Kafka 4 no longer has',
    covers: ['inter-broker-protocol', 'message-format'],
    severity: 'error',
    source: sources.kafkaUpgrade,
    subjects: options,
    broken: ({ option }) => whyGone(option) !== undefined,
    path: optionPath,
    message: ({ option, value }) => `${option} (${shown(value)}) is gone in Kafka 4: ${whyGone(option) ?? ''}; remove it`,
  }),
  rule<ClusterView & { annotation: string }>({
    id: 'annotation-obsolete',
    what: 'annotations of the time before node pools',
    severity: 'error',
    source: sources.strimzi,
    subjects: (system) =>
      system.clusters.flatMap((cluster) => ['strimzi.io/kraft', 'strimzi.io/node-pools'].map((annotation) => ({ ...cluster, annotation }))),
    broken: ({ resource, annotation }) => textAt(resource, 'metadata', 'annotations', annotation) !== undefined,
    path: ({ annotation }) => `metadata.annotations.${annotation}`,
    message: ({ resource, annotation }) =>
      `annotation ${annotation} (${textAt(resource, 'metadata', 'annotations', annotation) ?? ''}) does nothing any more: every cluster is in KRaft mode with node pools; remove it`,
  }),
  rule<AliasView>({
    id: 'config-provider-reserved',
    severity: 'error',
    source: clusterOperator('model/KafkaBrokerConfigurationBuilder'),
    covers: ['config-providers'],
    subjects: providerAliases,
    broken: ({ alias }) => reservedAliases.includes(alias),
    path: 'spec.kafka.config.config.providers',
    message: ({ alias }) =>
      `config.providers names "${alias}", which Strimzi keeps for itself (${reservedAliases.join(', ')}): the operator refuses the cluster; choose another alias`,
  }),
  rule<ClusterView>({
    id: 'quotas-limits-both',
    severity: 'error',
    source: clusterOperator('model/KafkaCluster'),
    covers: ['quotas-both'],
    subjects: clusters,
    broken: ({ resource }) =>
      textAt(resource, ...quotas, 'type') === 'strimzi' &&
      ['minAvailableBytesPerVolume', 'minAvailableRatioPerVolume'].every((field) => isGiven(at(resource, ...quotas, field))),
    path: 'spec.kafka.quotas',
    message: ({ resource }) =>
      `spec.kafka.quotas sets minAvailableBytesPerVolume (${shown(at(resource, ...quotas, 'minAvailableBytesPerVolume'))}) and minAvailableRatioPerVolume (${shown(at(resource, ...quotas, 'minAvailableRatioPerVolume'))}): the operator takes one of them only; remove the other`,
  }),
  rule<ClusterView>({
    id: 'quotas-callback-ignored',
    severity: 'warning',
    source: clusterOperator('model/KafkaCluster'),
    covers: ['quotas-callback'],
    subjects: clusters,
    broken: ({ resource, config }) => isGiven(at(resource, ...quotas)) && isGiven(config['client.quota.callback.class']),
    path: 'spec.kafka.config.client.quota.callback.class',
    message: ({ config }) =>
      `client.quota.callback.class is ${shown(config['client.quota.callback.class'])} while spec.kafka.quotas is set: the operator removes yours; keep one of the two`,
  }),
  rule<ClusterView>({
    id: 'topics-created-by-anybody',
    severity: 'info',
    source: topicOperator('KafkaHandler'),
    covers: ['auto-create'],
    subjects: clusters,
    broken: ({ config }) => shown(config['auto.create.topics.enable'] ?? true).toLowerCase() === 'true',
    path: 'spec.kafka.config.auto.create.topics.enable',
    message: ({ config }) =>
      `auto.create.topics.enable is ${Object.hasOwn(config, 'auto.create.topics.enable') ? 'true' : 'not set, which means true'}: a client that misspells a topic gets a new one with default settings, which no KafkaTopic describes; set it to false`,
  }),
];
