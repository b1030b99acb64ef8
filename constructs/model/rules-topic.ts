import { textAt } from './resource.js';
import { rule, sources, type Rule } from './rule.js';
import type { System, TopicView } from './system.js';

/** What is wrong with the name of a topic in Kafka, or undefined. Source: org.apache.kafka.common.internals.Topic.validate */
export function topicNameProblem(name: string): string | undefined {
  if (/^[a-zA-Z0-9._-]{1,249}$/.test(name) && name !== '.' && name !== '..') return undefined;
  return `topic name "${name}" is not legal: Kafka takes 1 to 249 of the characters a-z A-Z 0-9 . _ - and neither "." nor ".."; choose another name`;
}

const topics = (system: System): readonly TopicView[] => system.topics;
const namePath = ({ resource }: TopicView): string =>
  textAt(resource, 'spec', 'topicName') === undefined ? 'metadata.name' : 'spec.topicName';

/** The topic of the same cluster and name that is declared first. */
function declaredBefore(topic: TopicView, system: System): TopicView | undefined {
  const first = system.topics.find(({ name, cluster }) => name === topic.name && cluster === topic.cluster);
  return first === topic ? undefined : first;
}

export const topicRules: readonly Rule[] = [
  rule<TopicView>({
    id: 'topic-name-illegal',
    severity: 'error',
    source: 'https://kafka.apache.org/43/documentation.html#basic_ops_add_topic',
    subjects: topics,
    broken: ({ name }) => topicNameProblem(name) !== undefined,
    path: namePath,
    message: ({ name }) => topicNameProblem(name) ?? '',
  }),
  rule<TopicView>({
    id: 'topic-name-convention',
    severity: 'info',
    source: 'lab 1.1: names follow <domain>.<entity>.<action>',
    subjects: topics,
    broken: ({ name }) => !/^[a-z0-9-]+\.[a-z0-9-]+\.[a-z0-9-]+$/.test(name),
    path: namePath,
    message: ({ name }) =>
      `topic ${name} does not follow <domain>.<entity>.<action> (sales.order.created): a note only, but a topic cannot be renamed later`,
  }),
  rule<TopicView>({
    id: 'topic-twice',
    severity: 'error',
    source: sources.strimzi,
    subjects: topics,
    broken: (topic, system) => declaredBefore(topic, system) !== undefined,
    path: namePath,
    message: (topic, system) =>
      `topic ${topic.name} is declared by KafkaTopic ${declaredBefore(topic, system)?.resource.metadata.name ?? ''} too: the operator follows the older one and marks the other as a conflict; remove one`,
  }),
  rule<TopicView>({
    id: 'topic-replicas-above-brokers',
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
    severity: 'warning',
    source: sources.kafkaReplication,
    subjects: topics,
    broken: ({ replicas, minInsyncReplicas }) => replicas !== undefined && replicas > 1 && minInsyncReplicas === replicas,
    path: 'spec.config.min.insync.replicas',
    message: ({ name, replicas = 0 }) =>
      `topic ${name} wants all of its ${replicas} replicas in sync: one broker down, and writes with acks=all stop; set min.insync.replicas to ${replicas - 1}`,
  }),
  rule<TopicView>({
    id: 'topic-option-gone',
    severity: 'error',
    source: sources.kafkaUpgrade,
    subjects: topics,
    broken: ({ resource }) =>
      ['message.format.version', 'message.timestamp.difference.max.ms'].some((option) => hasOption(resource, option)),
    path: ({ resource }) =>
      `spec.config.${hasOption(resource, 'message.format.version') ? 'message.format.version' : 'message.timestamp.difference.max.ms'}`,
    message: ({ name, resource }) =>
      hasOption(resource, 'message.format.version')
        ? `topic ${name} sets message.format.version, which is gone in Kafka 4 (there is one message format only): the operator could not make the topic; remove it`
        : `topic ${name} sets message.timestamp.difference.max.ms, which is gone in Kafka 4; use message.timestamp.before.max.ms and message.timestamp.after.max.ms`,
  }),
];

function hasOption(resource: TopicView['resource'], option: string): boolean {
  const config: unknown = resource.spec?.['config'];
  return typeof config === 'object' && config !== null && Object.hasOwn(config, option);
}
