import { Chart, type Duration, type Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { bytesOf } from '../constructs/compute.js';
import type { IKafkaCluster } from '../constructs/kafka-cluster.js';
import { KafkaTopic, type KafkaTopicProps } from '../constructs/kafka-topic.js';
import { KafkaUser } from '../constructs/kafka-user.js';
import { storagePerBroker } from '../constructs/model/sizing.js';
import type { Rate } from '../constructs/rate.js';
import type { Reasons } from '../constructs/reasons.js';

/** What is written to one topic: enough to know how much disk it takes. */
export interface TopicLoad {
  readonly rate: Rate;
  readonly recordSize: Size;
  readonly retention: Duration;
  readonly partitions: number;
}

/** Bytes of disk that these topics take on each broker. */
export function diskOf(loads: readonly TopicLoad[], brokers: number, replicationFactor: number, segmentSize: Size): number {
  return loads
    .map(({ rate, recordSize, retention, partitions }) =>
      storagePerBroker({
        bytesPerSecond: rate.recordsPerSecond * bytesOf(recordSize),
        retentionMs: retention.toMilliseconds(),
        replicationFactor,
        brokers,
        partitions,
        segmentBytes: bytesOf(segmentSize),
      }),
    )
    .reduce((sum, bytes) => sum + bytes, 0);
}

export interface SystemProps {
  readonly cluster: IKafkaCluster;
  /** Why the replication of topics is what it is in this environment. @default none */
  readonly topicReasons?: Reasons;
}

/** Topics and users of one system, in the cluster's namespace. Its names are pinned: a chart or an id that is renamed renames nothing. */
export abstract class SystemChart extends Chart {
  protected readonly cluster: IKafkaCluster;
  private readonly topicReasons: Reasons;

  protected constructor(scope: Construct, id: string, { cluster, topicReasons = {} }: SystemProps) {
    super(scope, id, { namespace: cluster.namespace, disableResourceNameHashes: true });
    this.cluster = cluster;
    this.topicReasons = topicReasons;
  }

  protected topic(name: string, props: Omit<KafkaTopicProps, 'cluster' | 'name'>): KafkaTopic {
    return new KafkaTopic(this, name, {
      ...props,
      cluster: this.cluster,
      name,
      reasons: { ...this.topicReasons, ...props.reasons },
    });
  }

  /** A user, and what it may do; nobody where the cluster lets everybody do everything, as the labs do. */
  protected user(name: string, why: string, allow: (user: KafkaUser) => void = () => undefined): KafkaUser | undefined {
    if (this.cluster.authorization === undefined) return undefined;
    const user = new KafkaUser(this, `user-${name}`, { cluster: this.cluster, name, reasons: { user: why } });
    allow(user);
    return user;
  }
}
