import type { Size } from 'cdk8s';
import { Construct } from 'constructs';
import { bytesOf } from './compute.js';
import type { IKafkaCluster } from './kafka-cluster.js';
import { strimziManifest, type Manifest } from './manifest.js';
import { MusterError } from './model/error.js';
import { pinnedName } from './names.js';
import type { Reasons } from './reasons.js';

/** What a rebalance is for. */
export interface IRebalanceMode {
  spec(): object;
}

/** The modes Strimzi knows. */
export class RebalanceMode implements IRebalanceMode {
  /** Over all brokers. */
  static full(): RebalanceMode {
    return new RebalanceMode({ mode: 'full' });
  }

  /** Over the disks of each broker, from none to another. */
  static withinBrokers(): RebalanceMode {
    return new RebalanceMode({ mode: 'full', rebalanceDisk: true });
  }

  /** Onto brokers that were added. */
  static addBrokers(ids: readonly number[]): RebalanceMode {
    return new RebalanceMode({ mode: 'add-brokers', brokers: someOf('brokers', ids) });
  }

  /** Away from brokers that are to go. */
  static removeBrokers(ids: readonly number[]): RebalanceMode {
    return new RebalanceMode({ mode: 'remove-brokers', brokers: someOf('brokers', ids) });
  }

  /** Away from volumes that are to go, by broker. */
  static removeDisks(volumes: readonly { readonly brokerId: number; readonly volumeIds: readonly number[] }[]): RebalanceMode {
    return new RebalanceMode({ mode: 'remove-disks', moveReplicasOffVolumes: someOf('volumes', volumes) });
  }

  private constructor(private readonly fields: object) {}

  spec(): object {
    return this.fields;
  }
}

function someOf<T>(what: string, list: readonly T[]): readonly T[] {
  if (list.length === 0) throw new MusterError('bad-input', `a rebalance of this mode names ${what}: the operator refuses it without`);
  return list;
}

export interface KafkaRebalanceProps {
  /** The cluster, which must have Cruise Control. */
  readonly cluster: IKafkaCluster;
  /** Name of the `KafkaRebalance`, pinned. */
  readonly name: string;
  /** @default RebalanceMode.full() */
  readonly mode?: IRebalanceMode;
  /** Nothing moves until a person approves the proposal; true: it moves at once. @default false */
  readonly autoApproval?: boolean;
  /** Not done itself, but the pattern of the rebalances that Cruise Control starts when brokers come or go. @default false */
  readonly template?: boolean;
  /** What to reach, by Cruise Control's names of goals. @default Cruise Control's own */
  readonly goals?: readonly string[];
  /** Bytes a second that the moving may take of each broker. @default no limit */
  readonly throttle?: Size;
  /** Topics that stay where they are, as a regular expression. @default none */
  readonly excludedTopics?: string;
  /** Why. @default none */
  readonly reasons?: Reasons;
}

/** A proposal to move partitions between the brokers of a cluster. */
export class KafkaRebalance extends Construct {
  readonly name: string;
  readonly mode: IRebalanceMode;
  readonly autoApproval: boolean;
  readonly template: boolean;
  readonly resource: Manifest;

  constructor(scope: Construct, id: string, props: KafkaRebalanceProps) {
    super(scope, id);
    this.name = pinnedName('the KafkaRebalance', props.name);
    this.mode = props.mode ?? RebalanceMode.full();
    this.autoApproval = props.autoApproval ?? false;
    this.template = props.template ?? false;
    if (!props.cluster.rebalances)
      throw new MusterError(
        'bad-input',
        `rebalance ${this.name}: Kafka ${props.cluster.name} has no Cruise Control to do it; give the cluster cruiseControl`,
      );
    const { goals, throttle, excludedTopics } = props;

    this.resource = strimziManifest(this, {
      kind: 'KafkaRebalance',
      name: this.name,
      namespace: props.cluster.namespace,
      clusterName: props.cluster.name,
      annotations: {
        ...(this.autoApproval ? { 'strimzi.io/rebalance-auto-approval': 'true' } : {}),
        ...(this.template ? { 'strimzi.io/rebalance-template': 'true' } : {}),
      },
      reasons: props.reasons,
      spec: () => ({
        // A template names no brokers: Cruise Control puts in those that come or go.
        ...(this.template ? {} : this.mode.spec()),
        goals,
        replicationThrottle: throttle && bytesOf(throttle),
        excludedTopics,
      }),
    });
  }
}
