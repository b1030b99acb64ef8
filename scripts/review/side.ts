import type { Resource } from '../../constructs/model/resource.js';
import type { Side } from './change.js';

/** What stands on one side, with an index over it. */
export function sideOf(resources: readonly Resource[]): Side {
  const kinds = new Map<string, Resource[]>();
  const named = new Map<string, Resource[]>();
  for (const resource of resources) {
    add(kinds, resource.kind, resource);
    add(named, `${resource.kind}/${resource.metadata.name}`, resource);
  }
  return {
    resources,
    ofKind: (kind) => kinds.get(kind) ?? [],
    // An object without a namespace goes wherever the manifests are applied: it may well be the one that is meant.
    find: (kind, name, namespace) => {
      const alike = named.get(`${kind}/${name}`) ?? [];
      const there = ({ metadata }: Resource): boolean => metadata.namespace === namespace;
      return alike.find(there) ?? alike.find(({ metadata }) => namespace === undefined || metadata.namespace === undefined);
    },
  };
}

function add(map: Map<string, Resource[]>, key: string, resource: Resource): void {
  const before = map.get(key);
  if (before === undefined) map.set(key, [resource]);
  else before.push(resource);
}
