import { ApiObject, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { bytesOf, type ComputeResources } from './compute.js';
import { Manifest } from './manifest.js';
import type { Resource } from './model/resource.js';
import { amount, demandsOf, type Demand, type Resourced, type Side } from './model/rules-quota.js';
import { formatBytes, formatCpu } from './model/units.js';
import { namespaceAround, pinnedName } from './names.js';

export interface NamespaceQuotaProps {
  readonly name: string;
  /** Left for what is not declared. */
  readonly spare: ComputeResources;
  /** What the spare is for. */
  readonly why: string;
}

const gib = 2 ** 30;

/**
 * What all pods of a namespace may ask for together: everything that the app declares there, in the largest number it may be scaled to, and
 * something to spare, in whole CPUs and GiB. Counted as late as can be, so that nothing that is declared is forgotten.
 */
export class NamespaceQuota extends Construct {
  readonly resource: Manifest;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: NamespaceQuotaProps,
  ) {
    super(scope, id);
    this.resource = new Manifest(this, 'Resource', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: {
        name: pinnedName('the quota', props.name),
        annotations: { 'muster.dev/why-hard': Lazy.any({ produce: () => this.why() }) as string },
      },
      spec: Lazy.any({ produce: () => ({ hard: this.hard() }) }),
    });
  }

  private hard(): Record<string, string> {
    const { cpuRequest, cpuLimit, memoryRequest, memoryLimit } = this.props.spare;
    const demands = this.demands();
    const cpu = (side: Side, spare: number): string => formatCpu(Math.ceil(sumOf(demands, side, 'cpu') + spare));
    const memory = (side: Side, spare: number): string => formatBytes(Math.ceil((sumOf(demands, side, 'memory') + spare) / gib) * gib);
    return {
      'requests.cpu': cpu('requests', cpuRequest.cores),
      'requests.memory': memory('requests', bytesOf(memoryRequest)),
      'limits.cpu': cpu('limits', cpuLimit.cores),
      'limits.memory': memory('limits', bytesOf(memoryLimit)),
    };
  }

  private why(): string {
    const demands = this.demands();
    const pods = demands.reduce((sum, { count }) => sum + count, 0);
    const [memory, cpu] = [formatBytes(sumOf(demands, 'limits', 'memory')), formatCpu(sumOf(demands, 'limits', 'cpu'))];
    return `${pods} containers are declared, in the largest number they may be scaled to, and may use ${memory} and ${cpu} CPU; the rest is for ${this.props.why}`;
  }

  /** Of all objects of the namespace but quotas, this one above all. */
  private demands(): Demand[] {
    return this.node.root.node
      .findAll()
      .filter((node): node is ApiObject => ApiObject.isApiObject(node) && node.kind !== 'ResourceQuota')
      .map((object) => object.toJson() as Resource)
      .filter(({ metadata }) => metadata.namespace === namespaceAround(this))
      .flatMap(demandsOf);
  }
}

const sumOf = (demands: readonly Demand[], side: Side, kind: Resourced): number =>
  demands.reduce((sum, demand) => sum + demand.count * (amount(demand, side, kind) ?? 0), 0);
