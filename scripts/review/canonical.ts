import { isRecord } from '../../constructs/model/resource.js';
import { withDefaults } from './defaults.js';
import { matchingOf } from './lists.js';
import { below, entry, type Place, type Surroundings } from './place.js';

/** A text that is the same for all values that mean the same at a place. */
export function canonical(place: Place, value: unknown, surroundings: Surroundings): string {
  return JSON.stringify(ordered(place, withDefaults(place, value, surroundings))) ?? '';
}

function ordered(place: Place, value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item, i) => ordered(entry(place, i), item));
    return matchingOf(place, [value]) === 'index' ? items : items.map((item) => JSON.stringify(item) ?? '').sort();
  }
  if (!isRecord(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, ordered(below(place, name), value[name])]));
}
