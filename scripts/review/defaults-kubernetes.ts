import { at, isRecord, listAt, textAt } from '../../constructs/model/resource.js';

/** A default, or how it follows from what the field stands in. */
export type Default = string | number | boolean | ((parent: unknown) => unknown);

type Table = Readonly<Record<string, Default>>;

/**
 * What the API server fills in: k8s.io/kubernetes pkg/apis/{core/v1,apps/v1,batch/v1,autoscaling/v2,networking/v1,rbac/v1}/defaults.go, and the
 * API reference for what the zero value means: https://kubernetes.io/docs/reference/kubernetes-api/
 */
const deployment: Table = {
  'spec.replicas': 1,
  'spec.strategy.type': 'RollingUpdate',
  'spec.strategy.rollingUpdate.maxSurge': '25%',
  'spec.strategy.rollingUpdate.maxUnavailable': '25%',
  'spec.revisionHistoryLimit': 10,
  'spec.progressDeadlineSeconds': 600,
  'spec.minReadySeconds': 0,
  'spec.paused': false,
};
const job: Table = {
  parallelism: 1,
  backoffLimit: 6,
  completionMode: 'NonIndexed',
  suspend: false,
  podReplacementPolicy: 'TerminatingOrFailed',
};
const under = (prefix: string, table: Table): Table =>
  Object.fromEntries(Object.entries(table).map(([key, value]) => [`${prefix}.${key}`, value]));

const ofKind: Readonly<Record<string, Table>> = {
  Deployment: deployment,
  ReplicaSet: { 'spec.replicas': 1, 'spec.minReadySeconds': 0 },
  StatefulSet: {
    'spec.replicas': 1,
    'spec.podManagementPolicy': 'OrderedReady',
    'spec.updateStrategy.type': 'RollingUpdate',
    'spec.updateStrategy.rollingUpdate.partition': 0,
    'spec.revisionHistoryLimit': 10,
    'spec.minReadySeconds': 0,
    'spec.persistentVolumeClaimRetentionPolicy.whenDeleted': 'Retain',
    'spec.persistentVolumeClaimRetentionPolicy.whenScaled': 'Retain',
    'spec.volumeClaimTemplates[].apiVersion': 'v1',
    'spec.volumeClaimTemplates[].kind': 'PersistentVolumeClaim',
    'spec.volumeClaimTemplates[].spec.volumeMode': 'Filesystem',
  },
  DaemonSet: {
    'spec.updateStrategy.type': 'RollingUpdate',
    'spec.updateStrategy.rollingUpdate.maxUnavailable': 1,
    'spec.updateStrategy.rollingUpdate.maxSurge': 0,
    'spec.revisionHistoryLimit': 10,
    'spec.minReadySeconds': 0,
  },
  Job: under('spec', { ...job, completions: (parent) => at(parent, 'parallelism') ?? 1 }),
  CronJob: {
    'spec.concurrencyPolicy': 'Allow',
    'spec.suspend': false,
    'spec.successfulJobsHistoryLimit': 3,
    'spec.failedJobsHistoryLimit': 1,
    ...under('spec.jobTemplate.spec', job),
  },
  Service: {
    'spec.type': 'ClusterIP',
    'spec.sessionAffinity': 'None',
    'spec.publishNotReadyAddresses': false,
    'spec.internalTrafficPolicy': 'Cluster',
    'spec.ipFamilyPolicy': 'SingleStack',
    'spec.allocateLoadBalancerNodePorts': true,
    'spec.externalTrafficPolicy': 'Cluster',
    'spec.ports[].protocol': 'TCP',
    'spec.ports[].targetPort': (parent) => at(parent, 'port'),
  },
  HorizontalPodAutoscaler: { 'spec.minReplicas': 1 },
  PodDisruptionBudget: { 'spec.unhealthyPodEvictionPolicy': 'IfHealthyBudget' },
  PersistentVolumeClaim: { 'spec.volumeMode': 'Filesystem' },
  NetworkPolicy: {
    'spec.ingress[].ports[].protocol': 'TCP',
    'spec.egress[].ports[].protocol': 'TCP',
    'spec.policyTypes': (parent) => (listAt(parent, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress']),
  },
  Secret: { type: 'Opaque', immutable: false },
  ConfigMap: { immutable: false },
  ServiceAccount: { automountServiceAccountToken: true },
  StorageClass: { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate', allowVolumeExpansion: false },
  RoleBinding: { 'roleRef.apiGroup': 'rbac.authorization.k8s.io', 'subjects[].apiGroup': subjectGroup },
  ClusterRoleBinding: { 'roleRef.apiGroup': 'rbac.authorization.k8s.io', 'subjects[].apiGroup': subjectGroup },
  Namespace: { 'spec.finalizers': () => ['kubernetes'] },
  // https://keda.sh/docs/latest/reference/scaledobject-spec/
  ScaledObject: {
    'spec.pollingInterval': 30,
    'spec.cooldownPeriod': 300,
    'spec.initialCooldownPeriod': 0,
    'spec.minReplicaCount': 0,
    'spec.maxReplicaCount': 100,
    'spec.scaleTargetRef.apiVersion': 'apps/v1',
    'spec.scaleTargetRef.kind': 'Deployment',
  },
  // openshift/api route/v1 and build/v1
  Route: { 'spec.wildcardPolicy': 'None', 'spec.to.kind': 'Service', 'spec.to.weight': 100 },
  BuildConfig: { 'spec.runPolicy': 'Serial', 'spec.successfulBuildsHistoryLimit': 5, 'spec.failedBuildsHistoryLimit': 5 },
};

function subjectGroup(subject: unknown): string {
  return textAt(subject, 'kind') === 'ServiceAccount' ? '' : 'rbac.authorization.k8s.io';
}

const probe = (name: string): Table =>
  under(`containers[].${name}`, {
    initialDelaySeconds: 0,
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
    'httpGet.scheme': 'HTTP',
    'httpGet.path': '/',
  });

/** From the pod's spec on. */
const pod: Table = {
  restartPolicy: 'Always',
  dnsPolicy: 'ClusterFirst',
  schedulerName: 'default-scheduler',
  terminationGracePeriodSeconds: 30,
  enableServiceLinks: true,
  hostNetwork: false,
  hostPID: false,
  hostIPC: false,
  shareProcessNamespace: false,
  serviceAccountName: 'default',
  serviceAccount: (parent) => at(parent, 'serviceAccountName') ?? 'default',
  preemptionPolicy: 'PreemptLowerPriority',
  'containers[].imagePullPolicy': pullPolicy,
  // Requests that are not said are the limits.
  'containers[].resources.requests': (parent) => at(parent, 'limits'),
  'containers[].terminationMessagePath': '/dev/termination-log',
  'containers[].terminationMessagePolicy': 'File',
  'containers[].stdin': false,
  'containers[].tty': false,
  'containers[].ports[].protocol': 'TCP',
  'containers[].env[].value': (parent) => (isRecord(at(parent, 'valueFrom')) ? undefined : ''),
  'containers[].env[].valueFrom.fieldRef.apiVersion': 'v1',
  'containers[].env[].valueFrom.secretKeyRef.optional': false,
  'containers[].env[].valueFrom.configMapKeyRef.optional': false,
  'containers[].env[].valueFrom.resourceFieldRef.divisor': '0',
  'containers[].securityContext.privileged': false,
  'containers[].securityContext.readOnlyRootFilesystem': false,
  'containers[].volumeMounts[].readOnly': false,
  'containers[].volumeMounts[].recursiveReadOnly': 'Disabled',
  ...probe('livenessProbe'),
  ...probe('readinessProbe'),
  ...probe('startupProbe'),
  'volumes[].configMap.defaultMode': 0o644,
  'volumes[].configMap.optional': false,
  'volumes[].secret.defaultMode': 0o644,
  'volumes[].secret.optional': false,
  'volumes[].projected.defaultMode': 0o644,
  'volumes[].downwardAPI.defaultMode': 0o644,
  'volumes[].projected.sources[].serviceAccountToken.expirationSeconds': 3600,
  'volumes[].emptyDir.medium': '',
  'volumes[].persistentVolumeClaim.readOnly': false,
  'topologySpreadConstraints[].nodeAffinityPolicy': 'Honor',
  'topologySpreadConstraints[].nodeTaintsPolicy': 'Ignore',
};

/** https://kubernetes.io/docs/concepts/containers/images/#imagepullpolicy-defaulting */
function pullPolicy(container: unknown): string {
  const image = textAt(container, 'image') ?? '';
  if (image.includes('@')) return 'IfNotPresent';
  const tag = image.slice(image.lastIndexOf('/') + 1).split(':')[1] ?? 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined => (Object.hasOwn(table, name) ? table[name] : undefined);

export const kubernetesDefault = (kind: string, pattern: string): Default | undefined => own(own(ofKind, kind) ?? {}, pattern);
export const podDefault = (pattern: string): Default | undefined => own(pod, pattern);
