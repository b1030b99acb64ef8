import { MusterError } from '../../constructs/model/error.js';
import type { Resource } from '../../constructs/model/resource.js';
import type { FieldChange, ResourceChange, Side, States } from './change.js';
import { compareSides } from './compare.js';
import type { Consequence, Judged, Reviewer } from './consequence.js';
import { dependenciesOf, refKey, refOf, type Dependencies } from './dependencies.js';
import { reviewers as all } from './consequences/index.js';
import { redacted } from './secrets.js';
import { unexplained, wholeResource, type Told } from './unexplained.js';

/** What the changes between two states of one environment do, in the order of the changes. Nothing that differs is left out. */
export function judge(base: Side, head: Side, reviewers: readonly Reviewer[] = all): Consequence[] {
  const changes = compareSides(base, head);
  const states: States = { base, head, changes };
  const byKind = new Map<string, Reviewer[]>();
  for (const reviewer of reviewers) {
    for (const kind of reviewer.kinds) byKind.set(kind, [...(byKind.get(kind) ?? []), reviewer]);
  }
  const consequences = changes.flatMap((change) => {
    const resource = subjectOf(change);
    const judged = (byKind.get(resource.kind) ?? []).flatMap((reviewer) => weighed(reviewer, change, states));
    return [...judged, ...leftOver(change, judged)].map((one) => consequenceOf(one, resource));
  });
  return inOrder(consequences, dependenciesOf(states));
}

/**
 * What a reviewer says. A value that the model refuses, as a topic with half a partition, nobody can weigh: it is told as a difference, and why it
 * cannot be, `muster check` says.
 */
function weighed(reviewer: Reviewer, change: ResourceChange, states: States): readonly Judged[] {
  try {
    return reviewer.judge(change, states);
  } catch (error) {
    if (error instanceof MusterError && error.code === 'bad-input') return [];
    throw error;
  }
}

/** Says once for each resource, at its first consequence, what has to be applied before it. */
function inOrder(consequences: readonly Consequence[], dependencies: Dependencies): Consequence[] {
  const told = new Set<string>();
  return consequences.map((consequence) => {
    const key = refKey(consequence.resource);
    const applyAfter = told.has(key) ? undefined : dependencies.get(key);
    told.add(key);
    return applyAfter === undefined ? consequence : { ...consequence, applyAfter: [...(consequence.applyAfter ?? []), ...applyAfter] };
  });
}

/** What nobody explained. Of what was added, removed or renamed any consequence explains the whole. */
function leftOver(change: ResourceChange, judged: readonly Judged[]): Told[] {
  if (change.how !== 'changed') return judged.length > 0 ? [] : [wholeResource(change)];
  const explained = new Set<FieldChange>(judged.flatMap(({ explains }) => explains));
  return change.fields.filter((field) => !explained.has(field)).map((field) => unexplained(field, subjectOf(change)));
}

/** The resource as it will be, or as it was where it goes. */
export function subjectOf({ before, after }: ResourceChange): Resource {
  const resource = after ?? before;
  if (resource === undefined) throw new TypeError('a change has neither a before nor an after');
  return resource;
}

function consequenceOf(told: Told, resource: Resource): Consequence {
  const { id, grade, path, before, after, consequence, reason, source, action, applyAfter } = told;
  return {
    id,
    grade,
    resource: told.resource ?? refOf(resource),
    path,
    before: redacted(before, path),
    after: redacted(after, path),
    consequence,
    ...(reason !== undefined && { reason }),
    source,
    ...(action !== undefined && { action }),
    ...(applyAfter !== undefined && applyAfter.length > 0 && { applyAfter }),
  };
}
