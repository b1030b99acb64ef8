import { App, Size } from 'cdk8s';
import { Lab, labBytesPerSecond, labLoad } from '../charts/lab.js';
import { Platform, type PlatformProps } from '../charts/platform.js';
import { bytesOf, type ComputeResources } from '../constructs/compute.js';
import { Cpu } from '../constructs/cpu.js';
import { NodeStorage } from '../constructs/node-storage.js';
import { storagePerBroker } from '../constructs/model/sizing.js';
import { formatSize } from '../constructs/model/units.js';
import type { Reasons } from '../constructs/reasons.js';

interface Environment {
  readonly platform: Omit<PlatformProps, 'namespace'>;
  readonly image: string;
  readonly evidence: 'off' | 'stdout';
  readonly topicReasons?: Reasons;
}

/** Lab 1.1's figures for a node. */
const labNode: ComputeResources = {
  cpuRequest: Cpu.millis(500),
  cpuLimit: Cpu.cores(1),
  memoryRequest: Size.gibibytes(1),
  memoryLimit: Size.gibibytes(2),
};

const version = '0.1.0';
/** Where OpenShift keeps the images that are built in a namespace. */
const openShiftImage = `image-registry.openshift-image-registry.svc:5000/kafka/muster-workers:${version}`;

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
      cpuRequests: Cpu.cores(6),
      cpuLimits: Cpu.cores(12),
      memoryRequests: Size.gibibytes(10),
      memoryLimits: Size.gibibytes(18),
      why: '6 Kafka nodes (2Gi/1), the entity operator (1Gi/1), 1 producer and 8 consumers (256Mi/200m) may use 15.25Gi and 8.8 CPU; the rest is for Strimzi itself and one-off pods',
    },
    reasons: { replication: '3, and 2 in sync: data survives the loss of two brokers, writes with acks=all the loss of one' },
  },
  image: `muster-workers:${version}`,
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
  evidence: 'stdout',
  topicReasons: {
    replicas: '1 instead of 3: one broker can hold one replica',
    'min-insync-replicas': '1 instead of 2: more than there are replicas would refuse every write',
  },
};

const productionBrokers = 3;
const productionReplication = 3;
const logBytes = storagePerBroker({
  bytesPerSecond: labBytesPerSecond,
  retentionMs: labLoad.retention.toMilliseconds(),
  replicationFactor: productionReplication,
  brokers: productionBrokers,
  partitions: labLoad.partitions,
  segmentBytes: bytesOf(labLoad.segmentSize),
});
const gib = 2 ** 30;

/** OpenShift with three zones and persistent volumes. */
const production: Environment = {
  platform: {
    zoneLabel,
    brokers: {
      count: productionBrokers,
      resources: { cpuRequest: Cpu.cores(1), cpuLimit: Cpu.cores(2), memoryRequest: Size.gibibytes(4), memoryLimit: Size.gibibytes(4) },
      storage: NodeStorage.persistent(Size.gibibytes(Math.ceil(logBytes / gib))),
      reasons: {
        replicas: '3: one a zone, and replication factor 3 needs as many',
        storage: `${formatSize(labBytesPerSecond)}/s × ${labLoad.retention.toDays()} d × RF ${productionReplication} ÷ ${productionBrokers} brokers ÷ 0.7 fill, plus one segment a replica, in whole GiB`,
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
  evidence: 'off',
};

const environments: Readonly<Record<string, Environment>> = { crc, k3s, production };

/** Environments that can be synthesised, in alphabetical order. */
export const environmentNames: readonly string[] = Object.keys(environments).sort();

/** The declaration of an environment as a cdk8s app, not yet synthesised; undefined when there is none of that name. */
export function declare(name: string): App | undefined {
  const environment = Object.hasOwn(environments, name) ? environments[name] : undefined;
  if (environment === undefined) return undefined;
  const { platform, image, evidence, topicReasons } = environment;
  const app = new App();
  const { cluster } = new Platform(app, 'platform', { namespace: 'kafka', ...platform });
  new Lab(app, 'lab', { cluster, image, evidence, zoneLabel: platform.zoneLabel, topicReasons });
  return app;
}
