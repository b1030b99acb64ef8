import { at, listAt, numberAt, textAt, type Resource } from './resource.js';
import { rule, type Rule, type Subject } from './rule.js';
import { settingOf, type ClusterView, type System, type TopicView, type WorkerView } from './system.js';
import { formatBytes, formatSize, parseQuantity } from './units.js';

const day = 86_400_000;

/** The disks of all brokers together, in bytes; undefined when one of them has no limit, or a size that is none. */
function diskOf({ pools }: ClusterView): number | undefined {
  const brokers = pools.filter(({ roles, replicas }) => roles.includes('broker') && replicas > 0);
  const sizes = brokers.flatMap(({ resource, replicas }) => {
    const storage = at(resource, 'spec', 'storage');
    const volumes = textAt(storage, 'type') === 'jbod' ? listAt(storage, 'volumes') : [storage];
    return volumes.map((volume) => {
      const size = parseQuantity(textAt(volume, 'size') ?? textAt(volume, 'sizeLimit') ?? '');
      return size === undefined ? undefined : size * replicas;
    });
  });
  if (sizes.length === 0 || sizes.includes(undefined)) return undefined;
  return sizes.reduce<number>((sum, size = 0) => sum + size, 0);
}

/** An option of a topic, or of its cluster where the topic is silent. */
const option = (topic: TopicView, own: string, cluster: string): number | undefined =>
  numberAt(topic.resource, 'spec', 'config', own) ?? (topic.cluster && numberAt(topic.cluster.config, cluster));

/** How long records stay, in ms; undefined for ever. */
function retentionOf(topic: TopicView): number | undefined {
  const { config } = topic.cluster ?? { config: {} };
  const minutes = numberAt(config, 'log.retention.minutes');
  const hours = numberAt(config, 'log.retention.hours');
  const inherited = minutes === undefined ? (hours === undefined ? 7 * day : hours * 3_600_000) : minutes * 60_000;
  const ms = option(topic, 'retention.ms', 'log.retention.ms') ?? inherited;
  return ms < 0 ? undefined : ms;
}

/** Bytes a second that the producers of a topic are declared to write, one replica of each counted where none is said. */
const rateOf = (producers: readonly WorkerView[]): number =>
  producers.reduce((sum, producer) => {
    const [rate, bytes] = ['PRODUCER_RATE', 'PRODUCER_RECORD_BYTES'].map((name) => Number(settingOf(producer, name)));
    return sum + (rate ?? NaN) * (bytes ?? NaN) * (numberAt(producer.resource, 'spec', 'replicas') ?? 1);
  }, 0);

/** What a topic will come to hold on all brokers, as far as its own limit or its declared producers tell. */
function heldBy(topic: TopicView, producers: readonly WorkerView[]): number {
  const { partitions, replicas = 1 } = topic;
  const policy = at(topic.resource, 'spec', 'config', 'cleanup.policy') ?? topic.cluster?.config['log.cleanup.policy'] ?? 'delete';
  if (policy !== 'delete') return 0;
  const perPartition = option(topic, 'retention.bytes', 'log.retention.bytes') ?? -1;
  const bySize = perPartition < 0 ? Infinity : perPartition * (partitions ?? 1);
  const byTime = producers.length === 0 ? Infinity : (rateOf(producers) / 1000) * (retentionOf(topic) ?? Infinity);
  const held = Math.min(bySize, Number.isNaN(byTime) ? Infinity : byTime) * replicas;
  return Number.isFinite(held) ? held : 0;
}

interface DiskView extends Subject {
  readonly cluster: ClusterView;
  readonly disk: number;
  readonly held: readonly { readonly name: string; readonly bytes: number }[];
}

function disks(system: System): DiskView[] {
  const producers = new Map<TopicView, WorkerView[]>();
  for (const worker of system.workers) {
    if (worker.component === 'producer' && worker.topic !== undefined)
      producers.set(worker.topic, [...(producers.get(worker.topic) ?? []), worker]);
  }
  return system.clusters.flatMap((cluster): DiskView[] => {
    const disk = diskOf(cluster);
    const pool: Resource | undefined = cluster.pools.find(({ roles }) => roles.includes('broker'))?.resource;
    if (disk === undefined || pool === undefined) return [];
    const held = system.topics
      .filter((topic) => topic.cluster === cluster)
      .map((topic) => ({ name: topic.name, bytes: heldBy(topic, producers.get(topic) ?? []) }))
      .sort((a, b) => b.bytes - a.bytes);
    return [{ resource: pool, cluster, disk, held }];
  });
}

const sum = ({ held }: DiskView): number => held.reduce((total, { bytes }) => total + bytes, 0);

export const diskRules: readonly Rule[] = [
  rule<DiskView>({
    id: 'disk-below-retention',
    severity: 'warning',
    source: 'https://kafka.apache.org/43/documentation.html#topicconfigs',
    what: 'disks that cannot hold what the topics keep: retention × rate × replicas',
    subjects: disks,
    broken: (view) => sum(view) > view.disk,
    path: 'spec.storage',
    message: (view) =>
      `the brokers of Kafka ${view.cluster.name} have ${formatBytes(view.disk)} of disk together, and its topics come to hold ${formatSize(sum(view))} before compression, replicas included (most of it: ${view.held
        .slice(0, 3)
        .map(({ name, bytes }) => `${name} ${formatSize(bytes)}`)
        .join(', ')}): a full disk stops its broker; raise the size, or lower retention.ms or retention.bytes`,
  }),
];
