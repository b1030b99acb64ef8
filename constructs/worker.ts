import { Duration, Lazy } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { resourcesOf, type ComputeResources } from './compute.js';
import type { IKafkaTopic } from './kafka-topic.js';
import { namespaceAround, pinnedName } from './names.js';
import { reasonAnnotations, type Reasons } from './reasons.js';
import { checkWholeApp } from './validation.js';
import type { EnvironmentVariable } from './worker-environment.js';

/** What every worker is told, whatever it does. */
export interface WorkerProps {
  /** Name of the Deployment and its ServiceAccount, pinned. */
  readonly name: string;
  /** Image that holds the built workers below `/app`. */
  readonly image: string;
  readonly topic: IKafkaTopic;
  /** Of the system the worker belongs to, for the label app.kubernetes.io/part-of. */
  readonly partOf: string;
  readonly resources: ComputeResources;
  /**
   * Replicas that the namespace must have room for. The number that runs is not declared: whoever scales owns it, and a re-apply must
   * not undo that.
   * @default 1
   */
  readonly maxReplicas?: number;
  /** Listener of the cluster to connect to. @default the cluster's first */
  readonly listener?: string;
  /**
   * From SIGTERM to the end of the process; the pod's grace period is 5 s longer.
   * @default Duration.seconds(25)
   */
  readonly shutdownDeadline?: Duration;
  /** `stdout`: the worker writes one line of evidence a record, for drills. @default 'off' */
  readonly evidence?: 'off' | 'stdout';
  /** Least level that is logged. @default 'info' */
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error';
  /**
   * Node label over whose values the pods are spread as evenly as possible; a pod that cannot be is scheduled anyway.
   * @default none: the scheduler decides
   */
  readonly spreadOver?: string;
  /** Why the numbers are what they are. @default none */
  readonly reasons?: Reasons;
}

/** Port of /live, /ready and /metrics. */
const httpPort = 8080;

/** Left of the grace period after the worker's own deadline: for the kubelet, not for work. */
const graceMargin = Duration.seconds(5);

/** The contract's settings that every worker takes from its common props. */
export interface CommonSettings {
  readonly KAFKA_BOOTSTRAP_SERVERS: string;
  readonly KAFKA_TOPIC: string;
  readonly HTTP_PORT: number;
  readonly LOG_LEVEL: 'debug' | 'info' | 'warn' | 'error';
  readonly EVIDENCE: 'off' | 'stdout';
  readonly SHUTDOWN_DEADLINE_MS: number;
}

/** A Deployment of one kind of worker, fit for OpenShift's restricted-v2, and a ServiceAccount without rights. */
export abstract class Worker extends Construct {
  readonly name: string;
  readonly namespace: string;
  readonly topic: IKafkaTopic;
  readonly maxReplicas: number;
  readonly shutdownDeadline: Duration;
  readonly evidence: 'off' | 'stdout';
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';

  protected constructor(
    scope: Construct,
    id: string,
    private readonly component: 'producer' | 'consumer',
    private readonly workerProps: WorkerProps,
  ) {
    super(scope, id);
    this.name = pinnedName('the worker', workerProps.name);
    this.namespace = namespaceAround(this);
    this.topic = workerProps.topic;
    this.maxReplicas = workerProps.maxReplicas ?? 1;
    this.shutdownDeadline = workerProps.shutdownDeadline ?? Duration.seconds(25);
    this.evidence = workerProps.evidence ?? 'off';
    this.logLevel = workerProps.logLevel ?? 'info';

    const labels = this.labels();
    new k8s.KubeServiceAccount(this, 'ServiceAccount', {
      metadata: { name: this.name, labels },
      automountServiceAccountToken: false,
    });
    new k8s.KubeDeployment(this, 'Resource', {
      metadata: {
        name: this.name,
        labels,
        annotations: { 'muster.dev/max-replicas': String(this.maxReplicas), ...reasonAnnotations(workerProps.reasons) },
      },
      spec: Lazy.any({ produce: () => this.spec() }) as k8s.DeploymentSpec,
    });
    checkWholeApp(this);
  }

  /** The container's environment, by the worker's contract. */
  protected abstract environment(): EnvironmentVariable[];

  protected commonSettings(): CommonSettings {
    return {
      KAFKA_BOOTSTRAP_SERVERS: this.topic.cluster.bootstrapServers(this.namespace, this.workerProps.listener),
      KAFKA_TOPIC: this.topic.name,
      HTTP_PORT: httpPort,
      LOG_LEVEL: this.logLevel,
      EVIDENCE: this.evidence,
      SHUTDOWN_DEADLINE_MS: this.shutdownDeadline.toMilliseconds(),
    };
  }

  private labels(): Record<string, string> {
    return {
      'app.kubernetes.io/name': this.name,
      'app.kubernetes.io/component': this.component,
      'app.kubernetes.io/part-of': this.workerProps.partOf,
      'app.kubernetes.io/managed-by': 'muster',
    };
  }

  private spec(): k8s.DeploymentSpec {
    const selector = { 'app.kubernetes.io/name': this.name };
    const { spreadOver } = this.workerProps;
    return {
      selector: { matchLabels: selector },
      // A surplus member stops a whole eager group twice, and a surplus producer doubles the declared rate.
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: { maxSurge: k8s.IntOrString.fromNumber(0), maxUnavailable: k8s.IntOrString.fromNumber(1) },
      },
      template: {
        metadata: { labels: this.labels() },
        spec: {
          serviceAccountName: this.name,
          automountServiceAccountToken: false,
          // A Service called kafka-… would otherwise put variables called KAFKA_… into the pod.
          enableServiceLinks: false,
          terminationGracePeriodSeconds: Math.ceil(this.shutdownDeadline.toMilliseconds() / 1000) + graceMargin.toSeconds(),
          // No runAsUser and no fsGroup: OpenShift gives each namespace a range of its own.
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          topologySpreadConstraints:
            spreadOver === undefined
              ? undefined
              : [{ maxSkew: 1, topologyKey: spreadOver, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: selector } }],
          containers: [this.container()],
          volumes: [{ name: 'tmp', emptyDir: {} }],
        },
      },
    };
  }

  private container(): k8s.Container {
    const port = k8s.IntOrString.fromString('http');
    const { requests, limits } = resourcesOf(this.workerProps.resources);
    return {
      name: this.component,
      image: this.workerProps.image,
      imagePullPolicy: 'IfNotPresent',
      command: ['node', `build/workers/${this.component}.js`],
      workingDir: '/app',
      env: this.environment(),
      ports: [{ name: 'http', containerPort: httpPort }],
      livenessProbe: { httpGet: { path: '/live', port }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
      readinessProbe: { httpGet: { path: '/ready', port }, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 },
      resources: { requests: quantities(requests), limits: quantities(limits) },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
      volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
    };
  }
}

const quantities = (texts: Readonly<Record<string, string>>): Record<string, k8s.Quantity> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, k8s.Quantity.fromString(text)]));
