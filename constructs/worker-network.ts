import { k8s } from 'cdk8s-plus-28';
import type { IKafkaCluster } from './kafka-cluster.js';

/** Who talks to a worker, and whom it talks to. */
export interface WorkerTraffic {
  readonly selector: Readonly<Record<string, string>>;
  readonly cluster: IKafkaCluster;
  /** Port of the brokers' listener. */
  readonly brokerPort: number;
  readonly httpPort: number;
  /** Namespaces whose pods may call the worker's HTTP, by their labels. */
  readonly callers: readonly Readonly<Record<string, string>>[];
}

/** Where OpenShift's and the common Prometheus live. */
export const monitoringNamespaces: readonly string[] = ['monitoring', 'openshift-monitoring', 'openshift-user-workload-monitoring'];

const byName = (values: readonly string[]): k8s.LabelSelector => ({
  matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: [...values] }],
});
const port = (number: number, protocol = 'TCP'): k8s.NetworkPolicyPort => ({ port: k8s.IntOrString.fromNumber(number), protocol });

/** Brokers and names outwards, metrics and callers inwards, and nothing else. Probes come from the node, which is always let in. */
export function networkPolicySpec({ selector, cluster, brokerPort, httpPort, callers }: WorkerTraffic): k8s.NetworkPolicySpec {
  return {
    podSelector: { matchLabels: { ...selector } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      {
        from: [
          { namespaceSelector: byName(monitoringNamespaces) },
          ...callers.map((labels) => ({ namespaceSelector: { matchLabels: { ...labels } } })),
        ],
        ports: [port(httpPort)],
      },
    ],
    egress: [
      {
        to: [
          {
            namespaceSelector: byName([cluster.namespace]),
            podSelector: { matchLabels: { 'strimzi.io/cluster': cluster.name, 'strimzi.io/broker-role': 'true' } },
          },
        ],
        ports: [port(brokerPort)],
      },
      // 5353: where OpenShift's name servers listen.
      { to: [{ namespaceSelector: {} }], ports: [53, 5353].flatMap((number) => [port(number, 'UDP'), port(number)]) },
    ],
  };
}
