import { Duration, Lazy } from 'cdk8s';
import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import type { ComputeResources } from './compute.js';
import { failureLogFolder, type IFailureLog } from './failure-log.js';
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
import { deploymentSpec, jobSpec, statefulSetSpec, type WorkerPod } from './worker-pod.js';
import type { WorkerVolume } from './worker-volume.js';

/** What every worker is told, whatever it does. */
export interface WorkerProps {
  /** Name of the Deployment and its ServiceAccount, pinned. */
  readonly name: string;
  /** Image that holds the built workers below `/app`. */
  readonly image: string;
  readonly topic: IKafkaTopic;
  /** Of the system the worker belongs to, for the label app.kubernetes.io/part-of: what is started together. */
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
  /** Client library. librdkafka needs an image that was built with it. @default 'kafkajs' */
  readonly client?: 'kafkajs' | 'librdkafka';
  /** Longest wait at the start for brokers and topics that are not there yet; the worker then ends with 3. @default Duration.minutes(5) */
  readonly startupDeadline?: Duration;
  /**
   * Where records go that neither their topic nor the dead-letter topic takes.
   * @default none: the worker waits for the topics instead
   */
  readonly failureLog?: IFailureLog;
  /** OTLP/HTTP address that takes traces. @default none: traces are carried on, none is sent */
  readonly tracesEndpoint?: string;
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
  /**
   * Plays its role in drills where an environment has several workers of it: the annotation `muster.dev/drill`.
   * @default false
   */
  readonly drill?: boolean;
}

/** Port of /live, /ready and /metrics. */
const httpPort = 8080;

/** Left of the grace period after the worker's own deadline: for the kubelet, not for work. */
const graceMargin = Duration.seconds(5);

/** The contract's settings that every worker takes from its common props. */
export interface CommonSettings extends AccessSettings {
  readonly KAFKA_BOOTSTRAP_SERVERS: string;
  readonly KAFKA_TOPIC: string;
  readonly KAFKA_CLIENT: 'kafkajs' | 'librdkafka';
  readonly KAFKA_STARTUP_DEADLINE_MS: number;
  readonly FAILURE_LOG_DIR: string;
  readonly TRACES_ENDPOINT: string;
  readonly HTTP_PORT: number;
  readonly LOG_LEVEL: 'debug' | 'info' | 'warn' | 'error';
  readonly EVIDENCE: 'off' | 'stdout';
  readonly SHUTDOWN_DEADLINE_MS: number;
}

/** What a kind of worker has of its own. */
export interface WorkerShape {
  readonly component: 'producer' | 'consumer' | 'api';
  /** Ends by itself: a Job. @default false */
  readonly finite?: boolean;
  readonly scaling?: LagScaling | undefined;
  /** Mounted beside what every worker has. @default none */
  readonly volumes?: readonly WorkerVolume[];
  /** Addresses that it must reach beside the brokers. @default none */
  readonly uses?: readonly string[];
}

type WorkloadKind = 'Deployment' | 'StatefulSet' | 'Job';

/**
 * One kind of worker, fit for OpenShift's restricted-v2: a Deployment (or StatefulSet, or Job), a ServiceAccount without rights, a budget
 * that lets nodes be drained, and a network policy.
 */
export abstract class Worker extends Construct {
  readonly name: string;
  readonly namespace: string;
  readonly topic: IKafkaTopic;
  readonly kind: WorkloadKind;
  readonly maxReplicas: number;
  readonly stableNames: boolean;
  readonly shutdownDeadline: Duration;
  readonly client: 'kafkajs' | 'librdkafka';
  readonly startupDeadline: Duration;
  readonly evidence: 'off' | 'stdout';
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly drill: boolean;
  readonly resource: Manifest;

  private readonly access: WorkerAccess;
  private readonly selector: Readonly<Record<string, string>>;

  protected constructor(
    scope: Construct,
    id: string,
    private readonly shape: WorkerShape,
    private readonly workerProps: WorkerProps,
  ) {
    super(scope, id);
    const { scaling } = shape;
    this.name = pinnedName('the worker', workerProps.name);
    this.namespace = namespaceAround(this);
    this.topic = workerProps.topic;
    this.maxReplicas = scaling?.maxReplicas(this.topic.partitions) ?? workerProps.maxReplicas ?? 1;
    this.stableNames = workerProps.stableNames ?? false;
    this.kind = shape.finite === true ? 'Job' : this.stableNames ? 'StatefulSet' : 'Deployment';
    this.shutdownDeadline = workerProps.shutdownDeadline ?? Duration.seconds(25);
    this.client = workerProps.client ?? 'kafkajs';
    this.startupDeadline = workerProps.startupDeadline ?? Duration.minutes(5);
    this.evidence = workerProps.evidence ?? 'off';
    this.logLevel = workerProps.logLevel ?? 'info';
    this.drill = workerProps.drill ?? false;
    this.selector = { 'app.kubernetes.io/name': this.name };
    this.access = workerAccess(this.topic.cluster, this.namespace, workerProps.user, workerProps.listener);
    this.refuse();

    const labels = this.labels();
    this.resource = new Manifest(this, 'Resource', {
      ...{ Deployment: k8s.KubeDeployment.GVK, StatefulSet: k8s.KubeStatefulSet.GVK, Job: k8s.KubeJob.GVK }[this.kind],
      metadata: {
        name: this.name,
        labels,
        annotations: {
          ...(this.kind !== 'Job' && {
            'muster.dev/max-replicas': String(this.maxReplicas),
            // Who may change the number: a person's `oc scale` and KEDA would undo each other.
            'muster.dev/scaled-by': scaling === undefined ? 'person' : 'keda',
          }),
          ...(this.drill && { 'muster.dev/drill': 'true' }),
          ...reasonAnnotations(workerProps.reasons),
        },
      },
      spec: Lazy.any({ produce: () => this.spec() }),
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
      KAFKA_CLIENT: this.client,
      KAFKA_STARTUP_DEADLINE_MS: this.startupDeadline.toMilliseconds(),
      FAILURE_LOG_DIR: this.workerProps.failureLog === undefined ? '' : failureLogFolder,
      TRACES_ENDPOINT: this.workerProps.tracesEndpoint ?? '',
      HTTP_PORT: httpPort,
      LOG_LEVEL: this.logLevel,
      EVIDENCE: this.evidence,
      SHUTDOWN_DEADLINE_MS: this.shutdownDeadline.toMilliseconds(),
    };
  }

  /** Who is granted what the worker does; nobody where the cluster lets everybody do everything. */
  protected grantee(): IKafkaUser | undefined {
    return this.topic.cluster.authorization === undefined ? undefined : this.workerProps.user;
  }

  private refuse(): void {
    const { scaling } = this.shape;
    const say = (problem: string): never => {
      throw new MusterError('bad-input', `worker ${this.name} ${problem}`);
    };
    if (scaling !== undefined && this.workerProps.maxReplicas !== undefined)
      say('has maxReplicas and a scaling by lag, which has its own: leave maxReplicas out');
    if (this.kind === 'Job' && (this.stableNames || this.maxReplicas > 1))
      say('ends by itself, so it is a Job of one pod: leave stableNames and maxReplicas out, or let it run until it is stopped');
    if (this.volumes().some(({ claim }) => claim !== undefined) && this.kind !== 'StatefulSet')
      say('has a volume for each of its pods, and its pods have no names of their own to keep it by: set stableNames');
  }

  private volumes(): WorkerVolume[] {
    const { failureLog } = this.workerProps;
    return [...this.access.volumes, ...(failureLog === undefined ? [] : [failureLog.volume]), ...(this.shape.volumes ?? [])];
  }

  private labels(): Record<string, string> {
    return {
      'app.kubernetes.io/name': this.name,
      'app.kubernetes.io/component': this.shape.component,
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
    if (this.kind === 'StatefulSet') {
      new Manifest(
        this,
        'Names',
        k8s.KubeService.manifest({ metadata: { name: `${name}-pods`, labels }, spec: { clusterIp: 'None', selector: { ...selector } } }),
      );
    }
    if (this.kind !== 'Job') {
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
    }
    const { tracesEndpoint, exposure } = this.workerProps;
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
          callers: exposure?.callers ?? [],
          namespace: this.namespace,
          uses: [...(this.shape.uses ?? []), ...(tracesEndpoint === undefined ? [] : [tracesEndpoint])],
        }),
      }),
    );
    exposure?.expose(this, { name, labels, selector });
  }

  private graceSeconds(): number {
    return Math.ceil(this.shutdownDeadline.toMilliseconds() / 1000) + graceMargin.toSeconds();
  }

  private spec(): object | undefined {
    const pod: WorkerPod = {
      name: this.name,
      component: this.shape.component,
      image: this.workerProps.image,
      labels: this.labels(),
      selector: this.selector,
      env: this.environment(),
      resources: this.workerProps.resources,
      httpPort,
      graceSeconds: this.graceSeconds(),
      volumes: this.volumes(),
      spreadOver: this.workerProps.spreadOver,
    };
    switch (this.kind) {
      case 'Deployment':
        return k8s.toJson_DeploymentSpec(deploymentSpec(pod));
      case 'StatefulSet':
        return k8s.toJson_StatefulSetSpec(statefulSetSpec(pod));
      case 'Job':
        return k8s.toJson_JobSpec(jobSpec(pod));
    }
  }
}
