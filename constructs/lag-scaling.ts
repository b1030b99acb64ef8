import { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import type { IKafkaUser } from './kafka-user.js';
import { Manifest } from './manifest.js';
import { MusterError } from './model/error.js';
import { reasonAnnotations } from './reasons.js';

export interface LagScalingProps {
  /** Members that always run. @default 1 */
  readonly minReplicas?: number;
  /** Members at most; more than partitions would be idle. @default the partitions of the topic */
  readonly maxReplicas?: number;
  /** How old a waiting record may grow before another member is worth its rebalance. @default Duration.seconds(30) */
  readonly tolerableDelay?: Duration;
  /** How often KEDA looks. @default Duration.seconds(15) */
  readonly pollingInterval?: Duration;
}

/** The group that is scaled. */
export interface ScaledGroup {
  readonly name: string;
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly labels: Readonly<Record<string, string>>;
  readonly bootstrapServers: string;
  readonly topic: string;
  readonly partitions: number;
  readonly groupId: string;
  readonly offsetReset: 'earliest' | 'latest';
  /** Work a record: what a member is worth. */
  readonly work: Duration;
  /** From SIGTERM to the end of the pod. */
  readonly grace: Duration;
  readonly sessionTimeout: Duration;
  /** Who KEDA comes in as. */
  readonly user?: IKafkaUser;
}

/** Scales a group by its lag, with KEDA, between one member and as many as there are partitions. */
export class LagScaling {
  readonly minReplicas: number;
  readonly tolerableDelay: Duration;
  readonly pollingInterval: Duration;

  constructor(private readonly props: LagScalingProps = {}) {
    this.minReplicas = props.minReplicas ?? 1;
    this.tolerableDelay = props.tolerableDelay ?? Duration.seconds(30);
    this.pollingInterval = props.pollingInterval ?? Duration.seconds(15);
  }

  maxReplicas(partitions: number): number {
    return this.props.maxReplicas ?? partitions;
  }

  /** Makes the ScaledObject, below the worker. */
  scale(worker: Construct, group: ScaledGroup): Manifest {
    const [min, max] = [this.minReplicas, this.maxReplicas(group.partitions)];
    if (!Number.isInteger(min) || !Number.isInteger(max) || min < 1 || max < min || max > group.partitions) {
      throw new MusterError(
        'bad-input',
        `${group.name} scales from ${min} to ${max} members on ${group.partitions} partitions: give whole numbers from 1 to ${group.partitions}, the members beyond would be idle`,
      );
    }
    const credentials = group.user && authenticate(worker, group, group.user);
    const threshold = this.lagThreshold(group.work);
    const calm = this.calm(group);
    return new Manifest(worker, 'Scaling', {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: {
        name: group.name,
        labels: group.labels,
        annotations: reasonAnnotations({
          'lag-threshold': `${threshold}: what one member works off in ${this.tolerableDelay.toSeconds()} s at ${group.work.toMilliseconds()} ms a record`,
          'scale-down': `${calm} s: longer than a pod takes to end (${group.grace.toSeconds()} s) and the group to find itself anew (${Math.ceil(group.sessionTimeout.toSeconds({ integral: false }))} s)`,
        }),
      },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: group.kind, name: group.name },
        minReplicaCount: min,
        maxReplicaCount: max,
        pollingInterval: Math.ceil(this.pollingInterval.toSeconds({ integral: false })),
        advanced: {
          // The number stays when the ScaledObject goes: its end must not stop the group.
          restoreToOriginalReplicaCount: false,
          horizontalPodAutoscalerConfig: {
            behavior: {
              scaleDown: { stabilizationWindowSeconds: calm, policies: [{ type: 'Pods', value: 1, periodSeconds: Math.min(1800, calm) }] },
            },
          },
        },
        triggers: [
          {
            type: 'kafka',
            metadata: {
              bootstrapServers: group.bootstrapServers,
              consumerGroup: group.groupId,
              topic: group.topic,
              lagThreshold: String(threshold),
              offsetResetPolicy: group.offsetReset,
              // One hot partition, or one that a poison record holds up, calls for no more members.
              limitToPartitionsWithLag: 'true',
              excludePersistentLag: 'true',
              // Six members on eight partitions are worth four: only counts that divide the partitions are taken.
              ensureEvenDistributionOfPartitions: 'true',
              ...(credentials && { tls: 'enable' }),
            },
            authenticationRef: credentials && { name: credentials.name },
          },
        ],
      },
    });
  }

  /** Records that one member works off within the tolerable delay. */
  private lagThreshold(work: Duration): number {
    return Math.max(1, Math.floor(this.tolerableDelay.toMilliseconds() / Math.max(1, work.toMilliseconds())));
  }

  /** Seconds of calm before a member goes: a pod's end and the rebalance after it must not look like a new reason to scale. */
  private calm({ grace, sessionTimeout }: ScaledGroup): number {
    return Math.max(300, Math.ceil((grace.toMilliseconds() + sessionTimeout.toMilliseconds()) / 1000) + 60);
  }
}

/** KEDA comes in as the worker's user; it takes what it shows from Secrets alone, never from a file. */
function authenticate(worker: Construct, { name, labels }: ScaledGroup, user: IKafkaUser): Manifest {
  if (!user.authentication.certificate) {
    throw new MusterError(
      'bad-input',
      `${name} is scaled by lag, but its user ${user.name} has a password: KEDA wants the name from a Secret too, which Strimzi's does not hold; give the user UserAuthentication.mutualTls()`,
    );
  }
  const from = (parameter: string, secret: string, key: string): object => ({ parameter, name: secret, key });
  return new Manifest(worker, 'ScalingAuthentication', {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'TriggerAuthentication',
    metadata: { name, labels },
    spec: {
      secretTargetRef: [
        from('ca', user.cluster.caSecret, 'ca.crt'),
        from('cert', user.secretName, 'user.crt'),
        from('key', user.secretName, 'user.key'),
      ],
    },
  });
}
