import type { Duration, Size } from 'cdk8s';
import { Construct } from 'constructs';
import { bytesOf } from './compute.js';
import type { IKafkaCluster } from './kafka-cluster.js';
import type { IKafkaUser } from './kafka-user.js';
import { strimziManifest, type Manifest } from './manifest.js';
import { MusterError } from './model/error.js';
import { isObjectName } from './model/object-name.js';
import { topicNameProblem } from './model/rules-topic.js';
import { pinnedName } from './names.js';
import type { Reasons } from './reasons.js';

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
  /**
   * How long records are kept; the manifest states it, for it is what a reader may rely on.
   * @default the cluster's
   */
  readonly retention?: Duration;
  /**
   * What readers may rely on: `per-key`, records of one key in the order in which they were written (so partitions cannot grow without
   * breaking it), or `none`.
   * @default 'per-key'
   */
  readonly ordering?: 'per-key' | 'none';
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
  /** Lets a user read the topic as a member of a group. */
  grantRead(user: IKafkaUser, groupId: string): void;
  /** Lets a user write the topic, idempotently too. */
  grantWrite(user: IKafkaUser): void;
}

/** A topic, made and kept as declared by Strimzi's topic operator. */
export class KafkaTopic extends Construct implements IKafkaTopic {
  readonly name: string;
  readonly resourceName: string;
  readonly partitions: number;
  readonly cluster: IKafkaCluster;
  readonly cleanupPolicy: string;
  readonly ordering: 'per-key' | 'none';
  readonly resource: Manifest;

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
    this.ordering = props.ordering ?? 'per-key';
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

    this.resource = strimziManifest(this, {
      kind: 'KafkaTopic',
      name: this.resourceName,
      // The topic operator watches the cluster's namespace only.
      namespace: props.cluster.namespace,
      clusterName: props.cluster.name,
      annotations: { 'muster.dev/ordering': this.ordering },
      reasons: props.reasons,
      spec: () => this.spec(),
    });
  }

  get replicas(): number {
    return this.props.replicas ?? this.cluster.replicationFactor;
  }

  get minInsyncReplicas(): number {
    return this.props.minInsyncReplicas ?? this.cluster.minInsyncReplicas;
  }

  /** How long records are kept; undefined where the newest of each key is kept for ever. */
  get retention(): Duration | undefined {
    return this.cleanupPolicy === 'compact' ? this.props.retention : (this.props.retention ?? this.cluster.retention);
  }

  grantRead(user: IKafkaUser, groupId: string): void {
    this.ownUser(user).grant({ resource: { type: 'topic', name: this.name }, operations: ['Describe', 'Read'] });
    user.grant({ resource: { type: 'group', name: groupId }, operations: ['Read'] });
  }

  grantWrite(user: IKafkaUser): void {
    this.ownUser(user).grant({ resource: { type: 'topic', name: this.name }, operations: ['Describe', 'Write'] });
  }

  private ownUser(user: IKafkaUser): IKafkaUser {
    if (user.cluster === this.cluster) return user;
    throw new MusterError(
      'bad-input',
      `topic ${this.name} is on Kafka ${this.cluster.name}, user ${user.name} on ${user.cluster.name}: a grant holds within one cluster`,
    );
  }

  private spec(): object {
    const { segmentSize, compression, maxMessageSize, config } = this.props;
    return {
      topicName: this.resourceName === this.name ? undefined : this.name,
      partitions: this.partitions,
      replicas: this.replicas,
      config: {
        'cleanup.policy': this.cleanupPolicy,
        'compression.type': compression,
        'max.message.bytes': maxMessageSize && bytesOf(maxMessageSize),
        'min.insync.replicas': this.minInsyncReplicas,
        'retention.ms': this.retention?.toMilliseconds(),
        'segment.bytes': segmentSize && bytesOf(segmentSize),
        ...config,
      },
    };
  }
}
