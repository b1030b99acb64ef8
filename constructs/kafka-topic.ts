import { ApiObject, Lazy, type Duration, type Size } from 'cdk8s';
import { Construct } from 'constructs';
import { bytesOf } from './compute.js';
import type { IKafkaCluster } from './kafka-cluster.js';
import { MusterError } from './model/error.js';
import { isObjectName } from './model/object-name.js';
import { topicNameProblem } from './model/rules-topic.js';
import { pinnedName } from './names.js';
import { reasonAnnotations, type Reasons } from './reasons.js';
import { checkWholeApp } from './validation.js';

export interface KafkaTopicProps {
  readonly cluster: IKafkaCluster;
  /** Name of the topic in Kafka, pinned: a topic cannot be renamed. 1 to 249 letters, digits, `.`, `_`, `-`. */
  readonly name: string;
  /**
   * Name of the `KafkaTopic` resource; needed where the topic's name has upper case or `_`.
   * @default the topic's name
   */
  readonly resourceName?: string;
  /** 1 or more. Can grow later (which moves keys), never shrink. */
  readonly partitions: number;
  /** @default the cluster's replicationFactor */
  readonly replicas?: number;
  /** @default the cluster's minInsyncReplicas */
  readonly minInsyncReplicas?: number;
  /** @default the cluster's */
  readonly retention?: Duration;
  /** @default the cluster's */
  readonly segmentSize?: Size;
  /** @default the cluster's */
  readonly compression?: 'producer' | 'uncompressed' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
  /** @default 'delete' */
  readonly cleanupPolicy?: 'delete' | 'compact' | 'compact,delete';
  /** Largest batch of records the topic takes. @default the cluster's */
  readonly maxMessageSize?: Size;
  /** Further topic options, by Kafka's own names. @default none */
  readonly config?: Readonly<Record<string, string | number | boolean>>;
  /** Why the numbers are what they are. @default none */
  readonly reasons?: Reasons;
}

/** A topic that workers can refer to. */
export interface IKafkaTopic {
  readonly name: string;
  readonly partitions: number;
  readonly cluster: IKafkaCluster;
}

/** A topic, made and kept as declared by Strimzi's topic operator. */
export class KafkaTopic extends Construct implements IKafkaTopic {
  readonly name: string;
  readonly resourceName: string;
  readonly partitions: number;
  readonly cluster: IKafkaCluster;
  readonly cleanupPolicy: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: KafkaTopicProps,
  ) {
    super(scope, id);
    this.name = props.name;
    this.partitions = props.partitions;
    this.cluster = props.cluster;
    this.cleanupPolicy = props.cleanupPolicy ?? 'delete';
    const problem = topicNameProblem(props.name);
    if (problem !== undefined) throw new MusterError('bad-input', problem);
    if (!Number.isInteger(props.partitions) || props.partitions < 1)
      throw new MusterError('bad-input', `topic ${this.name} has ${props.partitions} partitions: give a whole number, 1 or more`);
    if (props.resourceName === undefined && !isObjectName(props.name)) {
      throw new MusterError(
        'bad-input',
        `topic ${this.name}: Kubernetes does not take this as the name of an object; give a resourceName in lower case without "_"`,
      );
    }
    this.resourceName = pinnedName('the KafkaTopic', props.resourceName ?? props.name);

    new ApiObject(this, 'Resource', {
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'KafkaTopic',
      metadata: {
        name: this.resourceName,
        // The topic operator watches the cluster's namespace only.
        namespace: props.cluster.namespace,
        labels: { 'strimzi.io/cluster': props.cluster.name },
        annotations: reasonAnnotations(props.reasons),
      },
      spec: Lazy.any({ produce: () => this.spec() }),
    });
    checkWholeApp(this);
  }

  get replicas(): number {
    return this.props.replicas ?? this.cluster.replicationFactor;
  }

  get minInsyncReplicas(): number {
    return this.props.minInsyncReplicas ?? this.cluster.minInsyncReplicas;
  }

  private spec(): object {
    const { retention, segmentSize, compression, maxMessageSize, config } = this.props;
    return {
      topicName: this.resourceName === this.name ? undefined : this.name,
      partitions: this.partitions,
      replicas: this.replicas,
      config: {
        'cleanup.policy': this.cleanupPolicy,
        'compression.type': compression,
        'max.message.bytes': maxMessageSize && bytesOf(maxMessageSize),
        'min.insync.replicas': this.minInsyncReplicas,
        'retention.ms': retention?.toMilliseconds(),
        'segment.bytes': segmentSize && bytesOf(segmentSize),
        ...config,
      },
    };
  }
}
