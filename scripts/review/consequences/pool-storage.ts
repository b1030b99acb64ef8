import { at, isRecord, listAt, shown, textAt, type Resource } from '../../../constructs/model/resource.js';
import { clusterOperator, sources } from '../../../constructs/model/rule.js';
import { parseQuantity } from '../../../constructs/model/units.js';
import { identical } from '../values.js';
import type { FieldChange, ResourceChange, States } from '../change.js';
import type { Judged } from '../consequence.js';
import { clusterOn, restartCost, restarts, topicsOn } from './kafka-cluster.js';
import { counted, listed, sentences } from './strimzi-words.js';
import { fieldsAt, fieldsBelow, judged } from './workload-fields.js';

/** Strimzi's documentation of storage. */
const storageDocument = 'https://strimzi.io/docs/operators/1.2.0/deploying.html#con-config-storage-kraft-str';

interface Volume {
  /** Undefined: the pool's only storage. */
  readonly id: string | undefined;
  readonly value: Readonly<Record<string, unknown>>;
}

function volumesOf(pool: Resource): Volume[] {
  const storage = at(pool, 'spec', 'storage');
  if (!isRecord(storage)) return [];
  if (textAt(storage, 'type') !== 'jbod') return [{ id: undefined, value: storage }];
  return listAt(storage, 'volumes')
    .filter(isRecord)
    .map((value) => ({ id: shown(value['id']), value }));
}

const named = ({ id }: Volume): string => (id === undefined ? 'the volume' : `volume ${id}`);
const pathTo = ({ id }: Volume, field: string): string => `spec.storage.${id === undefined ? '' : `volumes[${id}].`}${field}`;
const sizeOf = (volume: Volume): number | undefined => parseQuantity(shown(volume.value['size']));

/** What one pool's storage was and is. */
interface StorageEdit {
  readonly change: ResourceChange;
  readonly fields: readonly FieldChange[];
  readonly pool: Resource;
  readonly nodes: number;
  readonly states: States;
}

/** The operator takes the changes of a pool's storage together: one that is forbidden, and it ignores them all. */
export function storageConsequences(change: ResourceChange, states: States): Judged[] {
  const { before, after } = change;
  const fields = fieldsAt(change, ['spec', 'storage']);
  if (before === undefined || after === undefined || fields.length === 0) return [];
  const edit: StorageEdit = { change, fields, pool: after, nodes: Number(at(after, 'spec', 'replicas') ?? 0), states };
  const [was, is] = [textAt(before, 'spec', 'storage', 'type'), textAt(after, 'spec', 'storage', 'type')];
  if (was !== is) return [typeChanged(edit, 'spec.storage.type', was, is)];
  const [old, now] = [volumesOf(before), volumesOf(after)];
  const shared = now.flatMap((volume) => old.filter(({ id }) => id === volume.id).map((earlier) => [earlier, volume] as const));
  const refused = shared.flatMap(([earlier, volume]) => forbidden(edit, earlier, volume));
  const added = now.filter(({ id }) => !old.some((volume) => volume.id === id));
  const removed = old.filter(({ id }) => !now.some((volume) => volume.id === id));
  if (refused.length > 0) {
    const explained = new Set(refused.flatMap(({ explains }) => explains));
    const rest = fields.filter((field) => !explained.has(field));
    return rest.length === 0 ? refused : [...refused, ignored(rest, after)];
  }
  return [
    ...removed.map((volume) => volumeRemoved(edit, volume)),
    ...added.map((volume) => volumeAdded(edit, volume)),
    ...shared.flatMap(([earlier, volume]) => allowed(edit, earlier, volume)),
  ];
}

/** Differences of one field of a volume. */
const fieldsOf = ({ change, fields }: StorageEdit, volume: Volume, field: string): readonly FieldChange[] => {
  const found =
    volume.id === undefined
      ? fieldsAt(change, ['spec', 'storage', field])
      : fieldsBelow(change, ['spec', 'storage', 'volumes', volume.id, field]);
  return found.length > 0 ? found : fields;
};

const diff = clusterOperator('model/StorageDiff');
const unchanged = 'The operator ignores every change of the storage of this pool, with a warning (KafkaStorage) in the status of the Kafka';

function typeChanged(edit: StorageEdit, path: string, was: unknown, is: unknown): Judged {
  return judged(edit.fields, {
    id: 'pool-storage-type',
    grade: 'refused',
    path,
    before: was,
    after: is,
    consequence: sentences(
      `The type of storage cannot change from ${shown(was ?? 'none')} to ${shown(is ?? 'none')}. ${unchanged}: the ${counted(edit.nodes, 'node')} keep what they have.`,
      'Whoever deletes the pool to get it loses what its volumes hold.',
    ),
    source: diff,
    action: 'Add a pool with the storage you want, move the replicas to it (KafkaRebalance, remove-brokers), then remove this one.',
  });
}

function forbidden(edit: StorageEdit, was: Volume, is: Volume): Judged[] {
  const judgedAs = (id: string, field: string, text: string, action: string): Judged =>
    judged(fieldsOf(edit, is, field), {
      id,
      grade: 'refused',
      path: pathTo(is, field),
      before: was.value[field],
      after: is.value[field],
      consequence: text,
      source: diff,
      action,
    });
  const other = 'Add a pool with the storage you want, move the replicas to it (KafkaRebalance, remove-brokers), then remove this one.';
  if (was.value['type'] !== is.value['type']) return [typeChanged(edit, pathTo(is, 'type'), was.value['type'], is.value['type'])];
  const [from, to] = [sizeOf(was), sizeOf(is)];
  const found: Judged[] = [];
  if (from !== undefined && to !== undefined && to < from)
    found.push(
      judgedAs(
        'pool-storage-shrunk',
        'size',
        `A volume cannot shrink: ${named(is)} stays at ${shown(was.value['size'])}. ${unchanged}.`,
        other,
      ),
    );
  for (const field of ['class', 'selector', 'sizeLimit', 'overrides'])
    if (!identical(was.value[field], is.value[field]))
      found.push(
        judgedAs(
          field === 'class' ? 'pool-storage-class' : 'pool-storage-field',
          field,
          `${field} of a volume cannot change: ${named(is)} keeps ${was.value[field] === undefined ? 'what it has' : shown(was.value[field])}. ${unchanged}.`,
          other,
        ),
      );
  return found;
}

const ignored = (fields: readonly FieldChange[], pool: Resource): Judged =>
  judged(fields, {
    id: 'pool-storage-ignored',
    grade: 'refused',
    consequence: `${unchanged}, this one of pool ${pool.metadata.name} too, because another one is forbidden.`,
    source: diff,
    action: 'Take the forbidden change out; the rest is then applied.',
  });

function volumeRemoved(edit: StorageEdit, volume: Volume): Judged {
  const { pool, nodes, states, change } = edit;
  const once = topicsOn(states.base, clusterOn(states.base, change.before)).filter(({ replicas }) => replicas === 1);
  const isKept = volume.value['deleteClaim'] !== true && volume.value['type'] !== 'ephemeral';
  return judged(fieldsOf(edit, volume, ''), {
    id: 'pool-volume-removed',
    grade: 'data-loss',
    path: 'spec.storage.volumes',
    before: volume.id,
    after: undefined,
    consequence: sentences(
      `${counted(nodes, 'node')} of pool ${pool.metadata.name} ${nodes === 1 ? 'restarts' : 'restart'} without ${named(volume)}, and nobody checks that it is empty: the replicas on it are gone from these brokers, and are copied again from other brokers where others have them.`,
      once.length > 0 && `${listed(once.map(({ name }) => name))}, kept once, ${once.length === 1 ? 'has' : 'have'} no other copy.`,
      isKept ? 'The PersistentVolumeClaims stay, and must be deleted by hand.' : 'The volumes are deleted.',
    ),
    source: storageDocument,
    action: `Move its replicas away first: a KafkaRebalance of mode remove-disks for volume ${volume.id ?? ''} of each broker.`,
  });
}

function volumeAdded(edit: StorageEdit, volume: Volume): Judged {
  const { pool, nodes, states } = edit;
  return judged(fieldsOf(edit, volume, ''), {
    id: 'pool-volume-added',
    grade: 'rolling',
    path: 'spec.storage.volumes',
    before: undefined,
    after: volume.id,
    consequence: sentences(
      `${restarts(nodes, 'node')} of pool ${pool.metadata.name}, with ${named(volume)} (${shown(volume.value['size'] ?? volume.value['type'])}) added. Nothing moves to it: only new replicas use it, until a rebalance.`,
      restartCost(states.head, clusterOn(states.head, pool)),
    ),
    source: storageDocument,
    action: `Rebalance the disks afterwards (KafkaRebalance with rebalanceDisk: true). If a volume ${volume.id ?? ''} was here before, delete its old PersistentVolumeClaims first.`,
  });
}

function allowed(edit: StorageEdit, was: Volume, is: Volume): Judged[] {
  const { pool, nodes } = edit;
  const found: Judged[] = [];
  const [from, to] = [sizeOf(was), sizeOf(is)];
  if (from !== undefined && to !== undefined && to > from)
    found.push(
      judged(fieldsOf(edit, is, 'size'), {
        id: 'pool-storage-grown',
        grade: 'safe',
        path: pathTo(is, 'size'),
        before: was.value['size'],
        after: is.value['size'],
        consequence:
          `${counted(nodes, 'volume')} grow from ${shown(was.value['size'])} to ${shown(is.value['size'])}, if the StorageClass ${is.value['class'] === undefined ? 'of the cluster' : shown(is.value['class'])} has allowVolumeExpansion: true; without it the operator warns (PvcResizingWarning) and nothing grows. A node restarts only where its file system cannot grow under it. There is no way back.`.replace(
            '1 volume grow ',
            '1 volume grows ',
          ),
        source: clusterOperator('operator/assembly/PvcReconciler'),
      }),
    );
  if ((was.value['deleteClaim'] ?? false) !== (is.value['deleteClaim'] ?? false)) {
    const goes = is.value['deleteClaim'] === true;
    found.push(
      judged(fieldsOf(edit, is, 'deleteClaim'), {
        id: goes ? 'pool-delete-claim-on' : 'pool-delete-claim-off',
        grade: 'safe',
        path: pathTo(is, 'deleteClaim'),
        before: was.value['deleteClaim'],
        after: is.value['deleteClaim'],
        consequence: goes
          ? `From now on whoever deletes pool ${pool.metadata.name}, scales it down, or removes ${named(is)}, deletes its volumes with all records too. Today nothing goes.`
          : `Volumes of pool ${pool.metadata.name} outlive it: whoever deletes it keeps the records, and must delete the PersistentVolumeClaims by hand.`,
        source: clusterOperator('model/PersistentVolumeClaimUtils'),
        ...(goes && { action: 'Leave it false where the records are not to be thrown away.' }),
      }),
    );
  }
  if ((was.value['kraftMetadata'] ?? '') !== (is.value['kraftMetadata'] ?? ''))
    found.push(
      judged(fieldsOf(edit, is, 'kraftMetadata'), {
        id: 'pool-metadata-moved',
        grade: 'rolling',
        path: pathTo(is, 'kraftMetadata'),
        before: was.value['kraftMetadata'],
        after: is.value['kraftMetadata'],
        consequence: `${restarts(nodes, 'node')}: their KRaft metadata log moves to another volume, where each begins anew and copies it from the controllers. The operator only logs it.`,
        source: clusterOperator('model/KafkaPool'),
        action: 'Wait for each controller to be in sync before the next one restarts (kafka-metadata-quorum.sh describe --replication).',
      }),
    );
  for (const field of ['volumeAttributesClass'])
    if (!identical(was.value[field], is.value[field]))
      found.push(
        judged(fieldsOf(edit, is, field), {
          id: 'pool-volume-attributes',
          grade: 'safe',
          path: pathTo(is, field),
          before: was.value[field],
          after: is.value[field],
          consequence: `The storage driver changes the attributes of ${named(is)} on each of ${counted(nodes, 'node')} while it is in use.`,
          source: sources.strimziApi,
        }),
      );
  return found;
}
