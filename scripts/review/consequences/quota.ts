import { recordAt, shown, textAt, type Resource } from '../../../constructs/model/resource.js';
import { amount, demandsOf } from '../../../constructs/model/rules-quota.js';
import { formatBytes, formatCpu, parseQuantity } from '../../../constructs/model/units.js';
import type { ResourceChange, Side, States } from '../change.js';
import type { Judged, Reviewer } from '../consequence.js';
import { fieldsBelow, judged, type Said } from './workload-fields.js';
import { whenPruned, workloadSources as sources } from './workload-sources.js';

interface Line {
  readonly key: string;
  readonly hard: number;
  /** What the manifests of the namespace add up to; undefined for what they do not say. */
  readonly sum: number | undefined;
}

/** Lines of a quota beside what the manifests of its namespace ask for. */
function lines(quota: Resource, side: Side): Line[] {
  const { namespace } = quota.metadata;
  const inside = side.resources.filter(
    ({ metadata }) => namespace === undefined || metadata.namespace === undefined || metadata.namespace === namespace,
  );
  const demands = inside.flatMap(demandsOf);
  return Object.entries(recordAt(quota, 'spec', 'hard')).flatMap(([key, value]): Line[] => {
    const hard = parseQuantity(shown(value));
    if (hard === undefined) return [];
    const match = /^(?:(requests|limits)\.)?(cpu|memory)$/.exec(key);
    if (match !== null) {
      const [where, kind] = [match[1] === 'limits' ? 'limits' : 'requests', match[2] === 'memory' ? 'memory' : 'cpu'] as const;
      return [{ key, hard, sum: demands.reduce((sum, demand) => sum + demand.count * (amount(demand, where, kind) ?? 0), 0) }];
    }
    if (key === 'pods' || key === 'count/pods')
      return [{ key, hard, sum: inside.reduce((sum, resource) => sum + Math.max(0, ...demandsOf(resource).map(({ count }) => count)), 0) }];
    return [{ key, hard, sum: undefined }];
  });
}

const format = (key: string, value: number): string =>
  key.endsWith('cpu')
    ? formatCpu(value)
    : key.endsWith('memory') || key.endsWith('storage')
      ? formatBytes(Math.ceil(value))
      : String(value);

/** Lines that the manifests are above. */
function exceeded(quota: Resource, side: Side): Said | undefined {
  const above = lines(quota, side).filter(({ hard, sum }) => sum !== undefined && sum > hard);
  if (above.length === 0) return undefined;
  return {
    id: 'quota-below-demand',
    grade: 'unavailable',
    consequence: `The manifests of the namespace add up to more: ${above.map(({ key, hard, sum = 0 }) => `${key} ${format(key, sum)} of ${format(key, hard)}`).join(', ')}. Pods that run stay; the next that is made, at a rollout, a crash or a drain, is refused (403 Forbidden), and what ends is not replaced.`,
    source: sources.quota,
    action: `Raise ${above.map(({ key, sum = 0 }) => `${key} to ${format(key, sum)}`).join(', ')} at least, or ask for less.`,
  };
}

function judgeQuota(change: ResourceChange, states: States): Judged[] {
  const { how, after, before } = change;
  if (how === 'removed')
    return [
      judged([], {
        id: 'quota-removed',
        grade: 'safe',
        consequence: 'Nothing limits what the namespace takes any more, beside other quotas.',
        reason: whenPruned,
        source: sources.quota,
      }),
    ];
  if (after === undefined) return [];
  const fields = fieldsBelow(change, ['spec']);
  const said = exceeded(after, states.head);
  if (said !== undefined) return [judged(fields, said)];
  if (how !== 'changed')
    return [
      judged([], {
        id: 'quota-added',
        grade: 'rolling',
        consequence:
          'Pods that run stay. From now on each new pod of the namespace must say its own requests and limits of what the quota names, or it is refused (403 Forbidden).',
        source: sources.quota,
        action: 'See that every pod template has resources, or make a LimitRange with defaults.',
      }),
    ];
  if (fields.length === 0) return [];
  const had = new Set(Object.keys(recordAt(before, 'spec', 'hard')));
  const fresh = Object.keys(recordAt(after, 'spec', 'hard')).filter((key) => !had.has(key));
  return [
    judged(fields, {
      id: 'quota-changed',
      grade: 'safe',
      consequence: `What the manifests ask for still fits${room(after, states.head)}.${fresh.length > 0 ? ` New is ${fresh.join(', ')}: a pod that does not say its own is refused.` : ''}`,
      source: sources.quota,
    }),
  ];
}

function room(quota: Resource, side: Side): string {
  const known = lines(quota, side).filter(({ sum }) => sum !== undefined);
  return known.length === 0
    ? ''
    : ` (${known.map(({ key, hard, sum = 0 }) => `${key} ${format(key, sum)} of ${format(key, hard)}`).join(', ')})`;
}

function judgeLimitRange({ how, fields }: ResourceChange): Judged[] {
  return [
    judged(fields, {
      id: `limit-range-${how}`,
      grade: 'rolling',
      consequence:
        how === 'removed'
          ? 'New pods that say no resources get none any more; under a quota they are refused.'
          : 'It acts on pods that are made from now on: those without resources get its defaults, and those outside its limits are refused (403 Forbidden) at the next rollout or crash.',
      ...(how === 'removed' && { reason: whenPruned }),
      source: sources.limitRange,
    }),
  ];
}

const levels = ['privileged', 'baseline', 'restricted'];

function judgeNamespace(change: ResourceChange, states: States): Judged[] {
  const { how, before, after } = change;
  const name = (after ?? before)?.metadata.name ?? '';
  if (how === 'removed' || how === 'renamed') {
    const inside = states.base.resources.filter(
      ({ metadata }) => metadata.namespace === name || metadata.namespace === before?.metadata.name,
    );
    const counts = new Map<string, number>();
    for (const { kind } of inside) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const held = ['Kafka', 'KafkaNodePool', 'KafkaTopic', 'PersistentVolumeClaim', 'StatefulSet', 'Deployment', 'Secret']
      .filter((kind) => counts.has(kind))
      .map((kind) => `${counts.get(kind) ?? 0} ${kind}`);
    return [
      judged([], {
        id: 'namespace-removed',
        grade: 'data-loss',
        consequence: `Deleting a namespace deletes all that is in it${held.length > 0 ? `: ${held.join(', ')} of these manifests` : ''}, claims and Secrets that no manifest names too, and volumes with reclaim policy Delete.`,
        reason: whenPruned,
        source: sources.namespaces,
        action: 'Keep the namespace; take out of it one by one what is to go.',
      }),
    ];
  }
  if (how === 'added')
    return [judged([], { id: 'namespace-added', grade: 'safe', consequence: 'A new, empty namespace.', source: sources.namespaces })];
  const label = 'pod-security.kubernetes.io/enforce';
  const fields = change.fields.filter(({ path }) => path.endsWith(label));
  if (fields.length === 0) return [];
  const level = (side: Resource | undefined): number =>
    Math.max(0, levels.indexOf(textAt(side, 'metadata', 'labels', label) ?? 'privileged'));
  const isTighter = level(after) > level(before);
  return [
    judged(fields, {
      id: isTighter ? 'pod-security-tightened' : 'pod-security-loosened',
      grade: isTighter ? 'rolling' : 'safe',
      consequence: isTighter
        ? `Pods that run stay. From the next rollout, crash or drain on, pods that do not keep to ${levels[level(after)] ?? ''} are refused (403 Forbidden), and what ends is not replaced.`
        : `Pods may do more than ${levels[level(before)] ?? ''} allows.`,
      source: sources.podSecurity,
      ...(isTighter && {
        action: `See who would be refused: kubectl label --dry-run=server --overwrite ns ${name} ${label}=${levels[level(after)] ?? ''}`,
      }),
    }),
  ];
}

export const quotaReviewers: readonly Reviewer[] = [
  { kinds: ['ResourceQuota'], judge: judgeQuota },
  { kinds: ['LimitRange'], judge: judgeLimitRange },
  { kinds: ['Namespace', 'Project'], judge: judgeNamespace },
];
