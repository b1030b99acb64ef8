/** What an ACL is about; a name ending in `*` only when the pattern is `prefix`. */
export interface AclResource {
  readonly type: 'topic' | 'group' | 'transactionalId' | 'cluster';
  /** None for `cluster`. */
  readonly name?: string;
  readonly patternType?: 'literal' | 'prefix';
}

export type AclOperation =
  | 'Read'
  | 'Write'
  | 'Create'
  | 'Delete'
  | 'Alter'
  | 'Describe'
  | 'ClusterAction'
  | 'AlterConfigs'
  | 'DescribeConfigs'
  | 'IdempotentWrite'
  | 'All';

/** Something a user may do. */
export interface Grant {
  readonly resource: AclResource;
  readonly operations: readonly AclOperation[];
}

const keyOf = ({ type, name = '', patternType = 'literal' }: AclResource): string => `${type} ${name} ${patternType}`;

/** Grants as ACLs in a manifest: one a resource, sorted, so that the order of declarations changes nothing. */
export function aclsOf(grants: readonly Grant[]): object[] {
  const byResource = new Map<string, { resource: AclResource; operations: Set<AclOperation> }>();
  for (const { resource, operations } of grants) {
    const found = byResource.get(keyOf(resource)) ?? { resource, operations: new Set() };
    operations.forEach((operation) => found.operations.add(operation));
    byResource.set(keyOf(resource), found);
  }
  return [...byResource]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { resource, operations }]) => ({
      resource: resource.type === 'cluster' ? { type: 'cluster' } : { ...resource, patternType: resource.patternType ?? 'literal' },
      operations: [...operations].sort(),
    }));
}
