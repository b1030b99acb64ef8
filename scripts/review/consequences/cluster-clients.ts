import { clientsOf } from '../../../constructs/model/client.js';
import { containersOf } from '../../../constructs/model/pod.js';
import { listAt, textAt, type Resource } from '../../../constructs/model/resource.js';
import type { Side } from '../change.js';
import { indexOf } from './workload-index.js';

/** Who names an address of a Kafka, by `CLUSTER:PORT`. Made once a side. */
const made = new WeakMap<Side, ReadonlyMap<string, readonly Resource[]>>();

/** The bootstrap service of the internal listeners: CLUSTER-kafka-bootstrap, then the namespace, then the port. */
const address = /([a-z0-9.-]+?)-kafka-bootstrap(?:\.[a-z0-9.-]+)?:(\d{2,5})/g;

function addresses(side: Side): ReadonlyMap<string, readonly Resource[]> {
  const known = made.get(side);
  if (known !== undefined) return known;
  const { system, pods } = indexOf(side);
  const found = new Map<string, Set<Resource>>();
  const add = (text: string | undefined, resource: Resource): void => {
    for (const [, cluster = '', port = ''] of (text ?? '').matchAll(address)) {
      const key = `${cluster}:${port}`;
      found.set(key, (found.get(key) ?? new Set()).add(resource));
    }
  };
  for (const pod of pods) {
    for (const { container } of containersOf(pod)) {
      for (const variable of listAt(container, 'env')) add(textAt(variable, 'value'), pod.resource);
      for (const word of [...listAt(container, 'args'), ...listAt(container, 'command')])
        add(typeof word === 'string' ? word : undefined, pod.resource);
    }
  }
  for (const { resource, value } of clientsOf(system)) add(textAt(value, 'bootstrapServers'), resource);
  const lists = new Map([...found].map(([key, resources]) => [key, [...resources]]));
  made.set(side, lists);
  return lists;
}

/** Workloads, Connects, Bridges and mirrors that name the internal address of a Kafka with this port. */
export const clientsAt = (side: Side, cluster: string, port: unknown): readonly Resource[] =>
  addresses(side).get(`${cluster}:${String(port)}`) ?? [];
