import { textAt } from '../../constructs/model/resource.js';
import { brokerDefault, topicOptionDefault, topicShapeDefault } from './defaults-kafka.js';
import type { Default } from './defaults-kubernetes.js';
import type { Place, Surroundings } from './place.js';

/**
 * What Strimzi's operators take where a field is not said, as the descriptions of its CRDs and the defaults of its API classes have it
 * (io.strimzi.api.kafka.model, 1.2.0).
 */
const ofKind: Readonly<Record<string, Readonly<Record<string, Default>>>> = {
  Kafka: {
    'spec.kafka.authorization.supportsAdminApi': false,
    'spec.kafka.jvmOptions.gcLoggingEnabled': false,
    'spec.clusterCa.generateCertificateAuthority': true,
    'spec.clusterCa.generateSecretOwnerReference': true,
    'spec.clusterCa.validityDays': 365,
    'spec.clusterCa.renewalDays': 30,
    'spec.clusterCa.certificateExpirationPolicy': 'renew-certificate',
    'spec.clientsCa.generateCertificateAuthority': true,
    'spec.clientsCa.generateSecretOwnerReference': true,
    'spec.clientsCa.validityDays': 365,
    'spec.clientsCa.renewalDays': 30,
    'spec.clientsCa.certificateExpirationPolicy': 'renew-certificate',
    'spec.entityOperator.topicOperator.jvmOptions.gcLoggingEnabled': false,
    'spec.entityOperator.userOperator.jvmOptions.gcLoggingEnabled': false,
    'spec.kafkaExporter.groupRegex': '.*',
    'spec.kafkaExporter.topicRegex': '.*',
    'spec.kafkaExporter.logging': 'info',
    'spec.kafka.listeners[].configuration.publishNotReadyAddresses': false,
    'spec.kafka.listeners[].configuration.createBootstrapService': true,
  },
  KafkaNodePool: {
    'spec.storage.deleteClaim': false,
    'spec.storage.volumes[].deleteClaim': false,
    'spec.jvmOptions.gcLoggingEnabled': false,
  },
  KafkaUser: {
    'spec.authorization.acls[].type': 'allow',
    'spec.authorization.acls[].host': '*',
    'spec.authorization.acls[].resource.patternType': (parent) => (textAt(parent, 'type') === 'cluster' ? undefined : 'literal'),
  },
  KafkaConnector: { 'spec.state': 'running' },
  KafkaConnect: { 'spec.jvmOptions.gcLoggingEnabled': false },
  KafkaMirrorMaker2: {
    'spec.jvmOptions.gcLoggingEnabled': false,
    'spec.mirrors[].sourceConnector.state': 'running',
    'spec.mirrors[].checkpointConnector.state': 'running',
  },
  KafkaBridge: {
    'spec.jvmOptions.gcLoggingEnabled': false,
    'spec.consumer.enabled': true,
    'spec.consumer.timeoutSeconds': -1,
    'spec.producer.enabled': true,
  },
  KafkaRebalance: {
    'spec.mode': 'full',
    'spec.skipHardGoalCheck': false,
    'spec.rebalanceDisk': false,
    'spec.concurrentPartitionMovementsPerBroker': 5,
    'spec.concurrentIntraBrokerPartitionMovements': 2,
    'spec.concurrentLeaderMovements': 1000,
  },
};

/** Defaults that follow from the object alone. */
export function strimziDefault(kind: string, pattern: string): Default | undefined {
  const table = Object.hasOwn(ofKind, kind) ? ofKind[kind] : undefined;
  return table !== undefined && Object.hasOwn(table, pattern) ? table[pattern] : undefined;
}

/** Defaults that Kafka has, or that a topic has from its brokers. */
export function kafkaDefault({ kind, pattern, within, key }: Place, { resource, side }: Surroundings): unknown {
  if (kind === 'Kafka') return within === 'spec.kafka.config' ? brokerDefault(resource, key) : undefined;
  if (kind !== 'KafkaTopic') return undefined;
  if (within === 'spec.config') return topicOptionDefault(resource, key, side);
  if (pattern === 'spec.topicName') return resource.metadata.name;
  return pattern === 'spec.partitions' || pattern === 'spec.replicas'
    ? topicShapeDefault(resource, pattern === 'spec.partitions' ? 'partitions' : 'replicas', side)
    : undefined;
}
