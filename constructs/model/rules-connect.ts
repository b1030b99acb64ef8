import { clientsOf, type ClientView } from './client.js';
import { at, isGiven, isRecord, listAt, shown, textAt, type Resource } from './resource.js';
import { clusterOperator, rule, type Rule, type Subject } from './rule.js';
import { clusterLabel, sameNamespace, strimziOf, type System } from './system.js';

const authentication = clusterOperator('model/AuthenticationUtils');
const connectOperator = clusterOperator('operator/assembly/KafkaConnectAssemblyOperator');

const clientsWith = (system: System, ...types: readonly string[]): ClientView[] =>
  clientsOf(system).filter(({ value }) => types.includes(textAt(value, 'authentication', 'type') ?? ''));
const authenticationPath = ({ path }: ClientView): string => `${path}.authentication`;
const nameOf = ({ resource }: Subject): string => `${resource.kind} ${resource.metadata.name}`;

const missingOf = ({ value }: ClientView): string[] =>
  ['username', 'passwordSecret'].filter((field) => !isGiven(at(value, 'authentication', field)));

/** A connector, and the Connects of its namespace. */
interface ConnectorView extends Subject {
  readonly label: string | undefined;
  readonly connects: readonly Resource[];
}

const connectors = (system: System): ConnectorView[] =>
  strimziOf(system, 'KafkaConnector').map((resource) => ({
    resource,
    label: clusterLabel(resource),
    connects: strimziOf(system, 'KafkaConnect').filter((connect) => sameNamespace(connect, resource)),
  }));

/** Connectors that belong to a Connect. */
const connectorsOf = (system: System, connect: Resource): Resource[] =>
  connectors(system)
    .filter(({ label, connects }) => label === connect.metadata.name && connects.includes(connect))
    .map(({ resource }) => resource);

const useConnectors = 'strimzi.io/use-connector-resources';

interface PluginView extends Subject {
  readonly index: number;
  readonly plugin: unknown;
}

export const connectRules: readonly Rule[] = [
  rule<ClientView>({
    id: 'client-certificate-missing',
    severity: 'error',
    source: authentication,
    what: 'authentication by tls without a certificate',
    covers: ['client-authentication'],
    subjects: (system) => clientsWith(system, 'tls'),
    broken: ({ value }) => !isGiven(at(value, 'authentication', 'certificateAndKey')),
    path: authenticationPath,
    message: (view) =>
      `${nameOf(view)} authenticates by tls without certificateAndKey: the operator refuses it; name the Secret of the KafkaUser, with certificate: user.crt and key: user.key`,
  }),
  rule<ClientView>({
    id: 'client-password-missing',
    severity: 'error',
    source: authentication,
    what: 'authentication by password without user or password',
    covers: ['client-authentication'],
    subjects: (system) => clientsWith(system, 'scram-sha-256', 'scram-sha-512', 'plain'),
    broken: (view) => missingOf(view).length > 0,
    path: authenticationPath,
    message: (view) =>
      `${nameOf(view)} authenticates by ${textAt(view.value, 'authentication', 'type') ?? ''} without ${missingOf(view).join(' and ')}: the operator refuses it; write the name of the KafkaUser, and its Secret with password: password`,
  }),
  rule<ClientView>({
    id: 'client-tls-missing',
    severity: 'warning',
    source: authentication,
    covers: ['client-tls'],
    subjects: (system) => clientsWith(system, 'tls').filter(({ value }) => isGiven(at(value, 'authentication', 'certificateAndKey'))),
    broken: ({ value }) => !isRecord(at(value, 'tls')),
    path: ({ path }) => `${path}.tls`,
    message: (view) =>
      `${nameOf(view)} authenticates by tls, but has no tls: the connection is plain, no certificate is shown, and only the operator's log says so; add tls with trustedCertificates`,
  }),
  rule<ConnectorView>({
    id: 'connector-label-missing',
    severity: 'error',
    source: connectOperator,
    covers: ['connector-label'],
    subjects: connectors,
    broken: ({ label }) => label === undefined,
    path: 'metadata.labels.strimzi.io/cluster',
    message: ({ resource, connects }) =>
      `KafkaConnector ${resource.metadata.name} has no label strimzi.io/cluster: no Connect would run it; set it to the name of its KafkaConnect${connects.length === 1 ? `, ${connects[0]?.metadata.name ?? ''}` : ''}`,
  }),
  rule<ConnectorView>({
    id: 'connector-connect-unknown',
    severity: 'error',
    source: connectOperator,
    what: 'a connector whose label names no KafkaConnect',
    covers: ['connector-label'],
    // Without any Connect around it, it may well be declared elsewhere.
    subjects: (system) => connectors(system).filter(({ connects, label }) => connects.length > 0 && label !== undefined),
    broken: ({ label, connects }) => !connects.some(({ metadata }) => metadata.name === label),
    path: 'metadata.labels.strimzi.io/cluster',
    message: ({ resource, label = '', connects }) =>
      `KafkaConnector ${resource.metadata.name} belongs to KafkaConnect "${label}", which its namespace does not have: nobody would run it; set strimzi.io/cluster to ${connects.map(({ metadata }) => metadata.name).join(' or ')}`,
  }),
  rule<Subject>({
    id: 'connector-resources-unused',
    severity: 'error',
    source: connectOperator,
    covers: ['connector-resources'],
    subjects: (system) => strimziOf(system, 'KafkaConnect').map((resource) => ({ resource })),
    broken: ({ resource }, system) =>
      shown(at(resource, 'metadata', 'annotations', useConnectors)) !== 'true' && connectorsOf(system, resource).length > 0,
    path: `metadata.annotations.${useConnectors}`,
    message: ({ resource }, system) =>
      `KafkaConnect ${resource.metadata.name} has no annotation ${useConnectors}: "true", so that KafkaConnector ${connectorsOf(
        system,
        resource,
      )
        .map(({ metadata }) => metadata.name)
        .join(', ')} would not run; add the annotation`,
  }),
  rule<PluginView>({
    id: 'connect-plugin-without-artifacts',
    severity: 'warning',
    source: clusterOperator('model/KafkaConnectCluster'),
    covers: ['connect-plugin'],
    subjects: (system) =>
      strimziOf(system, 'KafkaConnect').flatMap((resource) =>
        listAt(resource, 'spec', 'plugins').map((plugin, index) => ({ resource, index, plugin })),
      ),
    // A list that is missing the schema names.
    broken: ({ plugin }) => Array.isArray(at(plugin, 'artifacts')) && listAt(plugin, 'artifacts').length === 0,
    path: ({ index }) => `spec.plugins[${index}].artifacts`,
    message: ({ plugin, resource }) =>
      `plugin ${textAt(plugin, 'name') ?? ''} of KafkaConnect ${resource.metadata.name} has no artifacts: nothing is mounted, and only the operator's log says so; name an image, or remove the plugin`,
  }),
  rule<Subject>({
    id: 'bridge-without-http',
    severity: 'error',
    source: clusterOperator('model/KafkaBridgeCluster'),
    covers: ['bridge-http'],
    subjects: (system) => strimziOf(system, 'KafkaBridge').map((resource) => ({ resource })),
    broken: ({ resource }) => at(resource, 'spec', 'http') === undefined,
    path: 'spec.http',
    message: ({ resource }) =>
      `KafkaBridge ${resource.metadata.name} has no spec.http: the operator refuses a Bridge that listens nowhere; add http with port: 8080`,
  }),
];
