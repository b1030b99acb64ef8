import { concerns } from '../../../constructs/model/rules-access.js';
import { listAt, numberAt, recordAt, shown, textAt, type Resource } from '../../../constructs/model/resource.js';
import { sources, userOperator } from '../../../constructs/model/rule.js';
import { clusterLabel, type WorkerView } from '../../../constructs/model/system.js';
import { formatSize } from '../../../constructs/model/units.js';
import type { FieldChange, ResourceChange, Side, States } from '../change.js';
import type { Judged, Reviewer } from '../consequence.js';
import { clusterOn } from './kafka-cluster.js';
import { calledAll, counted, listed, sentences } from './strimzi-words.js';
import { fieldsAt, judged } from './workload-fields.js';
import { groupOf, indexOf, integer } from './workload-index.js';

const operator = userOperator('operator/KafkaUserOperator');

/** What a change of a KafkaUser does to those who come in as it. */
export const userReviewer: Reviewer = {
  kinds: ['KafkaUser'],
  judge: (change, states) => {
    if (change.how === 'added') return added(change);
    if (change.how === 'removed' || change.before?.metadata.name !== change.after?.metadata.name) return removed(change, states);
    return [repointed, authentication, acls, quotas].flatMap((judge) => judge(change, states));
  },
};

/** Workloads that mount or read the Secret of a user. */
export function bearersOf(side: Side, user: Resource): readonly Resource[] {
  const cluster = clusterOn(side, user);
  const prefix = textAt(cluster?.resource, 'spec', 'entityOperator', 'userOperator', 'secretPrefix') ?? '';
  return indexOf(side).users.get(`Secret/${user.metadata.namespace ?? ''}/${prefix}${user.metadata.name}`) ?? [];
}

const added = ({ after }: ResourceChange): Judged[] =>
  after === undefined
    ? []
    : [
        judged([], {
          id: 'user-added',
          grade: 'safe',
          consequence: `It gets its Secret, with ${counted(listAt(after, 'spec', 'authorization', 'acls').length, 'ACL')}.`,
          source: operator,
        }),
      ];

function removed(change: ResourceChange, { head }: States): Judged[] {
  const user = change.before;
  if (user === undefined) return [];
  const { name } = user.metadata;
  const other = change.how === 'removed' ? undefined : change.after?.metadata.name;
  const bearers = bearersOf(head, user);
  return [
    judged(change.fields, {
      id: other === undefined ? 'user-removed' : 'user-renamed',
      grade: 'unavailable',
      consequence: sentences(
        `The operator deletes the Secret ${name}, its credentials, ACLs and quotas.`,
        other !== undefined && `${other} is another user, with a new Secret and new credentials.`,
        bearers.length > 0
          ? `${calledAll(bearers)} still ${bearers.length === 1 ? 'reads' : 'read'} that Secret: no new pod starts, and those that run are refused.`
          : 'Nobody among the manifests reads that Secret any more.',
      ),
      source: operator,
      action: 'Move every client to another user first, and remove this one in a later change.',
    }),
  ];
}

function repointed(change: ResourceChange): Judged[] {
  const fields = fieldsAt(change, ['metadata', 'labels', 'strimzi.io/cluster']);
  const [from, to] = [change.before, change.after].map((user) => user && clusterLabel(user));
  return fields.length === 0 || from === to
    ? []
    : [
        judged(fields, {
          id: 'user-repointed',
          grade: 'unavailable',
          consequence: `Kafka ${from ?? ''} deletes the user with its ACLs and quotas, and Kafka ${to ?? ''} makes it anew, with new credentials: clients of ${from ?? ''} are refused.`,
          source: operator,
          action: 'Add a KafkaUser for the other Kafka, and keep this one until its clients have moved.',
        }),
      ];
}

/** What stands in the Secret of a user, by the way it comes in. */
const secretHolds: Readonly<Record<string, string>> = {
  'scram-sha-512': 'password',
  tls: 'user.crt and user.key',
  'tls-external': 'nothing: the certificate comes from elsewhere',
};

function authentication(change: ResourceChange, { head }: States): Judged[] {
  const fields = fieldsAt(change, ['spec', 'authentication']);
  const { before, after } = change;
  if (fields.length === 0 || before === undefined || after === undefined) return [];
  const [was, is] = [before, after].map((user) => textAt(user, 'spec', 'authentication', 'type'));
  const bearers = bearersOf(head, after);
  const who = bearers.length === 0 ? 'Its clients' : calledAll(bearers);
  if (was !== is) {
    const cluster = clusterOn(head, after);
    const offered = listAt(cluster?.resource, 'spec', 'kafka', 'listeners').some((listener) => {
      const type = textAt(listener, 'authentication', 'type');
      return type === is || (type === 'tls' && is === 'tls-external');
    });
    return [
      judged(fields, {
        id: 'user-authentication',
        grade: 'unavailable',
        path: 'spec.authentication.type',
        before: was,
        after: is,
        consequence: sentences(
          `${after.metadata.name} comes in by ${is ?? 'nothing'}, no longer by ${was ?? 'nothing'}: its Secret holds ${secretHolds[is ?? ''] ?? 'no credentials'}, no longer ${secretHolds[was ?? ''] ?? 'none'}, and to Kafka it is ${principal(after, is)}.`,
          `${who} cannot come in as before.`,
          !offered && cluster !== undefined && is !== undefined && `No listener of Kafka ${cluster.name} takes ${is}.`,
        ),
        source: operator,
        action: `Add a second KafkaUser with ${is ?? 'the new authentication'}, move the clients, and remove this one later.`,
      }),
    ];
  }
  if (is === 'tls')
    return [
      judged(fields, {
        id: 'user-certificate-days',
        grade: 'safe',
        consequence: `The certificate of ${after.metadata.name} counts until it is renewed; the new days are for the next one.`,
        source: sources.strimzi,
      }),
    ];
  return [
    judged(fields, {
      id: 'user-password',
      grade: 'unavailable',
      consequence: `The password of ${after.metadata.name} changes in Kafka at once: ${who === 'Its clients' ? 'its clients' : who} ${bearers.length === 1 ? 'stays' : 'stay'} connected, and ${bearers.length === 1 ? 'is' : 'are'} refused at the next connection until the new one is read.`,
      source: operator,
      action: 'Restart its clients right after the Secret has changed.',
    }),
  ];
}

const principal = (user: Resource, type: string | undefined): string =>
  type === 'tls' || type === 'tls-external' ? `User:CN=${user.metadata.name}` : `User:${user.metadata.name}`;

/** One thing that an ACL allows or denies. */
export interface Grant {
  readonly operation: string;
  /** `topic orders.created`, with the host unless it is any. */
  readonly on: string;
  readonly isDeny: boolean;
}

/** What the ACLs of a user say, by operation, resource and host. */
export function grantsOf(user: Resource): Map<string, Grant> {
  const grants = new Map<string, Grant>();
  for (const acl of listAt(user, 'spec', 'authorization', 'acls')) {
    const { type, name, patternType } = recordAt(acl, 'resource');
    const isDeny = textAt(acl, 'type') === 'deny';
    const host = textAt(acl, 'host') ?? '*';
    const what = `${shown(type)}${name === undefined ? '' : ` ${shown(name)}${patternType === 'prefix' ? '…' : ''}`}`;
    for (const operation of listAt(acl, 'operations').map(shown)) {
      const on = `${what}${host === '*' ? '' : ` from ${host}`}`;
      grants.set(`${String(isDeny)} ${operation} ${on}`, { operation, on, isDeny });
    }
  }
  return grants;
}

/** `Describe and Read on topic a, and Write on topic b`. */
function allOf(grants: readonly Grant[]): string {
  const operations = new Map<string, string[]>();
  for (const { operation, on } of grants) operations.set(on, [...(operations.get(on) ?? []), operation]);
  return [...operations].map(([on, all]) => `${listed(all)} on ${on}`).join(', ');
}

function acls(change: ResourceChange, { head }: States): Judged[] {
  const fields = fieldsAt(change, ['spec', 'authorization']);
  const { before, after } = change;
  if (fields.length === 0 || before === undefined || after === undefined) return [];
  const [was, is] = [grantsOf(before), grantsOf(after)];
  const gone = [...was].filter(([key]) => !is.has(key)).map(([, grant]) => grant);
  const come = [...is].filter(([key]) => !was.has(key)).map(([, grant]) => grant);
  const less = [...gone.filter(({ isDeny }) => !isDeny), ...come.filter(({ isDeny }) => isDeny)];
  const more = [...come.filter(({ isDeny }) => !isDeny), ...gone.filter(({ isDeny }) => isDeny)];
  const said = { path: 'spec.authorization.acls', before: undefined, after: undefined, source: sources.strimzi } as const;
  const losers =
    less.length === 0 ? [] : bearersOf(head, after).flatMap((resource) => losses(indexOf(head).workers.get(resource), before, after));
  const found: Judged[] = [];
  if (less.length > 0)
    found.push(
      judged(fields, {
        ...said,
        id: losers.length > 0 ? 'user-acls-needed' : 'user-acls-narrower',
        grade: 'unavailable',
        consequence: sentences(
          `It may no longer ${allOf(less)}.`,
          losers.length > 0
            ? `${listed(losers)}: every such request is refused within seconds.`
            : 'No worker of these manifests is known to need it; another client that does is refused.',
        ),
        ...(losers.length > 0 && { action: 'Leave these ACLs, or stop those workers first.' }),
      }),
    );
  if (more.length > 0)
    found.push(
      judged(fields, {
        ...said,
        id: 'user-acls-wider',
        grade: 'safe',
        consequence: `It may ${allOf(more)} from now on, and so may whoever reads its Secret.`,
      }),
    );
  if (found.length === 0)
    found.push(
      judged(fields, {
        ...said,
        id: 'user-acls-same',
        grade: 'safe',
        consequence: 'It may do what it could before: the ACLs are written otherwise.',
      }),
    );
  return found;
}

function allows(user: Resource, type: string, name: string, operation: string): boolean {
  const alike = listAt(user, 'spec', 'authorization', 'acls').filter((acl) => concerns(acl, type, name, operation));
  return alike.length > 0 && !alike.some((acl) => textAt(acl, 'type') === 'deny');
}

/** What a worker could do before and cannot any more, of what it does. */
function losses(worker: WorkerView | undefined, before: Resource, after: Resource): string[] {
  if (worker === undefined) return [];
  const group = groupOf(worker);
  const needs = [
    ...worker.topics.map(({ name, operation }) => ['topic', name, operation] as const),
    ...(group === undefined ? [] : [['group', group, 'Read'] as const]),
  ];
  return needs
    .filter(([type, name, operation]) => allows(before, type, name, operation) && !allows(after, type, name, operation))
    .map(([type, name, operation]) => `${worker.resource.metadata.name} loses ${operation} on ${type} ${name}`);
}

function quotas(change: ResourceChange, { head }: States): Judged[] {
  const { before, after } = change;
  if (before === undefined || after === undefined) return [];
  return ['producerByteRate', 'consumerByteRate', 'requestPercentage', 'controllerMutationRate'].flatMap((quota) => {
    const fields: FieldChange[] = fieldsAt(change, ['spec', 'quotas', quota]);
    const [was, is] = [before, after].map((user) => numberAt(user, 'spec', 'quotas', quota) ?? Infinity) as [number, number];
    if (fields.length === 0 || was === is) return [];
    const say = (value: number): string =>
      !Number.isFinite(value) ? 'no limit' : quota.endsWith('ByteRate') ? `${formatSize(value)}/s` : String(value);
    const brokers = clusterOn(head, after)?.brokers ?? 1;
    const wanted = quota === 'producerByteRate' ? ratesOf(head, after) : [];
    const above = wanted.filter(({ bytes }) => bytes > is * brokers);
    return [
      judged(fields, {
        id: is > was ? 'user-quota-up' : above.length > 0 ? 'user-quota-below-load' : 'user-quota-down',
        grade: above.length > 0 && is < was ? 'unavailable' : 'safe',
        path: `spec.quotas.${quota}`,
        consequence: sentences(
          `${quota} of ${after.metadata.name} is ${say(is)} on each broker, no longer ${say(was)}; who is above is slowed down, not refused.`,
          is < was &&
            above.length > 0 &&
            `${listed(above.map(({ name, bytes }) => `${name} declares ${formatSize(bytes)}/s`))}, above the ${formatSize(is * brokers)}/s of ${counted(brokers, 'broker')}: its buffer fills, and records time out.`,
        ),
        source: 'https://kafka.apache.org/43/documentation.html#design_quotas',
      }),
    ];
  });
}

/** Bytes a second that the workers of a user declare to write. */
function ratesOf(side: Side, user: Resource): { name: string; bytes: number }[] {
  return bearersOf(side, user).flatMap((resource) => {
    const worker = indexOf(side).workers.get(resource);
    if (worker?.component !== 'producer') return [];
    const bytes =
      (integer(worker, 'PRODUCER_RATE') ?? 0) *
      (integer(worker, 'PRODUCER_RECORD_BYTES') ?? 0) *
      (numberAt(resource, 'spec', 'replicas') ?? 1);
    return [{ name: resource.metadata.name, bytes }];
  });
}
