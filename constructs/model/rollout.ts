/** How the pods of a workload are replaced when its template changes. */
export interface RolloutPlan {
  /** `rolling`: some at a time; `recreate`: all go, then all come; `on-delete`: each when somebody deletes it. */
  readonly how: 'rolling' | 'recreate' | 'on-delete';
  /** Pods wanted, 0 or more. */
  readonly replicas: number;
  /** Pods above `replicas` that may be there meanwhile, with `rolling`. @default 0 */
  readonly surge?: number;
  /** Pods below `replicas` that may be missing meanwhile, with `rolling`. @default 1 */
  readonly unavailable?: number;
}

/** What replacing the pods costs. */
export interface Rollout {
  readonly pods: number;
  /** Turns in which they go and come, at least. */
  readonly turns: number;
  /** Pods replaced in one turn, at most. */
  readonly perTurn: number;
  /** Members that are there at once, at most. */
  readonly most: number;
  /** Members that are there at once, at least. */
  readonly least: number;
  readonly leaves: number;
  readonly joins: number;
  /**
   * Rebalances of a consumer group whose members these pods are, at most: one for each member that leaves and one for each that joins,
   * 2 × pods. Those that come while a rebalance is under way share it. Of `recreate` the joins meet an empty group and share one
   * (group.initial.rebalance.delay.ms), and the last to leave leaves nobody to rebalance: pods − 1 + 1.
   */
  readonly rebalances: number;
}

/**
 * Counts of a rollout. Turns are ⌈pods ÷ (surge + unavailable)⌉: the controller may have that many more new pods than old ones gone.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
 */
export function rolloutOf({ how, replicas, surge = 0, unavailable = 1 }: RolloutPlan): Rollout {
  const both = { pods: replicas, leaves: replicas, joins: replicas };
  if (replicas === 0) return { ...both, turns: 0, perTurn: 0, most: 0, least: 0, rebalances: 0 };
  if (how === 'recreate') return { ...both, turns: 1, perTurn: replicas, most: replicas, least: 0, rebalances: replicas };
  const [above, below] = how === 'rolling' ? [surge, Math.min(unavailable, replicas)] : [0, 1];
  const perTurn = Math.min(replicas, Math.max(1, above + below));
  return {
    ...both,
    perTurn,
    turns: Math.ceil(replicas / perTurn),
    most: replicas + Math.min(above, replicas),
    least: Math.max(0, replicas - below),
    rebalances: 2 * replicas,
  };
}

/**
 * maxSurge and maxUnavailable in pods: a percentage of the replicas, of which a surge is rounded up and the missing are rounded down; where
 * both come to 0, one may be missing. 25% each where they are not given.
 * Source: k8s.io/kubernetes/pkg/controller/deployment/util, ResolveFenceposts.
 */
export function fenceposts(
  replicas: number,
  { maxSurge = '25%', maxUnavailable = '25%' }: { readonly maxSurge?: number | string; readonly maxUnavailable?: number | string },
): { readonly surge: number; readonly unavailable: number } {
  const inPods = (given: number | string, round: (value: number) => number): number => {
    if (typeof given === 'number') return given;
    const number = Number.parseFloat(given);
    if (Number.isNaN(number)) return 0;
    return given.trim().endsWith('%') ? round((number * replicas) / 100) : number;
  };
  const surge = inPods(maxSurge, Math.ceil);
  const unavailable = inPods(maxUnavailable, Math.floor);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}
