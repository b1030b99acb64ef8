import type { ResourceRef } from '../../constructs/model/finding.js';
import type { Resource } from '../../constructs/model/resource.js';
import type { States } from './change.js';
import { accessDependencies } from './dependencies/access.js';
import { changedOf, type Dependency } from './dependencies/changed.js';
import { platformDependencies } from './dependencies/platform.js';
import { topicDependencies } from './dependencies/topics.js';

/** What has to be applied before an object, by `refKey` of it, and why. Only what is in this change: what is there already waits for nobody. */
export type Dependencies = ReadonlyMap<string, readonly { readonly resource: ResourceRef; readonly why: string }[]>;

/** Which changes of one environment depend on others of it. Each pair once, with the first reason that was found. */
export function dependenciesOf(states: States): Dependencies {
  if (states.changes.length < 2) return new Map();
  const changed = changedOf(states);
  const found: Dependency[] = [...platformDependencies(changed), ...accessDependencies(changed), ...topicDependencies(changed)];
  const after = new Map<string, Map<string, { resource: ResourceRef; why: string }>>();
  for (const { first, later, why } of found) {
    const [one, other] = [refOf(first), refOf(later)];
    if (refKey(one) === refKey(other)) continue;
    const there = after.get(refKey(other)) ?? new Map<string, { resource: ResourceRef; why: string }>();
    if (!there.has(refKey(one))) there.set(refKey(one), { resource: one, why });
    after.set(refKey(other), there);
  }
  return new Map([...after].map(([key, list]) => [key, [...list.values()]]));
}

export const refOf = ({ kind, metadata: { name, namespace } }: Resource): ResourceRef => ({
  kind,
  name,
  ...(typeof namespace === 'string' && { namespace }),
});

export const refKey = ({ kind, name, namespace }: ResourceRef): string => [kind, namespace, name].map(String).join('/');
