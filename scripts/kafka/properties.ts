import type { Role } from './plan.js';

/** A node as a process on this machine. */
export interface NodeProcess {
  readonly id: number;
  readonly roles: readonly Role[];
  /** Port of the listener for clients and the other brokers; unused on a node that is a controller only. */
  readonly clientPort: number;
  /** Port of the controllers' listener; unused on a node that is a broker only. */
  readonly controllerPort: number;
  readonly logDirs: readonly string[];
  readonly rack?: string;
}

/**
 * What the launcher lowers so that three brokers fit a laptop; an option of the manifest wins over it. None of them changes what a
 * group or a producer sees.
 */
const lowered: Readonly<Record<string, string>> = {
  'log.cleaner.dedupe.buffer.size': '2097152',
  'offsets.topic.num.partitions': '5',
  'transaction.state.log.num.partitions': '5',
  'share.coordinator.state.topic.num.partitions': '1',
  'num.network.threads': '2',
  'num.io.threads': '4',
  'controller.quorum.election.timeout.ms': '500',
  'controller.quorum.fetch.timeout.ms': '2000',
};

/** Options that say where a node listens and stores: the operator sets them on a cluster, the launcher here. */
const owned =
  /^(listeners|advertised\.|broker\.id|listener\.|host\.name|port$|inter\.broker\.listener\.name|sasl\.|ssl\.|security\.|password\.|log\.dir|zookeeper|authorizer\.|super\.user|node\.id|process\.roles|controller\.(?!quorum\..*timeout)|metadata\.log\.dir|broker\.rack)/;

/** The server.properties of one node. Strimzi's forbidden options are left out, as the operator does. */
export function brokerProperties(node: NodeProcess, all: readonly NodeProcess[], config: Readonly<Record<string, string>>): string {
  const isBroker = node.roles.includes('broker');
  const isController = node.roles.includes('controller');
  const voters = all.filter((n) => n.roles.includes('controller')).map((n) => `${String(n.id)}@127.0.0.1:${String(n.controllerPort)}`);
  const client = `CLIENT://127.0.0.1:${String(node.clientPort)}`;
  const properties: Record<string, string> = {
    ...lowered,
    ...Object.fromEntries(Object.entries(config).filter(([key]) => !owned.test(key))),
    'node.id': String(node.id),
    'process.roles': node.roles.join(','),
    'controller.quorum.voters': voters.join(','),
    listeners: [...(isBroker ? [client] : []), ...(isController ? [`CONTROLLER://127.0.0.1:${String(node.controllerPort)}`] : [])].join(
      ',',
    ),
    ...(isBroker ? { 'advertised.listeners': client, 'inter.broker.listener.name': 'CLIENT' } : {}),
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': node.logDirs.join(','),
    ...(node.rack === undefined ? {} : { 'broker.rack': node.rack }),
  };
  return `${Object.entries(properties)
    .map(([key, value]) => `${key}=${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`)
    .join('\n')}\n`;
}
