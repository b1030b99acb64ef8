import { at, listAt, numberAt, recordAt, shown, type Resource } from './resource.js';
import { clusterOperator, rule, sources, type Rule, type Subject } from './rule.js';
import { isStrimzi, sameNamespace, type System } from './system.js';
import { formatBytes, formatCpu, parseQuantity } from './units.js';

export type Side = 'requests' | 'limits';
export type Resourced = 'cpu' | 'memory';
const sides: readonly Side[] = ['requests', 'limits'];
const kinds: readonly Resourced[] = ['cpu', 'memory'];

/** Containers of one kind, and how many of them may run at once. */
export interface Demand {
  readonly what: string;
  readonly count: number;
  /** Where the resources stand, dotted. */
  readonly path: string;
  readonly resources: unknown;
}

/** What an object makes run. A Deployment or StatefulSet without spec.replicas counts as muster.dev/max-replicas says, or once. */
export function demandsOf(resource: Resource): Demand[] {
  const { name } = resource.metadata;
  switch (resource.kind) {
    case 'KafkaNodePool':
      return [
        {
          what: `node pool ${name}`,
          count: numberAt(resource, 'spec', 'replicas') ?? 0,
          path: 'spec.resources',
          resources: at(resource, 'spec', 'resources'),
        },
      ];
    case 'Kafka':
      return [['entityOperator', 'topicOperator'], ['entityOperator', 'userOperator'], ['cruiseControl'], ['kafkaExporter']]
        .filter((path) => at(resource, 'spec', ...path) !== undefined)
        .map((path) => ({
          what: `${path.at(-1) ?? ''} of ${name}`,
          count: 1,
          path: `spec.${path.join('.')}.resources`,
          resources: at(resource, 'spec', ...path, 'resources'),
        }));
    case 'KafkaConnect':
    case 'KafkaMirrorMaker2':
    case 'KafkaBridge':
      return [
        {
          what: `${resource.kind} ${name}`,
          count: numberAt(resource, 'spec', 'replicas') ?? 0,
          path: 'spec.resources',
          resources: at(resource, 'spec', 'resources'),
        },
        // A build runs before what it builds, not beside it.
        { what: `build of ${name}`, count: 0, path: 'spec.build.resources', resources: at(resource, 'spec', 'build', 'resources') },
      ];
    case 'Deployment':
    case 'StatefulSet':
    case 'Job': {
      const declared = resource.kind === 'Job' ? numberAt(resource, 'spec', 'parallelism') : numberAt(resource, 'spec', 'replicas');
      const count = declared ?? numberAt(resource, 'metadata', 'annotations', 'muster.dev/max-replicas') ?? 1;
      return listAt(resource, 'spec', 'template', 'spec', 'containers').map((container, i) => ({
        what: `${resource.kind.toLowerCase()} ${name}`,
        count,
        path: `spec.template.spec.containers[${i}].resources`,
        resources: at(container, 'resources'),
      }));
    }
    default:
      return [];
  }
}

export function amount(demand: Demand, side: Side, kind: Resourced): number | undefined {
  // Kubernetes takes the limit for the request where only the limit is given.
  const given = at(demand.resources, side, kind) ?? (side === 'requests' ? at(demand.resources, 'limits', kind) : undefined);
  return typeof given === 'string' || typeof given === 'number' ? parseQuantity(given) : undefined;
}

/** One line of a quota, beside what the objects of its namespace add up to. */
interface QuotaView extends Subject {
  readonly key: string;
  readonly hard: number;
  readonly kind: Resourced;
  readonly demands: readonly { readonly what: string; readonly count: number; readonly each: number | undefined }[];
}

function quotaViews(system: System): QuotaView[] {
  return system.resources
    .filter(({ kind }) => kind === 'ResourceQuota')
    .flatMap((quota) => {
      const demands = system.resources.filter((resource) => sameNamespace(quota, resource)).flatMap(demandsOf);
      const hard = recordAt(quota, 'spec', 'hard');
      return sides.flatMap((side) =>
        kinds.flatMap((kind): QuotaView[] => {
          const key = Object.hasOwn(hard, `${side}.${kind}`)
            ? `${side}.${kind}`
            : side === 'requests' && Object.hasOwn(hard, kind)
              ? kind
              : undefined;
          const limit = key === undefined ? undefined : parseQuantity(shown(hard[key]));
          if (key === undefined || limit === undefined) return [];
          return [
            {
              resource: quota,
              key,
              hard: limit,
              kind,
              demands: demands.map((demand) => ({ what: demand.what, count: demand.count, each: amount(demand, side, kind) })),
            },
          ];
        }),
      );
    });
}

const sum = ({ demands }: QuotaView): number => demands.reduce((total, { count, each }) => total + count * (each ?? 0), 0);
const format = (kind: Resourced, value: number): string => (kind === 'cpu' ? formatCpu(value) : formatBytes(value));

/** One request beside its limit. */
interface PairView extends Subject {
  readonly what: string;
  readonly path: string;
  readonly kind: Resourced;
  readonly request: number;
  readonly limit: number;
}

function pairs(system: System): PairView[] {
  return system.resources.flatMap((resource) =>
    demandsOf(resource).flatMap((demand) =>
      kinds.flatMap((kind): PairView[] => {
        const [request, limit] = [amount(demand, 'requests', kind), amount(demand, 'limits', kind)];
        return request === undefined || limit === undefined
          ? []
          : [{ resource, what: demand.what, path: demand.path, kind, request, limit }];
      }),
    ),
  );
}

/** One amount of one of Strimzi's components; of other pods Kubernetes takes zero. */
interface AmountView extends Subject {
  readonly what: string;
  readonly path: string;
  readonly side: Side;
  readonly kind: Resourced;
  readonly value: number;
}

const amounts = (system: System): AmountView[] =>
  system.resources.filter(isStrimzi).flatMap((resource) =>
    demandsOf(resource).flatMap(({ what, path, resources }) =>
      sides.flatMap((side) =>
        kinds.flatMap((kind): AmountView[] => {
          const given = at(resources, side, kind);
          const value = typeof given === 'string' || typeof given === 'number' ? parseQuantity(given) : undefined;
          return value === undefined ? [] : [{ resource, what, path, side, kind, value }];
        }),
      ),
    ),
  );

export const quotaRules: readonly Rule[] = [
  rule<QuotaView>({
    id: 'quota-exceeded',
    what: 'objects that add up to more than the quota of their namespace',
    severity: 'error',
    source: sources.kubernetesQuota,
    subjects: quotaViews,
    broken: (view) => sum(view) > view.hard,
    path: ({ key }) => `spec.hard.${key}`,
    message: (view) => {
      const parts = view.demands
        .filter(({ each, count }) => each !== undefined && count > 0)
        .map(({ what, count, each = 0 }) => `${what} ${count} × ${format(view.kind, each)}`);
      return `${view.key} is ${format(view.kind, view.hard)}, but the namespace adds up to ${format(view.kind, sum(view))} (${parts.join(', ')}): the last pods would never start; raise the quota or lower the others`;
    },
  }),
  rule<QuotaView>({
    id: 'quota-needs-resources',
    what: 'a pod without the resources that a quota asks for',
    severity: 'error',
    source: sources.kubernetesQuota,
    subjects: quotaViews,
    broken: ({ demands }) => demands.some(({ each, count }) => each === undefined && count > 0),
    path: ({ key }) => `spec.hard.${key}`,
    message: ({ key, demands }) =>
      `a quota on ${key} refuses every pod that does not say its own: ${demands
        .filter(({ each, count }) => each === undefined && count > 0)
        .map(({ what }) => what)
        .join(', ')}; give them resources`,
  }),
  rule<PairView>({
    id: 'request-above-limit',
    covers: ['compute-resources'],
    severity: 'error',
    source: 'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/',
    subjects: pairs,
    broken: ({ request, limit }) => request > limit,
    path: ({ path, kind }) => `${path}.requests.${kind}`,
    message: ({ what, kind, request, limit }) =>
      `${what} requests ${format(kind, request)} of ${kind}, above its limit of ${format(kind, limit)}: it would never run; lower the request or raise the limit`,
  }),
  rule<AmountView>({
    id: 'resources-not-positive',
    severity: 'error',
    source: clusterOperator('model/ModelUtils'),
    what: 'a request or limit of zero or less',
    covers: ['compute-resources'],
    subjects: amounts,
    broken: ({ value }) => value <= 0,
    path: ({ path, side, kind }) => `${path}.${side}.${kind}`,
    message: ({ what, side, kind, value }) =>
      `${what} has ${format(kind, value)} of ${kind} in ${side}: the operator refuses what is not above zero; give an amount, or leave it out`,
  }),
];
