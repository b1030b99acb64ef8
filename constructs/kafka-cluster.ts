import { Duration, Size } from 'cdk8s';
import { Construct } from 'constructs';
import type { IBrokerQuotas } from './broker-quotas.js';
import type { ICertificateAuthority } from './certificate-authority.js';
import { bytesOf, resourcesOf, type ComputeResources } from './compute.js';
import { Cpu } from './cpu.js';
import { cruiseControlSpec, type CruiseControl } from './cruise-control.js';
import type { IKafkaAuthorization } from './kafka-authorization.js';
import { exporterSpec, type KafkaExporter } from './kafka-exporter.js';
import { KafkaListener, type IKafkaListener } from './kafka-listener.js';
import type { IKafkaNodePool } from './kafka-node-pool.js';
import type { IKafkaUser } from './kafka-user.js';
import { strimziManifest, type Manifest } from './manifest.js';
import type { IMetrics } from './metrics.js';
import { MusterError } from './model/error.js';
import { defaultStrimziVersion, metadataVersionOf, newestKafka, versionPairProblem } from './model/versions.js';
import { namespaceAround, pinnedName } from './names.js';
import type { Reasons } from './reasons.js';
import type { ITieredStorage } from './tiered-storage.js';

export interface KafkaClusterProps {
  /** Name of the `Kafka` resource, pinned: it names pods, services and the volumes with the data. */
  readonly name: string;
  /**
   * Strimzi release that will run the cluster.
   * @default '1.2.0'
   */
  readonly strimziVersion?: string;
  /**
   * Kafka version; must be one that the Strimzi release runs, and is the newest of these where none is given.
   * @default '4.3.1'
   */
  readonly version?: string;
  /**
   * KRaft metadata version, pinned so that an upgrade of Kafka can still be taken back; that of the Kafka version where none is given.
   * @default '4.3-IV0'
   */
  readonly metadataVersion?: string;
  /** @default one listener: `plain`, port 9092, internal, no TLS */
  readonly listeners?: readonly IKafkaListener[];
  /**
   * Who may do what. With `simple`, what no grant allows is refused, to clients without a name too.
   * @default none: every client may do everything
   */
  readonly authorization?: IKafkaAuthorization;
  /**
   * Replicas of a topic that names no number, and of Kafka's own topics.
   * @default 3, or the number of brokers where there are fewer
   */
  readonly replicationFactor?: number;
  /**
   * In-sync replicas without which a write with acks=all is refused.
   * @default replicationFactor - 1, but at least 1
   */
  readonly minInsyncReplicas?: number;
  /**
   * How brokers store records; `producer`: as the producer compressed them.
   * @default 'producer'
   */
  readonly compression?: 'producer' | 'uncompressed' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  /**
   * How long records are kept where the topic does not say.
   * @default Duration.hours(168)
   */
  readonly retention?: Duration;
  /**
   * Size at which a segment is closed; only closed segments are deleted.
   * @default Size.gibibytes(1)
   */
  readonly segmentSize?: Size;
  /**
   * Node label whose value is the broker's rack: replicas of a partition go to different ones.
   * @default none: brokers know no rack
   */
  readonly rackTopologyKey?: string;
  /** What clients may do at most. @default none */
  readonly quotas?: IBrokerQuotas;
  /** Where closed segments go. @default none: brokers keep everything */
  readonly tieredStorage?: ITieredStorage;
  /** Metrics of the brokers for Prometheus. @default none */
  readonly metrics?: IMetrics;
  /** Lag and offsets for Prometheus. @default none */
  readonly exporter?: KafkaExporter;
  /** What moves partitions between brokers; needs two brokers or more. @default none */
  readonly cruiseControl?: CruiseControl;
  /** Who signs the brokers' certificates. @default Strimzi, for a year */
  readonly clusterCa?: ICertificateAuthority;
  /** Who signs the users' certificates. @default Strimzi, for a year */
  readonly clientsCa?: ICertificateAuthority;
  /** When certificates may be renewed and pods restarted for it, as Quartz cron expressions in UTC. @default any time */
  readonly maintenanceWindows?: readonly string[];
  /**
   * Of the topic operator and of the user operator, each.
   * @default 200m / 256Mi requested, 500m / 512Mi at most
   */
  readonly operatorResources?: ComputeResources;
  /**
   * Further broker options, by Kafka's own names. They win over what this construct derives.
   * @default none
   */
  readonly config?: Readonly<Record<string, string | number | boolean>>;
  /** Why the numbers are what they are. @default none */
  readonly reasons?: Reasons;
}

/** A cluster that topics and workers can refer to. */
export interface IKafkaCluster {
  readonly name: string;
  readonly namespace: string;
  /** Brokers declared so far. */
  readonly brokers: number;
  readonly replicationFactor: number;
  readonly minInsyncReplicas: number;
  /** How long records are kept where a topic does not say. */
  readonly retention: Duration;
  readonly listeners: readonly IKafkaListener[];
  /** Undefined where every client may do everything. */
  readonly authorization: IKafkaAuthorization | undefined;
  /** Whether Cruise Control is there to move partitions. */
  readonly rebalances: boolean;
  /** Secret with the certificate by which clients know the brokers, under the key `ca.crt`. */
  readonly caSecret: string;
  /**
   * host:port of a listener as seen from a namespace.
   * @param listener name of the listener @default the first
   */
  bootstrapServers(from: string, listener?: string): string;
  /** Called by a node pool when it is made. */
  attachNodePool(pool: IKafkaNodePool): void;
  /** Called by a user that may do everything, when it is made. */
  attachSuperUser(user: IKafkaUser): void;
}

/** A Kafka cluster in KRaft mode, run by Strimzi. Its nodes are declared by `KafkaNodePool`s. */
export class KafkaCluster extends Construct implements IKafkaCluster {
  readonly name: string;
  readonly namespace: string;
  readonly strimziVersion: string;
  readonly version: string;
  readonly metadataVersion: string;
  readonly listeners: readonly IKafkaListener[];
  readonly authorization: IKafkaAuthorization | undefined;
  readonly compression: string;
  readonly retention: Duration;
  readonly segmentSize: Size;
  readonly operatorResources: ComputeResources;
  readonly caSecret: string;
  readonly rebalances: boolean;
  readonly resource: Manifest;

  private readonly pools: IKafkaNodePool[] = [];
  private readonly superUsers: IKafkaUser[] = [];

  constructor(
    scope: Construct,
    id: string,
    private readonly props: KafkaClusterProps,
  ) {
    super(scope, id);
    this.name = pinnedName('the Kafka cluster', props.name);
    this.namespace = namespaceAround(this);
    this.strimziVersion = props.strimziVersion ?? defaultStrimziVersion;
    this.version = props.version ?? newestKafka(this.strimziVersion);
    this.metadataVersion = props.metadataVersion ?? metadataVersionOf(this.version) ?? '';
    this.listeners = props.listeners ?? [KafkaListener.internal({ name: 'plain', port: 9092, tls: false })];
    this.authorization = props.authorization;
    this.rebalances = props.cruiseControl !== undefined;
    this.caSecret = `${this.name}-cluster-ca-cert`;
    this.compression = props.compression ?? 'producer';
    this.retention = props.retention ?? Duration.hours(168);
    this.segmentSize = props.segmentSize ?? Size.gibibytes(1);
    this.operatorResources = props.operatorResources ?? {
      cpuRequest: Cpu.millis(200),
      cpuLimit: Cpu.millis(500),
      memoryRequest: Size.mebibytes(256),
      memoryLimit: Size.mebibytes(512),
    };

    const problem = versionPairProblem(this.strimziVersion, this.version);
    if (problem !== undefined) throw new MusterError('bad-input', `kafka cluster ${this.name}: ${problem}`);
    if (this.listeners.length === 0)
      throw new MusterError(
        'bad-input',
        `kafka cluster ${this.name} has no listener: nobody could reach it; give it one or leave listeners out`,
      );

    const twice = this.listeners.find(({ name, port }, i) =>
      this.listeners.slice(0, i).some((other) => other.name === name || other.port === port),
    );
    if (twice !== undefined)
      throw new MusterError(
        'bad-input',
        `kafka cluster ${this.name}: listener ${twice.name} (port ${twice.port}) has the name or the port of one before it; change one`,
      );

    this.resource = strimziManifest(this, {
      kind: 'Kafka',
      name: this.name,
      annotations: { 'muster.dev/strimzi-version': this.strimziVersion },
      reasons: props.reasons,
      spec: () => this.spec(),
    });
  }

  get brokers(): number {
    return this.pools.filter((pool) => pool.roles.includes('broker')).reduce((sum, pool) => sum + pool.replicas, 0);
  }

  get replicationFactor(): number {
    return this.props.replicationFactor ?? Math.max(1, Math.min(3, this.brokers));
  }

  get minInsyncReplicas(): number {
    return this.props.minInsyncReplicas ?? Math.max(1, this.replicationFactor - 1);
  }

  attachNodePool(pool: IKafkaNodePool): void {
    this.pools.push(pool);
  }

  attachSuperUser(user: IKafkaUser): void {
    this.superUsers.push(user);
  }

  bootstrapServers(from: string, listener?: string): string {
    const found = listener === undefined ? this.listeners[0] : this.listeners.find(({ name }) => name === listener);
    if (found === undefined) {
      throw new MusterError(
        'bad-input',
        `kafka cluster ${this.name} has no listener "${listener ?? ''}": it has ${this.listeners.map(({ name }) => name).join(', ')}`,
      );
    }
    const host = `${this.name}-kafka-bootstrap`;
    // The short name is resolved within the namespace only.
    return `${from === this.namespace ? host : `${host}.${this.namespace}.svc`}:${found.port}`;
  }

  private spec(): object {
    const operator = { resources: resourcesOf(this.operatorResources) };
    const { cruiseControl, exporter, rackTopologyKey, quotas, metrics, tieredStorage, clusterCa, clientsCa } = this.props;
    return {
      kafka: {
        version: this.version,
        metadataVersion: this.metadataVersion,
        listeners: this.listeners.map((listener) => listener.spec()),
        authorization: this.authorization?.spec(this.superUsers.map(({ principal }) => principal)),
        config: this.config(),
        rack: rackTopologyKey === undefined ? undefined : { topologyKey: rackTopologyKey },
        quotas: quotas?.spec(),
        metricsConfig: metrics?.spec(),
        tieredStorage: tieredStorage?.spec(),
      },
      entityOperator: { topicOperator: operator, userOperator: operator },
      cruiseControl: cruiseControl && cruiseControlSpec(cruiseControl, this.replicationFactor, this.minInsyncReplicas),
      kafkaExporter: exporter && exporterSpec(exporter),
      clusterCa: clusterCa?.spec(),
      clientsCa: clientsCa?.spec(),
      maintenanceTimeWindows: this.props.maintenanceWindows,
    };
  }

  private config(): Record<string, string | number | boolean> {
    const rf = this.replicationFactor;
    const isr = this.minInsyncReplicas;
    return {
      // A typo in a topic's name must not make a topic.
      'auto.create.topics.enable': false,
      'compression.type': this.compression,
      'default.replication.factor': rf,
      'log.retention.hours': this.retention.toHours(),
      'log.segment.bytes': bytesOf(this.segmentSize),
      'min.insync.replicas': isr,
      'offsets.topic.replication.factor': rf,
      'share.coordinator.state.topic.min.isr': isr,
      'share.coordinator.state.topic.replication.factor': rf,
      'transaction.state.log.min.isr': isr,
      'transaction.state.log.replication.factor': rf,
      ...this.props.config,
    };
  }
}
