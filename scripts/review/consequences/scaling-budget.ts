import { at, isRecord, recordAt, type Resource } from '../../../constructs/model/resource.js';
import type { ResourceChange, Side, States } from '../change.js';
import type { Judged, Reviewer } from '../consequence.js';
import { podsMatching } from './network-selector.js';
import { judged, type Said } from './workload-fields.js';
import { indexOf, podCount, type WorkloadIndex } from './workload-index.js';
import { whenPruned, workloadSources } from './workload-sources.js';

/** Pods of a workload that a budget lets be evicted at a time; undefined where it says nothing that can be read. */
export function evictions(budget: Resource, pods: number): number | undefined {
  const inPods = (value: unknown): number | undefined => {
    if (typeof value === 'number') return value;
    const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value.trim())?.[1] : undefined;
    return percent === undefined ? undefined : Math.ceil((Number(percent) * pods) / 100);
  };
  const most = inPods(at(budget, 'spec', 'maxUnavailable'));
  if (most !== undefined) return most;
  const least = inPods(at(budget, 'spec', 'minAvailable'));
  return least === undefined ? undefined : Math.max(0, pods - least);
}

const budgetsOf = new WeakMap<WorkloadIndex, ReadonlyMap<Resource, readonly Resource[]>>();

/** Budgets by the workloads that they are over. */
function budgets(index: WorkloadIndex): ReadonlyMap<Resource, readonly Resource[]> {
  const known = budgetsOf.get(index);
  if (known !== undefined) return known;
  const over = new Map<Resource, Resource[]>();
  for (const budget of index.system.resources.filter(({ kind }) => kind === 'PodDisruptionBudget'))
    for (const workload of podsMatching(index, at(budget, 'spec', 'selector'), budget.metadata.namespace))
      over.set(workload, [...(over.get(workload) ?? []), budget]);
  budgetsOf.set(index, over);
  return over;
}

function blocked(index: WorkloadIndex, budget: Resource, workload: Resource): Said | undefined {
  const { count } = podCount(index, workload);
  if (count === 0 || evictions(budget, count) !== 0) return undefined;
  return {
    id: 'budget-blocks-drains',
    grade: 'unavailable',
    consequence: `PodDisruptionBudget ${budget.metadata.name} keeps all of ${count} ${count === 1 ? 'pod' : 'pods'} of ${workload.kind} ${workload.metadata.name}: none may be evicted, so a node they run on cannot be drained, and its upgrade waits until somebody deletes a pod.`,
    source: workloadSources.budget,
    action: 'Set maxUnavailable to 1 instead of minAvailable.',
  };
}

/** What the replicas of a workload are beside the budgets over it. */
export function stayingMembers(index: WorkloadIndex, workload: Resource): Said[] {
  return (budgets(index).get(workload) ?? []).flatMap((budget) => blocked(index, budget, workload) ?? []);
}

function over(side: Side, budget: Resource): readonly Resource[] {
  return podsMatching(indexOf(side), at(budget, 'spec', 'selector'), budget.metadata.namespace);
}

function judge({ how, before, after, fields }: ResourceChange, states: States): Judged[] {
  if (how === 'removed') {
    const left = (before === undefined ? [] : over(states.base, before)).filter(
      ({ kind, metadata }) => states.head.find(kind, metadata.name, metadata.namespace) !== undefined,
    );
    return [
      judged(fields, {
        id: 'budget-removed',
        grade: 'safe',
        consequence:
          left.length === 0
            ? 'The pods it was over go too.'
            : `Nothing holds evictions back any more: a drain may take all of ${pods(left)} at once, which for a consumer group is a stop of everything and rebalances.`,
        reason: whenPruned,
        source: workloadSources.budget,
        ...(left.length > 0 && { action: 'Keep it where the pods are more than one.' }),
      }),
    ];
  }
  if (after === undefined) return [];
  const index = indexOf(states.head);
  const workloads = over(states.head, after);
  const bad = workloads.flatMap((workload) => blocked(index, after, workload) ?? []);
  if (bad.length > 0) return bad.map((said) => judged(fields, said));
  if (workloads.length === 0 && isRecord(at(after, 'spec', 'selector')))
    return [
      judged(fields, {
        id: 'budget-over-nothing',
        grade: 'safe',
        consequence: `It is over no pod of these manifests (${Object.entries(recordAt(after, 'spec', 'selector', 'matchLabels'))
          .map(([key, value]) => `${key}=${String(value)}`)
          .join(', ')}), so it holds nothing back.`,
        source: workloadSources.budget,
      }),
    ];
  return [
    judged(fields, {
      id: 'budget-changed',
      grade: 'safe',
      consequence: `Only evictions are held back by it, as drains of nodes are: no pod restarts now. It is over ${pods(workloads, after.metadata.name)}.`,
      source: workloadSources.budget,
    }),
  ];
}

const pods = (workloads: readonly Resource[], own?: string): string =>
  workloads.length === 0
    ? 'the pods'
    : workloads.length === 1 && workloads[0]?.metadata.name === own
      ? 'the pods of its own name'
      : `the pods of ${workloads.map(({ metadata }) => metadata.name).join(', ')}`;

export const budgetReviewer: Reviewer = { kinds: ['PodDisruptionBudget'], judge };
