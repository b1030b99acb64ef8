import { at, isGiven, isRecord, listAt, shown, textAt } from './resource.js';
import { clusterOperator, rule, type Rule, type Subject } from './rule.js';
import type { ClusterView, PoolView, System } from './system.js';
import { parseQuantity } from './units.js';
import { releaseNumbers } from './versions.js';

/** One size of a volume. */
interface VolumeSize extends Subject {
  readonly path: string;
  readonly size: string;
}

const volumeSizes = (system: System): VolumeSize[] =>
  system.pools.flatMap(({ resource }) => {
    const own = { path: 'spec.storage', value: at(resource, 'spec', 'storage') };
    const volumes = listAt(resource, 'spec', 'storage', 'volumes').map((value, i) => ({ path: `spec.storage.volumes[${i}]`, value }));
    return [own, ...volumes].flatMap(({ path, value }) =>
      ['size', 'sizeLimit'].flatMap((field): VolumeSize[] => {
        const size = textAt(value, field);
        // Nothing at all another rule says.
        return size === undefined || size === '' ? [] : [{ resource, path: `${path}.${field}`, size }];
      }),
    );
  });

const isJbod = ({ resource }: PoolView): boolean => textAt(resource, 'spec', 'storage', 'type') === 'jbod';

/** One volume: a pool's only storage, or one of its JBOD volumes. */
interface VolumeView extends Subject {
  readonly path: string;
  readonly volume: unknown;
  readonly jbod: boolean;
}

const volumes = (system: System): VolumeView[] =>
  system.pools.flatMap((pool): VolumeView[] => {
    const { resource } = pool;
    if (!isJbod(pool)) return [{ resource, path: 'spec.storage', volume: at(resource, 'spec', 'storage'), jbod: false }];
    return listAt(resource, 'spec', 'storage', 'volumes').map((volume, i) => ({
      resource,
      path: `spec.storage.volumes[${i}]`,
      volume,
      jbod: true,
    }));
  });

/** A field of a JBOD volume with the value that another volume of its pool has. */
interface TwinView extends Subject {
  readonly path: string;
  readonly value: unknown;
}

const twins = (system: System, field: string): TwinView[] =>
  system.pools.filter(isJbod).flatMap(({ resource }) => {
    const values = listAt(resource, 'spec', 'storage', 'volumes').map((volume) => at(volume, field));
    return values.flatMap((value, i): TwinView[] =>
      values.indexOf(value) < i ? [{ resource, path: `spec.storage.volumes[${i}].${field}`, value }] : [],
    );
  });

/** Before 3.7-IV2; what is no version another rule says. */
function isBeforeJbod(metadata: string): boolean {
  const release = releaseNumbers(metadata);
  if (release === undefined || release[0] > 3 || (release[0] === 3 && release[1] > 7)) return false;
  return release[1] < 7 || release[0] < 3 || Number(/-IV(\d+)$/.exec(metadata)?.[1] ?? Infinity) < 2;
}

/** The pool of the only node with a role. */
interface LoneNode extends Subject {
  readonly role: string;
}

const loneNodes = (system: System): LoneNode[] =>
  system.clusters.flatMap(({ pools, brokers, controllers }) =>
    ['broker', 'controller'].flatMap((role): LoneNode[] => {
      const pool = pools.find(({ roles, replicas }) => replicas > 0 && roles.includes(role));
      return pool !== undefined && (role === 'broker' ? brokers : controllers) === 1 ? [{ resource: pool.resource, role }] : [];
    }),
  );

function isEphemeral(pool: PoolView['resource']): boolean {
  const storage = at(pool, 'spec', 'storage');
  return [storage, ...listAt(storage, 'volumes')].some((volume) => textAt(volume, 'type') === 'ephemeral');
}

export const storageRules: readonly Rule[] = [
  rule<VolumeSize>({
    id: 'volume-size-invalid',
    what: 'a size of a volume that is no quantity',
    covers: ['silent-size'],
    severity: 'error',
    source: clusterOperator('model/StorageUtils'),
    subjects: volumeSizes,
    broken: ({ size }) => !((parseQuantity(size) ?? 0) > 0),
    path: ({ path }) => path,
    message: ({ path, size }) =>
      `${path} is "${size}", which is no quantity: the operator accepts it, and the volume is never made; write one such as 100Gi`,
  }),
  rule<PoolView>({
    id: 'jbod-without-volumes',
    severity: 'error',
    source: clusterOperator('model/StorageUtils'),
    covers: ['storage-incomplete', 'metadata-volume'],
    subjects: (system) => system.pools.filter(isJbod),
    broken: ({ resource }) => {
      const volumes = at(resource, 'spec', 'storage', 'volumes');
      return !isGiven(volumes) && !isRecord(volumes);
    },
    path: 'spec.storage.volumes',
    message: ({ resource }) =>
      `node pool ${resource.metadata.name} has JBOD storage without a volume: there is no disk for records or metadata; add one, with id, type persistent-claim and size`,
  }),
  rule<VolumeView>({
    id: 'volume-without-size',
    severity: 'error',
    source: clusterOperator('model/StorageUtils'),
    covers: ['storage-incomplete'],
    subjects: volumes,
    broken: ({ volume }) => textAt(volume, 'type') === 'persistent-claim' && [undefined, ''].includes(at(volume, 'size') as undefined),
    path: ({ path }) => `${path}.size`,
    message: ({ path }) => `${path} is a persistent claim without a size: the operator refuses the cluster; write one, such as size: 100Gi`,
  }),
  rule<VolumeView>({
    id: 'jbod-volume-without-id',
    severity: 'error',
    source: clusterOperator('model/VolumeUtils'),
    covers: ['storage-incomplete'],
    subjects: (system) => volumes(system).filter(({ jbod }) => jbod),
    broken: ({ volume }) => isRecord(volume) && at(volume, 'id') === undefined,
    path: ({ path }) => `${path}.id`,
    message: ({ path }) =>
      `${path} has no id: the id names its claim, and the operator refuses the cluster without; give it the next free number`,
  }),
  rule<TwinView>({
    id: 'jbod-volume-id-duplicate',
    severity: 'error',
    source: clusterOperator('model/StorageDiff'),
    what: 'two volumes of a pool with one id',
    covers: ['silent-volumes'],
    subjects: (system) => twins(system, 'id'),
    broken: ({ value }) => typeof value === 'number',
    path: ({ path }) => path,
    message: ({ path, value }) =>
      `${path} is ${shown(value)}, the id of a volume before it: both would be the same claim, and in a new pool no operator says so; give each volume an id of its own`,
  }),
  rule<TwinView>({
    id: 'kraft-metadata-twice',
    severity: 'warning',
    source: clusterOperator('model/StorageDiff'),
    what: 'two volumes of a pool marked for the KRaft metadata',
    covers: ['silent-volumes'],
    subjects: (system) => twins(system, 'kraftMetadata'),
    broken: ({ value }) => value === 'shared',
    path: ({ path }) => path,
    message: ({ path }) =>
      `${path} marks a second volume for the KRaft metadata, which needs one: a new pool takes the first in silence, and from then on every change of its storage is ignored; keep the mark on one volume`,
  }),
  rule<PoolView & { cluster: ClusterView }>({
    id: 'jbod-metadata-version',
    severity: 'error',
    source: clusterOperator('model/nodepools/NodePoolUtils'),
    covers: ['jbod-metadata-version'],
    subjects: (system) => system.clusters.flatMap((cluster) => cluster.pools.filter(isJbod).map((pool) => ({ ...pool, cluster }))),
    broken: ({ resource, cluster }) =>
      listAt(resource, 'spec', 'storage', 'volumes').length > 1 &&
      isBeforeJbod(textAt(cluster.resource, 'spec', 'kafka', 'metadataVersion') ?? ''),
    path: 'spec.storage.volumes',
    message: ({ resource, cluster }) =>
      `node pool ${resource.metadata.name} has ${listAt(resource, 'spec', 'storage', 'volumes').length} JBOD volumes, and Kafka ${cluster.name} metadata version ${textAt(cluster.resource, 'spec', 'kafka', 'metadataVersion') ?? ''}: several disks need 3.7-IV2 or newer; raise metadataVersion first, or keep one volume`,
  }),
  rule<LoneNode>({
    id: 'single-node-ephemeral',
    severity: 'warning',
    source: clusterOperator('model/KafkaSpecChecker'),
    covers: ['single-ephemeral'],
    subjects: loneNodes,
    broken: ({ resource }) => isEphemeral(resource),
    path: 'spec.storage.type',
    message: ({ resource, role }) =>
      `the only ${role} is in node pool ${resource.metadata.name}, on ephemeral storage: its restart loses ${role === 'broker' ? 'every record' : 'every topic and setting'}; use persistent-claim with a size, or keep nothing in it that matters`,
  }),
];
