import { config, strimzi, type Case } from './case.js';

const broker = (option: string, good: unknown, bad: unknown, ...says: string[]): Case => ({
  rule: 'broker-option-invalid',
  accepts: (o) => void (config(o)[option] = good),
  refuses: (o) => void (config(o)[option] = bad),
  says,
  path: `spec.kafka.config.${option}`,
});

const topic = (option: string, good: unknown, bad: unknown, ...says: string[]): Case => ({
  rule: 'topic-option-invalid',
  accepts: (o) => void (o.topic.spec.config[option] = good),
  refuses: (o) => void (o.topic.spec.config[option] = bad),
  says,
  path: `spec.config.${option}`,
});

export const optionCases: readonly Case[] = [
  broker('num.network.threads', '1', 0, '0', 'give 1 or more'),
  broker('log.segment.bytes', 2147483647, 2147483648, '2147483648', 'give 2147483647 or less'),
  broker('log.retention.ms', -1, '7d', '"7d"', '604800000', 'milliseconds'),
  broker('log.retention.hours', '${env:HOURS}', '1.5', '"1.5"', 'give a whole number'),
  broker('auto.create.topics.enable', 'false', 'no', '"no"', 'give true or false'),
  broker('log.cleanup.policy', 'compact,delete', 'compact,remove', 'give some of compact, delete'),
  broker('log.cleanup.policy', 'delete', ['delete'], 'a list', 'give it as text'),
  broker('metric.reporters', 'a.B,c.D', '', 'give an entry'),
  broker('metric.reporters', 'a.B', 'a.B,a.B', 'a.B stands there twice'),
  broker('compression.type', 'zstd', 'ztsd', '"ztsd"', 'did you mean zstd?'),
  broker('compression.gzip.level', -1, 0, 'give one of -1, 1'),
  broker('log.cleaner.io.buffer.load.factor', 0.5, 'half', 'give a number'),
  broker('group.consumer.migration.policy', 'upgrade', 'sideways', 'UPGRADE'),
  broker('my.plugin.option', 'x', { a: 1 }, 'a map', 'give it as text'),
  broker('my.plugin.option', 'x', null, 'remove the option'),
  {
    rule: 'broker-option-unknown',
    accepts: (o) => void (config(o)['log.retention.ms'] = 1),
    refuses: (o) => void (config(o)['log.retention.msec'] = 1),
    says: ['log.retention.msec is no broker option of Kafka 4.3.1', 'did you mean log.retention.ms?', 'without a word'],
    path: 'spec.kafka.config.log.retention.msec',
  },
  {
    rule: 'broker-option-unknown',
    accepts: (o) => void (config(o)['config.providers.vault.class'] = 'a.B'),
    refuses: (o) => {
      Object.assign(o.kafka.spec.kafka, { version: '4.2.1', metadataVersion: '4.2-IV1' });
      config(o)['group.coordinator.background.threads'] = 2;
    },
    says: ['no broker option of Kafka 4.2.1', '4.3.0 has it'],
    path: 'spec.kafka.config.group.coordinator.background.threads',
  },
  topic('retention.ms', '604800000', '7d', '7d is 604800000', 'cannot make the topic'),
  topic('cleanup.policy', ['compact', 'delete'], { policy: 'delete' }, 'a map'),
  topic('segment.bytes', 1048576, 10, 'give 1048576 or more'),
  {
    rule: 'topic-option-unknown',
    accepts: (o) => void (o.topic.spec.config['retention.bytes'] = null),
    refuses: (o) => void (o.topic.spec.config['log.retention.ms'] = 1),
    says: ['log.retention.ms is no topic option', 'did you mean', 'correct or remove it'],
    path: 'spec.config.log.retention.ms',
  },
  {
    rule: 'client-option-invalid',
    accepts: (o) => void (o['bridge'] = strimzi('KafkaBridge', 'b', { producer: { config: { acks: 1 } } })),
    refuses: (o) => void (o['bridge'] = strimzi('KafkaBridge', 'b', { producer: { config: { acks: 2 } } })),
    says: ['acks is 2', 'give one of all, -1, 0, 1'],
    path: 'spec.producer.config.acks',
  },
  {
    rule: 'client-option-invalid',
    accepts: (o) => void (o['connect'] = strimzi('KafkaConnect', 'c', { config: { 'consumer.auto.offset.reset': 'by_duration:P1D' } })),
    refuses: (o) => void (o['connect'] = strimzi('KafkaConnect', 'c', { config: { 'consumer.auto.offset.reset': 'oldest' } })),
    says: ['"oldest"', 'earliest'],
    path: 'spec.config.consumer.auto.offset.reset',
  },
  {
    rule: 'client-option-unknown',
    accepts: (o) => void (o['connector'] = strimzi('KafkaConnector', 'c', { config: { 'producer.override.linger.ms': 5, file: 'x' } })),
    refuses: (o) => void (o['connector'] = strimzi('KafkaConnector', 'c', { config: { 'producer.override.linger_ms': 5 } })),
    says: ['linger_ms is no producer option', 'did you mean linger.ms?'],
    path: 'spec.config.producer.override.linger_ms',
  },
];
