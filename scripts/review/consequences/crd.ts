import { at, listAt, textAt, type Resource } from '../../../constructs/model/resource.js';
import type { ResourceChange, Side, States } from '../change.js';
import type { Judged, Reviewer } from '../consequence.js';
import { fieldsBelow, judged, type Place } from './workload-fields.js';
import { whenPruned, workloadSources as sources } from './workload-sources.js';

const kindOf = (crd: Resource | undefined): string => textAt(crd, 'spec', 'names', 'kind') ?? '';
const groupOf = (crd: Resource | undefined): string => textAt(crd, 'spec', 'group') ?? '';
const versionsOf = (crd: Resource | undefined): readonly unknown[] => listAt(crd, 'spec', 'versions');
const named = (versions: readonly unknown[]): string[] => versions.flatMap((version) => textAt(version, 'name') ?? []);
const served = (crd: Resource | undefined): string[] => named(versionsOf(crd).filter((version) => at(version, 'served') === true));
const stored = (crd: Resource | undefined): string | undefined =>
  named(versionsOf(crd).filter((version) => at(version, 'storage') === true))[0];

/** The resources of a kind among the manifests, in one API version or in any. */
const ofCrd = (side: Side, crd: Resource | undefined, versions?: readonly string[]): readonly Resource[] =>
  side
    .ofKind(kindOf(crd))
    .filter(({ apiVersion }) => apiVersion.startsWith(`${groupOf(crd)}/`) && (versions?.includes(apiVersion.split('/')[1] ?? '') ?? true));

const owns: Readonly<Record<string, string>> = {
  Kafka: ' With each Kafka its brokers go, and volumes whose storage says deleteClaim.',
  KafkaNodePool: ' With each pool its brokers go, and volumes whose storage says deleteClaim.',
  KafkaTopic: ' With each KafkaTopic the topic operator deletes the topic and its records.',
  KafkaUser: ' With each KafkaUser its password or certificate and its ACLs go.',
};

function judge(change: ResourceChange, states: States): Judged[] {
  const { how, before, after } = change;
  if (how === 'added')
    return [
      judged([], {
        id: 'crd-added',
        grade: 'safe',
        consequence: `The API server knows ${kindOf(after)} from then on; apply it before its resources.`,
        source: sources.crd,
      }),
    ];
  const kind = kindOf(before);
  if (how !== 'changed') {
    const count = ofCrd(states.base, before).length;
    return [
      judged([], {
        id: 'crd-removed',
        grade: 'data-loss',
        consequence: `Deleting it deletes every ${kind} of the cluster, in all namespaces${count > 0 ? ` (${count} in these manifests)` : ''}.${groupOf(before).endsWith('strimzi.io') ? (owns[kind] ?? '') : ' What their controllers made of them goes with them.'}`,
        reason: whenPruned,
        source: `${sources.crd}#delete-a-customresourcedefinition`,
        action:
          'Keep it out of pruning (Argo CD: argocd.argoproj.io/sync-options: Prune=false), and delete it only when no resource of it is left.',
      }),
    ];
  }
  const found: Judged[] = [];
  const versions: Place = ['spec', 'versions'];
  const fields = fieldsBelow(change, versions);
  const unserved = served(before).filter((version) => !served(after).includes(version));
  const removed = named(versionsOf(before)).filter((version) => !named(versionsOf(after)).includes(version));
  const fixed = fieldsBelow(change, ['spec', 'group'], ['spec', 'names', 'kind'], ['spec', 'names', 'plural'], ['spec', 'scope']);
  if (fixed.length > 0)
    found.push(
      judged(fixed, {
        id: 'crd-immutable',
        grade: 'refused',
        consequence:
          'The API server refuses the change (422 Invalid): group, scope and the names of a kind that is in use cannot be changed.',
        source: sources.crd,
      }),
    );
  const wasStored = stored(before);
  if (removed.length > 0 && wasStored !== undefined && removed.includes(wasStored))
    found.push(
      judged(fields, {
        id: 'crd-stored-version-removed',
        grade: 'refused',
        consequence: `The API server refuses the change (422 Invalid) while ${wasStored} stands in status.storedVersions: resources may still be stored in it.`,
        source: `${sources.crdVersions}#upgrade-existing-objects-to-a-new-stored-version`,
        action: `Make ${stored(after) ?? 'the new version'} the storage version, rewrite every ${kind} once, take ${wasStored} out of status.storedVersions, then remove it.`,
      }),
    );
  else if (unserved.length > 0) {
    const users = ofCrd(states.head, after, unserved);
    found.push(
      judged(fields, {
        id: 'crd-version-not-served',
        grade: users.length > 0 ? 'refused' : 'unavailable',
        consequence: `${unserved.join(', ')} of ${kind} is served no more: manifests and clients that say it get 404 (no matches for kind)${users.length > 0 ? `, ${users.length} of these manifests among them` : ''}. What is stored stays, and is read by ${served(after).join(', ') || 'no version'}.`,
        source: sources.crdVersions,
        action: `Move manifests and the operator to ${served(after).join(', ')} first.`,
      }),
    );
  } else if (wasStored !== stored(after))
    found.push(
      judged(fields, {
        id: 'crd-storage-version',
        grade: 'safe',
        consequence: `New and rewritten resources are stored as ${stored(after) ?? ''}; old ones stay as they are until they are written again. Going back needs both versions to be kept.`,
        source: sources.crdVersions,
      }),
    );
  else if (fields.length > 0)
    found.push(
      judged(fields, {
        id: 'crd-schema',
        grade: 'safe',
        consequence: `The schema of ${kind} changes: what is stored stays, what is written from now on is pruned and checked by the new one. A field that it no longer knows is dropped at the next write.`,
        source: sources.crd,
        action: 'Apply it before resources that use new fields.',
      }),
    );
  return found;
}

export const crdReviewer: Reviewer = { kinds: ['CustomResourceDefinition'], judge };
