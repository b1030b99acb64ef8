import { MusterError } from '../../../constructs/model/error.js';
import { podOf, type PodSeen } from '../../cluster/pod-watch.js';
import { itemsOf, type ClusterTool } from '../../cluster/tool.js';
import type { Scenario } from '../scenario.js';

/** Where the pods of the brokers are looked for: by Strimzi's labels, for the cluster whose Service the workers name. */
export function brokersPlace(
  tool: ClusterTool,
  bootstrap: string,
): { readonly namespace: string; readonly selector: string; readonly selected: string } {
  const [first = ''] = bootstrap.split(',');
  const [service = '', second] = (first.split(':')[0] ?? '').split('.');
  const cluster = service.replace(/-kafka-(bootstrap|brokers)$/, '');
  const namespace = second ?? tool.namespace;
  const selector = `strimzi.io/cluster=${cluster},strimzi.io/broker-role=true`;
  return { namespace, selector, selected: `pods with ${selector} in namespace ${namespace}` };
}

/** The pods of the brokers, by their ids: the number at the end of the name of a Strimzi pod. */
export async function brokerPods(tool: ClusterTool, bootstrap: string): Promise<ReadonlyMap<number, PodSeen>> {
  const { namespace, selector } = brokersPlace(tool, bootstrap);
  const found = itemsOf(await tool.json(['get', 'pods', '-n', namespace, '-l', selector]));
  const pods = new Map<number, PodSeen>();
  for (const item of found) {
    // `get -o json` leaves the kind out of a list's items on some servers.
    const pod = podOf({ ...(item as object), kind: 'Pod' });
    const id = /-(\d+)$/.exec(pod?.name ?? '')?.[1];
    if (pod !== undefined && id !== undefined) pods.set(Number(id), pod);
  }
  return pods;
}

export const breaksBrokers = (scenario: Scenario): boolean =>
  scenario.steps.some((step) => step.do === 'kill-broker' || step.do === 'freeze-broker');

/** What stands in the way of a scenario that breaks brokers; undefined where nothing does, or it breaks none. */
export async function missingBrokers(tool: ClusterTool, scenario: Scenario, bootstrap: string): Promise<string | undefined> {
  if (!breaksBrokers(scenario)) return undefined;
  const needed = Math.max(1, scenario.needs?.brokers ?? 1);
  const found = (await brokerPods(tool, bootstrap)).size;
  if (found >= needed) return undefined;
  const there = found === 0 ? 'there are no' : `there ${found === 1 ? 'is' : 'are'} ${String(found)} of the`;
  return `it breaks brokers, and needs ${needed === 1 ? "one broker's pod" : `the pods of ${String(needed)}`}, but ${there} ${brokersPlace(tool, bootstrap).selected}; brokers beside the cluster, or that Strimzi did not make, cannot be broken from here: run it with --backend local`;
}

/** @throws MusterError `bad-input` when there are no pods of brokers to break */
export async function refuseWithoutBrokers(tool: ClusterTool, scenario: Scenario, bootstrap: string): Promise<void> {
  const why = await missingBrokers(tool, scenario, bootstrap);
  if (why !== undefined) throw new MusterError('bad-input', `${scenario.name} cannot be run on this cluster: ${why}`);
}
