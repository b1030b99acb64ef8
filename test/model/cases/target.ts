import type { Case } from './case.js';
import { connect } from './clients.js';
import type { Loose, Objects } from '../system-fixture.js';

const listen = (o: Objects, type: string): void => void o.kafka.spec.kafka.listeners.push({ name: 'outside', port: 9094, type, tls: true });
const podOf = (o: Objects): Loose => o.consumer.spec.template.spec;
const containerOf = (o: Objects): Loose => podOf(o).containers[0];
const pod = 'spec.template.spec';
const container = `${pod}.containers[0]`;
const sound = {
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
};

/** A security context that restricted-v2 lets pass, and one that it refuses. */
const security = (rule: string, passes: Loose, refused: Loose, path: string, ...says: string[]): Case => ({
  rule,
  target: 'openshift',
  accepts: (o) => void (containerOf(o).securityContext = { ...sound, ...passes }),
  refuses: (o) => void (containerOf(o).securityContext = { ...sound, ...refused }),
  says,
  path: `${container}.securityContext${path}`,
});

export const targetCases: readonly Case[] = [
  {
    rule: 'listener-route-outside-openshift',
    target: 'k8s',
    accepts: (o) => listen(o, 'nodeport'),
    refuses: (o) => listen(o, 'route'),
    says: ['listener outside is of type route', 'loadbalancer'],
    path: 'spec.kafka.listeners[1].type',
  },
  {
    rule: 'listener-ingress-on-openshift',
    target: 'crc',
    accepts: (o) => listen(o, 'route'),
    refuses: (o) => listen(o, 'ingress'),
    says: ['listener outside is of type ingress', 'type route'],
    path: 'spec.kafka.listeners[1].type',
  },
  {
    rule: 'connect-imagestream-outside-openshift',
    target: 'k8s',
    accepts: (o) => void (o['connect'] = connect({ build: { output: { type: 'docker', image: 'x:1' }, plugins: [] } })),
    refuses: (o) => void (o['connect'] = connect({ build: { output: { type: 'imagestream', image: 'x:1' }, plugins: [] } })),
    says: ['KafkaConnect connect', 'type: docker'],
    path: 'spec.build.output.type',
  },
  {
    rule: 'openshift-kind-elsewhere',
    target: 'k8s',
    accepts: (o) => void (o['ingress'] = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'x' } }),
    refuses: (o) => void (o['route'] = { apiVersion: 'route.openshift.io/v1', kind: 'Route', metadata: { name: 'x' } }),
    says: ['Route x (route.openshift.io/v1)', 'Ingress'],
    path: 'kind',
  },
  ...(['cpu', 'memory'] as const).map((kind): Case => ({
    rule: 'crc-machine-small',
    target: 'crc',
    accepts: () => undefined,
    refuses: (o) => void (o.brokers.spec.resources.requests[kind] = kind === 'cpu' ? '1' : '3Gi'),
    says: kind === 'cpu' ? ['request 4.8 CPUs', 'crc config set cpus 7'] : ['of memory together', '10.5 GiB', 'crc config set memory'],
    path: 'metadata.name',
  })),
  ...['registry.example:5000/worker', 'worker:latest'].map((image): Case => ({
    rule: 'image-floating',
    accepts: (o) => void (containerOf(o).image = 'registry.example:5000/worker:1.2'),
    refuses: (o) => void (containerOf(o).image = image),
    says: [`container consumer runs ${image}`, 'a version or a digest'],
    path: `${container}.image`,
  })),
  {
    rule: 'image-floating',
    accepts: (o) => {
      containerOf(o).image = 'worker:latest';
      o.consumer.metadata.annotations['image.openshift.io/triggers'] = '[]';
      o.producer.spec.template.spec.containers[0].image = 'worker@sha256:0123';
    },
    refuses: (o) => void (podOf(o).initContainers = [{ name: 'init', image: 'busybox' }]),
    says: ['container init runs busybox'],
    path: `${pod}.initContainers[0].image`,
  },
  security('openshift-fixed-id', { runAsUser: 1_000_650_000 }, { runAsUser: 1001 }, '.runAsUser', 'sets runAsUser 1001', 'group 0'),
  {
    rule: 'openshift-fixed-id',
    target: 'openshift',
    accepts: (o) => {
      podOf(o).securityContext = { fsGroup: 1001 };
      podOf(o).serviceAccountName = 'worker';
      o['binding'] = {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'x', namespace: 'kafka' },
        roleRef: { kind: 'ClusterRole', name: 'system:openshift:scc:anyuid' },
        subjects: [{ kind: 'ServiceAccount', name: 'worker' }],
      };
    },
    refuses: (o) => void (podOf(o).securityContext = { fsGroup: 1001 }),
    says: ['sets fsGroup 1001'],
    path: `${pod}.securityContext.fsGroup`,
  },
  {
    rule: 'openshift-fixed-id',
    target: 'openshift',
    accepts: (o) => void (o.kafka.spec.kafka.template = { pod: { securityContext: { runAsNonRoot: true } } }),
    refuses: (o) => void (o.kafka.spec.kafka.template = { pod: { securityContext: { runAsUser: 1000 } } }),
    says: ['Kafka bhf-kafka sets runAsUser 1000'],
    path: 'spec.kafka.template.pod.securityContext.runAsUser',
  },
  security('openshift-privilege', { privileged: false }, { privileged: true }, '.privileged', 'sets privileged true'),
  security('openshift-privilege', {}, { allowPrivilegeEscalation: true }, '.allowPrivilegeEscalation', 'allowPrivilegeEscalation true'),
  {
    rule: 'openshift-privilege',
    target: 'openshift',
    accepts: (o) => void (podOf(o).hostNetwork = false),
    refuses: (o) => void (podOf(o).hostNetwork = true),
    says: ['sets hostNetwork true'],
    path: `${pod}.hostNetwork`,
  },
  security(
    'openshift-capability',
    { capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } },
    { capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } },
    '.capabilities.add[0]',
    'adds the capability SYS_ADMIN',
  ),
  {
    rule: 'openshift-volume',
    target: 'crc',
    accepts: (o) => void (podOf(o).volumes = [{ name: 'tmp', emptyDir: {} }]),
    refuses: (o) =>
      void (podOf(o).volumes = [
        { name: 'tmp', emptyDir: {} },
        { name: 'logs', hostPath: { path: '/var/log' } },
      ]),
    says: ['volume logs of Deployment consumer is a hostPath', 'emptyDir'],
    path: `${pod}.volumes[1]`,
  },
  ...[
    ['capabilities', 'capabilities.drop: [ALL]'],
    ['seccompProfile', 'seccompProfile.type: RuntimeDefault'],
    ['runAsNonRoot', 'runAsNonRoot: true'],
    ['allowPrivilegeEscalation', 'allowPrivilegeEscalation: false'],
  ].map(([field = '', says = '']): Case => security('openshift-unrestricted', {}, { [field]: undefined }, '', says)),
];
