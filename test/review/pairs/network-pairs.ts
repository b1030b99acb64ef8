import { deployment, object } from './workload-pair.js';
import type { ReviewPair } from './review-pair.js';

const shop = deployment('shop') + deployment('till') + deployment('door');
const policy = (spec: string, name = 'shop'): string => object('NetworkPolicy', name, spec, { apiVersion: 'networking.k8s.io/v1' });
const from = (...names: readonly string[]): string =>
  policy(
    `podSelector: {matchLabels: {app: shop}}\npolicyTypes: [Ingress]\ningress:\n  - from: [${names.map((name) => `{podSelector: {matchLabels: {app: ${name}}}}`).join(', ')}]\n    ports: [{port: 8080}]`,
  );
const deny = policy('podSelector: {}\npolicyTypes: [Ingress, Egress]', 'deny-all');
const service = (selector: string, port = 80, more = ''): string =>
  object('Service', 'shop', `selector: {app: ${selector}}\nports: [{name: http, port: ${port}, targetPort: 8080}]\n${more}`);
const route = (spec: string): string =>
  object('Route', 'shop', `to: {kind: Service, name: shop}\n${spec}`, { apiVersion: 'route.openshift.io/v1' });
const policies = 'kubernetes.io/docs/concepts/services-networking/network-policies';
const services = 'kubernetes.io/docs/concepts/services-networking/service';
const routes = 'docs.redhat.com, OpenShift 4.18, configuring routes';

export const networkPairs: readonly ReviewPair[] = [
  {
    name: 'a default deny',
    source: policies,
    beside: shop,
    before: '',
    after: deny,
    says: [
      {
        id: 'network-default-deny',
        grade: 'unavailable',
        words: [
          'Deployment shop, Deployment till, Deployment door',
          'take connections from nobody, and connect to nobody',
          'DNS and Kafka too',
        ],
      },
    ],
  },
  {
    name: 'a policy that comes with its pods',
    source: policies,
    before: '',
    after:
      deployment('stall') +
      object(
        'NetworkPolicy',
        'stall',
        'podSelector: {matchLabels: {app: stall}}\npolicyTypes: [Egress]\negress: [{to: [{namespaceSelector: {}}], ports: [{port: 53}]}]',
        {
          apiVersion: 'networking.k8s.io/v1',
        },
      ),
    says: [
      { id: 'workload-added', grade: 'safe' },
      {
        id: 'network-policy-added',
        grade: 'safe',
        words: ['Its pods connect only to any namespace.', 'nothing that runs is cut off'],
      },
    ],
  },
  {
    name: 'a peer less',
    source: policies,
    beside: shop,
    before: from('till', 'door'),
    after: from('till'),
    says: [{ id: 'network-cut-off', grade: 'unavailable', words: ['about Deployment shop', 'Cut off: in from Deployment door'] }],
  },
  {
    name: 'a peer more',
    source: policies,
    beside: shop,
    before: from('till'),
    after: from('till', 'door'),
    says: [{ id: 'network-opened', grade: 'safe', words: ['Let through: in from Deployment door'] }],
  },
  {
    name: 'the only policy goes',
    source: policies,
    beside: shop,
    before: from('till'),
    after: '',
    says: [{ id: 'network-policy-removed', grade: 'safe', words: ['reached by anybody'] }],
  },
  {
    name: 'the policy that allows goes, the one that denies stays',
    source: `${policies}: policies add up`,
    beside: shop + deny,
    before: from('till'),
    after: '',
    says: [{ id: 'network-policy-removed', grade: 'unavailable', words: ['Other policies stay over Deployment shop', 'cut off at once'] }],
  },
  {
    name: 'a policy goes with its pods',
    source: policies,
    before: shop + from('till'),
    after: deployment('till') + deployment('door'),
    says: [
      { id: 'workload-removed', grade: 'unavailable' },
      { id: 'network-policy-removed', grade: 'safe', words: ['go too'], not: ['anybody'] },
    ],
  },
  {
    name: 'another port for the same peers',
    source: policies,
    beside: shop,
    before: from('till'),
    after: from('till').replace('8080', '9090'),
    says: [{ id: 'network-policy-changed', grade: 'unavailable', words: ['no longer allowed: in 8080', 'allowed now: in 9090'] }],
  },
  {
    name: 'a Service that selects nothing',
    source: services,
    beside: shop,
    before: service('shop'),
    after: service('shopp'),
    says: [{ id: 'service-selects-nothing', grade: 'unavailable', words: ['app=shopp', 'no endpoint'] }],
  },
  {
    name: 'another port',
    source: services,
    beside: shop,
    before: service('shop', 80),
    after: service('shop', 81),
    says: [{ id: 'service-port-gone', grade: 'unavailable', words: ['port 80', 'Keep the old port'] }],
  },
  {
    name: 'a Service goes',
    source: services,
    beside: shop,
    before: service('shop'),
    after: '',
    says: [{ id: 'service-removed', grade: 'unavailable', words: ['shop no longer resolves'] }],
  },
  {
    name: 'no TLS at the edge any more',
    source: routes,
    beside: shop + service('shop'),
    before: route('tls: {termination: edge}'),
    after: route(''),
    says: [{ id: 'route-tls-off', grade: 'unavailable', words: ['can be read on the way', 'Keep edge termination'] }],
  },
  {
    name: 'another host',
    source: routes,
    beside: shop + service('shop'),
    before: route('host: shop.example.com'),
    after: route('host: store.example.com'),
    says: [{ id: 'route-host', grade: 'unavailable', words: ['answers nobody', 'second Route'] }],
  },
];
