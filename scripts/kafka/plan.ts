import { MusterError } from '../../constructs/model/error.js';
import { at, listAt, numberAt, recordAt, textAt, type Resource } from '../../constructs/model/resource.js';

/** What the manifests say about one Kafka cluster, reduced to what a machine without Kubernetes can do. */
export interface ClusterPlan {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly kafkaVersion: string;
  readonly metadataVersion: string | undefined;
  readonly nodes: readonly PlannedNode[];
  /** `spec.kafka.config`, as text. */
  readonly config: Readonly<Record<string, string>>;
  readonly listeners: readonly PlannedListener[];
  readonly topics: readonly PlannedTopic[];
}
export type Role = 'broker' | 'controller';
export interface PlannedNode {
  readonly id: number;
  /** Name of its pod on a cluster: `bhf-kafka-broker-0`. */
  readonly pod: string;
  readonly roles: readonly Role[];
  /** Number of log directories (JBOD volumes). */
  readonly volumes: number;
}
export interface PlannedListener {
  readonly name: string;
  readonly port: number;
  readonly secured: boolean;
}
export interface PlannedTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly config: Readonly<Record<string, string>>;
}

const texts = (record: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, String(value)]));
const clusterLabel = 'strimzi.io/cluster';

/** Node ids as Strimzi gives them: from the pool's `next-node-ids` annotation, else the lowest free ones. */
function nodeIds(pool: Resource, count: number, taken: Set<number>): number[] {
  const wanted = [
    ...(textAt(pool, 'metadata', 'annotations', 'strimzi.io/next-node-ids') ?? '').matchAll(/(\d+)(?:\s*-\s*(\d+))?/g),
  ].flatMap((m) => {
    const first = Number(m[1]);
    const last = Number(m[2] ?? m[1]);
    return Array.from({ length: Math.max(0, Math.min(last - first + 1, 1000)) }, (_, i) => first + i);
  });
  const ids: number[] = [];
  const take = (id: number): void => {
    if (ids.length >= count || taken.has(id)) return;
    taken.add(id);
    ids.push(id);
  };
  wanted.forEach(take);
  for (let id = 0; ids.length < count; id++) take(id);
  return ids;
}

/**
 * Reads the cluster out of the manifests. Only what the checks cannot know is refused here: the manifests must hold exactly one
 * Kafka with node pools.
 */
export function planCluster(resources: readonly Resource[]): ClusterPlan {
  const kafkas = resources.filter((r) => r.kind === 'Kafka');
  const [kafka] = kafkas;
  if (kafka === undefined || kafkas.length > 1) {
    const names = kafkas.map((k) => k.metadata.name).join(', ');
    throw new MusterError(
      'bad-input',
      `the manifests hold ${String(kafkas.length)} Kafka resources${names === '' ? '' : ` (${names})`}; a local cluster is made from exactly one`,
    );
  }
  const { name, namespace } = kafka.metadata;
  const ours = resources.filter((r) => textAt(r, 'metadata', 'labels', clusterLabel) === name);
  const taken = new Set<number>();
  const nodes = ours
    .filter((r) => r.kind === 'KafkaNodePool')
    .sort((a, b) => a.metadata.name.localeCompare(b.metadata.name))
    .flatMap((pool) => {
      const roles = listAt(pool, 'spec', 'roles').filter((role): role is Role => role === 'broker' || role === 'controller');
      const volumes = Math.max(1, listAt(pool, 'spec', 'storage', 'volumes').length);
      return nodeIds(pool, numberAt(pool, 'spec', 'replicas') ?? 0, taken).map((id): PlannedNode => ({
        id,
        pod: `${name}-${pool.metadata.name}-${String(id)}`,
        roles,
        volumes,
      }));
    });
  if (!nodes.some((n) => n.roles.includes('broker')) || !nodes.some((n) => n.roles.includes('controller'))) {
    throw new MusterError(
      'bad-input',
      `the node pools of Kafka ${name} give ${String(nodes.length)} nodes, but a cluster needs at least one broker and one controller; check the pools' roles, replicas and label ${clusterLabel}`,
    );
  }
  return {
    name,
    namespace,
    kafkaVersion: String(at(kafka, 'spec', 'kafka', 'version') ?? ''),
    metadataVersion: textAt(kafka, 'spec', 'kafka', 'metadataVersion'),
    nodes,
    config: texts(recordAt(kafka, 'spec', 'kafka', 'config')),
    listeners: listAt(kafka, 'spec', 'kafka', 'listeners').map((listener) => ({
      name: textAt(listener, 'name') ?? '',
      port: numberAt(listener, 'port') ?? 0,
      secured: at(listener, 'tls') === true || at(listener, 'authentication') !== undefined,
    })),
    topics: ours
      .filter((r) => r.kind === 'KafkaTopic')
      .map((topic) => ({
        name: textAt(topic, 'spec', 'topicName') ?? topic.metadata.name,
        partitions: numberAt(topic, 'spec', 'partitions') ?? 1,
        replicas: numberAt(topic, 'spec', 'replicas') ?? 1,
        config: texts(recordAt(topic, 'spec', 'config')),
      })),
  };
}

/** A process of the local cluster: one broker, perhaps with the controller's role besides, or one controller. */
export interface LocalNode extends PlannedNode {
  readonly compacted: boolean;
}

/**
 * How the nodes become processes. `declared`: a process a node. `compacted`: no process for nodes that are controllers only; as many
 * brokers as there were controllers take the controller's role besides (six processes become three).
 */
export function layOut(nodes: readonly PlannedNode[], roles: 'declared' | 'compacted'): LocalNode[] {
  if (roles === 'declared') return nodes.map((node) => ({ ...node, compacted: false }));
  const brokers = nodes.filter((n) => n.roles.includes('broker'));
  const controllers = nodes.filter((n) => n.roles.includes('controller')).length;
  return brokers.map((node, index) => {
    const withController: readonly Role[] = index < controllers ? ['broker', 'controller'] : ['broker'];
    return { ...node, roles: withController, compacted: withController.length > node.roles.length };
  });
}
