import type { FieldChange, ResourceChange, Step } from '../change.js';
import type { Judged } from '../consequence.js';

/** A place in a resource: keys of maps, and of lists what an entry is called; `*` is any one step. */
export type Place = readonly string[];

const fits = (step: Step, wanted: string): boolean => wanted === '*' || (typeof step === 'object' ? step.is : String(step)) === wanted;

/** Whether a difference is at, below or above a place: a subtree that came or went holds everything below it. */
export function isAt({ steps }: FieldChange, place: Place): boolean {
  const shared = Math.min(steps.length, place.length);
  return place.slice(0, shared).every((wanted, i) => fits(steps[i] ?? '', wanted));
}

/** Whether a difference is at or below a place. */
export const isBelow = (field: FieldChange, place: Place): boolean => field.steps.length >= place.length && isAt(field, place);

export const fieldsAt = ({ fields }: ResourceChange, ...places: readonly Place[]): FieldChange[] =>
  fields.filter((field) => places.some((place) => isAt(field, place)));

export const fieldsBelow = ({ fields }: ResourceChange, ...places: readonly Place[]): FieldChange[] =>
  fields.filter((field) => places.some((place) => isBelow(field, place)));

/** What is said of a change; where it stands, and the values, are those of the first difference unless given. */
export type Said = Omit<Judged, 'path' | 'before' | 'after' | 'explains'> & Partial<Pick<Judged, 'path' | 'before' | 'after'>>;

/** A consequence of differences. Of a whole resource when there are none. */
export function judged(explains: readonly FieldChange[], said: Said): Judged {
  const [first] = explains;
  return { path: first?.path ?? '', before: first?.before, after: first?.after, ...said, explains };
}
