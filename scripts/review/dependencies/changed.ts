import type { Resource } from '../../../constructs/model/resource.js';
import type { ResourceChange, States } from '../change.js';

/** That one change has to be applied before another one. */
export interface Dependency {
  readonly first: Resource;
  readonly later: Resource;
  /** A sentence. What is the same for many is said in the same words: so it is told once. */
  readonly why: string;
}

/** The changes of one environment, found by the resource on either side. */
export interface Changed {
  readonly states: States;
  readonly all: readonly ResourceChange[];
  readonly of: (resource: Resource | undefined) => ResourceChange | undefined;
  /** Changes of these kinds, in their order. */
  readonly ofKind: (...kinds: readonly string[]) => readonly ResourceChange[];
}

export function changedOf(states: States): Changed {
  const byResource = new Map<Resource, ResourceChange>();
  const byKind = new Map<string, ResourceChange[]>();
  for (const change of states.changes) {
    const { before, after } = change;
    for (const resource of [before, after]) if (resource !== undefined) byResource.set(resource, change);
    const kind = (after ?? before)?.kind ?? '';
    const there = byKind.get(kind);
    if (there === undefined) byKind.set(kind, [change]);
    else there.push(change);
  }
  return {
    states,
    all: states.changes,
    of: (resource) => resource && byResource.get(resource),
    ofKind: (...kinds) => kinds.flatMap((kind) => byKind.get(kind) ?? []),
  };
}

/** What comes: an object that is new, also as the new name of another. */
export const comes = (change: ResourceChange | undefined): boolean => change?.how === 'added' || change?.how === 'renamed';

/** What goes: an object that is deleted, also because it has another name now. */
export const goes = (change: ResourceChange | undefined): boolean => change?.how === 'removed' || change?.how === 'renamed';

/** Whether an object is new, or its spec is another: labels and notes wait for nothing. */
export const acts = (change: ResourceChange | undefined): boolean =>
  change !== undefined && (comes(change) || change.fields.some(({ steps }) => steps[0] === 'spec' || steps[0] === 'data'));
