import { isRecord, listAt, textAt, type Resource } from '../../constructs/model/resource.js';
import { keyOf, matchingOf } from './lists.js';
import { below, entry, inPod, top, type Place } from './place.js';

/** The resource in the namespace it would be applied to. */
export function withNamespace(resource: Resource, namespace: string, clusterWide: ReadonlySet<string>): Resource {
  if (resource.metadata.namespace !== undefined || clusterWide.has(resource.kind)) return resource;
  return { ...resource, metadata: { ...resource.metadata, namespace } };
}

const idOf = ({ kind, metadata: { name, namespace } }: Resource): string => [kind, namespace, name].map(String).join('/');

/**
 * Whether a resource of the cluster belongs to head: head has it, or it carries the labels by which head's own say whose part they are.
 * What a controller made belongs to that controller.
 */
export function isOurs(head: readonly Resource[]): (live: Resource) => boolean {
  const declared = new Set(head.map(idOf));
  const parts = new Set(head.map(partOf).filter((part) => part !== undefined));
  return (live) => {
    if (declared.has(idOf(live))) return true;
    const part = partOf(live);
    return part !== undefined && parts.has(part) && listAt(live, 'metadata', 'ownerReferences').length === 0;
  };
}

/** Who manages it and what it is a part of: both, for one alone is shared by strangers. */
function partOf(resource: Resource): string | undefined {
  const label = (name: string): string | undefined => textAt(resource, 'metadata', 'labels', `app.kubernetes.io/${name}`);
  const [part, manager] = [label('part-of'), label('managed-by')];
  return part === undefined || manager === undefined ? undefined : `${resource.kind}/${manager}/${part}`;
}

/**
 * What the cluster runs, without all that head does not speak of: what the API server, controllers and operators filled in is nobody's
 * change. What was applied last counts as spoken of, for applying head takes it away.
 */
export function asHeadSays(head: readonly Resource[]): (live: Resource) => Resource {
  const declared = new Map(head.map((resource) => [idOf(resource), resource]));
  return (live) => {
    const wanted = declared.get(idOf(live));
    return wanted === undefined ? live : (project(top(live.kind), live, [wanted, lastApplied(live)]) as Resource);
  };
}

function lastApplied(live: Resource): unknown {
  const text = textAt(live, 'metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration');
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Of a value what one of the others has too. Of lists that Kubernetes merges by key, the entries they have; of others all. */
function project(place: Place, live: unknown, others: readonly unknown[]): unknown {
  if (isRecord(live)) {
    const records = others.filter(isRecord);
    const kept = Object.entries(live).filter(([name]) => records.some((record) => Object.hasOwn(record, name)));
    const inner = (name: string): unknown[] => records.map((record) => (Object.hasOwn(record, name) ? record[name] : undefined));
    return Object.fromEntries(kept.map(([name, value]) => [name, project(below(place, name), value, inner(name))]));
  }
  if (!Array.isArray(live)) return live;
  const lists = others.filter((other) => Array.isArray(other)) as (readonly unknown[])[];
  const matching = matchingOf(place, [live, ...lists]);
  // Without a key nobody knows which entry is which, and the server fills in little there, which `defaults-kubernetes.ts` knows.
  if (typeof matching !== 'object') return live;
  const matches = live.map((item) =>
    lists.flatMap((list) => list.filter((other) => keyOf(matching.by, other) === keyOf(matching.by, item))),
  );
  const isMerged = inPod(place.kind, place.pattern) !== undefined || place.kind === 'Service';
  return live.flatMap((item, i) => (isMerged && matches[i]?.length === 0 ? [] : [project(entry(place, i), item, matches[i] ?? [])]));
}
