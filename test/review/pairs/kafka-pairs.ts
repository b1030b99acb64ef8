import { brokers, cluster, controllers, jbod, pool, strimzi, topic, worker } from './strimzi-pair.js';
import type { ReviewPair } from './review-pair.js';

const nodes = brokers() + controllers();
const orders = topic('partitions: 6\nreplicas: 3');
const beside = nodes + orders;
const config = (more: string): string => cluster({ config: `{default.replication.factor: 3, min.insync.replicas: 2${more}}` });
const plain = '{name: plain, port: 9092, type: internal, tls: false}';
const tls = '{name: tls, port: 9093, type: internal, tls: true, authentication: {type: scram-sha-512}}';
const consumer = worker('consumer', 'inventory', { KAFKA_GROUP_ID: 'inventory-service', CONSUMER_SESSION_TIMEOUT_MS: '10000' });
const user = (spec: string): string => strimzi('KafkaUser', 'inventory', spec);
const brokerConfigs = 'Kafka 4.3 documentation, broker configs';
const versions = 'operator KRaftVersionChangeCreator 1.2.0';

export const kafkaPairs: readonly ReviewPair[] = [
  {
    name: 'version 4.2.1 → 4.3.1, metadata kept',
    source: versions,
    beside,
    before: cluster({ version: '4.2.1', kafka: 'metadataVersion: 4.2-IV1' }),
    after: cluster({ version: '4.3.1', kafka: 'metadataVersion: 4.2-IV1' }),
    says: [{ id: 'kafka-version-up', grade: 'rolling', words: ['6 nodes restart', 'stays at 4.2-IV1', 'way back is open'] }],
  },
  {
    name: 'version 4.2.1 → 4.3.1, metadata left to it',
    source: versions,
    beside,
    before: cluster({ version: '4.2.1' }),
    after: cluster({ version: '4.3.1' }),
    says: [{ id: 'kafka-version-up', grade: 'rolling', words: ['follows to 4.3-IV0', 'no way back to 4.2.1', 'metadataVersion: 4.2-IV1'] }],
  },
  {
    name: 'version 4.3.1 → 4.2.1',
    source: `${versions}.metadataVersionAtDowngrade`,
    beside,
    before: cluster({ version: '4.3.1' }),
    after: cluster({ version: '4.2.1' }),
    says: [{ id: 'kafka-version-down', grade: 'refused', words: ['no way back from 4.3.1', '4.3-IV0', '4.2-IV1'] }],
  },
  {
    name: 'version 4.3.1 → 4.2.1 while the metadata is old',
    source: `${versions}.metadataVersionAtDowngrade`,
    beside,
    before: cluster({ version: '4.3.1', kafka: 'metadataVersion: 4.2-IV1' }),
    after: cluster({ version: '4.2.1', kafka: 'metadataVersion: 4.2-IV1' }),
    says: [{ id: 'kafka-version-back', grade: 'rolling', words: ['possible'] }],
  },
  {
    name: 'a version this Strimzi does not run',
    source: 'operator KafkaVersion.Lookup 1.2.0',
    beside,
    before: cluster({ version: '4.3.1' }),
    after: cluster({ version: '4.1.1' }),
    says: [{ id: 'kafka-version-unsupported', grade: 'refused', words: ['does not run Kafka 4.1.1'] }],
  },
  {
    name: 'metadata version up',
    source: 'operator KRaftMetadataManager 1.2.0',
    beside,
    before: cluster({ kafka: 'metadataVersion: 4.2-IV1' }),
    after: cluster({ kafka: 'metadataVersion: 4.3-IV0' }),
    says: [{ id: 'kafka-metadata-up', grade: 'safe', words: ['no way back'] }],
  },
  {
    name: 'metadata version down',
    source: 'operator KRaftMetadataManager: SAFE_DOWNGRADE 1.2.0',
    beside,
    before: cluster({ kafka: 'metadataVersion: 4.3-IV0' }),
    after: cluster({ kafka: 'metadataVersion: 4.2-IV1' }),
    says: [{ id: 'kafka-metadata-down', grade: 'refused', words: ['MetadataUpdateFailed'] }],
  },
  {
    name: 'a dynamic option',
    source: `${brokerConfigs}: cluster-wide`,
    beside,
    before: config(''),
    after: config(', num.io.threads: 16'),
    says: [{ id: 'kafka-option-dynamic', grade: 'safe', words: ['while they run'] }],
  },
  {
    name: 'an option that takes a restart, under a topic kept once',
    source: `${brokerConfigs}: read-only; operator KafkaConfigurationDiff`,
    beside: nodes + topic('partitions: 1\nreplicas: 1', { name: 'audit' }),
    before: config(''),
    after: config(', replica.lag.time.max.ms: 20000'),
    says: [{ id: 'kafka-option-rolling', grade: 'rolling', words: ['6 nodes restart, one after the other', 'audit, kept once'] }],
  },
  {
    name: 'an option the operator sets itself',
    source: 'KafkaClusterSpec.FORBIDDEN_PREFIXES 1.2.0',
    beside,
    before: config(''),
    after: config(', log.dirs: /data'),
    says: [{ id: 'kafka-option-reserved', grade: 'refused', words: ['drops'] }],
  },
  {
    name: 'an option with a value that is none',
    source: 'operator KafkaConfiguration.validate 1.2.0',
    beside,
    before: config(''),
    after: config(', log.retention.ms: 7d'),
    says: [{ id: 'kafka-option-invalid', grade: 'refused', words: ['604800000'] }],
  },
  {
    name: 'min.insync.replicas 2 → 3 for all topics',
    source: `${brokerConfigs}: min.insync.replicas`,
    beside: beside + topic('partitions: 1\nreplicas: 3\nconfig: {min.insync.replicas: 2}', { name: 'own' }),
    before: cluster({ config: '{default.replication.factor: 3, min.insync.replicas: 2}' }),
    after: cluster({ config: '{default.replication.factor: 3, min.insync.replicas: 3}' }),
    says: [
      {
        id: 'kafka-min-isr-equals-replicas',
        grade: 'unavailable',
        words: ['orders.created wants all of its 3 replicas', 'next single broker'],
      },
    ],
  },
  {
    name: 'log.retention.hours 168 → 24',
    source: `${brokerConfigs}: log.retention.hours`,
    beside: beside + topic('partitions: 1\nreplicas: 3\nconfig: {retention.ms: 604800000}', { name: 'own' }),
    before: config(', log.retention.hours: 168'),
    after: config(', log.retention.hours: 24'),
    says: [
      {
        id: 'kafka-retention-down',
        grade: 'data-loss',
        words: ['older than 1d', 'orders.created, and topics that nobody declares', '85.7 %'],
      },
    ],
  },
  {
    name: 'offsets.retention.minutes down',
    source: `${brokerConfigs}: offsets.retention.minutes`,
    beside,
    before: config(''),
    after: config(', offsets.retention.minutes: 60'),
    says: [{ id: 'kafka-offsets-retention-down', grade: 'data-loss', words: ['without members for 1h', '7d'] }],
  },
  {
    name: 'group.min.session.timeout.ms above a session',
    source: `${brokerConfigs}: group.min.session.timeout.ms`,
    beside: beside + consumer,
    before: config(''),
    after: config(', group.min.session.timeout.ms: 30000'),
    says: [{ id: 'kafka-sessions-refused', grade: 'unavailable', words: ['inventory can no longer join', 'INVALID_SESSION_TIMEOUT'] }],
  },
  {
    name: 'default.replication.factor',
    source: `${brokerConfigs}: default.replication.factor`,
    beside,
    before: cluster(),
    after: cluster({ config: '{default.replication.factor: 2, min.insync.replicas: 2}' }),
    says: [{ id: 'kafka-default-replication', grade: 'rolling', words: ['keep what they have'] }],
  },
  {
    name: 'a listener removed that a worker uses',
    source: 'operator ListenersReconciler 1.2.0',
    beside: beside + consumer,
    before: cluster({ listeners: `[${plain}, ${tls}]` }),
    after: cluster({ listeners: `[${tls}]` }),
    says: [{ id: 'kafka-listener-removed', grade: 'unavailable', words: ['Deployment inventory still names bhf-kafka-bootstrap:9092'] }],
  },
  {
    name: 'a listener added',
    source: 'operator KafkaRoller 1.2.0',
    beside,
    before: cluster({ listeners: `[${plain}]` }),
    after: cluster({ listeners: `[${plain}, ${tls}]` }),
    says: [{ id: 'kafka-listener-added', grade: 'rolling', words: ['port 9093', 'scram-sha-512'] }],
  },
  {
    name: 'a listener on another port',
    source: 'operator KafkaRoller 1.2.0',
    beside: beside + consumer,
    before: cluster(),
    after: cluster({ listeners: '[{name: plain, port: 9095, type: internal, tls: false}]' }),
    says: [{ id: 'kafka-listener-port', grade: 'unavailable', words: ['listens on 9095, no longer on 9092', 'Deployment inventory'] }],
  },
  {
    name: 'another authentication, while a user and a worker come by the old one',
    source: 'operator KafkaRoller 1.2.0; KafkaUserModel',
    beside:
      beside +
      user('authentication: {type: scram-sha-512}') +
      worker('consumer', 'inventory', { KAFKA_BOOTSTRAP_SERVERS: 'bhf-kafka-bootstrap:9093' }),
    before: cluster({ listeners: `[${tls}]` }),
    after: cluster({ listeners: '[{name: tls, port: 9093, type: internal, tls: true, authentication: {type: tls}}]' }),
    says: [
      {
        id: 'kafka-listener-authentication',
        grade: 'unavailable',
        words: ['KafkaUser inventory cannot come in', 'Deployment inventory comes as before'],
      },
    ],
  },
  {
    name: 'authorization on, while a worker comes without a name',
    source: 'Kafka 4.3 documentation, security_authz: no ACL, no access',
    beside: beside + consumer,
    before: cluster(),
    after: cluster({ kafka: 'authorization: {type: simple}' }),
    says: [{ id: 'kafka-authorization-on', grade: 'unavailable', words: ['Deployment inventory comes without a name'] }],
  },
  {
    name: 'authorization off under users with ACLs',
    source: 'user-operator KafkaUserModel: isAclsAdminApiSupported 1.2.0',
    beside: beside + user('authorization: {type: simple, acls: [{resource: {type: topic, name: a}, operations: [Read]}]}'),
    before: cluster({ kafka: 'authorization: {type: simple}' }),
    after: cluster(),
    says: [{ id: 'kafka-authorization-off', grade: 'refused', words: ['delete everything', 'KafkaUser inventory'] }],
  },
  {
    name: 'the entity operator removed',
    source: 'operator EntityOperatorReconciler 1.2.0',
    beside,
    before: cluster(),
    after: cluster({ rest: '' }),
    says: [{ id: 'kafka-entity-operator-removed', grade: 'refused', words: ['1 KafkaTopic of bhf', 'finalizer'] }],
  },
  {
    name: 'Cruise Control removed',
    source: 'operator CruiseControlMetricsReporter 1.2.0',
    beside,
    before: cluster({ rest: 'cruiseControl: {}' }),
    after: cluster({ rest: '' }),
    says: [{ id: 'kafka-cruise-control-removed', grade: 'rolling', words: ['refused', '6 nodes restart'] }],
  },
  {
    name: 'removed, with volumes that go',
    source: 'operator PersistentVolumeClaimUtils, NodePoolUtils 1.2.0',
    before:
      cluster() +
      pool('all', `replicas: 3\nroles: [broker, controller]\n${jbod('{id: 0, type: persistent-claim, size: 1Gi, deleteClaim: true}')}`),
    after: '',
    says: [
      { id: 'kafka-removed', grade: 'data-loss', words: ['pool all are deleted with every record'] },
      { id: 'pool-removed', grade: 'data-loss' },
    ],
  },
  {
    name: 'v1beta2 → v1, with a field that v1 has not',
    source: 'Strimzi CHANGELOG 1.0.0; CustomResourceDefinition kafkas',
    beside,
    before: cluster({ kafka: 'replicas: 3' }).replace('strimzi.io/v1\n', 'strimzi.io/v1beta2\n'),
    after: cluster({ kafka: 'replicas: 3' }),
    says: [{ id: 'strimzi-fields-pruned', grade: 'refused', words: ['spec.kafka.replicas'] }],
  },
  {
    name: 'several options that need a restart: one',
    source: brokerConfigs,
    beside,
    before: config(''),
    after: config(', num.partitions: 3, replica.lag.time.max.ms: 60000, queued.max.requests: 600'),
    says: [
      {
        id: 'kafka-new-topics-only',
        grade: 'rolling',
        words: ['6 nodes restart', 'Once for all of it', 'config.num.partitions and config'],
      },
      {
        id: 'kafka-option-rolling',
        grade: 'rolling',
        words: ["replica.lag.time.max.ms goes from Kafka's default to 60000. queued.max.requests goes"],
        not: ['restart'],
      },
    ],
  },
  {
    name: 'what no ACL names is shut',
    source: 'Kafka 4.3 documentation, security_authz',
    beside,
    before: cluster({ kafka: 'authorization: {type: simple}', config: '{allow.everyone.if.no.acl.found: true}' }),
    after: cluster({ kafka: 'authorization: {type: simple}', config: '{}' }),
    says: [{ id: 'kafka-acl-default', grade: 'unavailable', words: ['only super users', 'KafkaUser with its ACLs first'] }],
  },
  {
    name: 'what no ACL names, without an authorizer',
    source: 'Kafka 4.3 documentation, security_authz',
    beside,
    before: cluster({ config: '{allow.everyone.if.no.acl.found: true}' }),
    after: cluster({ config: '{}' }),
    says: [{ id: 'kafka-acl-default', grade: 'rolling', words: ['does nothing'] }],
  },
];
