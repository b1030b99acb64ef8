import { listAt, numberAt, recordAt, textAt, type Resource } from '../../../constructs/model/resource.js';
import { settingOf } from '../../../constructs/model/system.js';
import type { ResourceChange } from '../change.js';
import { clientsAt } from '../consequences/cluster-clients.js';
import { clusterFor } from '../consequences/kafka-cluster.js';
import { bearersOf, grantsOf } from '../consequences/user.js';
import { indexOf, integer } from '../consequences/workload-index.js';
import { acts, comes, goes, type Changed, type Dependency } from './changed.js';

/** Who may come in: listeners, users and what brokers allow a client, against the clients that change with them. */
export function accessDependencies(changed: Changed): Dependency[] {
  return [...users(changed), ...listeners(changed), ...sessions(changed), ...denials(changed)];
}

/** What the workload of base is now: as it will be, or as it was where it goes. */
const moved = (resource: Resource, { of }: Changed): Resource | undefined => {
  const change = of(resource);
  return goes(change) || acts(change) ? (change?.after ?? change?.before) : undefined;
};

function users(changed: Changed): Dependency[] {
  const { states, of, ofKind } = changed;
  return ofKind('KafkaUser').flatMap((change): Dependency[] => {
    const { before, after } = change;
    const [was, is] = [before, after].map((user) => (user === undefined ? new Map<string, { isDeny: boolean }>() : grantsOf(user)));
    const differs = (one: typeof was, other: typeof is, isDeny: boolean): boolean =>
      [...(one ?? [])].some(([key, grant]) => grant.isDeny === isDeny && !other?.has(key));
    const wider = comes(change) || differs(is, was, false) || differs(was, is, true);
    const narrower = differs(was, is, false) || differs(is, was, true);
    const come = after === undefined || !wider ? [] : bearersOf(states.head, after).filter((resource) => acts(of(resource)));
    const left = before === undefined ? [] : bearersOf(states.base, before).flatMap((resource) => moved(resource, changed) ?? []);
    const twoSteps =
      narrower && change.how === 'changed' && left.length > 0
        ? ' What it takes away, pods that still run need: take that away in a later change.'
        : '';
    const first = after ?? before;
    if (first === undefined) return [];
    if (come.length > 0)
      return come.map((later) => ({
        first,
        later,
        why: `${comes(change) ? 'It comes in as the new user.' : 'It needs the new ACLs of its user.'}${twoSteps}`,
      }));
    if (!narrower && !goes(change)) return [];
    return left.map((client) => ({
      first: client,
      later: before ?? first,
      why: goes(change)
        ? 'Its clients leave the user first: its Secret and ACLs go with it.'
        : 'Its ACLs are taken away only when no pod runs any more that needs them.',
    }));
  });
}

/** Listeners of a Kafka by their name. */
const listenersOf = (kafka: Resource | undefined): Map<string, unknown> =>
  new Map(listAt(kafka, 'spec', 'kafka', 'listeners').map((listener) => [textAt(listener, 'name') ?? '', listener]));

const portOf = (listener: unknown): number | undefined => numberAt(listener, 'port');

function listeners(changed: Changed): Dependency[] {
  const { states, of, ofKind } = changed;
  return ofKind('Kafka').flatMap(({ before, after }): Dependency[] => {
    if (before === undefined || after === undefined || before.metadata.name !== after.metadata.name) return [];
    const { name } = after.metadata;
    const [was, is] = [listenersOf(before), listenersOf(after)];
    const [oldPorts, newPorts] = [was, is].map((all) => new Set([...all.values()].map(portOf)));
    const come = [...is].filter(([, listener]) => !oldPorts?.has(portOf(listener)));
    const gone = [...was].filter(([, listener]) => !newPorts?.has(portOf(listener)));
    const later = come.flatMap(([listener, spec]) =>
      clientsAt(states.head, name, portOf(spec))
        .filter((client) => acts(of(client)))
        .map((client) => ({ client, listener })),
    );
    const leaving = gone.flatMap(([listener, spec]) =>
      clientsAt(states.base, name, portOf(spec)).flatMap((resource) => {
        const client = moved(resource, changed);
        return client === undefined ? [] : [{ client, listener }];
      }),
    );
    if (later.length > 0)
      return later.map(({ client, listener }) => ({
        first: after,
        later: client,
        why: `It connects by the new listener ${listener}.${
          leaving.some((one) => one.client === client)
            ? ` Remove listener ${leaving[0]?.listener ?? ''} in a later change: who has not moved yet is cut off.`
            : ''
        }`,
      }));
    return leaving.map(({ client, listener }) => ({
      first: client,
      later: after,
      why: `Listener ${listener} is removed when its clients have moved to another one.`,
    }));
  });
}

const bounds = [
  ['group.max.session.timeout.ms', 1_800_000, 1],
  ['group.min.session.timeout.ms', 6_000, -1],
] as const;

/** Sessions of consumers that only the new bounds of the brokers allow, or only the old ones. */
function sessions({ states, of, ofKind }: Changed): Dependency[] {
  return ofKind('Kafka').flatMap(({ before, after }): Dependency[] => {
    const [was, is] = [clusterFor(states.base, before), clusterFor(states.head, after)];
    if (was === undefined || is === undefined) return [];
    return bounds.flatMap(([option, fallback, sign]) => {
      const [old, now] = [was, is].map(({ config }) => numberAt(config, option) ?? fallback) as [number, number];
      if (old === now) return [];
      return [...indexOf(states.head).members.values()].flat().flatMap((worker): Dependency[] => {
        const change = of(worker.resource);
        const earlier = change?.before && indexOf(states.base).workers.get(change.before);
        const [from, to] = [earlier && integer(earlier, 'CONSUMER_SESSION_TIMEOUT_MS'), integer(worker, 'CONSUMER_SESSION_TIMEOUT_MS')];
        if (to === undefined || from === to || !acts(change) || settingOf(worker, 'CONSUMER_GROUP_PROTOCOL') === 'consumer') return [];
        const outside = (session: number, bound: number): boolean => sign * (session - bound) > 0;
        if (outside(to, old) && !outside(to, now))
          return [
            {
              first: is.resource,
              later: worker.resource,
              why: `Its session is refused (INVALID_SESSION_TIMEOUT) until the brokers have ${option} ${now}.`,
            },
          ];
        return from !== undefined && outside(from, now) && !outside(to, now)
          ? [
              {
                first: worker.resource,
                later: is.resource,
                why: `With ${option} ${now} the old session of a consumer is refused (INVALID_SESSION_TIMEOUT).`,
              },
            ]
          : [];
      });
    });
  });
}

/** Policies that let something through, before one that shuts everything else. */
function denials({ ofKind }: Changed): Dependency[] {
  const isDenial = ({ after }: ResourceChange): boolean =>
    after !== undefined &&
    Object.keys(recordAt(after, 'spec', 'podSelector')).length === 0 &&
    listAt(after, 'spec', 'ingress').length + listAt(after, 'spec', 'egress').length === 0;
  const policies = ofKind('NetworkPolicy').filter((change) => comes(change));
  return policies
    .filter(isDenial)
    .flatMap((denial) =>
      policies.flatMap(({ after: first }): Dependency[] =>
        first === undefined || denial.after === undefined || first === denial.after || isDenial({ how: 'added', after: first, fields: [] })
          ? []
          : first.metadata.namespace === denial.after.metadata.namespace
            ? [{ first, later: denial.after, why: 'It shuts out all that no other policy allows: those that allow something come first.' }]
            : [],
      ),
    );
}
