import { at, listAt, numberAt, recordAt, textAt, type Resource } from '../../../constructs/model/resource.js';
import { parseQuantity } from '../../../constructs/model/units.js';
import type { ResourceChange } from '../change.js';
import { indexOf, usersOf } from '../consequences/workload-index.js';
import { acts, comes, goes, type Changed, type Dependency } from './changed.js';

const workloads = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'] as const;

/** What Kubernetes itself has to know before something else is applied: kinds, namespaces, quotas, and what pods cannot start without. */
export function platformDependencies(changed: Changed): Dependency[] {
  return [
    ...definitions(changed),
    ...namespaces(changed),
    ...quotas(changed),
    ...mounted(changed),
    ...classes(changed),
    ...operators(changed),
  ];
}

function definitions({ ofKind, all }: Changed): Dependency[] {
  return ofKind('CustomResourceDefinition').flatMap((change) => {
    const crd = change.after;
    if (crd === undefined || !acts(change)) return [];
    const [group, kind] = [textAt(crd, 'spec', 'group'), textAt(crd, 'spec', 'names', 'kind')];
    return all.flatMap((other) =>
      other.after !== undefined && acts(other) && other.after.kind === kind && other.after.apiVersion.split('/')[0] === group
        ? [
            {
              first: crd,
              later: other.after,
              why: `The API server refuses what the CustomResourceDefinition of ${kind ?? ''} does not have.`,
            },
          ]
        : [],
    );
  });
}

function namespaces({ ofKind, all }: Changed): Dependency[] {
  const made = new Map<string | undefined, Resource>(
    ofKind('Namespace').flatMap((change) =>
      comes(change) && change.after !== undefined ? [[change.after.metadata.name, change.after] as const] : [],
    ),
  );
  if (made.size === 0) return [];
  return all.flatMap(({ after }) => {
    const first = made.get(after?.metadata.namespace);
    return first === undefined || after === undefined ? [] : [{ first, later: after, why: 'Its namespace has to be there.' }];
  });
}

function quotas({ ofKind }: Changed): Dependency[] {
  return ofKind('ResourceQuota').flatMap((change) => {
    const { before, after } = change;
    if (change.how !== 'changed' || before === undefined || after === undefined) return [];
    const [was, is] = [before, after].map((quota) => recordAt(quota, 'spec', 'hard')) as [Record<string, unknown>, Record<string, unknown>];
    const amount = (hard: Record<string, unknown>, name: string): number => {
      const value = hard[name];
      return (typeof value === 'string' || typeof value === 'number' ? parseQuantity(value) : undefined) ?? Infinity;
    };
    const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
    const isWider = names.some((name) => amount(is, name) > amount(was, name));
    const isNarrower = names.some((name) => amount(is, name) < amount(was, name));
    const inside = (resource: Resource | undefined): boolean =>
      resource?.metadata.namespace === undefined || resource.metadata.namespace === after.metadata.namespace;
    return ofKind(...workloads, 'KafkaNodePool').flatMap((other): Dependency[] => {
      const wants = demand(other);
      const subject = other.after ?? other.before;
      if (subject === undefined || !inside(subject) || wants === 0) return [];
      if (wants > 0) return isWider ? [{ first: after, later: subject, why: 'It needs the larger quota.' }] : [];
      return isNarrower && !isWider
        ? [{ first: subject, later: after, why: 'What is to go is counted until it has gone: until then new pods are refused.' }]
        : [];
    });
  });
}

/** Above 0 where a change asks for more than before, below 0 where for less. */
function demand({ how, before, after, fields }: ResourceChange): number {
  if (how === 'added') return 1;
  if (how === 'removed') return -1;
  const replicas = (numberAt(after, 'spec', 'replicas') ?? 1) - (numberAt(before, 'spec', 'replicas') ?? 1);
  if (replicas !== 0) return replicas;
  return fields.some(({ steps }) => steps.includes('resources')) ? 1 : 0;
}

function mounted({ states, of, ofKind }: Changed): Dependency[] {
  return ofKind('Secret', 'ConfigMap', 'PersistentVolumeClaim').flatMap((change): Dependency[] => {
    const { before, after } = change;
    const come =
      after === undefined
        ? []
        : usersOf(indexOf(states.head), after).flatMap((later) =>
            (comes(change) && acts(of(later))) || (after.kind !== 'PersistentVolumeClaim' && restarts(of(later)))
              ? [
                  {
                    first: after,
                    later,
                    why: comes(change)
                      ? `A pod does not start without the ${after.kind} that it names.`
                      : `A pod that starts before reads the old ${after.kind}.`,
                  },
                ]
              : [],
          );
    const left =
      before === undefined || !goes(change)
        ? []
        : usersOf(indexOf(states.base), before).flatMap((user) => {
            const other = of(user);
            const first = other?.after ?? other?.before;
            return first === undefined || !(goes(other) || acts(other))
              ? []
              : [{ first, later: before, why: `Until no pod names the ${before.kind} any more, a pod that starts anew fails without it.` }];
          });
    return [...come, ...left];
  });
}

/** Whether the pods of a workload are replaced. */
const restarts = (change: ResourceChange | undefined): boolean =>
  change !== undefined && (comes(change) || change.fields.some(({ steps }) => steps[0] === 'spec' && steps[1] === 'template'));

function classes({ ofKind }: Changed): Dependency[] {
  const made = new Map(
    ofKind('StorageClass').flatMap((change) =>
      change.after !== undefined && acts(change) ? [[change.after.metadata.name, change.after] as const] : [],
    ),
  );
  if (made.size === 0) return [];
  const why = 'Its volumes are made, or grow, by what the StorageClass says then.';
  return ofKind('KafkaNodePool', 'PersistentVolumeClaim', 'StatefulSet').flatMap((change) => {
    const later = change.after;
    if (later === undefined || !acts(change)) return [];
    const claims = [
      textAt(later, 'spec', 'storageClassName'),
      textAt(later, 'spec', 'storage', 'class'),
      ...listAt(later, 'spec', 'storage', 'volumes').map((volume) => textAt(volume, 'class')),
      ...listAt(later, 'spec', 'volumeClaimTemplates').map((claim) => textAt(claim, 'spec', 'storageClassName')),
    ];
    return [...new Set(claims)].flatMap((name) => {
      const first = made.get(name ?? '');
      return first === undefined ? [] : [{ first, later, why }];
    });
  });
}

/** An operator that is upgraded, and the version of Kafka that may need the upgrade. */
function operators({ ofKind }: Changed): Dependency[] {
  const upgraded = ofKind('Subscription').flatMap((change) => {
    const { before, after } = change;
    const isStrimzi = /strimzi|amq-streams/.test(textAt(after, 'spec', 'name') ?? '');
    const version = (side: unknown): string => [at(side, 'spec', 'startingCSV'), at(side, 'spec', 'channel')].map(String).join();
    return after !== undefined && isStrimzi && version(before) !== version(after) ? [after] : [];
  });
  return upgraded.flatMap((first) =>
    ofKind('Kafka').flatMap(({ before, after }) =>
      after !== undefined && textAt(before, 'spec', 'kafka', 'version') !== textAt(after, 'spec', 'kafka', 'version')
        ? [{ first, later: after, why: 'An operator that does not know the version of Kafka refuses it: the operator first.' }]
        : [],
    ),
  );
}
