import type { ResourceRef } from '../../constructs/model/finding.js';
import { refKey } from './dependencies.js';
import { namesOf } from './group.js';
import type { Entry } from './review.js';

/** What can be applied at one time, of one kind or for one reason. */
export interface OrderStep {
  readonly resources: readonly ResourceRef[];
  /** In which environments; empty where there is but one. */
  readonly sets: readonly string[];
  /** Why it waits for the ones before it; none for those that wait for nothing. */
  readonly why: readonly string[];
}

interface Node {
  readonly resource: ResourceRef;
  readonly sets: Set<string>;
  readonly why: Set<string>;
  readonly after: Set<string>;
}

/**
 * In which order resources have to be applied, of those that wait for others or are waited for. What waits equally long for the same reason
 * is one step. Circles are cut where they close.
 */
export function orderOf(entries: readonly Entry[]): OrderStep[] {
  const nodes = nodesOf(entries);
  const depths = new Map<string, number>();
  const open = new Set<string>();
  const depthOf = (key: string): number => {
    const known = depths.get(key);
    if (known !== undefined) return known;
    open.add(key);
    let depth = 0;
    for (const before of nodes.get(key)?.after ?? []) if (!open.has(before)) depth = Math.max(depth, depthOf(before) + 1);
    open.delete(key);
    depths.set(key, depth);
    return depth;
  };
  const steps = new Map<string, { depth: number; resources: ResourceRef[]; sets: Set<string>; why: readonly string[] }>();
  for (const [key, { resource, sets, why }] of nodes) {
    const depth = depthOf(key);
    const alike = JSON.stringify([depth, why.size === 0 ? resource.kind : '', [...why].sort()]);
    const step = steps.get(alike);
    if (step === undefined) steps.set(alike, { depth, resources: [resource], sets: new Set(sets), why: [...why] });
    else {
      step.resources.push(resource);
      for (const set of sets) step.sets.add(set);
    }
  }
  return [...steps.values()].sort((a, b) => a.depth - b.depth).map(({ resources, sets, why }) => ({ resources, sets: [...sets], why }));
}

function nodesOf(entries: readonly Entry[]): Map<string, Node> {
  const nodes = new Map<string, Node>();
  const node = (resource: ResourceRef): Node => {
    const key = refKey(resource);
    const known = nodes.get(key) ?? { resource, sets: new Set(), why: new Set(), after: new Set() };
    nodes.set(key, known);
    return known;
  };
  for (const { resource, applyAfter = [], set } of entries) {
    for (const { resource: first, why } of applyAfter.filter((one) => refKey(one.resource) !== refKey(resource))) {
      const [before, later] = [node(first), node(resource)];
      later.after.add(refKey(first));
      later.why.add(why);
      for (const one of [later, before]) if (set !== undefined) one.sets.add(set);
    }
  }
  return nodes;
}

/** A step for a person: `KafkaTopic orders (k3s): It needs three brokers.` */
export function stepText({ resources, sets: of, why }: OrderStep, sets: readonly string[]): string {
  const where = of.length > 0 && of.length < sets.length ? ` (${of.join(', ')})` : '';
  return `${namesOf(resources)}${where}${why.length === 0 ? '' : `: ${why.join(' ')}`}`;
}
