import { ApiObject, Lazy, type Size } from 'cdk8s';
import { Construct } from 'constructs';
import { quantityOf, resourcesOf, type ComputeResources } from './compute.js';
import type { IKafkaCluster } from './kafka-cluster.js';
import { MusterError } from './model/error.js';
import { pinnedName } from './names.js';
import { reasonAnnotations, type Reasons } from './reasons.js';
import { checkWholeApp } from './validation.js';

export type NodeRole = 'broker' | 'controller';

/** Where a node keeps its log. */
export class NodeStorage {
  /** Gone with the pod: for labs. */
  static ephemeral(): NodeStorage {
    return new NodeStorage({ type: 'ephemeral' });
  }

  /**
   * One volume that outlives the pod and the cluster; more volumes can be added later.
   * @param storageClass @default the default class of the Kubernetes cluster
   */
  static persistent(size: Size, storageClass?: string): NodeStorage {
    const volume = {
      id: 0,
      type: 'persistent-claim',
      size: quantityOf(size),
      class: storageClass,
      deleteClaim: false,
      kraftMetadata: 'shared',
    };
    return new NodeStorage({ type: 'jbod', volumes: [volume] });
  }

  private constructor(readonly spec: object) {}
}

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
    new ApiObject(this, 'Resource', {
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'KafkaNodePool',
      metadata: {
        name: this.name,
        namespace: props.cluster.namespace,
        labels: { 'strimzi.io/cluster': props.cluster.name },
        annotations: {
          // Without it Strimzi hands out ids in the order in which it meets the pools.
          'strimzi.io/next-node-ids': last > props.firstNodeId ? `[${props.firstNodeId}-${last}]` : `[${props.firstNodeId}]`,
          ...reasonAnnotations(props.reasons),
        },
      },
      spec: Lazy.any({ produce: () => this.spec() }),
    });
    checkWholeApp(this);
  }

  private spec(): object {
    const labels = { 'strimzi.io/cluster': this.props.cluster.name, 'strimzi.io/pool-name': this.name };
    const { spreadOver } = this.props;
    return {
      replicas: this.replicas,
      roles: this.roles,
      storage: this.storage.spec,
      resources: resourcesOf(this.props.resources),
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
