import { at, isRecord, listAt, shown, textAt } from '../../../constructs/model/resource.js';
import { sources } from '../../../constructs/model/rule.js';
import { clusterLabel, type ClusterView } from '../../../constructs/model/system.js';
import type { FieldChange, ResourceChange, States } from '../change.js';
import type { Judged } from '../consequence.js';
import { identical } from '../values.js';
import { clientsAt } from './cluster-clients.js';
import { clusterFor, restartOf } from './kafka-cluster.js';
import { calledAll, listed, sentences } from './strimzi-words.js';
import { fieldsAt, fieldsBelow, judged } from './workload-fields.js';

type Listener = Readonly<Record<string, unknown>>;

const listenersOf = (cluster: ClusterView): Map<string, Listener> =>
  new Map(
    listAt(cluster.resource, 'spec', 'kafka', 'listeners')
      .filter(isRecord)
      .map((listener) => [shown(listener['name']), listener]),
  );

const documentation = 'https://strimzi.io/docs/operators/1.2.0/configuring.html#type-GenericKafkaListener-reference';

/** Who is locked out when the doors change. */
export function listenerConsequences(change: ResourceChange, states: States): Judged[] {
  const [was, is] = [clusterFor(states.base, change.before), clusterFor(states.head, change.after)];
  if (was === undefined || is === undefined || fieldsAt(change, ['spec', 'kafka', 'listeners']).length === 0) return [];
  const [before, after] = [listenersOf(was), listenersOf(is)];
  const found: Judged[] = [];
  for (const [name, old] of before) {
    const now = after.get(name);
    const fields = fieldsOf(change, name);
    if (now === undefined) found.push(removed(name, old, fields, is, states));
    else if (!identical(old, now)) found.push(changed(name, old, now, fields, is, states));
  }
  for (const [name, listener] of after) if (!before.has(name)) found.push(added(name, listener, fieldsOf(change, name), is, states));
  return found;
}

function fieldsOf(change: ResourceChange, name: string): readonly FieldChange[] {
  const found = fieldsBelow(change, ['spec', 'kafka', 'listeners', name]);
  return found.length > 0 ? found : fieldsAt(change, ['spec', 'kafka', 'listeners']);
}

const pathOf = (name: string, field = ''): string => `spec.kafka.listeners[${name}]${field === '' ? '' : `.${field}`}`;

/** Clients of head that still come in by a listener as it was. */
function lockedOut(old: Listener, cluster: ClusterView, { head }: States): string {
  const isInternal = ['internal', 'cluster-ip'].includes(shown(old['type']));
  const clients = clientsAt(head, cluster.name, old['port']);
  if (!isInternal) return 'Who comes in from outside is not among the manifests.';
  return clients.length === 0
    ? `Nobody among the manifests names ${cluster.name}-kafka-bootstrap:${shown(old['port'])}.`
    : `${calledAll(clients)} still ${clients.length === 1 ? 'names' : 'name'} ${cluster.name}-kafka-bootstrap:${shown(old['port'])}, and ${clients.length === 1 ? 'is' : 'are'} locked out.`;
}

function removed(name: string, old: Listener, fields: readonly FieldChange[], cluster: ClusterView, states: States): Judged {
  return judged(fields, {
    id: 'kafka-listener-removed',
    grade: 'unavailable',
    path: pathOf(name),
    before: shown(old['port']),
    after: undefined,
    consequence: sentences(
      `Listener ${name} (port ${shown(old['port'])}) is gone as soon as a broker has restarted.`,
      lockedOut(old, cluster, states),
      restartOf(states.head, cluster),
    ),
    source: documentation,
    action: 'Move every client to another listener first, and remove this one in a later change.',
  });
}

function added(name: string, now: Listener, fields: readonly FieldChange[], cluster: ClusterView, states: States): Judged {
  return judged(fields, {
    id: 'kafka-listener-added',
    grade: 'rolling',
    path: pathOf(name),
    before: undefined,
    after: shown(now['port']),
    consequence: sentences(
      `Listener ${name} opens on port ${shown(now['port'])} (${shown(now['type'])}, ${now['tls'] === true ? 'TLS' : 'no TLS'}, ${authentication(now)}).`,
      restartOf(states.head, cluster),
    ),
    source: documentation,
  });
}

const authentication = (listener: Listener): string => {
  const type = textAt(listener, 'authentication', 'type');
  return type === undefined || type === 'none' ? 'without authentication' : `authentication ${type}`;
};

const doors = ['port', 'type', 'tls', 'authentication'] as const;

function changed(name: string, old: Listener, now: Listener, fields: readonly FieldChange[], cluster: ClusterView, states: States): Judged {
  const moved = doors.filter(
    (field) => !identical(old[field] ?? (field === 'tls' ? false : undefined), now[field] ?? (field === 'tls' ? false : undefined)),
  );
  const [field] = moved;
  if (field === undefined)
    return judged(fields, {
      id: 'kafka-listener-configuration',
      grade: 'rolling',
      path: pathOf(name),
      consequence: sentences(
        `The addresses or limits of listener ${name} change; clients with an address that goes must be given the new one.`,
        restartOf(states.head, cluster),
      ),
      source: documentation,
    });
  const what = moved.map((door) =>
    door === 'port'
      ? `listens on ${shown(now['port'])}, no longer on ${shown(old['port'])}`
      : door === 'tls'
        ? now['tls'] === true
          ? 'wants TLS, and takes no plain connection any more'
          : 'takes plain connections, and no TLS any more'
        : door === 'type'
          ? `is ${shown(now['type'])}, no longer ${shown(old['type'])}`
          : `takes clients ${now['authentication'] === undefined ? 'without authentication' : `by ${authentication(now)}`}, no longer ${old['authentication'] === undefined ? 'without' : `by ${authentication(old)}`}`,
  );
  return judged(fields, {
    id: field === 'authentication' ? 'kafka-listener-authentication' : `kafka-listener-${field}`,
    grade: 'unavailable',
    path: pathOf(name, field),
    before: old[field],
    after: now[field],
    consequence: sentences(
      `Listener ${name} ${listed(what)}.`,
      moved.includes('authentication') && usersOf(old, now, cluster, states),
      stillThere(old, now, moved, cluster, states),
      restartOf(states.head, cluster),
    ),
    source: documentation,
    action: `Add a second listener beside ${name}, move the clients, and remove this one in a later change.`,
  });
}

/** Those at the same address, who may have changed with it: only who kept the old address is known to be out. */
function stillThere(old: Listener, now: Listener, moved: readonly string[], cluster: ClusterView, states: States): string {
  if (moved.includes('port') || moved.includes('type')) return lockedOut(old, cluster, states);
  const clients = clientsAt(states.head, cluster.name, now['port']);
  const touched = new Set(states.changes.map(({ after }) => after));
  const same = clients.filter((client) => !touched.has(client));
  if (clients.length === 0) return lockedOut(old, cluster, states);
  return same.length === 0
    ? `${calledAll(clients)} ${clients.length === 1 ? 'changes' : 'change'} with it, and ${clients.length === 1 ? 'is' : 'are'} out until both have restarted.`
    : `${calledAll(same)} ${same.length === 1 ? 'comes' : 'come'} as before, and ${same.length === 1 ? 'is' : 'are'} locked out.`;
}

/** KafkaUsers whose way in no listener offers any more. */
function usersOf(old: Listener, now: Listener, cluster: ClusterView, { head }: States): string | undefined {
  const way = textAt(old, 'authentication', 'type');
  const offers = listAt(cluster.resource, 'spec', 'kafka', 'listeners').some((one) => textAt(one, 'authentication', 'type') === way);
  if (way === undefined || offers || textAt(now, 'authentication', 'type') === way) return undefined;
  const users = head.ofKind('KafkaUser').filter((user) => {
    const type = textAt(user, 'spec', 'authentication', 'type');
    return clusterLabel(user) === cluster.name && (type === way || (way === 'tls' && type === 'tls-external'));
  });
  return users.length === 0
    ? undefined
    : `No listener takes ${way} any more: ${users.length === 1 ? 'KafkaUser' : 'KafkaUsers'} ${listed(users.map(({ metadata }) => metadata.name))} cannot come in.`;
}

/** Who may do what, for all clients at once. */
export function authorizationConsequences(change: ResourceChange, states: States): Judged[] {
  const fields = fieldsAt(change, ['spec', 'kafka', 'authorization']);
  const [was, is] = [clusterFor(states.base, change.before), clusterFor(states.head, change.after)];
  if (fields.length === 0 || was === undefined || is === undefined) return [];
  const [old, now] = [was, is].map(({ resource }) => textAt(resource, 'spec', 'kafka', 'authorization', 'type'));
  const users = states.head.ofKind('KafkaUser').filter((user) => clusterLabel(user) === is.name);
  const withAcls = users.filter((user) => listAt(user, 'spec', 'authorization', 'acls').length > 0);
  const said = { path: 'spec.kafka.authorization', before: old, after: now, source: sources.strimzi };
  if (old === undefined || now === undefined) {
    if (now === undefined)
      return [
        judged(fields, {
          ...said,
          id: 'kafka-authorization-off',
          grade: withAcls.length > 0 ? 'refused' : 'rolling',
          consequence: sentences(
            'Every client that comes in may read, write and delete everything.',
            withAcls.length > 0 &&
              `The user operator refuses ${withAcls.length === 1 ? 'KafkaUser' : 'KafkaUsers'} ${listed(withAcls.map(({ metadata }) => metadata.name))}, which still ${withAcls.length === 1 ? 'has' : 'have'} ACLs: not Ready, and not updated.`,
            restartOf(states.head, is),
          ),
          action: 'Leave it; where one client must do more, widen its ACLs.',
        }),
      ];
    const open = [...listenersOf(is).values()].filter((listener) =>
      ['none', undefined].includes(textAt(listener, 'authentication', 'type')),
    );
    const anonymous = open.flatMap((listener) => clientsAt(states.head, is.name, listener['port']));
    return [
      judged(fields, {
        ...said,
        id: 'kafka-authorization-on',
        grade: 'unavailable',
        consequence: sentences(
          'From the restart of a broker on, whoever has no ACL for what it does is refused.',
          anonymous.length > 0 &&
            `${calledAll(anonymous)} ${anonymous.length === 1 ? 'comes' : 'come'} without a name (ANONYMOUS), and ${anonymous.length === 1 ? 'loses' : 'lose'} everything.`,
          users.length > withAcls.length &&
            `${listed(users.filter((user) => !withAcls.includes(user)).map(({ metadata }) => metadata.name))} ${users.length - withAcls.length === 1 ? 'has' : 'have'} no ACLs.`,
          restartOf(states.head, is),
        ),
        action: 'Give every client a KafkaUser with its ACLs first, and move it to a listener with authentication.',
      }),
    ];
  }
  if (old !== now)
    return [
      judged(fields, {
        ...said,
        id: 'kafka-authorization-type',
        grade: 'unavailable',
        consequence: sentences(
          `Permissions are asked of ${now}, no longer of ${old}: what ${old} allowed counts no more${withAcls.length > 0 ? `, the ACLs of ${listed(withAcls.map(({ metadata }) => metadata.name))} included unless ${now} reads them` : ''}.`,
          restartOf(states.head, is),
        ),
        action: 'Have the same permissions in the new place first.',
      }),
    ];
  return superUsers(change, was, is, fields, states);
}

function superUsers(change: ResourceChange, was: ClusterView, is: ClusterView, fields: readonly FieldChange[], states: States): Judged[] {
  const of = (cluster: ClusterView): string[] => listAt(cluster.resource, 'spec', 'kafka', 'authorization', 'superUsers').map(shown);
  const gone = of(was).filter((user) => !of(is).includes(user));
  const come = of(is).filter((user) => !of(was).includes(user));
  const rest = at(change.after, 'spec', 'kafka', 'authorization', 'type');
  return [
    judged(fields, {
      id: gone.length > 0 ? 'kafka-super-users-fewer' : come.length > 0 ? 'kafka-super-users-more' : 'kafka-authorization-changed',
      grade: gone.length > 0 ? 'unavailable' : 'rolling',
      consequence: sentences(
        gone.length > 0 && `${listed(gone)} may do only what an ACL allows from now on.`,
        come.length > 0 && `${listed(come)} may do everything from now on, whatever the ACLs say.`,
        gone.length + come.length === 0 && `The authorizer (${shown(rest)}) is set up otherwise.`,
        restartOf(states.head, is),
      ),
      source: sources.strimzi,
      ...(gone.length > 0 && { action: `Give ${listed(gone)} the ACLs they need first.` }),
    }),
  ];
}
