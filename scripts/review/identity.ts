import { isRecord, textAt, type Resource } from '../../constructs/model/resource.js';
import { clusterLabel } from '../../constructs/model/system.js';
import { canonical } from './canonical.js';
import type { Side } from './change.js';
import { body } from './fields.js';
import { top } from './place.js';

/** One resource on both sides, or on one. */
export interface Pair {
  readonly before?: Resource;
  readonly after?: Resource;
  readonly renamed?: boolean;
}

/**
 * Which resource of base is which of head, in the order of base, what is new last. By group, kind, namespace and name; then, of what is
 * left, by what identifies it although these changed: an API group that a kind moved to, a namespace that one side leaves out, the topic in
 * Kafka; last those that are alike but for their names.
 */
export function pairsOf(base: Side, head: Side): Pair[] {
  const found = new Map<Resource, Pair>();
  let [olds, news] = [[...lastOf(base)], [...lastOf(head)]];
  const keys: readonly ((resource: Resource) => string | undefined)[] = [
    identity,
    ({ kind, metadata }) => `${kind}\n${String(metadata.namespace)}\n${metadata.name}`,
    topicKey,
  ];
  const pair = (matches: Iterable<readonly [Resource, Resource]>, renamed?: boolean): void => {
    for (const [before, after] of matches) found.set(before, { before, after, ...(renamed === true && { renamed }) });
    const taken = new Set([...found.values()].map(({ after }) => after));
    olds = olds.filter((resource) => !found.has(resource));
    news = news.filter((resource) => !taken.has(resource));
  };
  for (const key of keys) pair(unique(olds, news, key));
  pair(
    [...unique(olds, news, ({ kind, metadata }) => `${kind}\n${metadata.name}`)].filter(
      ([before, after]) => before.metadata.namespace === undefined || after.metadata.namespace === undefined,
    ),
  );
  pair(unique(olds, news, likeness(base, head)), true);
  const kept = lastOf(base).map((before) => found.get(before) ?? { before });
  return [...kept, ...news.map((after) => ({ after }))];
}

const groupOf = ({ apiVersion }: Resource): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');

const identity = (resource: Resource): string =>
  `${groupOf(resource)}\n${resource.kind}\n${String(resource.metadata.namespace)}\n${resource.metadata.name}`;

/** Of objects that are declared twice the last one wins, as it does when they are applied. */
function lastOf({ resources }: Side): Resource[] {
  const last = new Map(resources.map((resource) => [identity(resource), resource]));
  return last.size === resources.length ? [...resources] : [...last.values()];
}

/**
 * A topic whose resource has another name but not the topic. It is one topic on both sides, and judged as such; applied, it is a deletion and
 * a creation: the operator deletes the topic with the old resource.
 */
function topicKey(resource: Resource): string | undefined {
  if (resource.kind !== 'KafkaTopic') return undefined;
  const name = textAt(resource, 'spec', 'topicName') ?? resource.metadata.name;
  return [resource.metadata.namespace, clusterLabel(resource), name].map(String).join('\n');
}

/** What a resource is without its name, and without the labels that are made of it; undefined for what says little besides. */
function likeness(base: Side, head: Side): (resource: Resource) => string | undefined {
  const onBase = new Set(base.resources);
  return (resource) => {
    if (!isRecord(resource.spec) || Object.keys(resource.spec).length === 0) return undefined;
    const side = onBase.has(resource) ? base : head;
    const nameless = withoutName(body(resource), resource.metadata.name);
    return `${groupOf(resource)}\n${canonical(top(resource.kind), nameless, { parent: nameless, resource, side })}`;
  };
}

const labelMaps = new Set(['labels', 'matchLabels', 'selector']);

function withoutName(value: unknown, name: string, within = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutName(item, name, within));
  if (!isRecord(value)) return value === name && labelMaps.has(within) ? '(its name)' : value;
  const entries = Object.entries(value).filter(([key]) => !(within === 'metadata' && key === 'name'));
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutName(inner, name, labelMaps.has(within) ? within : key)]));
}

/** Pairs that one key makes, where it names one resource on each side only. */
function unique(
  olds: readonly Resource[],
  news: readonly Resource[],
  key: (resource: Resource) => string | undefined,
): (readonly [Resource, Resource])[] {
  if (olds.length === 0 || news.length === 0) return [];
  const byKey = (resources: readonly Resource[]): Map<string, Resource | undefined> => {
    const map = new Map<string, Resource | undefined>();
    for (const resource of resources) {
      const text = key(resource);
      if (text !== undefined) map.set(text, map.has(text) ? undefined : resource);
    }
    return map;
  };
  const others = byKey(news);
  return [...byKey(olds)].flatMap(([text, before]) => {
    const after = others.get(text);
    return before === undefined || after === undefined ? [] : [[before, after] as const];
  });
}
