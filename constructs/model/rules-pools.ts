import { at } from './resource.js';
import { clusterOperator, rule, type Rule, type Subject } from './rule.js';
import { annotation, parseNodeIds, type ClusterView, type PoolView, type System } from './system.js';

const clusters = (system: System): readonly ClusterView[] => system.clusters;
const poolName = (pool: PoolView): string => pool.resource.metadata.name;

function hasNoRoles({ resource }: PoolView): boolean {
  const roles = at(resource, 'spec', 'roles');
  return Array.isArray(roles) && roles.length === 0;
}

/** An id of a node that two nodes of one cluster would have. */
interface DuplicateId extends Subject {
  readonly id: number;
  readonly other: PoolView;
}

function duplicateIds(system: System): DuplicateId[] {
  return system.clusters.flatMap(({ pools }) => {
    const owner = new Map<number, PoolView>();
    return pools.flatMap((pool) =>
      (pool.nodeIds ?? []).flatMap((id): DuplicateId[] => {
        const other = owner.get(id);
        if (other !== undefined) return [{ resource: pool.resource, id, other }];
        owner.set(id, pool);
        return [];
      }),
    );
  });
}

/** An annotation that says which ids to give or to take next. */
interface IdRangeView extends Subject {
  readonly name: string;
  readonly range: string;
}

const idRanges = (system: System): IdRangeView[] =>
  system.pools.flatMap(({ resource }) =>
    ['strimzi.io/next-node-ids', 'strimzi.io/remove-node-ids'].flatMap((name): IdRangeView[] => {
      const range = annotation(resource, name);
      return range === undefined ? [] : [{ resource, name, range }];
    }),
  );

export const poolRules: readonly Rule[] = [
  rule<ClusterView>({
    id: 'cluster-without-node-pools',
    severity: 'error',
    source: clusterOperator('operator/assembly/KafkaAssemblyOperator'),
    covers: ['no-node-pool'],
    subjects: clusters,
    broken: ({ pools }) => pools.length === 0,
    path: 'metadata.name',
    message: ({ name }) =>
      `Kafka ${name} has no node pool, so it has no nodes: declare a KafkaNodePool with the role controller and one with the role broker in its namespace, both labelled strimzi.io/cluster: ${name}`,
  }),
  rule<ClusterView & { role: string; nodes: number }>({
    id: 'cluster-without-role',
    severity: 'error',
    source: clusterOperator('model/nodepools/NodePoolUtils'),
    covers: ['pool-roles'],
    subjects: (system) =>
      system.clusters
        // A pool without any role another rule names.
        .filter(({ pools }) => pools.length > 0 && !pools.some(hasNoRoles))
        .flatMap((cluster) => [
          { ...cluster, role: 'broker', nodes: cluster.brokers },
          { ...cluster, role: 'controller', nodes: cluster.controllers },
        ]),
    broken: ({ nodes }) => nodes === 0,
    path: 'metadata.name',
    message: ({ name, role, pools }) =>
      `Kafka ${name} has no node with the role ${role}: its pools are ${pools.map((pool) => `${poolName(pool)} (${pool.replicas} × ${pool.roles.join('+') || 'no role'})`).join(', ')}; give one the role, or add a pool with it`,
  }),
  rule<ClusterView>({
    id: 'controllers-even',
    // As the operator: it warns and goes on.
    severity: 'warning',
    source: clusterOperator('model/KafkaSpecChecker'),
    covers: ['controllers-even'],
    subjects: clusters,
    broken: ({ controllers }) => controllers > 0 && controllers % 2 === 0,
    path: 'metadata.name',
    message: ({ name, controllers }) =>
      `Kafka ${name} has ${controllers} controllers: a majority of ${controllers} survives no more losses than one of ${controllers - 1}, and there is one more to fail; use ${controllers - 1} or ${controllers + 1}`,
  }),
  rule<PoolView>({
    id: 'pool-without-roles',
    severity: 'error',
    source: clusterOperator('model/nodepools/NodePoolUtils'),
    what: 'a node pool whose list of roles is empty',
    covers: ['pool-roles'],
    subjects: (system) => system.pools,
    broken: hasNoRoles,
    path: 'spec.roles',
    message: (pool) =>
      `node pool ${poolName(pool)} has an empty list of roles: the operator refuses the whole cluster; give it controller, broker, or both`,
  }),
  rule<IdRangeView>({
    id: 'node-ids-invalid',
    severity: 'warning',
    source: clusterOperator('model/nodepools/NodeIdRange'),
    covers: ['node-id-range'],
    subjects: idRanges,
    broken: ({ range }) => parseNodeIds(range) === undefined,
    path: ({ name }) => `metadata.annotations.${name}`,
    message: ({ name, range }) => `${name} is "${range}": Strimzi would ignore it and pick ids of its own; write a range such as "[0-2]"`,
  }),
  rule<DuplicateId>({
    id: 'node-id-duplicate',
    severity: 'error',
    source: clusterOperator('model/nodepools/NodeIdAssignor'),
    covers: ['node-id-duplicate'],
    subjects: duplicateIds,
    broken: () => true,
    path: 'metadata.annotations.strimzi.io/next-node-ids',
    message: ({ resource, id, other }) =>
      `node id ${id} is claimed by pool ${resource.metadata.name} and by pool ${poolName(other)}: ids are unique in a cluster, controllers included; give ${resource.metadata.name} ids that no other pool has`,
  }),
];
