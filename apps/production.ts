import { Duration, Size } from 'cdk8s';
import { flightLoads } from '../charts/flights.js';
import { labLoad } from '../charts/lab.js';
import { orderApiLoads } from '../charts/order-api.js';
import { brokersChanged, type PlatformProps } from '../charts/platform.js';
import { reservationLoads } from '../charts/reservations.js';
import { deadLetterLoad, diskOf, type TopicLoad } from '../charts/system.js';
import { Cpu } from '../constructs/cpu.js';
import { KafkaAuthorization } from '../constructs/kafka-authorization.js';
import { KafkaListener, ListenerAuthentication } from '../constructs/kafka-listener.js';
import { Metrics } from '../constructs/metrics.js';
import { formatSize } from '../constructs/model/units.js';
import { Rate } from '../constructs/rate.js';

/** One a zone. */
export const productionBrokers = 3;

/** The topics of S3 and S4, whose sources name no rate: assumed to be small. */
const eventLoads: readonly TopicLoad[] = [
  ...[1, 1, 3, 3, 3].map((partitions) => ({
    rate: Rate.perSecond(10),
    recordSize: Size.kibibytes(0.5),
    retention: Duration.days(7),
    partitions,
  })),
  // email.sent: one for each event of the chain.
  { rate: Rate.perSecond(30), recordSize: Size.kibibytes(0.5), retention: Duration.days(7), partitions: 3 },
  deadLetterLoad,
];

const loads: Readonly<Record<string, readonly TopicLoad[]>> = {
  'the lab': [labLoad],
  flights: flightLoads,
  'machine line and order chain': eventLoads,
  'order API': orderApiLoads,
  reservations: reservationLoads,
};

const gib = 2 ** 30;
const diskEach = Object.entries(loads).map(([name, topics]) => ({
  name,
  bytes: diskOf(topics, productionBrokers, 3, labLoad.segmentSize),
}));
const bytes = diskEach.reduce((sum, { bytes: more }) => sum + more, 0);

/** Disk of a broker: what every system keeps there, in whole GiB. */
export const productionDisk = {
  size: Size.gibibytes(Math.ceil(bytes / gib)),
  why: `${diskEach.map((one) => `${one.name} ${formatSize(Math.ceil(one.bytes / gib) * gib)}`).join(', ')}; each rate × retention × RF 3 ÷ 3 brokers ÷ 0.7 fill, plus one segment a replica`,
};

/** What the production cluster has beyond the lab's: users, rebalances, metrics, and times for restarts. */
export const productionCluster: NonNullable<PlatformProps['extras']> = {
  listeners: [KafkaListener.internal({ name: 'tls', port: 9093, authentication: ListenerAuthentication.scramSha512() })],
  authorization: KafkaAuthorization.simple(),
  metrics: Metrics.strimziReporter(),
  exporter: {
    resources: {
      cpuRequest: Cpu.millis(100),
      cpuLimit: Cpu.millis(500),
      memoryRequest: Size.mebibytes(128),
      memoryLimit: Size.mebibytes(256),
    },
  },
  cruiseControl: {
    resources: { cpuRequest: Cpu.millis(500), cpuLimit: Cpu.cores(1), memoryRequest: Size.gibibytes(1), memoryLimit: Size.gibibytes(2) },
    autoRebalance: [
      { mode: 'add-brokers', template: brokersChanged },
      { mode: 'remove-brokers', template: brokersChanged },
    ],
  },
  // Certificates are renewed, and brokers restarted for it, on Sunday nights only.
  maintenanceWindows: ['* * 0-3 ? * SUN *'],
};
