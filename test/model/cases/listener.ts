import type { Case } from './case.js';
import type { Loose, Objects } from '../system-fixture.js';

const path = 'spec.kafka.listeners[1]';

/** A second listener; of type internal, with TLS. */
const listen = (o: Objects, listener: Loose): void =>
  void o.kafka.spec.kafka.listeners.push({ name: 'second', port: 9094, type: 'internal', tls: true, ...listener });

const hosts = [0, 1, 2].map((broker) => ({ broker, host: `b${broker}.example.com` }));

/** A field of the configuration, a type that has it, and one that has not. */
const field = (configuration: Loose, name: string, has: string, hasNot: string): Case => ({
  rule: 'listener-field-of-other-type',
  accepts: (o) => listen(o, { type: has, configuration }),
  refuses: (o) => listen(o, { type: hasNot, configuration }),
  says: [`listener second is of type ${hasNot}`, `configuration.${name}`, has, 'remove it, or change the type'],
  path: `${path}.configuration.${name}`,
});

export const listenerCases: readonly Case[] = [
  ...['route', 'ingress'].map((type): Case => ({
    rule: 'listener-needs-tls',
    accepts: (o) => listen(o, { type }),
    refuses: (o) => listen(o, { type, tls: false }),
    says: [`type ${type} with tls false`, 'set tls to true'],
    path: `${path}.tls`,
  })),
  {
    rule: 'listener-mutual-tls-without-tls',
    accepts: (o) => listen(o, { tls: false, authentication: { type: 'scram-sha-512' } }),
    refuses: (o) => listen(o, { tls: false, authentication: { type: 'tls' } }),
    says: ['listener second', 'set tls to true'],
    path: `${path}.authentication.type`,
  },
  {
    rule: 'listener-certificate-without-tls',
    accepts: (o) => listen(o, { configuration: { brokerCertChainAndKey: { secretName: 's', certificate: 'c', key: 'k' } } }),
    refuses: (o) => listen(o, { tls: false, configuration: { brokerCertChainAndKey: { secretName: 's', certificate: 'c', key: 'k' } } }),
    says: ['listener second', 'set tls to true, or remove it'],
    path: `${path}.configuration.brokerCertChainAndKey`,
  },
  {
    rule: 'listener-certificate-incomplete',
    accepts: (o) => listen(o, { configuration: { brokerCertChainAndKey: { secretName: 's', certificate: 'c', key: 'k' } } }),
    refuses: (o) => listen(o, { configuration: { brokerCertChainAndKey: { secretName: '', certificate: 'c', key: '' } } }),
    says: ['empty secretName and key'],
    path: `${path}.configuration.brokerCertChainAndKey`,
  },
  ...['ingress', 'tlsroute'].flatMap((type): Case[] => [
    {
      rule: 'listener-bootstrap-host-missing',
      accepts: (o) => listen(o, { type, configuration: { bootstrap: { host: 'kafka.example.com' } } }),
      refuses: (o) => listen(o, { type }),
      says: [`type ${type} has no configuration.bootstrap.host`],
      path: `${path}.configuration.bootstrap.host`,
    },
    {
      rule: 'listener-broker-hosts-missing',
      accepts: (o) => listen(o, { type, configuration: { hostTemplate: 'b{nodeId}.example.com' } }),
      refuses: (o) => listen(o, { type, configuration: { brokers: hosts.slice(0, 2) } }),
      says: ['no host for broker 2', 'hostTemplate'],
      path: `${path}.configuration.brokers`,
    },
  ]),
  {
    rule: 'listener-broker-hosts-missing',
    accepts: (o) => {
      delete o.brokers.metadata.annotations;
      listen(o, { type: 'ingress', configuration: { brokers: hosts } });
    },
    refuses: (o) => {
      delete o.brokers.metadata.annotations;
      listen(o, { type: 'ingress', configuration: { brokers: [{ broker: 0 }, { broker: 1, host: 'b1.example.com' }] } });
    },
    says: ['no host for 2 of its brokers'],
    path: `${path}.configuration.brokers`,
  },
  {
    rule: 'listener-parent-refs-missing',
    accepts: (o) => listen(o, { type: 'tlsroute', configuration: { parentRefs: [{ name: 'gateway' }] } }),
    refuses: (o) => listen(o, { type: 'tlsroute', configuration: {} }),
    says: ['no configuration.parentRefs', 'name the Gateway'],
    path: `${path}.configuration.parentRefs`,
  },
  field({ useServiceDnsDomain: true }, 'useServiceDnsDomain', 'cluster-ip', 'nodeport'),
  field({ createBootstrapService: false }, 'createBootstrapService', 'loadbalancer', 'nodeport'),
  field({ ipFamilyPolicy: 'SingleStack' }, 'ipFamilyPolicy', 'cluster-ip', 'internal'),
  field({ ipFamilies: ['IPv4'] }, 'ipFamilies', 'route', 'internal'),
  field({ publishNotReadyAddresses: true }, 'publishNotReadyAddresses', 'nodeport', 'internal'),
  field({ perBrokerLabelsTemplate: { a: 'b' } }, 'perBrokerLabelsTemplate', 'tlsroute', 'internal'),
  field({ perBrokerAnnotationsTemplate: { a: 'b' } }, 'perBrokerAnnotationsTemplate', 'ingress', 'internal'),
  field({ class: 'nginx' }, 'class', 'ingress', 'route'),
  field({ preferredNodePortAddressType: 'InternalIP' }, 'preferredNodePortAddressType', 'nodeport', 'loadbalancer'),
  field({ externalTrafficPolicy: 'Local' }, 'externalTrafficPolicy', 'nodeport', 'route'),
  field({ loadBalancerSourceRanges: ['10.0.0.0/8'] }, 'loadBalancerSourceRanges', 'loadbalancer', 'nodeport'),
  field({ finalizers: ['x'] }, 'finalizers', 'loadbalancer', 'internal'),
  field({ allocateLoadBalancerNodePorts: false }, 'allocateLoadBalancerNodePorts', 'loadbalancer', 'internal'),
  field({ parentRefs: [{ name: 'x' }] }, 'parentRefs', 'tlsroute', 'route'),
  field({ hostTemplate: 'x' }, 'hostTemplate', 'route', 'loadbalancer'),
  field({ bootstrap: { host: 'x' } }, 'bootstrap.host', 'route', 'internal'),
  field({ bootstrap: { loadBalancerIP: '1.2.3.4' } }, 'bootstrap.loadBalancerIP', 'loadbalancer', 'nodeport'),
  field({ bootstrap: { nodePort: 32000 } }, 'bootstrap.nodePort', 'nodeport', 'route'),
  field({ bootstrap: { externalIPs: ['1.2.3.4'] } }, 'bootstrap.externalIPs', 'nodeport', 'loadbalancer'),
  field({ bootstrap: { labels: { a: 'b' } } }, 'bootstrap.labels', 'route', 'internal'),
  field({ bootstrap: { annotations: { a: 'b' } } }, 'bootstrap.annotations', 'cluster-ip', 'internal'),
  field({ brokers: [{ broker: 0, host: 'x' }] }, 'brokers[0].host', 'route', 'nodeport'),
  field({ brokers: [{ broker: 0, loadBalancerIP: '1.2.3.4' }] }, 'brokers[0].loadBalancerIP', 'loadbalancer', 'route'),
  field({ brokers: [{ broker: 0, nodePort: 32000 }] }, 'brokers[0].nodePort', 'loadbalancer', 'internal'),
  field({ brokers: [{ broker: 0, externalIPs: ['1.2.3.4'] }] }, 'brokers[0].externalIPs', 'nodeport', 'route'),
  field({ brokers: [{ broker: 0, labels: { a: 'b' } }] }, 'brokers[0].labels', 'nodeport', 'internal'),
  field({ brokers: [{ broker: 0, annotations: { a: 'b' } }] }, 'brokers[0].annotations', 'nodeport', 'internal'),
  {
    rule: 'listener-field-of-other-type',
    accepts: (o) => listen(o, { configuration: { createBootstrapService: true, finalizers: [], bootstrap: { labels: {} } } }),
    refuses: (o) => listen(o, { configuration: { createBootstrapService: false } }),
    says: ['createBootstrapService (false)'],
    path: `${path}.configuration.createBootstrapService`,
  },
  {
    rule: 'listener-broker-unknown',
    accepts: (o) => listen(o, { type: 'nodeport', configuration: { brokers: [{ broker: 2, nodePort: 32000 }] } }),
    refuses: (o) => listen(o, { type: 'nodeport', configuration: { brokers: [{ broker: 3, nodePort: 32000 }] } }),
    says: ['broker 3, which no pool has', '0, 1, 2'],
    path: `${path}.configuration.brokers[0].broker`,
  },
  ...['{nodeId} / 2', 'a{nodeId}', '(1 + 2', '{broker} + 1', ''].map((template): Case => ({
    rule: 'listener-port-template-invalid',
    accepts: (o) => listen(o, { type: 'nodeport', configuration: { advertisedPortTemplate: '(9000 + {nodeId}) * -(2 - 1)' } }),
    refuses: (o) => listen(o, { type: 'nodeport', configuration: { advertisedPortTemplate: template } }),
    says: [`"${template}" cannot be computed`, '{nodeId} + 9000'],
    path: `${path}.configuration.advertisedPortTemplate`,
  })),
  {
    rule: 'listener-ingress-deprecated',
    accepts: (o) => listen(o, { type: 'route' }),
    refuses: (o) => listen(o, { type: 'ingress' }),
    says: ['deprecated', 'tlsroute'],
    path: `${path}.type`,
  },
];
