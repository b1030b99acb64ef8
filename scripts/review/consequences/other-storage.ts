import { at, shown, textAt, type Resource } from '../../../constructs/model/resource.js';
import { formatBytes, parseQuantity } from '../../../constructs/model/units.js';
import type { ResourceChange, States } from '../change.js';
import type { Judged, Reviewer } from '../consequence.js';
import { fieldsBelow, judged } from './workload-fields.js';
import { indexOf, usersOf } from './workload-index.js';
import { whenPruned, workloadSources as sources } from './workload-sources.js';

const sizeOf = (claim: Resource | undefined): number | undefined => {
  const size = at(claim, 'spec', 'resources', 'requests', 'storage');
  return size === undefined ? undefined : parseQuantity(shown(size));
};

function judgeClaim(change: ResourceChange, states: States): Judged[] {
  const { how, before, after } = change;
  if (how === 'added')
    return [judged([], { id: 'claim-added', grade: 'safe', consequence: 'A new, empty volume.', source: sources.claims })];
  if (before === undefined) return [];
  if (how !== 'changed' || after === undefined) {
    const users = usersOf(indexOf(states.head), before).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    return [
      judged([], {
        id: how === 'removed' ? 'claim-removed' : 'claim-renamed',
        grade: 'data-loss',
        consequence: `${how === 'removed' ? 'The claim goes' : `Claim ${after?.metadata.name ?? ''} is new and empty, and the old one goes`}: with reclaim policy Delete, the default of a StorageClass, its volume and all it holds go with it.${users.length > 0 ? ` ${users.join(', ')} still name${users.length === 1 ? 's' : ''} it: it stays Terminating while their pods run, and new pods stay Pending.` : ''}`,
        reason: whenPruned,
        source: 'https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming',
        action: 'Take a snapshot, or set persistentVolumeReclaimPolicy of the volume to Retain first.',
      }),
    ];
  }
  const found: Judged[] = [];
  const size = fieldsBelow(change, ['spec', 'resources']);
  const [was, now] = [sizeOf(before), sizeOf(after)];
  if (size.length > 0 && was !== undefined && now !== undefined && now !== was)
    found.push(
      judged(size, {
        id: now < was ? 'claim-shrunk' : 'claim-grown',
        grade: now < was ? 'refused' : 'safe',
        consequence:
          now < was
            ? `The API server refuses it (422 Invalid): a claim cannot be smaller than it is, ${formatBytes(was)}. Deleted and made anew with ${formatBytes(now)} it is empty.`
            : `The volume grows from ${formatBytes(was)} to ${formatBytes(now)} where its StorageClass has allowVolumeExpansion, in use mostly; without it the API server refuses (403 Forbidden). It never shrinks again.`,
        source: 'https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims',
        ...(now < was && { action: 'Make a second claim of the smaller size, copy, and let the pods name that.' }),
      }),
    );
  const fixed = change.fields.filter(
    ({ steps: [top, field] }) => top === 'spec' && field !== 'resources' && field !== 'volumeAttributesClassName' && field !== undefined,
  );
  if (fixed.length > 0)
    found.push(
      judged(fixed, {
        id: 'claim-immutable',
        grade: 'refused',
        consequence: `The API server refuses the change (422 Invalid): of a claim only the size, upwards, may be changed, not ${[...new Set(fixed.map(({ steps }) => String(steps[1])))].join(', ')}. Deleted and made anew it is empty.`,
        source: sources.claims,
        action: 'Make a second claim, copy, and let the pods name that.',
      }),
    );
  return found;
}

function judgeClass({ how, before, fields }: ResourceChange, states: States): Judged[] {
  const source = 'https://kubernetes.io/docs/concepts/storage/storage-classes/';
  if (how === 'added')
    return [judged([], { id: 'storage-class-added', grade: 'safe', consequence: 'Claims may name it from now on.', source })];
  const fixed = fields.filter(({ steps: [top] }) =>
    ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'].includes(String(top)),
  );
  if (how === 'changed' && fixed.length > 0)
    return [
      judged(fields, {
        id: 'storage-class-immutable',
        grade: 'refused',
        consequence: `The API server refuses the change (422 Invalid): ${[...new Set(fixed.map(({ steps }) => String(steps[0])))].join(', ')} of a StorageClass cannot be changed. Volumes that are there keep what they were made with.`,
        source,
        action: 'Make a class with another name.',
      }),
    ];
  if (how === 'changed') return [];
  const users = states.head
    .ofKind('PersistentVolumeClaim')
    .filter((claim) => textAt(claim, 'spec', 'storageClassName') === before?.metadata.name)
    .map(({ metadata }) => metadata.name);
  return [
    judged([], {
      id: 'storage-class-removed',
      grade: 'unavailable',
      consequence: `Volumes that are there stay; new claims of it stay Pending, and none can grow any more${users.length > 0 ? ` (${users.join(', ')})` : ''}: a broker or pod that is added does not start.`,
      reason: whenPruned,
      source,
    }),
  ];
}

function judgeVolume({ how, before, fields }: ResourceChange): Judged[] {
  if (how === 'added')
    return [judged([], { id: 'volume-added', grade: 'safe', consequence: 'A claim may bind it.', source: sources.claims })];
  if (how === 'changed') {
    const policy = fields.filter(({ steps }) => steps[1] === 'persistentVolumeReclaimPolicy');
    return policy.length === 0
      ? []
      : [
          judged(policy, {
            id: 'volume-reclaim-policy',
            grade: policy[0]?.after === 'Delete' ? 'data-loss' : 'safe',
            consequence:
              policy[0]?.after === 'Delete'
                ? 'When its claim goes, the volume and all it holds go too.'
                : 'When its claim goes, the volume stays until somebody deletes it.',
            source: 'https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming',
          }),
        ];
  }
  const keeps = textAt(before, 'spec', 'persistentVolumeReclaimPolicy') !== 'Delete';
  return [
    judged([], {
      id: 'volume-removed',
      grade: 'data-loss',
      consequence: `Its claim is Lost and pods that mount it do not start${keeps ? '; the storage behind it stays, but nothing leads to it' : ', and with reclaim policy Delete the storage behind it goes when the claim does'}.`,
      reason: whenPruned,
      source: sources.claims,
    }),
  ];
}

export const storageReviewers: readonly Reviewer[] = [
  { kinds: ['PersistentVolumeClaim'], judge: judgeClaim },
  { kinds: ['PersistentVolume'], judge: judgeVolume },
  { kinds: ['StorageClass'], judge: judgeClass },
];
