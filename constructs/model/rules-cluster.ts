import { at, listAt, numberAt, textAt, type Resource } from './resource.js';
import { rule, sources, type Rule, type Subject } from './rule.js';
import { clusterLabel, isStrimzi, parseNodeIds, sameNamespace, type ClusterView, type PoolView, type System } from './system.js';
import { parseQuantity } from './units.js';
import { metadataVersionOf, releaseNumbers, versionPairProblem } from './versions.js';

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

function whyGone(option: string): string | undefined {
  const name = Object.keys(goneOptions).find((gone) => (gone.endsWith('.') ? option.startsWith(gone) : option === gone));
  return name === undefined ? undefined : goneOptions[name];
}

/** Prefixes of broker options that Strimzi sets itself, and drops from a manifest with nothing but a line in its own log. */
export const forbiddenPrefixes: readonly string[] = [
  'listeners',
  'advertised.',
  'broker.',
  'listener.',
  'host.name',
  'port',
  'inter.broker.listener.name',
  'sasl.',
  'ssl.',
  'security.',
  'password.',
  'log.dir',
  'zookeeper.',
  'authorizer.',
  'super.user',
  'node.id',
  'process.roles',
  'controller.',
  'metadata.log.dir',
  'cruise.control.metrics.topic',
  'cruise.control.metrics.reporter.bootstrap.servers',
  'client.quota.callback.static.',
  'prometheus.metrics.reporter.',
  'cordoned.log.dirs',
];

/** What passes all the same. `listener.name.…` is not judged: Strimzi lets some of these options through, by listener. */
const forbiddenExceptions: readonly string[] = [
  'listener.name.',
  'sasl.server.max.receive.size',
  'ssl.cipher.suites',
  'ssl.protocol',
  'ssl.enabled.protocols',
  'ssl.secure.random.implementation',
  'broker.session.timeout.ms',
  'broker.heartbeat.interval.ms',
  'controller.socket.timeout.ms',
  'controller.quorum.election.backoff.max.ms',
  'controller.quorum.election.timeout.ms',
  'controller.quorum.fetch.timeout.ms',
  'cruise.control.metrics.topic.num.partitions',
  'cruise.control.metrics.topic.replication.factor',
  'cruise.control.metrics.topic.retention.ms',
  'cruise.control.metrics.topic.auto.create.',
  'cruise.control.metrics.topic.min.insync.replicas',
];

function isForbidden(option: string): boolean {
  const name = option.toLowerCase();
  return (
    forbiddenPrefixes.some((prefix) => name.startsWith(prefix)) && !forbiddenExceptions.some((exception) => name.startsWith(exception))
  );
}

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

/** An object that belongs to a cluster by its label. */
interface LabelledView extends Subject {
  readonly label: string | undefined;
}

const labelled = (system: System): LabelledView[] =>
  system.resources
    .filter((resource) => isStrimzi(resource) && ['KafkaNodePool', 'KafkaTopic', 'KafkaUser', 'KafkaRebalance'].includes(resource.kind))
    .map((resource) => ({ resource, label: clusterLabel(resource) }));

const named = (system: System, label: string | undefined): Resource[] =>
  system.clusters.filter(({ name }) => name === label).map(({ resource }) => resource);

const poolName = (pool: PoolView): string => pool.resource.metadata.name;

/** An id of a node that two nodes of one cluster would have. */
interface DuplicateId extends Subject {
  readonly id: number;
  readonly other: PoolView;
}

function duplicateIds(system: System): DuplicateId[] {
  return system.clusters.flatMap(({ pools }) => {
    const owner = new Map<number, PoolView>();
    return pools.flatMap((pool) =>
      (pool.nodeIds ?? []).flatMap((id): DuplicateId[] => {
        const other = owner.get(id);
        if (other !== undefined) return [{ resource: pool.resource, id, other }];
        owner.set(id, pool);
        return [];
      }),
    );
  });
}

/** One size of a volume. */
interface VolumeSize extends Subject {
  readonly path: string;
  readonly size: string;
}

const volumeSizes = (system: System): VolumeSize[] =>
  system.pools.flatMap(({ resource }) => {
    const own = { path: 'spec.storage', value: at(resource, 'spec', 'storage') };
    const volumes = listAt(resource, 'spec', 'storage', 'volumes').map((value, i) => ({ path: `spec.storage.volumes[${i}]`, value }));
    return [own, ...volumes].flatMap(({ path, value }) =>
      ['size', 'sizeLimit'].flatMap((field): VolumeSize[] => {
        const size = textAt(value, field);
        return size === undefined ? [] : [{ resource, path: `${path}.${field}`, size }];
      }),
    );
  });

interface ListenerView extends Subject {
  readonly index: number;
  readonly name: string;
  readonly port: number;
  readonly others: readonly { readonly name: string; readonly port: number }[];
}

const listeners = (system: System): ListenerView[] =>
  system.clusters.flatMap(({ resource }) => {
    const all = listAt(resource, 'spec', 'kafka', 'listeners').map((listener) => ({
      name: textAt(listener, 'name') ?? '',
      port: numberAt(listener, 'port') ?? 0,
    }));
    return all.map((listener, index) => ({ resource, index, ...listener, others: all.slice(0, index) }));
  });

const reservedPorts: readonly number[] = [9404, 9999];

export const clusterRules: readonly Rule[] = [
  rule<ClusterView>({
    id: 'kafka-version-unsupported',
    severity: 'error',
    source: sources.strimzi,
    subjects: clusters,
    broken: ({ version, strimziVersion }) => version !== undefined && versionPairProblem(strimziVersion, version) !== undefined,
    path: 'spec.kafka.version',
    message: ({ version = '', strimziVersion }) => versionPairProblem(strimziVersion, version) ?? '',
  }),
  rule<ClusterView>({
    id: 'metadata-version-above-kafka',
    severity: 'error',
    source: sources.strimzi,
    subjects: clusters,
    broken: ({ resource, version }) => {
      const metadata = textAt(resource, 'spec', 'kafka', 'metadataVersion');
      if (metadata === undefined || version === undefined) return false;
      const [have, allowed] = [releaseNumbers(metadata), releaseNumbers(version)];
      if (have === undefined) return true;
      return allowed !== undefined && (have[0] > allowed[0] || (have[0] === allowed[0] && have[1] > allowed[1]));
    },
    path: 'spec.kafka.metadataVersion',
    message: ({ resource, version = '' }) =>
      `metadataVersion is ${textAt(resource, 'spec', 'kafka', 'metadataVersion') ?? ''}, which Kafka ${version} does not know: Strimzi ignores it and takes another; write ${metadataVersionOf(version) ?? 'that of the Kafka version'} or one before it`,
  }),
  rule<OptionView>({
    id: 'broker-option-gone',
    severity: 'error',
    source: sources.kafkaUpgrade,
    subjects: options,
    broken: ({ option }) => whyGone(option) !== undefined,
    path: optionPath,
    message: ({ option, value }) => `${option} (${String(value)}) is gone in Kafka 4: ${whyGone(option) ?? ''}; remove it`,
  }),
  rule<OptionView>({
    id: 'broker-option-forbidden',
    severity: 'error',
    source: sources.strimziApi,
    subjects: options,
    broken: ({ option }) => isForbidden(option) && whyGone(option) === undefined,
    path: optionPath,
    message: ({ option, value }) =>
      `${option} (${String(value)}) is set by Strimzi itself: the operator drops yours with nothing but a line in its own log; remove it, and use the fields of spec.kafka (listeners, authorization, rack) or the node pool's storage`,
  }),
  rule<ClusterView & { annotation: string }>({
    id: 'annotation-obsolete',
    severity: 'error',
    source: sources.strimzi,
    subjects: (system) =>
      system.clusters.flatMap((cluster) => ['strimzi.io/kraft', 'strimzi.io/node-pools'].map((annotation) => ({ ...cluster, annotation }))),
    broken: ({ resource, annotation }) => textAt(resource, 'metadata', 'annotations', annotation) !== undefined,
    path: ({ annotation }) => `metadata.annotations.${annotation}`,
    message: ({ resource, annotation }) =>
      `annotation ${annotation} (${textAt(resource, 'metadata', 'annotations', annotation) ?? ''}) does nothing any more: every cluster is in KRaft mode with node pools; remove it`,
  }),
  rule<ReplicationView>({
    id: 'broker-replication-low',
    severity: 'error',
    source: sources.kafkaReplication,
    subjects: (system) => [
      ...replicationViews(system, replicationOptions),
      ...replicationViews(system, minIsrOptions),
      ...replicationViews(system, shareOptions, true),
      ...replicationViews(system, shareMinIsrOptions, true),
    ],
    broken: ({ cluster, value }) => cluster.brokers >= 3 && value < 2,
    path: optionPath as (subject: ReplicationView) => string,
    message: (view) => {
      const isr = Object.hasOwn(isrPairs, view.option);
      return `${shown(view)} on ${view.cluster.brokers} brokers: ${isr ? 'a write may be acknowledged by one broker alone, and lost with it' : 'the loss of one broker loses records'}; set it to ${isr ? 2 : 3}`;
    },
  }),
  rule<ReplicationView>({
    id: 'broker-replication-above-brokers',
    severity: 'error',
    source: sources.kafkaReplication,
    subjects: (system) => [...replicationViews(system, replicationOptions), ...replicationViews(system, shareOptions, true)],
    broken: ({ cluster, value }) => cluster.brokers > 0 && value > cluster.brokers,
    path: optionPath as (subject: ReplicationView) => string,
    message: (view) =>
      `${shown(view)}, but there ${view.cluster.brokers === 1 ? 'is 1 broker' : `are ${view.cluster.brokers} brokers`}: a broker holds one replica of a partition at most; set it to ${view.cluster.brokers} or less, or add brokers`,
  }),
  rule<IsrView>({
    id: 'broker-min-isr-above-replication',
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
    severity: 'warning',
    source: sources.kafkaReplication,
    subjects: isrViews,
    broken: ({ minIsr, replication }) => minIsr === replication && replication > 1,
    path: ({ minIsrOption }) => `spec.kafka.config.${minIsrOption}`,
    message: ({ minIsrOption, minIsr, replicationOption, replication }) =>
      `${minIsrOption} is ${minIsr}, as much as ${replicationOption}: one broker down, and writes with acks=all stop; set it to ${replication - 1}`,
  }),
  rule<ClusterView>({
    id: 'cluster-without-node-pools',
    severity: 'error',
    source: sources.strimzi,
    subjects: clusters,
    broken: ({ pools }) => pools.length === 0,
    path: 'metadata.name',
    message: ({ name }) =>
      `Kafka ${name} has no node pool, so it has no nodes: declare a KafkaNodePool with the role controller and one with the role broker in its namespace, both labelled strimzi.io/cluster: ${name}`,
  }),
  rule<ClusterView & { role: string; nodes: number }>({
    id: 'cluster-without-role',
    severity: 'error',
    source: sources.strimzi,
    subjects: (system) =>
      system.clusters
        .filter(({ pools }) => pools.length > 0)
        .flatMap((cluster) => [
          { ...cluster, role: 'broker', nodes: cluster.brokers },
          { ...cluster, role: 'controller', nodes: cluster.controllers },
        ]),
    broken: ({ nodes }) => nodes === 0,
    path: 'metadata.name',
    message: ({ name, role, pools }) =>
      `Kafka ${name} has no node with the role ${role}: its pools are ${pools.map((pool) => `${poolName(pool)} (${pool.replicas} × ${pool.roles.join('+') || 'no role'})`).join(', ')}; give one the role, or add a pool with it`,
  }),
  rule<ClusterView>({
    id: 'controllers-even',
    // As the operator: it warns and goes on.
    severity: 'warning',
    source: sources.strimzi,
    subjects: clusters,
    broken: ({ controllers }) => controllers > 0 && controllers % 2 === 0,
    path: 'metadata.name',
    message: ({ name, controllers }) =>
      `Kafka ${name} has ${controllers} controllers: a majority of ${controllers} survives no more losses than one of ${controllers - 1}, and there is one more to fail; use ${controllers - 1} or ${controllers + 1}`,
  }),
  rule<LabelledView>({
    id: 'cluster-label-missing',
    severity: 'error',
    source: sources.strimzi,
    subjects: labelled,
    broken: ({ label }) => label === undefined,
    path: 'metadata.labels.strimzi.io/cluster',
    message: ({ resource }, { clusters: known }) =>
      `${resource.kind} ${resource.metadata.name} has no label strimzi.io/cluster: no operator would pick it up; set it to the name of its Kafka${known.length === 1 ? `, ${known[0]?.name ?? ''}` : ''}`,
  }),
  rule<LabelledView>({
    id: 'cluster-label-unknown',
    severity: 'error',
    source: sources.strimzi,
    subjects: labelled,
    // Without any Kafka among the objects the cluster may well be declared elsewhere.
    broken: ({ label }, system) => label !== undefined && system.clusters.length > 0 && named(system, label).length === 0,
    path: 'metadata.labels.strimzi.io/cluster',
    message: ({ resource, label = '' }, { clusters: known }) =>
      `${resource.kind} ${resource.metadata.name} belongs to Kafka "${label}", which is not here: no operator would pick it up, and nothing would say so; set strimzi.io/cluster to ${known.map(({ name }) => name).join(' or ')}`,
  }),
  rule<LabelledView>({
    id: 'namespaces-mixed',
    severity: 'error',
    source: sources.strimzi,
    subjects: labelled,
    broken: ({ resource, label }, system) => {
      const kafkas = named(system, label);
      return kafkas.length > 0 && !kafkas.some((kafka) => sameNamespace(kafka, resource));
    },
    path: 'metadata.namespace',
    message: ({ resource, label = '' }, system) => {
      const home = named(system, label)[0]?.metadata.namespace ?? '';
      return `${resource.kind} ${resource.metadata.name} is in namespace ${resource.metadata.namespace ?? ''}, its Kafka ${label} in ${home}: the operators watch the cluster's namespace only; move it to ${home}`;
    },
  }),
  rule<PoolView>({
    id: 'node-ids-invalid',
    severity: 'error',
    source: sources.strimzi,
    subjects: (system) => system.pools,
    broken: ({ resource }) => {
      const pinned = textAt(resource, 'metadata', 'annotations', 'strimzi.io/next-node-ids');
      return pinned !== undefined && parseNodeIds(pinned) === undefined;
    },
    path: 'metadata.annotations.strimzi.io/next-node-ids',
    message: ({ resource }) =>
      `strimzi.io/next-node-ids is "${textAt(resource, 'metadata', 'annotations', 'strimzi.io/next-node-ids') ?? ''}": Strimzi would ignore it and pick ids of its own; write a range such as "[0-2]"`,
  }),
  rule<DuplicateId>({
    id: 'node-id-duplicate',
    severity: 'error',
    source: sources.strimzi,
    subjects: duplicateIds,
    broken: () => true,
    path: 'metadata.annotations.strimzi.io/next-node-ids',
    message: ({ resource, id, other }) =>
      `node id ${id} is claimed by pool ${resource.metadata.name} and by pool ${poolName(other)}: ids are unique in a cluster, controllers included; give ${resource.metadata.name} ids that no other pool has`,
  }),
  rule<VolumeSize>({
    id: 'volume-size-invalid',
    severity: 'error',
    source: sources.strimzi,
    subjects: volumeSizes,
    broken: ({ size }) => !((parseQuantity(size) ?? 0) > 0),
    path: ({ path }) => path,
    message: ({ path, size }) =>
      `${path} is "${size}", which is no quantity: the operator accepts it, and the volume is never made; write one such as 100Gi`,
  }),
  rule<ListenerView>({
    id: 'listener-conflict',
    severity: 'error',
    source: sources.strimzi,
    subjects: listeners,
    broken: ({ name, port, others }) => reservedPorts.includes(port) || others.some((other) => other.name === name || other.port === port),
    path: ({ index }) => `spec.kafka.listeners[${index}]`,
    message: ({ name, port }) =>
      reservedPorts.includes(port)
        ? `listener ${name} has port ${port}, which Strimzi uses itself (9404 metrics, 9999 JMX): choose another from 9092 up`
        : `listener ${name} (port ${port}) has the name or the port of a listener before it: names and ports are unique in a cluster; change one`,
  }),
];
