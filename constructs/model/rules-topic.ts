import { listAt, recordAt, shown, textAt, type Resource } from './resource.js';
import { rule, sources, topicOperator, type Rule, type Subject } from './rule.js';
import { clusterLabel, type ClusterView, type System, type TopicView } from './system.js';

/** What is wrong with the name of a topic in Kafka, or undefined. Source: org.apache.kafka.common.internals.Topic.validate */
export function topicNameProblem(name: string): string | undefined {
  if (/^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..') return undefined;
  return `topic name "${name}" is not legal: Kafka takes 1 to 249 of the characters a-z A-Z 0-9 . _ - and neither "." nor ".."; choose another name`;
}

const topics = (system: System): readonly TopicView[] => system.topics;
const namePath = ({ resource }: TopicView): string =>
  textAt(resource, 'spec', 'topicName') === undefined ? 'metadata.name' : 'spec.topicName';

/** A topic that another KafkaTopic before it declares too. */
interface TwinView extends Subject {
  readonly topic: TopicView;
  readonly other: Resource;
}

function twins(system: System): TwinView[] {
  const first = new Map<unknown, Map<string, Resource>>();
  return system.topics.flatMap((topic): TwinView[] => {
    const { resource, name, cluster } = topic;
    // Without its Kafka at hand, namespace and label tell clusters apart.
    const home = cluster ?? `${resource.metadata.namespace ?? ''} ${clusterLabel(resource) ?? ''}`;
    const known = first.get(home) ?? new Map<string, Resource>();
    first.set(home, known);
    const other = known.get(name);
    if (other === undefined) known.set(name, resource);
    // One object written twice is another rule's.
    return other === undefined || other.metadata.name === resource.metadata.name ? [] : [{ resource, topic, other }];
  });
}

/** One option of one topic. */
interface OptionView extends Subject {
  readonly topic: TopicView;
  readonly option: string;
  readonly value: unknown;
}

const options = (system: System): OptionView[] =>
  system.topics.flatMap((topic) =>
    Object.entries(recordAt(topic.resource, 'spec', 'config')).map(([option, value]) => ({
      resource: topic.resource,
      topic,
      option,
      value,
    })),
  );

const optionPath = ({ option }: OptionView): string => `spec.config.${option}`;

/** Topic options that Kafka 4 no longer has, and what to do. */
const goneOptions: Readonly<Record<string, string>> = {
  'message.format.version': 'there is one message format only: remove it',
  'message.timestamp.difference.max.ms': 'use message.timestamp.before.max.ms and message.timestamp.after.max.ms',
};

const throttled: readonly string[] = ['leader.replication.throttled.replicas', 'follower.replication.throttled.replicas'];

/** Options that the topic operator of a cluster may change; undefined when it may change all. */
function alterable({ resource }: ClusterView): readonly string[] | undefined {
  const env = listAt(resource, 'spec', 'entityOperator', 'template', 'topicOperatorContainer', 'env');
  const setting = env.find((variable) => textAt(variable, 'name') === 'STRIMZI_ALTERABLE_TOPIC_CONFIG');
  const value = (textAt(setting, 'value') ?? '').replace(/\s/g, '');
  if (value === '' || value.toUpperCase() === 'ALL') return undefined;
  return value.toUpperCase() === 'NONE' ? [] : value.split(',');
}

export const topicRules: readonly Rule[] = [
  rule<TopicView>({
    id: 'topic-name-illegal',
    what: 'a name that Kafka does not take',
    covers: ['topic-config'],
    severity: 'error',
    source: 'https://kafka.apache.org/43/documentation.html#basic_ops_add_topic',
    subjects: topics,
    broken: ({ name }) => topicNameProblem(name) !== undefined,
    path: namePath,
    message: ({ name }) => topicNameProblem(name) ?? '',
  }),
  rule<TopicView>({
    id: 'topic-name-convention',
    what: 'a name outside <domain>.<entity>.<action>',
    severity: 'info',
    source: 'lab 1.1: names follow <domain>.<entity>.<action>',
    subjects: topics,
    // What Kafka does not take another rule says.
    broken: ({ name }) => topicNameProblem(name) === undefined && !/^[a-z0-9-]+\.[a-z0-9-]+\.[a-z0-9-]+$/.test(name),
    path: namePath,
    message: ({ name }) =>
      `topic ${name} does not follow <domain>.<entity>.<action> (sales.order.created): a note only, but a topic cannot be renamed later`,
  }),
  rule<TwinView>({
    id: 'topic-twice',
    severity: 'error',
    source: topicOperator('BatchingTopicController'),
    covers: ['topic-twice'],
    subjects: twins,
    broken: () => true,
    path: ({ topic }) => namePath(topic),
    message: ({ topic, other }) =>
      `topic ${topic.name} is declared by KafkaTopic ${other.metadata.name} too: the operator follows the older one and marks the other as a conflict; remove one`,
  }),
  rule<TopicView>({
    id: 'topic-replicas-above-brokers',
    covers: ['topic-replicas'],
    severity: 'error',
    source: sources.kafkaReplication,
    subjects: topics,
    broken: ({ cluster, replicas }) => cluster !== undefined && cluster.brokers > 0 && replicas !== undefined && replicas > cluster.brokers,
    path: 'spec.replicas',
    message: ({ name, cluster, replicas }) => {
      const brokers = cluster?.brokers ?? 0;
      return `topic ${name} wants ${replicas ?? 0} replicas, but Kafka ${cluster?.name ?? ''} has ${brokers} ${brokers === 1 ? 'broker' : 'brokers'}, and a broker holds one replica of a partition at most; set replicas to ${brokers} or less, or add brokers`;
    },
  }),
  rule<TopicView>({
    id: 'topic-replicas-low',
    what: 'a topic kept once on three brokers or more',
    severity: 'warning',
    source: sources.kafkaReplication,
    subjects: topics,
    broken: ({ cluster, replicas }) => cluster !== undefined && cluster.brokers >= 3 && replicas === 1,
    path: 'spec.replicas',
    message: ({ name, cluster }) =>
      `topic ${name} has 1 replica on ${cluster?.brokers ?? 0} brokers: the loss of one broker loses its records; set replicas to 3`,
  }),
  rule<TopicView>({
    id: 'topic-min-isr-above-replicas',
    covers: ['silent-topic-min-isr'],
    severity: 'error',
    source: sources.kafkaReplication,
    subjects: topics,
    broken: ({ replicas, minInsyncReplicas }) => replicas !== undefined && minInsyncReplicas !== undefined && minInsyncReplicas > replicas,
    path: 'spec.config.min.insync.replicas',
    message: ({ name, replicas = 0, minInsyncReplicas = 0 }) =>
      `topic ${name} wants ${minInsyncReplicas} in-sync replicas of ${replicas}: the topic is made and looks ready, and every write with acks=all is refused; set min.insync.replicas to ${Math.max(1, replicas - 1)}`,
  }),
  rule<TopicView>({
    id: 'topic-min-isr-equals-replicas',
    what: 'min ISR equal to the replicas: no broker may be down',
    severity: 'warning',
    source: sources.kafkaReplication,
    subjects: topics,
    broken: ({ replicas, minInsyncReplicas }) => replicas !== undefined && replicas > 1 && minInsyncReplicas === replicas,
    path: 'spec.config.min.insync.replicas',
    message: ({ name, replicas = 0 }) =>
      `topic ${name} wants all of its ${replicas} replicas in sync: one broker down, and writes with acks=all stop; set min.insync.replicas to ${replicas - 1}`,
  }),
  rule<OptionView>({
    id: 'topic-option-gone',
    what: 'a topic option that Kafka 4 no longer has',
    covers: ['topic-config'],
    severity: 'error',
    source: sources.kafkaUpgrade,
    subjects: options,
    broken: ({ option }) => Object.hasOwn(goneOptions, option),
    path: optionPath,
    message: ({ topic, option }) =>
      `topic ${topic.name} sets ${option}, which is gone in Kafka 4: the operator could not make the topic; ${goneOptions[option] ?? ''}`,
  }),
  rule<OptionView>({
    id: 'topic-throttled-replicas',
    severity: 'warning',
    source: topicOperator('BatchingTopicController'),
    covers: ['topic-throttled'],
    subjects: options,
    broken: ({ option }) => throttled.includes(option),
    path: optionPath,
    message: ({ topic, option }) =>
      `topic ${topic.name} sets ${option}, which a throttled rebalance sets and clears itself: the operator warns, for the two would undo each other; remove it`,
  }),
  rule<OptionView>({
    id: 'topic-option-not-alterable',
    severity: 'warning',
    source: topicOperator('BatchingTopicController'),
    covers: ['topic-alterable'],
    subjects: options,
    broken: ({ topic, option }) =>
      topic.cluster !== undefined && !throttled.includes(option) && alterable(topic.cluster)?.includes(option) === false,
    path: optionPath,
    message: ({ topic, option, value }) =>
      `topic ${topic.name} sets ${option} (${shown(value)}), which STRIMZI_ALTERABLE_TOPIC_CONFIG of Kafka ${topic.cluster?.name ?? ''} does not allow: the operator ignores it once the topic is there; remove it, or add it to the list`,
  }),
];
