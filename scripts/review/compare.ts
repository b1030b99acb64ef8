import type { Resource } from '../../constructs/model/resource.js';
import type { ResourceChange, Side } from './change.js';
import { fieldChanges } from './fields.js';
import { pairsOf } from './identity.js';
import { sideOf } from './side.js';

/**
 * What differs between two sets of resources, those of base first, in their order. What means the same is no difference: the order of
 * keys, files and keyed lists, comments, quantities written otherwise, a default that is said.
 */
export function compareSides(base: Side, head: Side): ResourceChange[] {
  return pairsOf(base, head).flatMap(({ before, after, renamed }): ResourceChange[] => {
    if (before === undefined) return after === undefined ? [] : [{ how: 'added', after, fields: [] }];
    if (after === undefined) return [{ how: 'removed', before, fields: [] }];
    const fields = fieldChanges(before, after, base, head);
    if (renamed === true) return [{ how: 'renamed', before, after, fields }];
    return fields.length === 0 ? [] : [{ how: 'changed', before, after, fields }];
  });
}

/** As `compareSides`, of plain lists of resources. */
export const compareResources = (base: readonly Resource[], head: readonly Resource[]): ResourceChange[] =>
  compareSides(sideOf(base), sideOf(head));
