import { at, isGiven, isRecord, listAt, numberAt, shown, textAt } from './resource.js';
import { clusterOperator, rule, type Rule, type Subject } from './rule.js';
import { brokerIds, type ClusterView, type System } from './system.js';

const source = clusterOperator('model/ListenersValidator');

interface ListenerView extends Subject {
  readonly cluster: ClusterView;
  readonly index: number;
  readonly name: string;
  readonly port: number | undefined;
  readonly type: string;
  readonly tls: unknown;
  readonly authentication: string | undefined;
  readonly configuration: unknown;
}

const listeners = (system: System): ListenerView[] =>
  system.clusters.flatMap((cluster) =>
    listAt(cluster.resource, 'spec', 'kafka', 'listeners').map((listener, index) => ({
      resource: cluster.resource,
      cluster,
      index,
      name: textAt(listener, 'name') ?? '',
      port: numberAt(listener, 'port'),
      type: textAt(listener, 'type') ?? '',
      tls: at(listener, 'tls'),
      authentication: textAt(listener, 'authentication', 'type'),
      configuration: at(listener, 'configuration'),
    })),
  );

const pathOf = ({ index }: ListenerView): string => `spec.kafka.listeners[${index}]`;
const listenersOf = (system: System, ...types: readonly string[]): ListenerView[] =>
  listeners(system).filter(({ type }) => types.includes(type));

const reservedPorts: readonly number[] = [9404, 9999];

const twinOf = ({ cluster, index, name, port }: ListenerView, system: System): ListenerView | undefined =>
  listeners(system).find(
    (other) => other.cluster === cluster && other.index < index && (other.name === name || (port !== undefined && other.port === port)),
  );

const external: readonly string[] = ['route', 'tlsroute', 'loadbalancer', 'nodeport', 'ingress', 'cluster-ip'];
const hosted: readonly string[] = ['route', 'ingress', 'tlsroute'];
const balanced: readonly string[] = ['loadbalancer'];

/** Configuration that only some types of listener have, by its path; below `brokers` it stands for every entry. */
const fieldTypes: Readonly<Record<string, readonly string[]>> = {
  useServiceDnsDomain: ['internal', 'cluster-ip'],
  createBootstrapService: balanced,
  ipFamilyPolicy: external,
  ipFamilies: external,
  publishNotReadyAddresses: external,
  perBrokerLabelsTemplate: external,
  perBrokerAnnotationsTemplate: external,
  class: ['ingress', 'loadbalancer'],
  preferredNodePortAddressType: ['nodeport'],
  externalTrafficPolicy: ['loadbalancer', 'nodeport'],
  loadBalancerSourceRanges: balanced,
  finalizers: balanced,
  allocateLoadBalancerNodePorts: balanced,
  parentRefs: ['tlsroute'],
  hostTemplate: hosted,
  'bootstrap.host': hosted,
  'bootstrap.loadBalancerIP': balanced,
  'bootstrap.nodePort': ['nodeport', 'loadbalancer'],
  'bootstrap.externalIPs': ['nodeport'],
  'bootstrap.labels': external,
  'bootstrap.annotations': external,
  'brokers.host': hosted,
  'brokers.loadBalancerIP': balanced,
  'brokers.nodePort': ['nodeport', 'loadbalancer'],
  'brokers.externalIPs': ['nodeport'],
  'brokers.labels': external,
  'brokers.annotations': external,
};

interface FieldView extends Subject {
  readonly listener: ListenerView;
  readonly field: string;
  readonly types: readonly string[];
  readonly value: unknown;
}

/** Every field of a listener's configuration that depends on its type, as it is written. */
function fields(listener: ListenerView): FieldView[] {
  const { configuration, resource } = listener;
  return Object.entries(fieldTypes).flatMap(([path, types]): FieldView[] => {
    const [parent = '', child] = path.split('.');
    if (child === undefined) return [{ resource, listener, field: path, types, value: at(configuration, path) }];
    if (parent === 'bootstrap') return [{ resource, listener, field: path, types, value: at(configuration, parent, child) }];
    return listAt(configuration, parent).map((broker, i) => ({
      resource,
      listener,
      field: `${parent}[${i}].${child}`,
      types,
      value: at(broker, child),
    }));
  });
}

/** True is what createBootstrapService says anyway, on every type. */
const isSet = ({ field, value }: FieldView): boolean => isGiven(value) && !(field === 'createBootstrapService' && value !== false);

const hostsOf = ({ configuration }: ListenerView): unknown[] =>
  listAt(configuration, 'brokers').filter((broker) => isGiven(at(broker, 'host')));

/** Brokers of an ingress or tlsroute listener that no host is written for: their ids, or how many where the ids are not known. */
function hostless(listener: ListenerView): readonly number[] | number {
  const { configuration, cluster } = listener;
  if (isGiven(at(configuration, 'hostTemplate'))) return 0;
  const hosts = hostsOf(listener);
  const ids = brokerIds(cluster);
  if (ids === undefined) return Math.max(hosts.length === 0 ? 1 : 0, cluster.brokers - hosts.length);
  return ids.filter((id) => !hosts.some((broker) => numberAt(broker, 'broker') === id));
}

const countOf = (some: readonly number[] | number): number => (typeof some === 'number' ? some : some.length);

interface BrokerEntry extends Subject {
  readonly listener: ListenerView;
  readonly index: number;
  readonly id: number;
  readonly known: readonly number[];
}

/** Entries for single brokers, of listeners whose brokers are known. */
const brokerEntries = (system: System): BrokerEntry[] =>
  listeners(system).flatMap((listener) => {
    const known = brokerIds(listener.cluster);
    if (known === undefined) return [];
    return listAt(listener.configuration, 'brokers').flatMap((broker, index): BrokerEntry[] => {
      const id = numberAt(broker, 'broker');
      return id === undefined ? [] : [{ resource: listener.resource, listener, index, id, known }];
    });
  });

/** Whether it is sums, differences and products of numbers and `{nodeId}`, in parentheses where need be. */
function isPortTemplate(template: string): boolean {
  let text = template.replaceAll('{nodeId}', '0').replace(/\s/g, '');
  // Innermost parentheses first: each becomes a number.
  for (let before = ''; before !== text;) {
    before = text;
    text = text.replace(/\([+-]?\d+(\.\d+)?([-+*]-?\d+(\.\d+)?)*\)/g, '1');
  }
  return /^[+-]?\d+(\.\d+)?([-+*]-?\d+(\.\d+)?)*$/.test(text);
}

const certificate = ({ configuration }: ListenerView): unknown => at(configuration, 'brokerCertChainAndKey');
const certificateFields = ['secretName', 'certificate', 'key'] as const;

export const listenerRules: readonly Rule[] = [
  rule<ListenerView>({
    id: 'listener-conflict',
    severity: 'error',
    source,
    what: 'two listeners with one name or port, or a port that Strimzi uses itself',
    covers: ['listener-unique', 'listener-port'],
    subjects: listeners,
    broken: (listener, system) => reservedPorts.includes(listener.port ?? 0) || twinOf(listener, system) !== undefined,
    path: pathOf,
    message: ({ name, port = 0 }) =>
      reservedPorts.includes(port)
        ? `listener ${name} has port ${port}, which Strimzi uses itself (9404 metrics, 9999 JMX): choose another from 9092 up`
        : `listener ${name} (port ${port}) has the name or the port of a listener before it: names and ports are unique in a cluster; change one`,
  }),
  rule<ListenerView>({
    id: 'listener-needs-tls',
    severity: 'error',
    source,
    covers: ['listener-tls'],
    subjects: (system) => listenersOf(system, 'route', 'ingress'),
    broken: ({ tls }) => tls === false,
    path: (listener) => `${pathOf(listener)}.tls`,
    message: ({ name, type }) =>
      `listener ${name} is of type ${type} with tls false: a ${type} finds its broker by the name in the TLS handshake; set tls to true`,
  }),
  rule<ListenerView>({
    id: 'listener-mutual-tls-without-tls',
    severity: 'error',
    source,
    covers: ['listener-tls-features'],
    subjects: listeners,
    broken: ({ tls, authentication }) => tls === false && authentication === 'tls',
    path: (listener) => `${pathOf(listener)}.authentication.type`,
    message: ({ name }) =>
      `listener ${name} authenticates by tls, but has tls false: there is no certificate to look at; set tls to true, or authenticate by scram-sha-512`,
  }),
  rule<ListenerView>({
    id: 'listener-certificate-without-tls',
    severity: 'error',
    source,
    covers: ['listener-tls-features'],
    subjects: listeners,
    broken: (listener) => listener.tls === false && isGiven(certificate(listener)),
    path: (listener) => `${pathOf(listener)}.configuration.brokerCertChainAndKey`,
    message: ({ name }) =>
      `listener ${name} has a certificate of its own, but tls false: the operator refuses it; set tls to true, or remove it`,
  }),
  rule<ListenerView>({
    id: 'listener-certificate-incomplete',
    severity: 'error',
    source,
    covers: ['listener-certificate'],
    subjects: listeners,
    // A field that is missing the schema names.
    broken: (listener) => certificateFields.some((field) => at(certificate(listener), field) === ''),
    path: (listener) => `${pathOf(listener)}.configuration.brokerCertChainAndKey`,
    message: (listener) =>
      `listener ${listener.name}: brokerCertChainAndKey has an empty ${certificateFields.filter((field) => at(certificate(listener), field) === '').join(' and ')}; name the Secret and its keys`,
  }),
  rule<ListenerView>({
    id: 'listener-bootstrap-host-missing',
    severity: 'error',
    source,
    covers: ['listener-hosts'],
    subjects: (system) => listenersOf(system, 'ingress', 'tlsroute'),
    broken: ({ configuration }) => !isGiven(at(configuration, 'bootstrap', 'host')),
    path: (listener) => `${pathOf(listener)}.configuration.bootstrap.host`,
    message: ({ name, type }) =>
      `listener ${name} of type ${type} has no configuration.bootstrap.host: nobody would know where the cluster is; write the host name that leads to it`,
  }),
  rule<ListenerView>({
    id: 'listener-broker-hosts-missing',
    severity: 'error',
    source,
    covers: ['listener-hosts'],
    subjects: (system) => listenersOf(system, 'ingress', 'tlsroute'),
    broken: (listener) => countOf(hostless(listener)) > 0,
    path: (listener) => `${pathOf(listener)}.configuration.brokers`,
    message: (listener) => {
      const some = hostless(listener);
      const which = typeof some === 'number' ? `${some} of its brokers` : `broker ${some.join(', ')}`;
      return `listener ${listener.name} of type ${listener.type} has no host for ${which}: a client asks each broker by its own name; write configuration.hostTemplate, such as broker-{nodeId}.example.com, or a host for each in configuration.brokers`;
    },
  }),
  rule<ListenerView>({
    id: 'listener-parent-refs-missing',
    severity: 'error',
    source,
    covers: ['listener-parent-refs'],
    subjects: (system) => listenersOf(system, 'tlsroute'),
    broken: ({ configuration }) => (at(configuration, 'parentRefs') ?? undefined) === undefined,
    path: (listener) => `${pathOf(listener)}.configuration.parentRefs`,
    message: ({ name }) => `listener ${name} of type tlsroute has no configuration.parentRefs: no gateway would carry it; name the Gateway`,
  }),
  rule<FieldView>({
    id: 'listener-field-of-other-type',
    severity: 'error',
    source,
    covers: ['listener-type-fields'],
    subjects: (system) =>
      listeners(system)
        .filter(({ type, configuration }) => isRecord(configuration) && (type === 'internal' || external.includes(type)))
        .flatMap(fields),
    broken: (view) => isSet(view) && !view.types.includes(view.listener.type),
    path: ({ listener, field }) => `${pathOf(listener)}.configuration.${field}`,
    message: ({ listener, field, types, value }) =>
      `listener ${listener.name} is of type ${listener.type}, and configuration.${field} (${shown(value)}) is for ${types.join(', ')} only: the operator refuses the cluster; remove it, or change the type`,
  }),
  rule<BrokerEntry>({
    id: 'listener-broker-unknown',
    severity: 'warning',
    source,
    covers: ['listener-brokers'],
    subjects: brokerEntries,
    broken: ({ id, known }) => !known.includes(id),
    path: ({ listener, index }) => `${pathOf(listener)}.configuration.brokers[${index}].broker`,
    message: ({ listener, id, known }) =>
      `listener ${listener.name} is configured for broker ${id}, which no pool has: it does nothing, and only the operator's log says so; the brokers are ${known.join(', ')}`,
  }),
  rule<ListenerView & { template: string }>({
    id: 'listener-port-template-invalid',
    severity: 'error',
    source: clusterOperator('model/ListenersUtils'),
    covers: ['listener-port-template'],
    subjects: (system) =>
      listeners(system).flatMap((listener) => {
        const template = textAt(listener.configuration, 'advertisedPortTemplate');
        return template === undefined ? [] : [{ ...listener, template }];
      }),
    broken: ({ template }) => !isPortTemplate(template),
    path: (listener) => `${pathOf(listener)}.configuration.advertisedPortTemplate`,
    message: ({ name, template }) =>
      `listener ${name}: advertisedPortTemplate "${template}" cannot be computed: it takes numbers, {nodeId}, + - * and parentheses; write one such as {nodeId} + 9000`,
  }),
  rule<ListenerView>({
    id: 'listener-ingress-deprecated',
    severity: 'warning',
    source: clusterOperator('model/KafkaSpecChecker'),
    covers: ['ingress-deprecated'],
    subjects: (system) => listenersOf(system, 'ingress'),
    broken: () => true,
    path: (listener) => `${pathOf(listener)}.type`,
    message: ({ name }) =>
      `listener ${name} is of type ingress, which Strimzi has deprecated: the operator warns, and a later release will refuse it; use tlsroute, route on OpenShift, or loadbalancer`,
  }),
];
