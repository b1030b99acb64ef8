import { ApiObject, Duration, Lazy, Size } from 'cdk8s';
import { Construct } from 'constructs';
import { bytesOf, resourcesOf, type ComputeResources } from './compute.js';
import { Cpu } from './cpu.js';
import type { IKafkaNodePool } from './kafka-node-pool.js';
import { MusterError } from './model/error.js';
import { defaultStrimziVersion, metadataVersionOf, newestKafka, versionPairProblem } from './model/versions.js';
import { namespaceAround, pinnedName } from './names.js';
import { reasonAnnotations, type Reasons } from './reasons.js';
import { checkWholeApp } from './validation.js';

/** One way into the brokers. */
export interface KafkaListener {
  /** 1 to 11 lower-case letters or digits. */
  readonly name: string;
  /** 9092 or above; not 9404 and 9999, which Strimzi uses itself. */
  readonly port: number;
  /** Only clients inside the Kubernetes cluster reach an `internal` listener. */
  readonly type: 'internal' | 'cluster-ip' | 'nodeport' | 'loadbalancer' | 'route' | 'ingress';
  readonly tls: boolean;
}

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
  readonly listeners?: readonly KafkaListener[];
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
  /**
   * host:port of a listener as seen from a namespace.
   * @param listener name of the listener @default the first
   */
  bootstrapServers(from: string, listener?: string): string;
  /** Called by a node pool when it is made. */
  attachNodePool(pool: IKafkaNodePool): void;
}

/** A Kafka cluster in KRaft mode, run by Strimzi. Its nodes are declared by `KafkaNodePool`s. */
export class KafkaCluster extends Construct implements IKafkaCluster {
  readonly name: string;
  readonly namespace: string;
  readonly strimziVersion: string;
  readonly version: string;
  readonly metadataVersion: string;
  readonly listeners: readonly KafkaListener[];
  readonly compression: string;
  readonly retention: Duration;
  readonly segmentSize: Size;
  readonly operatorResources: ComputeResources;

  private readonly pools: IKafkaNodePool[] = [];

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
    this.listeners = props.listeners ?? [{ name: 'plain', port: 9092, type: 'internal', tls: false }];
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

    new ApiObject(this, 'Resource', {
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'Kafka',
      metadata: {
        name: this.name,
        annotations: { 'muster.dev/strimzi-version': this.strimziVersion, ...reasonAnnotations(props.reasons) },
      },
      spec: Lazy.any({ produce: () => this.spec() }),
    });
    checkWholeApp(this);
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
    const rf = this.replicationFactor;
    const isr = this.minInsyncReplicas;
    return {
      kafka: {
        version: this.version,
        metadataVersion: this.metadataVersion,
        listeners: this.listeners.map(({ name, port, type, tls }) => ({ name, port, type, tls })),
        config: {
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
        },
        rack: this.props.rackTopologyKey === undefined ? undefined : { topologyKey: this.props.rackTopologyKey },
      },
      entityOperator: { topicOperator: operator, userOperator: operator },
    };
  }
}
