import { Chart, Duration, JsonPatch, Size } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { quantityOf, type ComputeResources } from '../constructs/compute.js';
import type { Cpu } from '../constructs/cpu.js';
import { KafkaCluster } from '../constructs/kafka-cluster.js';
import { KafkaNodePool } from '../constructs/kafka-node-pool.js';
import type { NodeStorage } from '../constructs/node-storage.js';
import type { Reasons } from '../constructs/reasons.js';

/** Nodes of one role. */
export interface PlatformNodes {
  readonly count: number;
  readonly resources: ComputeResources;
  /** @default NodeStorage.ephemeral() */
  readonly storage?: NodeStorage;
  /** Why the numbers are what they are. @default none */
  readonly reasons?: Reasons;
}

/** What all pods of the namespace may ask for together. */
export interface PlatformQuota {
  readonly cpuRequests: Cpu;
  readonly cpuLimits: Cpu;
  readonly memoryRequests: Size;
  readonly memoryLimits: Size;
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
  /** @default none */
  readonly quota?: PlatformQuota;
  /** Why the cluster's numbers are what they are. @default none */
  readonly reasons?: Reasons;
}

/** The platform of lab 1.1: a namespace and the Kafka cluster `bhf-kafka`. */
export class Platform extends Chart {
  readonly cluster: KafkaCluster;

  constructor(scope: Construct, id: string, props: PlatformProps) {
    super(scope, id, { namespace: props.namespace, disableResourceNameHashes: true });
    const { brokers, controllers, zoneLabel, quota } = props;

    const namespace = new k8s.KubeNamespace(this, 'Namespace', { metadata: { name: props.namespace } });
    // The chart gives every object its namespace; an object of no namespace must have none.
    namespace.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
    if (quota !== undefined) {
      new k8s.KubeResourceQuota(this, 'Quota', {
        metadata: { name: props.namespace, annotations: { 'muster.dev/why-hard': quota.why } },
        spec: {
          hard: {
            'requests.cpu': k8s.Quantity.fromString(quota.cpuRequests.toString()),
            'requests.memory': k8s.Quantity.fromString(quantityOf(quota.memoryRequests)),
            'limits.cpu': k8s.Quantity.fromString(quota.cpuLimits.toString()),
            'limits.memory': k8s.Quantity.fromString(quantityOf(quota.memoryLimits)),
          },
        },
      });
    }

    this.cluster = new KafkaCluster(this, 'Kafka', {
      name: 'bhf-kafka',
      version: '4.3.1',
      strimziVersion: '1.2.0',
      compression: 'lz4',
      retention: Duration.hours(168),
      segmentSize: Size.gibibytes(1),
      rackTopologyKey: zoneLabel,
      reasons: props.reasons,
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
  }
}
