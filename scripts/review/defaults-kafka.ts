import { kafkaOptions } from '../../constructs/model/kafka-options.js';
import { numberAt, recordAt, textAt, type Resource } from '../../constructs/model/resource.js';
import { clusterLabel, watches } from '../../constructs/model/system.js';
import type { Side } from './change.js';

/** The Kafka that an object names by its label, if it stands on this side. */
export function kafkaOf(resource: Resource, side: Side): Resource | undefined {
  const name = clusterLabel(resource);
  return name === undefined ? undefined : side.ofKind('Kafka').find((kafka) => kafka.metadata.name === name && watches(kafka, resource));
}

/** The value of a broker option as the Kafka has it: what stands in its config, else Kafka's own default for its version. */
export function brokerOption(kafka: Resource, name: string): unknown {
  const config = recordAt(kafka, 'spec', 'kafka', 'config');
  if (Object.hasOwn(config, name) && config[name] !== null) return config[name];
  return brokerDefault(kafka, name);
}

/** Kafka's own default of a broker option, in the version of this Kafka. */
export function brokerDefault(kafka: Resource, name: string): unknown {
  const options = kafkaOptions('broker', textAt(kafka, 'spec', 'kafka', 'version'));
  return asGiven(Object.hasOwn(options, name) ? options[name]?.default : undefined);
}

/** Lists of Kafka are written with commas. */
const asGiven = (value: unknown): unknown => (Array.isArray(value) ? value.join(',') : value);

/** Broker options that a topic falls back on, the first that is set, where they are not `log.` and the name; with their unit in ms. */
const synonyms: Readonly<Record<string, readonly (readonly [string, number])[]>> = {
  'retention.ms': [
    ['log.retention.ms', 1],
    ['log.retention.minutes', 60_000],
    ['log.retention.hours', 3_600_000],
  ],
  'segment.ms': [
    ['log.roll.ms', 1],
    ['log.roll.hours', 3_600_000],
  ],
  'segment.jitter.ms': [
    ['log.roll.jitter.ms', 1],
    ['log.roll.jitter.hours', 3_600_000],
  ],
  'flush.ms': [
    ['log.flush.interval.ms', 1],
    ['log.flush.scheduler.interval.ms', 1],
  ],
  'flush.messages': [['log.flush.interval.messages', 1]],
  'segment.index.bytes': [['log.index.size.max.bytes', 1]],
  'max.message.bytes': [['message.max.bytes', 1]],
  'delete.retention.ms': [['log.cleaner.delete.retention.ms', 1]],
  'file.delete.delay.ms': [['log.segment.delete.delay.ms', 1]],
  'max.compaction.lag.ms': [['log.cleaner.max.compaction.lag.ms', 1]],
  'min.compaction.lag.ms': [['log.cleaner.min.compaction.lag.ms', 1]],
  'min.cleanable.dirty.ratio': [['log.cleaner.min.cleanable.ratio', 1]],
};
/** Options of the same name on broker and topic. */
const sameName = /^(compression\.|min\.insync\.replicas$|unclean\.leader\.election\.enable$)/;
/** Options a broker has no default for. */
const topicOnly = /^(remote\.|(leader|follower)\.replication\.throttled)/;

/**
 * What a topic has when its resource does not say an option: what its brokers are told, else Kafka's default. Undefined where the Kafka is
 * not among the manifests, for then nobody here knows what its brokers are told.
 * Source: org.apache.kafka.server.config.ServerTopicConfigSynonyms
 */
export function topicOptionDefault(topic: Resource, name: string, side: Side): unknown {
  const kafka = kafkaOf(topic, side);
  if (kafka === undefined) return undefined;
  const options = kafkaOptions('topic', textAt(kafka, 'spec', 'kafka', 'version'));
  if (!Object.hasOwn(options, name)) return undefined;
  if (topicOnly.test(name)) return asGiven(options[name]?.default);
  const fallbacks = synonyms[name] ?? [[sameName.test(name) ? name : `log.${name}`, 1]];
  for (const [broker, unit] of fallbacks) {
    const value = brokerOption(kafka, broker);
    if (value === undefined || value === null) continue;
    const number = unit === 1 ? undefined : numberAt({ value }, 'value');
    return number === undefined ? value : number * unit;
  }
  return undefined;
}

/** Partitions or replicas of a topic that does not say them: what its brokers are told for new topics. */
export function topicShapeDefault(topic: Resource, field: 'partitions' | 'replicas', side: Side): unknown {
  const kafka = kafkaOf(topic, side);
  return kafka && brokerOption(kafka, field === 'partitions' ? 'num.partitions' : 'default.replication.factor');
}
