import type { Size } from 'cdk8s';
import { Construct } from 'constructs';
import { bytesOf, resourcesOf, type ComputeResources } from './compute.js';
import type { IKafkaCluster } from './kafka-cluster.js';
import { strimziManifest, type Manifest } from './manifest.js';
import { MusterError } from './model/error.js';
import { pinnedName } from './names.js';
import { NodeStorage } from './node-storage.js';
import type { Reasons } from './reasons.js';

export type NodeRole = 'broker' | 'controller';

export interface KafkaNodePoolProps {
  readonly cluster: IKafkaCluster;
  /** Name of the pool, pinned; pods are called CLUSTER-POOL-ID. */
  readonly name: string;
  /** Nodes in the pool, 0 or more. */
  readonly replicas: number;
  readonly roles: readonly NodeRole[];
  /**
   * Id of the first node; the others follow. Ids are unique in a cluster, over all pools.
   */
  readonly firstNodeId: number;
  readonly resources: ComputeResources;
  /** @default NodeStorage.ephemeral() */
  readonly storage?: NodeStorage;
  /** Memory of the JVM's heap; what the limit leaves is page cache. @default Strimzi's: half of the memory limit, 5 GiB at most */
  readonly heap?: Size;
  /**
   * Node label over whose values the pods are spread evenly; a pod that cannot be is not scheduled.
   * @default none: the scheduler decides
   */
  readonly spreadOver?: string;
  /** Why the numbers are what they are. @default none */
  readonly reasons?: Reasons;
}

/** Nodes of a cluster, as the cluster needs to know them. */
export interface IKafkaNodePool {
  readonly name: string;
  readonly replicas: number;
  readonly roles: readonly NodeRole[];
}

/** Nodes of one kind in a Kafka cluster: brokers, controllers, or both in one. */
export class KafkaNodePool extends Construct implements IKafkaNodePool {
  readonly name: string;
  readonly replicas: number;
  readonly roles: readonly NodeRole[];
  readonly storage: NodeStorage;
  readonly resource: Manifest;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: KafkaNodePoolProps,
  ) {
    super(scope, id);
    this.name = pinnedName('the node pool', props.name);
    this.replicas = props.replicas;
    this.roles = props.roles;
    this.storage = props.storage ?? NodeStorage.ephemeral();
    if (!Number.isInteger(props.replicas) || props.replicas < 0)
      throw new MusterError('bad-input', `node pool ${this.name} has ${props.replicas} replicas: give a whole number, 0 or more`);
    if (props.roles.length === 0)
      throw new MusterError('bad-input', `node pool ${this.name} has no role: give it broker, controller or both`);
    if (!Number.isInteger(props.firstNodeId) || props.firstNodeId < 0)
      throw new MusterError('bad-input', `node pool ${this.name} begins at node id ${props.firstNodeId}: give a whole number, 0 or more`);
    props.cluster.attachNodePool(this);

    const last = props.firstNodeId + props.replicas - 1;
    this.resource = strimziManifest(this, {
      kind: 'KafkaNodePool',
      name: this.name,
      namespace: props.cluster.namespace,
      clusterName: props.cluster.name,
      // Without it Strimzi hands out ids in the order in which it meets the pools.
      annotations: {
        'strimzi.io/next-node-ids': last > props.firstNodeId ? `[${props.firstNodeId}-${last}]` : `[${props.firstNodeId}]`,
      },
      reasons: props.reasons,
      spec: () => this.spec(),
    });
  }

  private spec(): object {
    const labels = { 'strimzi.io/cluster': this.props.cluster.name, 'strimzi.io/pool-name': this.name };
    const { spreadOver, heap } = this.props;
    const mebibytes = heap && `${Math.floor(bytesOf(heap) / 2 ** 20)}m`;
    return {
      replicas: this.replicas,
      roles: this.roles,
      storage: this.storage.spec,
      resources: resourcesOf(this.props.resources),
      jvmOptions: mebibytes && { '-Xms': mebibytes, '-Xmx': mebibytes },
      template:
        spreadOver === undefined
          ? undefined
          : {
              pod: {
                topologySpreadConstraints: [
                  { maxSkew: 1, topologyKey: spreadOver, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: labels } },
                ],
              },
            },
    };
  }
}
