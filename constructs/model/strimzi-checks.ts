/**
 * What becomes of an object with the mistake: `refused` by the API server, `pruned` by it, an `error` or a `warning` in the object's
 * status, only a line in the operator's `log`, or nothing at all: `silent`.
 */
export type StrimziLevel = 'refused' | 'pruned' | 'error' | 'warning' | 'log' | 'silent';

/** Something Strimzi 1.2.0 looks at, or should. */
export interface StrimziCheckRow {
  readonly what: string;
  readonly level: StrimziLevel;
  /** The class of Strimzi that does it. */
  readonly where: string;
  /** Why no rule can know: it takes a running cluster, or the state before. */
  readonly live?: string;
}

const row = (level: StrimziLevel, where: string, what: string, live?: string): StrimziCheckRow => ({
  what,
  level,
  where,
  ...(live !== undefined && { live }),
});

const secrets = 'Secrets are not among the manifests';
const before = 'compares with what runs: muster review does';

/** What Strimzi 1.2.0 checks and what it lets through, read in its source; each rule names the rows it covers. */
export const strimziChecks = {
  // The API server, by the CustomResourceDefinitions.
  'crd-unknown-field': row('pruned', 'CustomResourceDefinition', 'a field that is not in the schema'),
  'crd-gone-field': row('pruned', 'CustomResourceDefinition', 'a field of v1beta2 that v1 no longer has'),
  'crd-required': row('refused', 'CustomResourceDefinition', 'a required field is missing'),
  'crd-value': row('refused', 'CustomResourceDefinition', 'type, range, pattern or enum of a field'),
  'crd-name': row('refused', 'API server', 'metadata.name is no RFC 1123 subdomain'),
  'crd-cel': row('refused', 'x-kubernetes-validations', 'rack, metrics and validity days: fields that need each other'),
  // Kafka and node pools.
  'no-node-pool': row('error', 'KafkaAssemblyOperator', 'no KafkaNodePool carries the label of the Kafka'),
  'pool-roles': row('error', 'model/nodepools/NodePoolUtils', 'no replica with the role broker or controller; a pool without roles'),
  'pool-orphan': row('log', 'KafkaAssemblyOperator', 'a node pool whose Kafka does not exist'),
  'jbod-metadata-version': row('error', 'model/nodepools/NodePoolUtils', 'several JBOD volumes below metadata version 3.7-IV2'),
  'node-id-range': row('log', 'model/nodepools/NodeIdRange', 'next-node-ids or remove-node-ids is no range'),
  'node-id-duplicate': row('error', 'model/nodepools/NodeIdAssignor', 'two nodes with one id'),
  'storage-incomplete': row('error', 'model/StorageUtils', 'JBOD without volumes, a claim without size, a JBOD volume without id'),
  'compute-resources': row('error', 'model/ModelUtils', 'requests above limits, or not above zero'),
  'storage-change': row('warning', 'model/StorageDiff', 'a forbidden change of storage is ignored', before),
  'metadata-volume': row('error', 'model/VolumeUtils', 'no volume can hold the KRaft metadata'),
  'scale-down': row(
    'warning',
    'KafkaClusterCreator',
    'removal of brokers that hold replicas is reverted',
    'needs the assignment of partitions',
  ),
  'kafka-version': row('error', 'model/KafkaVersion', 'a Kafka version that this Strimzi does not run'),
  'metadata-version-invalid': row('error', 'model/KafkaCluster', 'metadataVersion that is none, or below 3.3-IV3'),
  'metadata-version-newer': row('log', 'KRaftVersionChangeCreator', 'metadataVersion above the version is ignored'),
  'metadata-version-older': row('warning', 'model/KafkaSpecChecker', 'metadataVersion below the version'),
  'metadata-downgrade': row('error', 'KRaftVersionChangeCreator', 'metadata version above the version one comes from', before),
  'metadata-update': row('warning', 'KRaftMetadataManager', 'the cluster refuses the metadata version', 'the running cluster decides'),
  'replication-integers': row('error', 'model/KafkaCluster', 'replication factors and transaction.state.log.min.isr against the brokers'),
  'broker-options': row('error', 'model/KafkaConfiguration', 'type and range of each known broker option'),
  'broker-options-forbidden': row('log', 'model/AbstractConfiguration', 'broker options that Strimzi sets itself are dropped'),
  'config-providers': row('error', 'model/KafkaBrokerConfigurationBuilder', 'a configuration provider with a reserved alias'),
  'replication-unset': row('warning', 'model/KafkaSpecChecker', 'default.replication.factor unset on several brokers'),
  'min-isr-unset': row('warning', 'model/KafkaSpecChecker', 'min.insync.replicas unset on several brokers'),
  'single-ephemeral': row('warning', 'model/KafkaSpecChecker', 'a single broker or controller on ephemeral storage'),
  'controllers-even': row('warning', 'model/KafkaSpecChecker', 'an even number of controllers'),
  'inter-broker-protocol': row('warning', 'model/KafkaSpecChecker', 'inter.broker.protocol.version is set'),
  'message-format': row('warning', 'model/KafkaSpecChecker', 'log.message.format.version is set'),
  'ingress-deprecated': row('warning', 'model/KafkaSpecChecker', 'a listener of type ingress'),
  'unknown-fields': row('warning', 'ValidationVisitor', 'a deprecated or unknown field that reached the operator'),
  'quotas-both': row('error', 'model/KafkaCluster', 'both limits of available storage in the quotas plugin'),
  'quotas-callback': row('warning', 'model/KafkaCluster', 'client.quota.callback.class beside the quotas plugin'),
  'additional-volumes': row('error', 'model/TemplateUtils', 'names of additional volumes, and mounts outside /mnt'),
  'config-map-reference': row('error', 'model/logging/LoggingUtils', 'external logging or JMX metrics without a ConfigMap key'),
  'metrics-allow-list': row(
    'error',
    'model/metrics/StrimziMetricsReporterModel',
    'an empty allow list, or one that is no regular expression',
  ),
  'custom-ca': row('error', 'CustomCaProvider', 'a custom CA without its Secrets', secrets),
  'pvc-resize': row('warning', 'PvcReconciler', 'a StorageClass that cannot grow its volumes', 'StorageClasses belong to the cluster'),
  'kafka-secrets': row('error', 'ReconcilerUtils', 'Secrets of certificates and passwords', secrets),
  // Listeners.
  'listener-unique': row('error', 'model/ListenersValidator', 'names and ports of listeners are unique'),
  'listener-port': row('error', 'model/ListenersValidator', 'ports 9404 and 9999 are taken'),
  'listener-tls': row('error', 'model/ListenersValidator', 'route and ingress need TLS'),
  'listener-tls-features': row('error', 'model/ListenersValidator', 'mutual TLS and own certificates need TLS'),
  'listener-hosts': row('error', 'model/ListenersValidator', 'ingress and tlsroute need a host for bootstrap and every broker'),
  'listener-parent-refs': row('error', 'model/ListenersValidator', 'tlsroute needs parentRefs'),
  'listener-type-fields': row('error', 'model/ListenersValidator', 'configuration that the type of the listener does not have'),
  'listener-certificate': row('error', 'model/ListenersValidator', 'brokerCertChainAndKey with an empty field'),
  'listener-brokers': row('log', 'model/ListenersValidator', 'configuration for brokers that do not exist'),
  'listener-port-template': row('error', 'model/ListenersUtils', 'advertisedPortTemplate that cannot be computed'),
  'listener-api': row('error', 'KafkaListenersReconciler', 'the Route or TLSRoute API is absent', 'known only with a target'),
  'listener-secrets': row('error', 'KafkaListenersReconciler', 'the Secret of an own certificate', secrets),
  // Cruise Control, rebalances.
  'cruise-control-brokers': row('error', 'model/cruisecontrol/CruiseControlMetricsReporter', 'Cruise Control on fewer than two brokers'),
  'cruise-control-topic': row('error', 'model/cruisecontrol/CruiseControlMetricsReporter', 'replication of the metrics topic'),
  'cruise-control-self-healing': row('error', 'model/CruiseControl', 'self.healing.goals is set'),
  'cruise-control-goals': row('log', 'model/CruiseControl', 'anomaly.detection.goals outside default.goals are replaced'),
  'cruise-control-forbidden': row('log', 'CruiseControlSpec', 'options of Cruise Control that Strimzi sets itself are dropped'),
  'broker-capacity': row('log', 'model/cruisecontrol/CapacityConfiguration', 'capacity of a broker that is unknown or named twice'),
  'cruise-control-metrics': row('refused', 'model/CruiseControl', 'strimziMetricsReporter on Cruise Control'),
  'cruise-control-users': row('error', 'model/cruisecontrol/HashLoginServiceApiCredentials', 'the Secret of API users', secrets),
  'auto-rebalance-template': row('log', 'KafkaAutoRebalancingReconciler', 'autoRebalance names a template that does not exist'),
  'rebalance-cluster': row('error', 'KafkaRebalanceAssemblyOperator', 'a rebalance without label, Kafka, or Cruise Control'),
  'rebalance-mode': row('error', 'KafkaRebalanceAssemblyOperator', 'a mode of rebalance without what it needs'),
  'rebalance-annotation': row(
    'warning',
    'KafkaRebalanceAssemblyOperator',
    'an annotation that the state does not allow',
    'the state is the operator’s',
  ),
  // Connect, MirrorMaker 2, Bridge.
  'client-authentication': row('error', 'model/AuthenticationUtils', 'client authentication without its certificate, user or password'),
  'client-tls': row('log', 'model/AuthenticationUtils', 'TLS authentication without spec.tls'),
  'client-options-forbidden': row('log', 'KafkaConnectSpec, KafkaBridgeSpec, …', 'options that Strimzi sets itself are dropped'),
  'connect-build': row('error', 'model/KafkaConnectBuild', 'image, plugins, artifacts and options of a build'),
  'connect-imagestream': row('error', 'ConnectBuildOperator', 'a build into an ImageStream outside OpenShift'),
  'connect-plugin': row('log', 'model/KafkaConnectCluster', 'a mounted plugin without artifacts'),
  'connect-version': row('error', 'model/KafkaVersion', 'a Kafka version that this Strimzi does not run'),
  'connector-label': row('error', 'KafkaConnectAssemblyOperator', 'a connector without label, or of no Connect'),
  'connector-resources': row('error', 'KafkaConnectAssemblyOperator', 'connectors of a Connect that does not watch them'),
  'connector-class': row(
    'error',
    'AbstractConnectOperator',
    'a class that the image does not have',
    'the running Connect knows its plugins',
  ),
  'connector-annotations': row('warning', 'AbstractConnectOperator', 'restart and offset annotations', 'they act on what runs'),
  'bridge-http': row('error', 'model/KafkaBridgeCluster', 'a Bridge without http, or with TLS without a certificate'),
  // Topics.
  'topic-change': row('error', 'BatchingTopicController', 'fewer partitions, other replicas, another topicName', before),
  'topic-twice': row('error', 'BatchingTopicController', 'two KafkaTopics for one topic'),
  'topic-replicas': row('error', 'KafkaHandler', 'more replicas than brokers'),
  'topic-config': row('error', 'KafkaHandler', 'illegal name, unknown option, bad value'),
  'topic-config-object': row('error', 'TopicOperatorUtil', 'an option whose value is a map'),
  'topic-throttled': row('warning', 'BatchingTopicController', 'throttled replicas in the topic’s options'),
  'topic-alterable': row('warning', 'BatchingTopicController', 'an option outside STRIMZI_ALTERABLE_TOPIC_CONFIG'),
  'topic-cruise-control': row('log', 'CruiseControlHandler', 'a change of replicas below min ISR', before),
  'auto-create': row('log', 'KafkaHandler', 'auto.create.topics.enable is true'),
  'topic-spec': row('log', 'BatchingTopicController', 'a KafkaTopic without spec'),
  // Users.
  'user-name': row('error', 'KafkaUserModel', 'a TLS user whose name is longer than 64 characters'),
  'user-password': row('error', 'KafkaUserModel', 'a password without the name and key of a Secret'),
  'user-acls': row('error', 'KafkaUserModel', 'ACLs while the Kafka has no authorization that takes them'),
  'user-acl-name': row('error', 'acl/SimpleAclRuleResource', 'an ACL on a topic, group or transactional id without a name'),
  'user-ca': row('error', 'KafkaUserOperator', 'the Secrets of the clients CA', secrets),
  // What nobody says.
  'silent-min-isr': row('silent', '-', 'min.insync.replicas above the replication factor of the cluster'),
  'silent-topic-min-isr': row('silent', '-', 'min.insync.replicas of a topic above its replicas'),
  'silent-replication-one': row('silent', '-', 'internal topics kept once on three brokers'),
  'silent-volumes': row('silent', '-', 'two JBOD volumes with one id, or both for the KRaft metadata'),
  'silent-option-names': row('silent', '-', 'misspelt broker options pass'),
  'silent-size': row('silent', '-', 'a size that is no quantity'),
  'silent-listener': row('silent', '-', 'a user whose authentication no listener offers'),
  'silent-label': row('silent', '-', 'a label that names no Kafka'),
  'silent-pruned': row('silent', '-', 'an old manifest loses replicas, storage and resources'),
  'silent-not-ready': row(
    'silent',
    '-',
    'what follows the brokers is not looked at before they are ready',
    'an order of events, no mistake',
  ),
} as const satisfies Readonly<Record<string, StrimziCheckRow>>;

export type StrimziCheck = keyof typeof strimziChecks;
