import { k8s } from 'cdk8s-plus-28';
import { resourcesOf, type ComputeResources } from './compute.js';
import type { EnvironmentVariable } from './worker-environment.js';
import type { WorkerVolume } from './worker-volume.js';

/** What the pods of a worker run, whichever kind of object makes them. */
export interface WorkerPod {
  readonly name: string;
  readonly component: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly selector: Readonly<Record<string, string>>;
  readonly env: readonly EnvironmentVariable[];
  readonly resources: ComputeResources;
  readonly httpPort: number;
  readonly graceSeconds: number;
  readonly volumes: readonly WorkerVolume[];
  /** Node label over whose values the pods are spread. */
  readonly spreadOver: string | undefined;
}

export function deploymentSpec(pod: WorkerPod): k8s.DeploymentSpec {
  return {
    selector: { matchLabels: { ...pod.selector } },
    // A surplus member stops a whole eager group twice, and a surplus producer doubles the declared rate.
    strategy: {
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: k8s.IntOrString.fromNumber(0), maxUnavailable: k8s.IntOrString.fromNumber(1) },
    },
    template: template(pod),
  };
}

export function statefulSetSpec(pod: WorkerPod): k8s.StatefulSetSpec {
  const claims = pod.volumes.flatMap(({ claim }) => (claim === undefined ? [] : [claim]));
  return {
    selector: { matchLabels: { ...pod.selector } },
    serviceName: `${pod.name}-pods`,
    // The names matter, the order of their start does not.
    podManagementPolicy: 'Parallel',
    updateStrategy: { type: 'RollingUpdate' },
    template: template(pod),
    volumeClaimTemplates: claims.length === 0 ? undefined : claims,
  };
}

/** Tries of a worker that ends by itself; what is wrong with its configuration (exit code 2) is tried once. */
export function jobSpec(pod: WorkerPod): k8s.JobSpec {
  const { metadata, spec } = template(pod);
  return {
    backoffLimit: 3,
    podFailurePolicy: {
      rules: [{ action: 'FailJob', onExitCodes: { containerName: pod.component, operator: 'In', values: [2] }, onPodConditions: [] }],
    },
    // Never: each try is a pod of its own, whose log stays, and the policy above asks for it.
    template: { metadata, spec: spec && { ...spec, restartPolicy: 'Never' } },
  };
}

function template(pod: WorkerPod): k8s.PodTemplateSpec {
  const { name, selector, labels, graceSeconds, spreadOver, volumes } = pod;
  return {
    metadata: { labels: { ...labels } },
    spec: {
      serviceAccountName: name,
      automountServiceAccountToken: false,
      // A Service called kafka-… would otherwise put variables called KAFKA_… into the pod.
      enableServiceLinks: false,
      terminationGracePeriodSeconds: graceSeconds,
      // No runAsUser and no fsGroup: OpenShift gives each namespace a range of its own.
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      topologySpreadConstraints:
        spreadOver === undefined
          ? undefined
          : [{ maxSkew: 1, topologyKey: spreadOver, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: { ...selector } } }],
      containers: [container(pod)],
      volumes: [{ name: 'tmp', emptyDir: {} }, ...volumes.flatMap(({ volume }) => (volume === undefined ? [] : [volume]))],
    },
  };
}

function container({ component, image, env, httpPort, resources, volumes }: WorkerPod): k8s.Container {
  const port = k8s.IntOrString.fromString('http');
  const { requests, limits } = resourcesOf(resources);
  return {
    name: component,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['node', `build/workers/${component}.js`],
    workingDir: '/app',
    env: [...env],
    ports: [{ name: 'http', containerPort: httpPort }],
    livenessProbe: { httpGet: { path: '/live', port }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
    readinessProbe: { httpGet: { path: '/ready', port }, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 },
    resources: { requests: quantities(requests), limits: quantities(limits) },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }, ...volumes.map(({ mount }) => mount)],
  };
}

const quantities = (texts: Readonly<Record<string, string>>): Record<string, k8s.Quantity> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, k8s.Quantity.fromString(text)]));
