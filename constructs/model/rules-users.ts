import { at, isRecord, listAt, textAt, type Resource } from './resource.js';
import { clusterOperator, rule, userOperator, type Rule, type Subject } from './rule.js';
import { clusterOf, strimziOf, type ClusterView, type System } from './system.js';

/** A `KafkaUser` with what its cluster offers. */
interface UserView extends Subject {
  readonly name: string;
  readonly cluster: ClusterView | undefined;
  readonly authentication: string | undefined;
}

const users = (system: System): UserView[] =>
  strimziOf(system, 'KafkaUser').map((resource) => ({
    resource,
    name: resource.metadata.name,
    cluster: clusterOf(system, resource),
    authentication: textAt(resource, 'spec', 'authentication', 'type'),
  }));

/** What a SCRAM password is taken from, if somebody says so. */
const passwordOf = ({ resource }: UserView): unknown =>
  textAt(resource, 'spec', 'authentication', 'type') === 'scram-sha-512' ? at(resource, 'spec', 'authentication', 'password') : undefined;

/** Whether the cluster's authorization has ACLs that the user operator can write. */
function takesAcls({ resource }: ClusterView): boolean {
  const type = textAt(resource, 'spec', 'kafka', 'authorization', 'type');
  return type === 'simple' || (type === 'custom' && at(resource, 'spec', 'kafka', 'authorization', 'supportsAdminApi') === true);
}

interface AclView extends Subject {
  readonly index: number;
  readonly type: string;
  readonly name: unknown;
}

const acls = (system: System): AclView[] =>
  users(system).flatMap(({ resource }) =>
    listAt(resource, 'spec', 'authorization', 'acls').map((acl, index) => ({
      resource,
      index,
      type: textAt(acl, 'resource', 'type') ?? '',
      name: at(acl, 'resource', 'name'),
    })),
  );

/** What a listener must ask for so that a user of the kind can come in. */
const askedFor: Readonly<Record<string, string>> = { tls: 'tls', 'tls-external': 'tls', 'scram-sha-512': 'scram-sha-512' };

const offered = (kafka: Resource): string[] =>
  listAt(kafka, 'spec', 'kafka', 'listeners').flatMap((listener) => textAt(listener, 'authentication', 'type') ?? []);

const operators: Readonly<Record<string, string>> = { KafkaTopic: 'topicOperator', KafkaUser: 'userOperator' };

/** Objects of one kind that belong to a cluster, and the operator that would make them. */
interface MadeView extends Subject {
  readonly kind: string;
  readonly operator: string;
  readonly objects: readonly Resource[];
}

const made = (system: System): MadeView[] =>
  Object.entries(operators).flatMap(([kind, operator]) => {
    const objects = strimziOf(system, kind);
    return system.clusters.map((cluster) => ({
      resource: cluster.resource,
      kind,
      operator,
      objects: objects.filter((object) => clusterOf(system, object) === cluster),
    }));
  });

export const userRules: readonly Rule[] = [
  rule<UserView>({
    id: 'user-name-too-long',
    severity: 'error',
    source: userOperator('model/KafkaUserModel'),
    covers: ['user-name'],
    subjects: users,
    broken: ({ name, authentication }) => authentication === 'tls' && name.length > 64,
    path: 'metadata.name',
    message: ({ name }) =>
      `the name of KafkaUser ${name} has ${name.length} characters: it becomes the common name of a certificate, which holds 64; shorten it, or authenticate by scram-sha-512`,
  }),
  rule<UserView>({
    id: 'user-password-reference',
    severity: 'error',
    source: userOperator('model/KafkaUserModel'),
    covers: ['user-password'],
    // Without valueFrom the schema names it.
    subjects: (system) => users(system).filter((user) => isRecord(at(passwordOf(user), 'valueFrom'))),
    broken: (user) => ['name', 'key'].some((field) => !textAt(passwordOf(user), 'valueFrom', 'secretKeyRef', field)),
    path: 'spec.authentication.password.valueFrom.secretKeyRef',
    message: ({ name }) =>
      `KafkaUser ${name} takes its password from a Secret without saying its name and key: the operator refuses it; write secretKeyRef with name and key, or leave password out for a random one`,
  }),
  rule<UserView>({
    id: 'user-acls-unsupported',
    severity: 'error',
    source: userOperator('model/KafkaUserModel'),
    covers: ['user-acls'],
    subjects: (system) => users(system).filter(({ resource }) => textAt(resource, 'spec', 'authorization', 'type') === 'simple'),
    broken: ({ cluster }) => cluster !== undefined && !takesAcls(cluster),
    path: 'spec.authorization',
    message: ({ name, cluster }) =>
      `KafkaUser ${name} has ACLs, but Kafka ${cluster?.name ?? ''} has no authorization that takes them: the operator refuses the user, and everybody may do everything; add spec.kafka.authorization with type: simple, or remove the ACLs`,
  }),
  rule<AclView>({
    id: 'user-acl-name-missing',
    severity: 'error',
    source: userOperator('model/acl/SimpleAclRuleResource'),
    covers: ['user-acl-name'],
    subjects: acls,
    broken: ({ type, name }) => ['topic', 'group', 'transactionalId'].includes(type) && name === undefined,
    path: ({ index }) => `spec.authorization.acls[${index}].resource.name`,
    message: ({ type, resource }) =>
      `an ACL of KafkaUser ${resource.metadata.name} is on a ${type} without a name: the operator refuses the user; name the ${type}, or "*" for all`,
  }),
  rule<UserView>({
    id: 'user-authentication-not-offered',
    severity: 'error',
    source: 'https://strimzi.io/docs/operators/1.2.0/deploying.html#con-securing-client-authentication-str',
    covers: ['silent-listener'],
    subjects: (system) => users(system).filter(({ authentication = '' }) => Object.hasOwn(askedFor, authentication)),
    // What a custom listener asks for only its own configuration knows.
    broken: ({ cluster, authentication = '' }) =>
      cluster !== undefined && ![askedFor[authentication], 'custom'].some((type) => offered(cluster.resource).includes(type ?? '')),
    path: 'spec.authentication.type',
    message: ({ name, cluster, authentication = '' }) =>
      `KafkaUser ${name} authenticates by ${authentication}, but no listener of Kafka ${cluster?.name ?? ''} asks for that${cluster && offered(cluster.resource).length > 0 ? ` (they ask for ${offered(cluster.resource).join(', ')})` : ''}: the user is made and looks ready, and can never come in; give a listener authentication with type: ${askedFor[authentication] ?? ''}, or change the user's`,
  }),
  rule<MadeView>({
    id: 'entity-operator-absent',
    severity: 'warning',
    source: clusterOperator('model/EntityOperator'),
    what: 'a topic or user of a Kafka that runs no operator for it',
    subjects: made,
    broken: ({ resource, operator, objects }) =>
      objects.length > 0 && (at(resource, 'spec', 'entityOperator', operator) ?? undefined) === undefined,
    path: ({ operator }) => `spec.entityOperator.${operator}`,
    message: ({ resource, kind, operator, objects }) =>
      `Kafka ${resource.metadata.name} runs no ${operator}, but ${kind} ${objects[0]?.metadata.name ?? ''}${objects.length > 1 ? ` and ${objects.length - 1} more belong` : ' belongs'} to it: nobody would make what they declare, and nothing would say so; add spec.entityOperator.${operator}: {}`,
  }),
];
