import { at, listAt, recordAt, textAt, type Resource } from '../../../constructs/model/resource.js';
import type { ResourceChange, States } from '../change.js';
import type { Judged, Reviewer } from '../consequence.js';
import { judged } from './workload-fields.js';
import { indexOf, usersOf } from './workload-index.js';
import { whenPruned, workloadSources as sources } from './workload-sources.js';

const few = (resources: readonly Resource[]): string => {
  const names = [...new Set(resources.map(({ kind, metadata }) => `${kind} ${metadata.name}`))];
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 4).join(', ')} and ${names.length - 4} more`;
};

/** Those of the users that take a key into their environment: they see a change at their next start only. */
function byEnvironment(users: readonly Resource[], { kind, metadata: { name } }: Resource): Resource[] {
  const ref = kind === 'Secret' ? 'secret' : 'configMap';
  return users.filter((user) => {
    const template = at(user, 'spec', 'template', 'spec') ?? at(user, 'spec', 'jobTemplate', 'spec', 'template', 'spec');
    return [...listAt(template, 'initContainers'), ...listAt(template, 'containers')].some(
      (container) =>
        listAt(container, 'env').some((entry) => textAt(entry, 'valueFrom', `${ref}KeyRef`, 'name') === name) ||
        listAt(container, 'envFrom').some((entry) => textAt(entry, `${ref}Ref`, 'name') === name),
    );
  });
}

/** Keys of the data, without their values. */
const keysOf = (resource: Resource | undefined): Set<string> =>
  new Set(['data', 'stringData', 'binaryData'].flatMap((field) => Object.keys(recordAt(resource, field))));

function judge(change: ResourceChange, states: States): Judged[] {
  const { how, before, after } = change;
  const source = (after ?? before)?.kind === 'Secret' ? sources.secrets : sources.configMaps;
  if (how === 'added')
    return [judged([], { id: 'config-added', grade: 'safe', consequence: 'New; pods see it when they name it.', source })];
  if (before === undefined) return [];
  if (how !== 'changed' || after === undefined) {
    const users = usersOf(indexOf(states.head), before);
    return [
      judged([], {
        id: how === 'removed' ? 'config-removed' : 'config-renamed',
        grade: users.length > 0 ? 'unavailable' : 'safe',
        consequence:
          users.length > 0
            ? `${few(users)} still name${users.length === 1 ? 's' : ''} it: pods that run go on, new ones do not start (CreateContainerConfigError, or a volume that is not mounted), so the next rollout, crash or drain takes them away.`
            : 'No pod of these manifests names it.',
        reason: whenPruned,
        source,
        ...(users.length > 0 && { action: `Take it out of ${few(users)} first.` }),
      }),
    ];
  }
  const fields = change.fields.filter(({ steps: [top] }) => top !== 'metadata');
  if (fields.length === 0) return [];
  if (at(before, 'immutable') === true)
    return [
      judged(fields, {
        id: 'config-immutable',
        grade: 'refused',
        consequence: 'The API server refuses the change (422 Invalid): it is immutable.',
        source,
        action: 'Make it under a new name, and let the pods name that.',
      }),
    ];
  const users = usersOf(indexOf(states.head), after);
  const environment = byEnvironment(users, after);
  const gone = [...keysOf(before)].filter((key) => !keysOf(after).has(key));
  const files = users.filter((user) => !environment.includes(user));
  const parts = [
    environment.length > 0
      ? `${few(environment)} take${environment.length === 1 ? 's' : ''} it into the environment and see${environment.length === 1 ? 's' : ''} nothing of it until the pods restart`
      : '',
    files.length > 0
      ? `${few(files)} get${files.length === 1 ? 's' : ''} the new files within about a minute (not where a subPath is mounted), and act on them when the program reads them again`
      : '',
  ].filter(Boolean);
  return [
    judged(fields, {
      id: gone.length > 0 && users.length > 0 ? 'config-key-removed' : 'config-changed',
      grade: gone.length > 0 && users.length > 0 ? 'unavailable' : 'safe',
      // What a Secret holds is nobody's to show.
      ...(after.kind === 'Secret' && { before: undefined, after: undefined }),
      consequence: `${gone.length > 0 && users.length > 0 ? `${gone.join(', ')} ${gone.length === 1 ? 'goes' : 'go'}: a new pod that takes ${gone.length === 1 ? 'it' : 'them'} by name does not start (CreateContainerConfigError). ` : ''}${parts.length > 0 ? `Nothing restarts by itself. ${capital(parts.join('; '))}.` : 'No pod of these manifests names it.'}`,
      source,
      ...(environment.length > 0 && { action: `Restart them when it is there: kubectl rollout restart, for ${few(environment)}.` }),
    }),
  ];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function judgeAccount({ how, before, fields }: ResourceChange, states: States): Judged[] {
  const source = 'https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/';
  if (how === 'added')
    return [judged([], { id: 'account-added', grade: 'safe', consequence: 'New; it may do what roles bind to it.', source })];
  if (how === 'changed' || before === undefined)
    return [
      judged(fields, {
        id: 'account-changed',
        grade: 'safe',
        consequence: 'Pods that run stay as they are; pull secrets and tokens count for new pods.',
        source,
      }),
    ];
  const users = usersOf(indexOf(states.head), before);
  return [
    judged([], {
      id: 'account-removed',
      grade: users.length > 0 ? 'unavailable' : 'safe',
      consequence:
        users.length > 0
          ? `${few(users)} still run${users.length === 1 ? 's' : ''} as it: no new pod is made (serviceaccount not found), so the next rollout, crash or drain takes them away. Tokens of running pods are refused.`
          : 'No pod of these manifests runs as it.',
      reason: whenPruned,
      source,
    }),
  ];
}

function judgeAccess({ how, before, after, fields }: ResourceChange): Judged[] {
  const resource = after ?? before;
  const isBinding = resource?.kind.endsWith('Binding') === true;
  const source = sources.rbac;
  if (how === 'changed' && fields.some(({ steps }) => steps[0] === 'roleRef'))
    return [
      judged(fields, {
        id: 'role-binding-immutable',
        grade: 'refused',
        consequence: 'The API server refuses the change (422 Invalid): the role of a binding cannot be changed.',
        source,
        action: 'Delete the binding and make it anew, or make a second one; in between its subjects have no rights by it.',
      }),
    ];
  const subjects = listAt(resource, 'subjects').map((subject) =>
    `${textAt(subject, 'kind') ?? ''} ${textAt(subject, 'name') ?? ''}`.trim(),
  );
  const whom = isBinding ? subjects.join(', ') : 'whoever it is bound to';
  const isWild = listAt(after, 'rules').some((rule) => listAt(rule, 'verbs').includes('*') && listAt(rule, 'resources').includes('*'));
  const words = {
    added: `${whom} may do what ${isBinding ? (textAt(resource, 'roleRef', 'name') ?? 'the role') : 'it'} says${isWild ? ': everything' : ''}.`,
    removed: `${whom} may no longer do what it gave: calls of the API are refused (403 Forbidden) at once, without a restart.`,
    renamed: `The same under another name: what names the old one loses its rights when that is deleted.`,
    changed: `What ${whom} may do changes at once, without a restart; what it loses is refused (403 Forbidden).${isWild ? ' It may do everything.' : ''}`,
  } as const;
  const metadataOnly = how === 'changed' && fields.every(({ steps }) => steps[0] === 'metadata');
  if (metadataOnly) return [];
  return [
    judged(fields, {
      id: `access-${how}`,
      grade: how === 'removed' ? 'unavailable' : 'safe',
      consequence: words[how],
      ...(how === 'removed' && { reason: whenPruned }),
      source,
    }),
  ];
}

export const secretReviewers: readonly Reviewer[] = [
  { kinds: ['Secret', 'ConfigMap'], judge },
  { kinds: ['ServiceAccount'], judge: judgeAccount },
  { kinds: ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'], judge: judgeAccess },
];
