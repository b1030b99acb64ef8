import { App, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { Flights } from '../charts/flights.js';
import { GroupsPrimer } from '../charts/groups-primer.js';
import { Images } from '../charts/images.js';
import { LabExercises } from '../charts/lab-exercises.js';
import { Lab } from '../charts/lab.js';
import { MachineLine } from '../charts/machine-line.js';
import { Operator } from '../charts/operator.js';
import { OrderApi } from '../charts/order-api.js';
import { OrderChain, type OrderChainProps } from '../charts/order-chain.js';
import { Platform, type PlatformProps } from '../charts/platform.js';
import { Reservations, type ReservationsProps } from '../charts/reservations.js';
import { SizingExercise } from '../charts/sizing-exercise.js';
import type { SystemProps } from '../charts/system.js';
import type { ComputeResources } from '../constructs/compute.js';
import { Cpu } from '../constructs/cpu.js';
import { parseImage } from '../constructs/model/image-reference.js';
import type { Target } from '../constructs/model/system.js';
import { defaultStrimziVersion } from '../constructs/model/versions.js';
import { NodeStorage } from '../constructs/node-storage.js';
import type { Reasons } from '../constructs/reasons.js';
import { WorkerExposure, type IWorkerExposure } from '../constructs/worker-exposure.js';
import { productionBrokers, productionCluster, productionDisk } from './production.js';

interface Environment {
  readonly platform: Omit<PlatformProps, 'namespace' | 'strimziVersion'>;
  readonly image: string;
  /** What it runs on: OpenShift has its OperatorHub, its builds and its image streams, and `crc` little room. */
  readonly target: Target;
  /** How APIs are reached. */
  readonly exposure: IWorkerExposure;
  /** What there is beside the lab. */
  readonly systems: Readonly<Record<string, System>>;
  readonly evidence: 'off' | 'stdout';
  /** What a worker may use. @default the labs' figures */
  readonly workers?: ComputeResources;
  readonly topicReasons?: Reasons;
}

/** Declares a system on a cluster. */
type System = (scope: Construct, id: string, props: SystemProps) => void;

const system =
  <P extends SystemProps>(Chart: new (scope: Construct, id: string, props: P) => unknown, own: Omit<P, keyof SystemProps>): System =>
  (scope, id, props) =>
    void new Chart(scope, id, { ...props, ...own } as P);

/** What fits any environment, a single broker included. */
const small: Readonly<Record<string, System>> = {
  'groups-primer': system(GroupsPrimer, {}),
  flights: system(Flights, {}),
  'machine-line': system(MachineLine, {}),
  'order-chain': system<OrderChainProps>(OrderChain, {}),
  'order-api': system(OrderApi, {}),
  exercises: system(LabExercises, {}),
};

/** Lab 1.1's figures for a node. */
const labNode: ComputeResources = {
  cpuRequest: Cpu.millis(500),
  cpuLimit: Cpu.cores(1),
  memoryRequest: Size.gibibytes(1),
  memoryLimit: Size.gibibytes(2),
};

const version = '0.1.0';
/** Where OpenShift keeps the images that are built in a namespace. */
const builtImage = 'image-registry.openshift-image-registry.svc:5000/kafka/muster-workers';
const openShiftImage = `${builtImage}:${version}`;

const namespace = 'kafka';
const zoneLabel = 'topology.kubernetes.io/zone';

/** K3s: the lab of S5, six nodes of Kafka, ephemeral, no OpenShift kinds. */
const k3s: Environment = {
  platform: {
    brokers: {
      count: 3,
      resources: labNode,
      reasons: { replicas: '3: replication factor 3 needs as many', storage: 'ephemeral: a lab may lose its data' },
    },
    controllers: { count: 3, resources: labNode, reasons: { replicas: '3: a quorum that survives the loss of one' } },
    quota: {
      spare: { cpuRequest: Cpu.millis(500), cpuLimit: Cpu.cores(2), memoryRequest: Size.gibibytes(1), memoryLimit: Size.gibibytes(2) },
      why: 'Strimzi itself, and pods that somebody starts for a moment',
    },
    reasons: { replication: '3, and 2 in sync: data survives the loss of two brokers, writes with acks=all the loss of one' },
  },
  image: `muster-workers:${version}`,
  target: 'k8s',
  // From the namespace itself: `kubectl port-forward`, or an Ingress of one's own.
  exposure: WorkerExposure.service({ 'kubernetes.io/metadata.name': namespace }),
  systems: {
    ...small,
    'sizing-exercise': system(SizingExercise, {}),
    reservations: system<ReservationsProps>(Reservations, {}),
  },
  evidence: 'stdout',
};

/** OpenShift Local: one node of Kubernetes, so one broker and one controller. */
const crc: Environment = {
  platform: {
    brokers: {
      count: 1,
      resources: labNode,
      reasons: { replicas: '1: OpenShift Local is one machine; three brokers on it would fail together' },
    },
    controllers: { count: 1, resources: labNode, reasons: { replicas: '1: as the brokers; no quorum to lose' } },
    reasons: {
      replication:
        '1, where k3s and production have 3: there is one broker. Its loss loses data and stops writes; never measure durability here',
    },
  },
  image: openShiftImage,
  target: 'crc',
  exposure: WorkerExposure.route(),
  // The partitions of S14 and S15 come from three brokers: here their figures would mean nothing.
  systems: small,
  // The labs' figures but for what is asked for: all systems together have to fit one machine, and idle workers take next to nothing.
  workers: { cpuRequest: Cpu.millis(20), cpuLimit: Cpu.millis(200), memoryRequest: Size.mebibytes(96), memoryLimit: Size.mebibytes(256) },
  evidence: 'stdout',
  topicReasons: {
    replicas: '1 instead of 3: one broker can hold one replica',
    'min-insync-replicas': '1 instead of 2: more than there are replicas would refuse every write',
  },
};

/** OpenShift with three zones and persistent volumes. */
const production: Environment = {
  platform: {
    zoneLabel,
    extras: productionCluster,
    brokers: {
      count: productionBrokers,
      resources: { cpuRequest: Cpu.cores(1), cpuLimit: Cpu.cores(2), memoryRequest: Size.gibibytes(4), memoryLimit: Size.gibibytes(4) },
      storage: NodeStorage.persistent(productionDisk.size),
      reasons: {
        replicas: '3: one a zone, and replication factor 3 needs as many',
        storage: productionDisk.why,
        memory: '4Gi, request and limit alike: never evicted for memory; what the heap leaves is page cache',
      },
    },
    controllers: {
      count: 3,
      resources: { cpuRequest: Cpu.millis(500), cpuLimit: Cpu.cores(1), memoryRequest: Size.gibibytes(2), memoryLimit: Size.gibibytes(2) },
      storage: NodeStorage.persistent(Size.gibibytes(10)),
      reasons: {
        replicas: '3: one a zone; the quorum survives the loss of a zone',
        storage: '10 GiB: the metadata log and its snapshots stay far below',
      },
    },
    reasons: { replication: '3, one a zone, and 2 in sync: data survives the loss of two zones, writes with acks=all the loss of one' },
  },
  image: openShiftImage,
  target: 'openshift',
  exposure: WorkerExposure.route(),
  // Not the primer, and not the exercise of S14, whose 500 MB/s are more than these brokers carry.
  systems: {
    flights: system(Flights, {}),
    'machine-line': system(MachineLine, {}),
    'order-chain': system<OrderChainProps>(OrderChain, { picture: false }),
    'order-api': system(OrderApi, {}),
    reservations: system<ReservationsProps>(Reservations, {}),
  },
  evidence: 'off',
  // Memory request and limit alike, as for the brokers; CPU to spare, for catching up after a stop.
  workers: { cpuRequest: Cpu.millis(250), cpuLimit: Cpu.cores(1), memoryRequest: Size.mebibytes(256), memoryLimit: Size.mebibytes(256) },
};

const environments: Readonly<Record<string, Environment>> = { crc, k3s, production };

/** Environments that can be synthesised, in alphabetical order. */
export const environmentNames: readonly string[] = Object.keys(environments).sort();

/**
 * The declaration of an environment as a cdk8s app, not yet synthesised, and what it runs on; undefined when there is none of that name.
 * @param given image of the workers, where it is not the environment's own
 * @throws MusterError `bad-input` when it names none, or one that moves.
 */
export function declare(name: string, given?: string): { readonly app: App; readonly target: Target } | undefined {
  const environment = Object.hasOwn(environments, name) ? environments[name] : undefined;
  if (environment === undefined) return undefined;
  const { platform, evidence, workers, exposure, topicReasons, target, systems } = environment;
  const image = given ?? environment.image;
  const from = parseImage(image);
  const app = new App();
  if (target !== 'k8s') {
    new Operator(app, 'operator', { namespace, version: defaultStrimziVersion });
    // What comes from another registry is not built here.
    if (from.name === builtImage) new Images(app, 'images', { namespace, tag: from.tag ?? version });
  }
  const { cluster } = new Platform(app, 'platform', { namespace, strimziVersion: defaultStrimziVersion, ...platform });
  const common = { cluster, image, evidence, workers, exposure, zoneLabel: platform.zoneLabel, topicReasons };
  new Lab(app, 'lab', common);
  for (const [id, declareSystem] of Object.entries(systems)) declareSystem(app, id, common);
  return { app, target };
}
