import { App, Chart, Size } from 'cdk8s';
import type { ComputeResources } from '../../constructs/compute.js';
import { Cpu } from '../../constructs/cpu.js';
import { KafkaCluster, type KafkaClusterProps } from '../../constructs/kafka-cluster.js';
import { KafkaNodePool } from '../../constructs/kafka-node-pool.js';
import { KafkaTopic } from '../../constructs/kafka-topic.js';
import type { Resource } from '../../constructs/model/resource.js';
import { resourcesBelow } from '../../constructs/validation.js';

export const compute: ComputeResources = {
  cpuRequest: Cpu.millis(100),
  cpuLimit: Cpu.millis(200),
  memoryRequest: Size.mebibytes(128),
  memoryLimit: Size.mebibytes(256),
};

/** An empty chart in namespace `kafka`. */
export function stage(): { app: App; chart: Chart } {
  const app = new App();
  return { app, chart: new Chart(app, 'chart', { namespace: 'kafka' }) };
}

/** A cluster of as many brokers, and a topic on it. */
export function clusterOf(chart: Chart, brokers = 3, props: Partial<KafkaClusterProps> = {}): { cluster: KafkaCluster; topic: KafkaTopic } {
  const cluster = new KafkaCluster(chart, 'Kafka', { name: 'bhf-kafka', ...props });
  new KafkaNodePool(chart, 'Brokers', {
    cluster,
    name: 'broker',
    replicas: brokers,
    roles: ['broker'],
    firstNodeId: 0,
    resources: compute,
  });
  new KafkaNodePool(chart, 'Controllers', {
    cluster,
    name: 'controller',
    replicas: 1,
    roles: ['controller'],
    firstNodeId: brokers,
    resources: compute,
  });
  return { cluster, topic: new KafkaTopic(chart, 'Topic', { cluster, name: 'sales.order.created', partitions: 6 }) };
}

/** The one object of a kind and name, as it will be written. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export function manifest(chart: Chart, kind: string, name?: string): any {
  const found = resourcesBelow(chart).filter(
    (resource: Resource) => resource.kind === kind && (name === undefined || resource.metadata.name === name),
  );
  if (found.length !== 1) throw new Error(`${found.length} objects of kind ${kind}`);
  return found[0];
}
