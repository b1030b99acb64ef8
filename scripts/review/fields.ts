import { isRecord, recordAt, type Resource } from '../../constructs/model/resource.js';
import { canonical } from './canonical.js';
import type { FieldChange, Side } from './change.js';
import { isDefault, saysNothingWhenEmpty } from './defaults.js';
import { isWhole, keyOf, matchingOf } from './lists.js';
import { below, entry, pathOf, top, type Place, type Surroundings } from './place.js';
import { secretFields } from './secrets.js';
import { identical, sameScalar } from './values.js';

/** What differs between two versions of one resource, in the order of the older one. */
export function fieldChanges(before: Resource, after: Resource, base: Side, head: Side): FieldChange[] {
  const changes: FieldChange[] = [];
  const [one, other] = [body(before), body(after)];
  walk(
    {
      place: top(after.kind),
      before: one,
      after: other,
      base: { parent: one, resource: before, side: base },
      head: { parent: other, resource: after, side: head },
    },
    changes,
  );
  return after.kind === 'Secret' ? [...changes, ...secretFields(before, after)] : changes;
}

/** The two values of one place, and where each stands. */
interface Pair<T = unknown> {
  readonly place: Place;
  readonly before: T;
  readonly after: T;
  readonly base: Surroundings;
  readonly head: Surroundings;
}

/** Two values that stand in those of a pair. */
function inside({ before, after, base, head }: Pair, place: Place, one: unknown, other: unknown): Pair {
  return { place, before: one, after: other, base: { ...base, parent: before }, head: { ...head, parent: after } };
}

/** Fields that the API server keeps for itself. */
const kept = new Set(['managedFields', 'resourceVersion', 'uid', 'creationTimestamp', 'generation', 'selfLink']);
const keptAnnotations = new Set(['kubectl.kubernetes.io/last-applied-configuration', 'deployment.kubernetes.io/revision']);

/** What of a resource people write: no status, nothing the API server keeps for itself, and no values of Secrets. */
export function body(resource: Resource): Readonly<Record<string, unknown>> {
  const annotations = Object.entries(recordAt(resource.metadata, 'annotations')).filter(([name]) => !keptAnnotations.has(name));
  const own = Object.entries(resource.metadata).filter(([name]) => !kept.has(name) && name !== 'annotations');
  const hiddenFields = resource.kind === 'Secret' ? ['data', 'stringData'] : [];
  const readable = Object.entries(resource).filter(([name]) => !['file', 'status', 'metadata', ...hiddenFields].includes(name));
  return {
    ...Object.fromEntries(readable),
    metadata: { ...Object.fromEntries(own), ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations) }) },
  };
}

function walk(pair: Pair, changes: FieldChange[]): void {
  const { place, base, head } = pair;
  const [before, after] = [pair.before ?? undefined, pair.after ?? undefined];
  if (identical(before, after)) return;
  // Requests that are not said are not empty, but the limits.
  if (saysNothingWhenEmpty(place) && place.key !== 'requests' && (before === undefined || after === undefined)) {
    const empty = Array.isArray(before ?? after) ? [] : {};
    // What came with it is told one by one, as if the empty map or list had been there.
    if (typeof (before ?? after) === 'object') return walk({ ...pair, before: before ?? empty, after: after ?? empty }, changes);
  }
  if (before === undefined || after === undefined) {
    const missing = before === undefined ? base : head;
    if (!isDefault(place, before ?? after, missing)) add(place, before, after, changes);
  } else if (Array.isArray(before) && Array.isArray(after)) {
    walkLists({ ...pair, before, after }, changes);
  } else if (isRecord(before) && isRecord(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const [a, b] = [valueOf(before, name), valueOf(after, name)];
      if (!identical(a, b)) walk(inside(pair, below(place, name), a, b), changes);
    }
  } else if (!sameScalar(place, before, after)) {
    add(place, before, after, changes);
  }
}

const valueOf = (record: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(record, name) ? record[name] : undefined;

function add({ steps }: Place, before: unknown, after: unknown, changes: FieldChange[]): void {
  changes.push({ steps, path: pathOf(steps), before, after });
}

type Lists = Pair<readonly unknown[]>;

function walkLists(lists: Lists, changes: FieldChange[]): void {
  const { place, before, after, base, head } = lists;
  const matching = matchingOf(place, [before, after]);
  if (typeof matching === 'object') {
    walkKeyed(lists, matching.by, changes);
  } else if (!before.every(isRecord) || !after.every(isRecord)) {
    // A list of plain values is one value.
    if (matching === 'index' || canonical(place, before, base) !== canonical(place, after, head)) add(place, before, after, changes);
  } else if (matching === 'values') {
    walkValues(lists, changes);
  } else {
    for (let i = 0; i < Math.max(before.length, after.length); i++) walk(inside(lists, entry(place, i), before[i], after[i]), changes);
  }
}

function walkKeyed(lists: Lists, fields: readonly string[], changes: FieldChange[]): void {
  const indexed = (list: readonly unknown[]): Map<string, unknown> => new Map(list.map((item) => [keyOf(fields, item) ?? '', item]));
  const [olds, news] = [indexed(lists.before), indexed(lists.after)];
  for (const key of new Set([...olds.keys(), ...news.keys()])) {
    const [a, b] = [olds.get(key), news.get(key)];
    if (identical(a, b)) continue;
    const here = entry(lists.place, { by: fields.join('/'), is: key });
    if (a === undefined || b === undefined) add(here, a, b, changes);
    else walk(inside(lists, here, a, b), changes);
  }
}

/** Entries that both have, whatever their order, are the same; one that is left on each side is taken for the same, changed. */
function walkValues(lists: Lists, changes: FieldChange[]): void {
  const { place, before, after, base, head } = lists;
  const texts = after.map((item, i) => canonical(entry(place, i), item, { ...head, parent: after }));
  const unmatched = new Map<string, number[]>();
  texts.forEach((text, i) => unmatched.set(text, [...(unmatched.get(text) ?? []), i]));
  const gone: number[] = [];
  before.forEach((item, i) => {
    const same = unmatched.get(canonical(entry(place, i), item, { ...base, parent: before }));
    if (same?.shift() === undefined) gone.push(i);
  });
  const came = [...unmatched.values()].flat().sort((a, b) => a - b);
  const [first, second] = [gone[0], came[0]];
  if (!isWhole(place) && gone.length === 1 && came.length === 1 && first !== undefined && second !== undefined) {
    walk(inside(lists, entry(place, second), before[first], after[second]), changes);
    return;
  }
  for (const i of gone) add(entry(place, i), before[i], undefined, changes);
  for (const i of came) add(entry(place, i), undefined, after[i], changes);
}
