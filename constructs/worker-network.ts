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
  /** Namespace of the worker. */
  readonly namespace: string;
  /** Addresses of what else it uses: its database, the collector of traces. */
  readonly uses: readonly string[];
}

/** Where OpenShift's and the common Prometheus live. */
export const monitoringNamespaces: readonly string[] = ['monitoring', 'openshift-monitoring', 'openshift-user-workload-monitoring'];

const byName = (values: readonly string[]): k8s.LabelSelector => ({
  matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: [...values] }],
});
const port = (number: number, protocol = 'TCP'): k8s.NetworkPolicyPort => ({ port: k8s.IntOrString.fromNumber(number), protocol });

/** Ports of addresses that name none. */
const usualPorts: Readonly<Record<string, number>> = { 'postgresql:': 5432, 'postgres:': 5432, 'http:': 80, 'https:': 443 };

/**
 * The way to an address: into the namespace of a Service, by its port. A policy does not know host names: outside the cluster the port is
 * all that can be said. The port of a Service and that of its pods are taken to be the same.
 */
function wayTo(address: string, ownNamespace: string): k8s.NetworkPolicyEgressRule {
  const { hostname, port: given, protocol } = new URL(address);
  const ports = [port(given === '' ? (usualPorts[protocol] ?? 443) : Number(given))];
  const [, namespace, kind] = hostname.split('.');
  if (namespace === undefined) return { to: [{ namespaceSelector: byName([ownNamespace]) }], ports };
  return kind === 'svc' ? { to: [{ namespaceSelector: byName([namespace]) }], ports } : { ports };
}

/** Brokers, names and what the worker uses outwards, metrics and callers inwards, and nothing else. Probes come from the node, which is always let in. */
export function networkPolicySpec(traffic: WorkerTraffic): k8s.NetworkPolicySpec {
  const { selector, cluster, brokerPort, httpPort, callers, namespace, uses } = traffic;
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
      ...uses.map((address) => wayTo(address, namespace)),
    ],
  };
}
