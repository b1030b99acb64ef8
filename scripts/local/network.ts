import type { ClusterPlan } from '../kafka/plan.js';

/**
 * What a cluster's DNS does for the bootstrap service: every way to write it (short, with namespace, full) and every port of a
 * listener leads to the brokers of this machine.
 */
export function serviceResolver(plan: Pick<ClusterPlan, 'name' | 'namespace' | 'listeners'>, bootstrap: string): (value: string) => string {
  const host = `${plan.name}-kafka-bootstrap`;
  const names = new Set([
    host,
    ...(plan.namespace === undefined
      ? []
      : [`${host}.${plan.namespace}`, `${host}.${plan.namespace}.svc`, `${host}.${plan.namespace}.svc.cluster.local`]),
  ]);
  const ports = new Set(plan.listeners.map((l) => String(l.port)));
  return (value) =>
    value
      .split(',')
      .map((address) => {
        const [name = '', port = ''] = address.trim().split(':');
        return names.has(name) && ports.has(port) ? bootstrap : address;
      })
      .join(',');
}
