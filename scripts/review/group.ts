import type { Consequence } from './consequence.js';
import type { Entry } from './review.js';

/** What is the same in several resources or environments: told once, with all their names. */
export interface Group {
  /** The first of them speaks for all. */
  readonly first: Entry;
  readonly entries: readonly Entry[];
}

/** Labels and annotations: what is said of one is said of all. */
const notes = new Set(['annotation-changed', 'label-changed', 'note-changed']);

/** Entries that are the same but for the resource, in the order of the first of each. */
export function grouped(entries: readonly Entry[]): Group[] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const { id, grade, path, before, after, exception, resource } = entry;
    // Where the sentences are not the same but for the names they are not the same thing.
    const what = notes.has(id) ? [] : [path, before, after];
    const key = JSON.stringify([id, grade, ...what, exception?.reason, resource.kind, nameless(entry)]);
    const alike = groups.get(key);
    if (alike === undefined) groups.set(key, [entry]);
    else alike.push(entry);
  }
  return [...groups.values()].map((alike) => ({ first: alike[0] as Entry, entries: alike }));
}

const nameless = ({ consequence, action = '', resource: { name } }: Consequence): string =>
  `${consequence}\n${action}`.replaceAll(name, '…');

/**
 * Which resources, and in which of the environments: `KafkaTopic orders`, `Deployments a, b and 10 more`, `KafkaTopic orders (crc, k3s)`.
 * @param most how many names are told
 */
export function whichResources({ first, entries }: Group, sets: readonly string[], most = 4): string {
  const names = [...new Set(entries.map(({ resource }) => resource.name))];
  const kind = names.length === 1 ? first.resource.kind : plural(first.resource.kind);
  const shown = names.length <= most ? listed(names) : `${names.slice(0, most - 1).join(', ')} and ${String(names.length - most + 1)} more`;
  return `${kind} ${shown}${inSets(entries, sets)}`;
}

function inSets(entries: readonly Entry[], sets: readonly string[]): string {
  if (sets.length < 2) return '';
  const of = sets.filter((set) => entries.some((entry) => (entry.set ?? '') === set));
  return of.length === sets.length ? ' (everywhere)' : ` (${of.map((set) => (set === '' ? '.' : set)).join(', ')})`;
}

const plural = (kind: string): string => (kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : kind.endsWith('s') ? `${kind}es` : `${kind}s`);

/** `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** What changed in all of a group. */
export function differences({ first, entries }: Group, most?: number): string {
  const paths = new Set(entries.map(({ path }) => path));
  if (paths.size === 1) return difference(first, most);
  return listed([...new Set([...paths].map((path) => path.split('.').slice(0, 2).join('.')))]) + ` (${String(paths.size)} of them)`;
}

/** What changed: `spec.partitions: 6 → 4`; nothing where the whole resource is meant. */
function difference({ path, before, after }: Consequence, most = 60): string {
  if (before === undefined && after === undefined) return path;
  const values =
    before === undefined
      ? `${short(after, most)} (new)`
      : after === undefined
        ? `${short(before, most)} (gone)`
        : `${short(before, most)} → ${short(after, most)}`;
  return path === '' ? values : `${path}: ${values}`;
}

/** A value on one line, without control characters, and not longer than that. */
function short(value: unknown, most: number): string {
  const text = (typeof value === 'string' ? value : JSON.stringify(value)).replace(/\s+/g, ' ').replace(/\p{Cc}/gu, '');
  if (text === '') return '""';
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
