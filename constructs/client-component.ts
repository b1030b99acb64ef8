import { resourcesOf, type ComputeResources } from './compute.js';
import type { IMetrics } from './metrics.js';
import { MusterError } from './model/error.js';
import type { Reasons } from './reasons.js';

/** What Connect, MirrorMaker 2 and the Bridge are all told. */
export interface ClientComponentProps {
  /** Name of the resource, pinned; pods and services are named by it. */
  readonly name: string;
  /** Pods. @default 1 */
  readonly replicas?: number;
  readonly resources: ComputeResources;
  /** Metrics for Prometheus. @default none */
  readonly metrics?: IMetrics;
  /** Node label whose value is the client's rack: it then reads from the replica nearby. @default none */
  readonly rackTopologyKey?: string;
  /**
   * Node label over whose values the pods are spread as evenly as possible; a pod that cannot be is scheduled anyway.
   * @default none: the scheduler decides
   */
  readonly spreadOver?: string;
  /** Why the numbers are what they are. @default none */
  readonly reasons?: Reasons;
}

/** The fields that these props become, alike in each of the three. */
export function componentSpec(
  kind: string,
  { name, replicas = 1, resources, metrics, rackTopologyKey, spreadOver }: ClientComponentProps,
): object {
  if (!Number.isInteger(replicas) || replicas < 0)
    throw new MusterError('bad-input', `${kind} ${name} has ${replicas} replicas: give a whole number, 0 or more`);
  const labels = { 'strimzi.io/cluster': name, 'strimzi.io/kind': kind };
  return {
    replicas,
    resources: resourcesOf(resources),
    metricsConfig: metrics?.spec(),
    rack: rackTopologyKey === undefined ? undefined : { topologyKey: rackTopologyKey },
    template:
      spreadOver === undefined
        ? undefined
        : {
            pod: {
              topologySpreadConstraints: [
                { maxSkew: 1, topologyKey: spreadOver, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: labels } },
              ],
            },
          },
  };
}
