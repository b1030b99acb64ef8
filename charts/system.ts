import { Chart, Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { bytesOf, type ComputeResources } from '../constructs/compute.js';
import { Cpu } from '../constructs/cpu.js';
import { FailureLog, type IFailureLog } from '../constructs/failure-log.js';
import type { IKafkaCluster } from '../constructs/kafka-cluster.js';
import { KafkaTopic, type KafkaTopicProps } from '../constructs/kafka-topic.js';
import { KafkaUser } from '../constructs/kafka-user.js';
import { storagePerBroker } from '../constructs/model/sizing.js';
import { Rate } from '../constructs/rate.js';
import type { Reasons } from '../constructs/reasons.js';
import type { IWorkerExposure } from '../constructs/worker-exposure.js';

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

/** The figures of labs 1.2 and 1.3 for a worker. */
const labWorker: ComputeResources = {
  cpuRequest: Cpu.millis(100),
  cpuLimit: Cpu.millis(200),
  memoryRequest: Size.mebibytes(128),
  memoryLimit: Size.mebibytes(256),
};

const deadLettersKept = Duration.days(30);

/** A topic of dead letters, as every system has it: a hundred an hour would be a bad day. */
export const deadLetterLoad: TopicLoad = {
  rate: Rate.perHour(100),
  recordSize: Size.kibibytes(2),
  retention: deadLettersKept,
  partitions: 1,
};

export interface SystemProps {
  readonly cluster: IKafkaCluster;
  /** Image with the built workers below `/app`. */
  readonly image: string;
  /** What a worker may use. @default the labs' figures: 100m/128Mi requested, 200m/256Mi at most */
  readonly workers?: ComputeResources;
  /** `stdout` where drills run. @default 'off' */
  readonly evidence?: 'off' | 'stdout';
  /** Label of the Kubernetes nodes that names their zone. @default none: pods are not spread */
  readonly zoneLabel?: string;
  /** How APIs are reached. @default by nobody */
  readonly exposure?: IWorkerExposure;
  /** Why the replication of topics is what it is in this environment. @default none */
  readonly topicReasons?: Reasons;
}

/** What is said of a worker beside its work. */
export interface CommonWorker {
  readonly name: string;
  readonly image: string;
  readonly partOf: string;
  readonly resources: ComputeResources;
  readonly evidence: 'off' | 'stdout' | undefined;
  readonly spreadOver: string | undefined;
  readonly user: KafkaUser | undefined;
}

/**
 * Topics, users and workers of one system, in the cluster's namespace, all labelled app.kubernetes.io/part-of. Its names are pinned: a chart
 * or an id that is renamed renames nothing.
 */
export abstract class SystemChart extends Chart {
  protected readonly cluster: IKafkaCluster;
  private readonly topicReasons: Reasons;

  protected constructor(
    scope: Construct,
    id: string,
    protected readonly system: string,
    private readonly systemProps: SystemProps,
  ) {
    const { cluster, topicReasons = {} } = systemProps;
    super(scope, id, {
      namespace: cluster.namespace,
      disableResourceNameHashes: true,
      labels: { 'app.kubernetes.io/part-of': system },
    });
    this.cluster = cluster;
    this.topicReasons = topicReasons;
  }

  /** How an API of the system is reached in this environment. */
  protected get exposure(): IWorkerExposure | undefined {
    return this.systemProps.exposure;
  }

  /** A worker's name, and what it has of its environment. @param user who it comes in as */
  protected worker(name: string, user: KafkaUser | undefined): CommonWorker {
    const { image, workers = labWorker, evidence, zoneLabel } = this.systemProps;
    return { name, image, partOf: this.system, resources: workers, evidence, spreadOver: zoneLabel, user };
  }

  protected deadLetters(name: string): KafkaTopic {
    return this.topic(name, {
      partitions: deadLetterLoad.partitions,
      ordering: 'none',
      retention: deadLettersKept,
      reasons: { retention: '30 days: a dead letter waits for a person', partitions: '1: few records, read by a person' },
    });
  }

  /** For labs: what is written there is gone with the pod. Where that must not be, a consumer without one waits for its dead-letter topic. */
  protected failureLog(): IFailureLog {
    return FailureLog.emptyDir(Size.mebibytes(64));
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
