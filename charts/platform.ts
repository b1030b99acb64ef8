import { Chart, Duration, JsonPatch, Size } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { ComputeResources } from '../constructs/compute.js';
import { KafkaCluster, type KafkaClusterProps } from '../constructs/kafka-cluster.js';
import { KafkaNodePool } from '../constructs/kafka-node-pool.js';
import { Manifest } from '../constructs/manifest.js';
import { KafkaRebalance } from '../constructs/kafka-rebalance.js';
import { NamespaceQuota } from '../constructs/namespace-quota.js';
import type { NodeStorage } from '../constructs/node-storage.js';
import type { Reasons } from '../constructs/reasons.js';

/** The rebalance that Cruise Control does when brokers come or go, where a platform has it. */
export const brokersChanged = { name: 'brokers-changed' } as const;

/** Nodes of one role. */
export interface PlatformNodes {
  readonly count: number;
  readonly resources: ComputeResources;
  /** @default NodeStorage.ephemeral() */
  readonly storage?: NodeStorage;
  /** Why the numbers are what they are. @default none */
  readonly reasons?: Reasons;
}

/** A quota of what everything that is declared may use together, and something to spare. */
export interface PlatformQuota {
  readonly spare: ComputeResources;
  /** What the spare is for. */
  readonly why: string;
}

export interface PlatformProps {
  /** Namespace of the cluster and of all that uses it. */
  readonly namespace: string;
  readonly brokers: PlatformNodes;
  readonly controllers: PlatformNodes;
  /**
   * Label of the Kubernetes nodes that names their zone.
   * @default none: brokers know no rack, pods are not spread
   */
  readonly zoneLabel?: string;
  /** Counted from all that is declared in the app. @default none */
  readonly quota?: PlatformQuota;
  /** Release of Strimzi that runs the cluster. */
  readonly strimziVersion: string;
  /** What the cluster has beyond the lab's. @default none */
  readonly extras?: Omit<KafkaClusterProps, 'name'>;
  /** Why the cluster's numbers are what they are. @default none */
  readonly reasons?: Reasons;
}

/** The platform of lab 1.1: a namespace and the Kafka cluster `bhf-kafka`. */
export class Platform extends Chart {
  readonly cluster: KafkaCluster;

  constructor(scope: Construct, id: string, props: PlatformProps) {
    super(scope, id, { namespace: props.namespace, disableResourceNameHashes: true });
    const { brokers, controllers, zoneLabel, quota } = props;

    const namespace = new Manifest(this, 'Namespace', k8s.KubeNamespace.manifest({ metadata: { name: props.namespace } }));
    // The chart gives every object its namespace; an object of no namespace must have none.
    namespace.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
    if (quota !== undefined) {
      new NamespaceQuota(this, 'Quota', { name: props.namespace, ...quota });
    }

    this.cluster = new KafkaCluster(this, 'Kafka', {
      name: 'bhf-kafka',
      version: '4.3.1',
      strimziVersion: props.strimziVersion,
      compression: 'lz4',
      retention: Duration.hours(168),
      segmentSize: Size.gibibytes(1),
      rackTopologyKey: zoneLabel,
      reasons: props.reasons,
      ...props.extras,
    });
    new KafkaNodePool(this, 'Brokers', {
      cluster: this.cluster,
      name: 'broker',
      roles: ['broker'],
      replicas: brokers.count,
      firstNodeId: 0,
      resources: brokers.resources,
      storage: brokers.storage,
      spreadOver: zoneLabel,
      reasons: brokers.reasons,
    });
    new KafkaNodePool(this, 'Controllers', {
      cluster: this.cluster,
      name: 'controller',
      roles: ['controller'],
      replicas: controllers.count,
      // Ids are unique over both pools; the controllers' follow the brokers'.
      firstNodeId: brokers.count,
      resources: controllers.resources,
      storage: controllers.storage,
      spreadOver: zoneLabel,
      reasons: controllers.reasons,
    });
    if (this.cluster.rebalances) {
      new KafkaRebalance(this, 'BrokersChanged', {
        cluster: this.cluster,
        name: brokersChanged.name,
        template: true,
        throttle: Size.mebibytes(50),
        reasons: { throttle: '50 MiB/s a broker: the moving leaves the clients most of the network' },
      });
    }
  }
}
