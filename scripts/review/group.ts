import type { ResourceRef } from '../../constructs/model/finding.js';
import { isRecord } from '../../constructs/model/resource.js';
import type { Consequence } from './consequence.js';
import type { Entry, NewFinding } from './review.js';

/** What is the same in several resources or environments: told once, with all their names. */
export interface Group {
  /** The first of them speaks for all. */
  readonly first: Entry;
  readonly entries: readonly Entry[];
}

/** Labels and annotations: what is said of one is said of all. */
const notes = new Set(['annotation-changed', 'label-changed', 'note-changed', 'workload-metadata']);

/** Rollouts: each costs what its own number of pods costs. */
const rollouts = new Set(['workload-rolls', 'image-changed']);

/** Entries that are the same but for the resource, in the order of the first of each. */
export function grouped(entries: readonly Entry[]): Group[] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const { id, grade, path, before, after, exception, resource } = entry;
    // Where the sentences are not the same but for the names they are not the same thing.
    const what = notes.has(id) ? '' : withoutName(JSON.stringify([shortPath(path), before, after]), resource.name);
    const key = JSON.stringify([id, grade, what, exception?.reason, resource.kind, rollouts.has(id) ? '' : nameless(entry)]);
    const alike = groups.get(key);
    if (alike === undefined) groups.set(key, [entry]);
    else alike.push(entry);
  }
  return [...groups.values()].map((alike) => ({ first: alike[0] as Entry, entries: alike }));
}

const nameless = ({ consequence, action = '', resource: { name } }: Consequence): string => withoutName(`${consequence}\n${action}`, name);

/** A text with a placeholder for a name, where it stands as a word. */
const withoutName = (text: string, name: string): string =>
  text.includes(name) ? text.replace(new RegExp(`(?<!\\w)${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?!\\w)`, 'g'), '<name>') : text;

/** What is said of a group: of several resources without the name of the first, and of rollouts that which replaces the most pods. */
export function sayingOf({ entries, first }: Group): Pick<Consequence, 'consequence' | 'action' | 'reason'> {
  const names = new Set(entries.map(({ resource }) => resource.name));
  if (names.size === 1) return first;
  const { name } = first.resource;
  if (entries.some(({ consequence }) => consequence !== first.consequence) && rollouts.has(first.id)) {
    const pods = ({ consequence }: Entry): number => Number(/\d+/.exec(consequence)?.[0] ?? 0);
    const most = entries.reduce((a, b) => (pods(b) > pods(a) ? b : a));
    return { ...most, consequence: `The most for ${most.resource.name}: ${most.consequence}` };
  }
  return {
    consequence: withoutName(first.consequence, name),
    ...(first.action !== undefined && { action: withoutName(first.action, name) }),
    ...(first.reason !== undefined && { reason: withoutName(first.reason, name) }),
  };
}

/**
 * Which resources, and in which of the environments: `KafkaTopic orders`, `Deployments a, b and 10 more`, `KafkaTopic orders (crc, k3s)`.
 * @param most how many names are told
 */
export function whichResources({ entries }: Group, sets: readonly string[], most = 4): string {
  return `${namesOf(
    entries.map(({ resource }) => resource),
    most,
  )}${inSets(entries, sets)}`;
}

/** `KafkaTopic a`, `Deployments a, b and c`; of several kinds `12 objects: KafkaTopic a, Deployment b, Service c and 9 more`. */
export function namesOf(resources: readonly ResourceRef[], most = 4): string {
  const [first] = resources;
  const isOneKind = resources.every(({ kind }) => kind === first?.kind);
  const names = [...new Set(resources.map(({ kind, name }) => (isOneKind ? name : `${kind} ${name}`)))];
  const shown = names.length <= most ? listed(names) : `${names.slice(0, most - 1).join(', ')} and ${String(names.length - most + 1)} more`;
  if (!isOneKind) return names.length <= most ? shown : `${String(names.length)} objects: ${shown}`;
  return `${names.length === 1 ? (first?.kind ?? '') : plural(first?.kind ?? '')} ${shown}`;
}

function inSets(entries: readonly Entry[], sets: readonly string[]): string {
  if (sets.length < 2) return '';
  return where(
    sets.filter((set) => entries.some((entry) => (entry.set ?? '') === set)),
    sets,
  );
}

const where = (of: readonly string[], all: readonly string[]): string =>
  of.length === all.length ? ' (everywhere)' : ` (${of.map((set) => (set === '' ? '.' : set)).join(', ')})`;

const plural = (kind: string): string => (kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : kind.endsWith('s') ? `${kind}es` : `${kind}s`);

/** `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}

/** What `muster check` says of the same resource in several environments, once, with their names in brackets. */
export function groupedFindings(findings: readonly NewFinding[], all: readonly string[]): (NewFinding & { readonly where: string })[] {
  const groups = new Map<string, { first: NewFinding; sets: string[] }>();
  for (const finding of findings) {
    const { severity, rule, message, path, set = '' } = finding;
    const key = JSON.stringify([severity, rule, message, path, finding.resource]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: finding, sets: [set] });
    else group.sets.push(set);
  }
  return [...groups.values()].map(({ first, sets }) => ({ ...first, where: all.length < 2 ? '' : where(sets, all) }));
}

/** What changed in all of a group. */
export function differences({ first, entries }: Group, most?: number): string {
  const paths = new Set(entries.map(({ path }) => shortPath(path)));
  const names = new Set(entries.map(({ resource }) => resource.name));
  if (paths.size === 1) return names.size === 1 ? difference(first, most) : withoutName(difference(first, most), first.resource.name);
  const places = new Set(entries.map(({ path }) => path.split('.').slice(0, 2).join('.')));
  return `${listed([...places])} (${String(paths.size)} of them)`;
}

/** What changed: `spec.partitions: 6 → 4`; nothing where the whole resource is meant. */
function difference({ path, before, after }: Consequence, most = 60): string {
  const place = shortPath(path);
  if (before === undefined && after === undefined) return place;
  const values =
    before === undefined
      ? `${short(after, most)} (new)`
      : after === undefined
        ? `${short(before, most)} (gone)`
        : `${short(before, most)} → ${short(after, most)}`;
  return path === '' ? values : `${place}: ${values}`;
}

/** What everybody knows the place of goes without it: `env KAFKA_TOPIC`, `label team`. */
const shortPath = (path: string): string =>
  path
    .replace(/^spec\.template\.spec\.containers\[[^\]]*\]\.env\[([^\]]+)\](\.value)?$/, 'env $1')
    .replace(/^metadata\.(annotation|label)s\./, '$1 ');

/** A value on one line, without control characters, and not longer than that. */
function short(value: unknown, most: number): string {
  // A variable is known by its name already.
  const told = isRecord(value) && Object.keys(value).sort().join() === 'name,value' ? value['value'] : value;
  const text = (typeof told === 'string' ? told : JSON.stringify(told)).replace(/\s+/g, ' ').replace(/\p{Cc}/gu, '');
  if (text === '') return '""';
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
