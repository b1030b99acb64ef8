import { Duration, Lazy } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { resourcesOf, type ComputeResources } from './compute.js';
import type { IKafkaTopic } from './kafka-topic.js';
import type { IKafkaUser } from './kafka-user.js';
import type { LagScaling, ScaledGroup } from './lag-scaling.js';
import { Manifest } from './manifest.js';
import { MusterError } from './model/error.js';
import { namespaceAround, pinnedName } from './names.js';
import { reasonAnnotations, type Reasons } from './reasons.js';
import { workerAccess, type AccessSettings, type WorkerAccess } from './worker-credentials.js';
import type { EnvironmentVariable } from './worker-environment.js';
import type { IWorkerExposure } from './worker-exposure.js';
import { networkPolicySpec } from './worker-network.js';

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
  /**
   * Who the worker is to Kafka. Its Secret, and the brokers' certificate, are mounted as files below /etc/muster; the topic grants it what
   * the worker does.
   * @default nobody in particular
   */
  readonly user?: IKafkaUser;
  /** Listener of the cluster to connect to. @default the first that asks for what the worker has */
  readonly listener?: string;
  /** Pods keep their names when they are replaced (NAME-0, NAME-1, …), and so do their client ids: a StatefulSet. @default false */
  readonly stableNames?: boolean;
  /** How far /ready, /metrics and what else the worker serves over HTTP reach. @default none: probes and monitoring only */
  readonly exposure?: IWorkerExposure;
  /**
   * From SIGTERM to the end of the process; the pod's grace period is 5 s longer. A consumer takes what one record may take and 20 s for
   * the commit, the leave and a margin, where that is longer.
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
export interface CommonSettings extends AccessSettings {
  readonly KAFKA_BOOTSTRAP_SERVERS: string;
  readonly KAFKA_TOPIC: string;
  readonly HTTP_PORT: number;
  readonly LOG_LEVEL: 'debug' | 'info' | 'warn' | 'error';
  readonly EVIDENCE: 'off' | 'stdout';
  readonly SHUTDOWN_DEADLINE_MS: number;
}

/**
 * One kind of worker, fit for OpenShift's restricted-v2: a Deployment (or StatefulSet), a ServiceAccount without rights, a budget that
 * lets nodes be drained, and a network policy.
 */
export abstract class Worker extends Construct {
  readonly name: string;
  readonly namespace: string;
  readonly topic: IKafkaTopic;
  readonly maxReplicas: number;
  readonly stableNames: boolean;
  readonly shutdownDeadline: Duration;
  readonly evidence: 'off' | 'stdout';
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly resource: Manifest;

  private readonly access: WorkerAccess;
  private readonly selector: Readonly<Record<string, string>>;

  protected constructor(
    scope: Construct,
    id: string,
    private readonly component: 'producer' | 'consumer',
    private readonly workerProps: WorkerProps,
    scaling?: LagScaling,
  ) {
    super(scope, id);
    this.name = pinnedName('the worker', workerProps.name);
    this.namespace = namespaceAround(this);
    this.topic = workerProps.topic;
    this.maxReplicas = scaling?.maxReplicas(this.topic.partitions) ?? workerProps.maxReplicas ?? 1;
    this.stableNames = workerProps.stableNames ?? false;
    this.shutdownDeadline = workerProps.shutdownDeadline ?? Duration.seconds(25);
    this.evidence = workerProps.evidence ?? 'off';
    this.logLevel = workerProps.logLevel ?? 'info';
    this.selector = { 'app.kubernetes.io/name': this.name };
    this.access = workerAccess(this.topic.cluster, this.namespace, workerProps.user, workerProps.listener);
    if (scaling !== undefined && workerProps.maxReplicas !== undefined)
      throw new MusterError(
        'bad-input',
        `worker ${this.name} has maxReplicas and a scaling by lag, which has its own: leave maxReplicas out`,
      );

    const labels = this.labels();
    this.resource = new Manifest(this, 'Resource', {
      ...(this.stableNames ? k8s.KubeStatefulSet.GVK : k8s.KubeDeployment.GVK),
      metadata: {
        name: this.name,
        labels,
        annotations: {
          'muster.dev/max-replicas': String(this.maxReplicas),
          // Who may change the number: a person's `oc scale` and KEDA would undo each other.
          'muster.dev/scaled-by': scaling === undefined ? 'person' : 'keda',
          ...reasonAnnotations(workerProps.reasons),
        },
      },
      spec: Lazy.any({
        produce: () =>
          this.stableNames ? k8s.toJson_StatefulSetSpec(this.statefulSetSpec()) : k8s.toJson_DeploymentSpec(this.deploymentSpec()),
      }),
    });
    this.surround(labels);
  }

  /** What KEDA is told, whatever the group. */
  protected scaled(): Pick<ScaledGroup, 'name' | 'kind' | 'labels' | 'bootstrapServers' | 'topic' | 'partitions' | 'grace'> {
    return {
      name: this.name,
      kind: this.stableNames ? 'StatefulSet' : 'Deployment',
      labels: this.labels(),
      // KEDA lives in a namespace of its own: the short name would not be found.
      bootstrapServers: this.topic.cluster.bootstrapServers('', this.access.listener),
      topic: this.topic.name,
      partitions: this.topic.partitions,
      grace: Duration.seconds(this.graceSeconds()),
    };
  }

  /** The container's environment, by the worker's contract. */
  protected abstract environment(): EnvironmentVariable[];

  protected commonSettings(): CommonSettings {
    return {
      KAFKA_BOOTSTRAP_SERVERS: this.topic.cluster.bootstrapServers(this.namespace, this.access.listener),
      ...this.access.settings,
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

  /** What stands around the pods. */
  private surround(labels: Readonly<Record<string, string>>): void {
    const { name, selector } = this;
    new Manifest(
      this,
      'ServiceAccount',
      k8s.KubeServiceAccount.manifest({ metadata: { name, labels }, automountServiceAccountToken: false }),
    );
    if (this.stableNames) {
      new Manifest(
        this,
        'Names',
        k8s.KubeService.manifest({ metadata: { name: `${name}-pods`, labels }, spec: { clusterIp: 'None', selector: { ...selector } } }),
      );
    }
    new Manifest(
      this,
      'Budget',
      k8s.KubePodDisruptionBudget.manifest({
        metadata: { name, labels },
        spec: {
          // One at a time, and one that does not work anyway may always go: a node can be drained whatever state the group is in.
          maxUnavailable: k8s.IntOrString.fromNumber(1),
          unhealthyPodEvictionPolicy: 'AlwaysAllow',
          selector: { matchLabels: { ...selector } },
        },
      }),
    );
    new Manifest(
      this,
      'Network',
      k8s.KubeNetworkPolicy.manifest({
        metadata: { name, labels },
        spec: networkPolicySpec({
          selector,
          cluster: this.topic.cluster,
          brokerPort: this.access.port,
          httpPort,
          callers: this.workerProps.exposure?.callers ?? [],
        }),
      }),
    );
    this.workerProps.exposure?.expose(this, { name, labels, selector });
  }

  private graceSeconds(): number {
    return Math.ceil(this.shutdownDeadline.toMilliseconds() / 1000) + graceMargin.toSeconds();
  }

  private deploymentSpec(): k8s.DeploymentSpec {
    return {
      selector: { matchLabels: this.selector },
      // A surplus member stops a whole eager group twice, and a surplus producer doubles the declared rate.
      strategy: {
        type: 'RollingUpdate',
        rollingUpdate: { maxSurge: k8s.IntOrString.fromNumber(0), maxUnavailable: k8s.IntOrString.fromNumber(1) },
      },
      template: this.pod(),
    };
  }

  private statefulSetSpec(): k8s.StatefulSetSpec {
    return {
      selector: { matchLabels: this.selector },
      serviceName: `${this.name}-pods`,
      // The names matter, the order of their start does not.
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'RollingUpdate' },
      template: this.pod(),
    };
  }

  private pod(): k8s.PodTemplateSpec {
    const { spreadOver } = this.workerProps;
    return {
      metadata: { labels: this.labels() },
      spec: {
        serviceAccountName: this.name,
        automountServiceAccountToken: false,
        // A Service called kafka-… would otherwise put variables called KAFKA_… into the pod.
        enableServiceLinks: false,
        terminationGracePeriodSeconds: this.graceSeconds(),
        // No runAsUser and no fsGroup: OpenShift gives each namespace a range of its own.
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        topologySpreadConstraints:
          spreadOver === undefined
            ? undefined
            : [{ maxSkew: 1, topologyKey: spreadOver, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: this.selector } }],
        containers: [this.container()],
        volumes: [{ name: 'tmp', emptyDir: {} }, ...this.access.volumes],
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
      volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }, ...this.access.mounts],
    };
  }
}

const quantities = (texts: Readonly<Record<string, string>>): Record<string, k8s.Quantity> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, k8s.Quantity.fromString(text)]));
