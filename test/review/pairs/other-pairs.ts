import { deployment, object, topic } from './workload-pair.js';
import type { ReviewPair } from './review-pair.js';

const quota = (memory: string): string => object('ResourceQuota', 'kafka', `hard: {requests.memory: ${memory}}`);
const asking = deployment('shop', { replicas: 4, container: 'resources: {requests: {memory: 1Gi}, limits: {memory: 1Gi}}' });
const claim = (size: string, storageClass = 'fast'): string =>
  object(
    'PersistentVolumeClaim',
    'log',
    `accessModes: [ReadWriteOnce]\nstorageClassName: ${storageClass}\nresources: {requests: {storage: ${size}}}`,
  );
const namespace = (level: string): string =>
  object('Namespace', 'kafka', '', { namespace: '', labels: level === '' ? '' : `pod-security.kubernetes.io/enforce: ${level}` });
const crd = (versions: string): string =>
  object(
    'CustomResourceDefinition',
    'kafkatopics.kafka.strimzi.io',
    `group: kafka.strimzi.io\nscope: Namespaced\nnames: {kind: KafkaTopic, plural: kafkatopics}\nversions: ${versions}`,
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      namespace: '',
    },
  );
const both = '[{name: v1, served: true, storage: true}, {name: v1beta2, served: true, storage: false}]';
const secret = (data: string): string => object('Secret', 'shop', '', { rest: `stringData: {${data}}` });
const config = (data: string): string => object('ConfigMap', 'shop', '', { rest: `data: {${data}}` });
const fromConfig = deployment('shop', { env: '[{name: SIZE, valueFrom: {configMapKeyRef: {name: shop, key: size}}}]' });
const withSecret = deployment('shop', { pod: 'volumes: [{name: s, secret: {secretName: shop}}]' });
const crds = 'kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions';
const tried = 'tried in consequences-api-server.test.ts';

export const otherPairs: readonly ReviewPair[] = [
  {
    name: 'a quota below what the manifests ask for',
    source: 'kubernetes.io/docs/concepts/policy/resource-quotas',
    beside: asking,
    before: quota('8Gi'),
    after: quota('2Gi'),
    says: [
      { id: 'quota-below-demand', grade: 'unavailable', words: ['requests.memory 4Gi of 2Gi', '403', 'Raise requests.memory to 4Gi'] },
    ],
  },
  {
    name: 'a quota that still fits',
    source: 'kubernetes.io/docs/concepts/policy/resource-quotas',
    beside: asking,
    before: quota('8Gi'),
    after: quota('4Gi'),
    says: [{ id: 'quota-changed', grade: 'safe', words: ['requests.memory 4Gi of 4Gi'] }],
  },
  {
    name: 'the namespace goes',
    source: 'kubernetes.io/docs/concepts/overview/working-with-objects/namespaces',
    beside: topic('orders.created') + claim('1Gi'),
    before: namespace(''),
    after: '',
    says: [{ id: 'namespace-removed', grade: 'data-loss', words: ['1 KafkaTopic, 1 PersistentVolumeClaim', 'all that is in it'] }],
  },
  {
    name: 'PodSecurity enforced',
    source: 'kubernetes.io/docs/concepts/security/pod-security-admission',
    before: namespace('baseline'),
    after: namespace('restricted'),
    says: [{ id: 'pod-security-tightened', grade: 'rolling', words: ['Pods that run stay', 'restricted', '--dry-run=server'] }],
  },
  {
    name: 'a smaller claim',
    source: `kubernetes.io/docs/concepts/storage/persistent-volumes; ${tried}`,
    before: claim('10Gi'),
    after: claim('5Gi'),
    says: [{ id: 'claim-shrunk', grade: 'refused', words: ['smaller than it is, 10Gi', 'it is empty'] }],
  },
  {
    name: 'a larger claim',
    source: 'kubernetes.io/docs/concepts/storage/persistent-volumes, expanding',
    before: claim('5Gi'),
    after: claim('10Gi'),
    says: [{ id: 'claim-grown', grade: 'safe', words: ['allowVolumeExpansion', 'never shrinks'] }],
  },
  {
    name: 'another class of storage',
    source: tried,
    before: claim('5Gi'),
    after: claim('5Gi', 'slow'),
    says: [{ id: 'claim-immutable', grade: 'refused', words: ['not storageClassName', 'empty'] }],
  },
  {
    name: 'a claim goes',
    source: 'kubernetes.io/docs/concepts/storage/persistent-volumes, reclaiming',
    before: claim('5Gi'),
    after: '',
    says: [{ id: 'claim-removed', grade: 'data-loss', words: ['reclaim policy Delete', 'Retain'] }],
  },
  {
    name: 'a CRD goes',
    source: crds,
    beside: topic('orders.created'),
    before: crd(both),
    after: '',
    says: [
      { id: 'crd-removed', grade: 'data-loss', words: ['every KafkaTopic', '1 in these manifests', 'deletes the topic', 'Prune=false'] },
    ],
  },
  {
    name: 'a version that is served no more',
    source: `${crds}, versioning`,
    before: crd(both),
    after: crd('[{name: v1, served: true, storage: true}, {name: v1beta2, served: false, storage: false}]'),
    says: [{ id: 'crd-version-not-served', grade: 'unavailable', words: ['v1beta2', '404', 'read by v1'] }],
  },
  {
    name: 'the version that is stored goes',
    source: `${crds}, versioning; ${tried}`,
    before: crd('[{name: v1, served: true, storage: false}, {name: v1beta2, served: true, storage: true}]'),
    after: crd('[{name: v1, served: true, storage: true}]'),
    says: [{ id: 'crd-stored-version-removed', grade: 'refused', words: ['status.storedVersions'] }],
  },
  {
    name: 'a Secret that pods still mount goes',
    source: 'kubernetes.io/docs/concepts/configuration/secret',
    beside: withSecret,
    before: secret('password: one'),
    after: '',
    says: [
      {
        id: 'config-removed',
        grade: 'unavailable',
        words: ['Deployment shop still names it', 'new ones do not start'],
        not: ['one'].slice(1),
      },
    ],
  },
  {
    name: 'a ConfigMap that pods take into their environment',
    source: 'kubernetes.io/docs/concepts/configuration/configmap',
    beside: fromConfig,
    before: config('size: "1"'),
    after: config('size: "2"'),
    says: [{ id: 'config-changed', grade: 'safe', words: ['sees nothing of it until the pods restart', 'kubectl rollout restart'] }],
  },
  {
    name: 'a key of a ConfigMap goes',
    source: 'kubernetes.io/docs/concepts/configuration/configmap',
    beside: fromConfig,
    before: config('size: "1", colour: red'),
    after: config('colour: red'),
    says: [{ id: 'config-key-removed', grade: 'unavailable', words: ['size goes', 'CreateContainerConfigError'] }],
  },
  {
    name: 'the role of a binding',
    source: `kubernetes.io/docs/reference/access-authn-authz/rbac; ${tried}`,
    before: object('RoleBinding', 'shop', '', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      rest: 'roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: a}\nsubjects: [{kind: ServiceAccount, name: shop}]',
    }),
    after: object('RoleBinding', 'shop', '', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      rest: 'roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: b}\nsubjects: [{kind: ServiceAccount, name: shop}]',
    }),
    says: [{ id: 'role-binding-immutable', grade: 'refused', words: ['cannot be changed'] }],
  },
  {
    name: 'an alert goes',
    source: 'prometheus-operator.dev',
    before: object('PrometheusRule', 'kafka', 'groups: [{name: g, rules: [{alert: Lag, expr: "1"}, {alert: Down, expr: "1"}]}]', {
      apiVersion: 'monitoring.coreos.com/v1',
    }),
    after: object('PrometheusRule', 'kafka', 'groups: [{name: g, rules: [{alert: Down, expr: "1"}]}]', {
      apiVersion: 'monitoring.coreos.com/v1',
    }),
    says: [{ id: 'monitoring-changed', grade: 'safe', words: ['Gone: Lag'] }],
  },
];
