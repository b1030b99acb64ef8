import type { ResourceRef } from '../../constructs/model/finding.js';
import type { Entry } from './review.js';

/** One thing to apply, and what has to be there before it. */
export interface OrderStep {
  readonly resource: ResourceRef;
  /** In which environments; empty where there is but one. */
  readonly sets: readonly string[];
  /** Why it waits for the ones before it; none for those that wait for nothing. */
  readonly why: readonly string[];
}

/** In which order resources have to be applied, of those that wait for others or are waited for. Circles are cut where they close. */
export function orderOf(entries: readonly Entry[]): OrderStep[] {
  const nodes = new Map<string, { resource: ResourceRef; sets: Set<string>; why: Set<string>; after: Set<string> }>();
  const node = (resource: ResourceRef): { sets: Set<string>; why: Set<string>; after: Set<string> } => {
    const key = keyOf(resource);
    const known = nodes.get(key) ?? { resource, sets: new Set(), why: new Set(), after: new Set() };
    nodes.set(key, known);
    return known;
  };
  for (const { resource, applyAfter = [], set } of entries) {
    for (const { resource: first, why } of applyAfter.filter((one) => keyOf(one.resource) !== keyOf(resource))) {
      const later = node(resource);
      later.after.add(keyOf(first));
      later.why.add(why);
      for (const one of [later, node(first)]) if (set !== undefined) one.sets.add(set);
    }
  }
  const steps: OrderStep[] = [];
  const seen = new Set<string>();
  const visit = (key: string): void => {
    const found = nodes.get(key);
    if (seen.has(key) || found === undefined) return;
    seen.add(key);
    for (const before of found.after) visit(before);
    steps.push({ resource: found.resource, sets: [...found.sets], why: [...found.why] });
  };
  for (const key of nodes.keys()) visit(key);
  return steps;
}

const keyOf = ({ kind, name, namespace }: ResourceRef): string => [kind, namespace, name].map(String).join('/');
