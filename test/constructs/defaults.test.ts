import { describe, expect, it } from '@jest/globals';
import { Duration, Size } from 'cdk8s';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApiWorker } from '../../constructs/api-worker.js';
import { ConsumerWorker } from '../../constructs/consumer-worker.js';
import { KafkaBridge } from '../../constructs/kafka-bridge.js';
import { KafkaConnect } from '../../constructs/kafka-connect.js';
import { KafkaConnector } from '../../constructs/kafka-connector.js';
import { KafkaEndpoint } from '../../constructs/kafka-endpoint.js';
import { KafkaListener, ListenerAuthentication } from '../../constructs/kafka-listener.js';
import { KafkaRebalance, RebalanceMode } from '../../constructs/kafka-rebalance.js';
import { KafkaUser } from '../../constructs/kafka-user.js';
import { UserAuthentication } from '../../constructs/user-authentication.js';
import { LagScaling } from '../../constructs/lag-scaling.js';
import { NodeStorage } from '../../constructs/node-storage.js';
import { ProducerWorker } from '../../constructs/producer-worker.js';
import { Rate } from '../../constructs/rate.js';
import { KafkaNodePool } from '../../constructs/kafka-node-pool.js';
import { WorkerImage } from '../../constructs/worker-image.js';
import { clusterOf, compute, stage } from './stage.js';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../constructs');

interface Documented {
  readonly prop: string;
  readonly text: string | undefined;
}

/** The optional props of an interface with the text behind their `@default`. */
function documentedDefaults(file: string, name: string): Documented[] {
  const source = readFileSync(join(folder, file), 'utf8');
  const body = new RegExp(`export interface ${name}[^{]*\\{([\\s\\S]*?)\\n\\}`).exec(source)?.[1] ?? '';
  return [...body.matchAll(/(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?readonly (\w+)\?:/g)].map(([, comment = '', prop = '']) => ({
    prop,
    text: /@default (.*?)\s*(?:\n|$)/.exec(comment)?.[1],
  }));
}

const factories = { Duration, Size, Rate, NodeStorage, UserAuthentication, RebalanceMode };

/** A default that is an expression, evaluated; prose is not. */
function expression(text: string): { value: unknown } | undefined {
  if (!/^('[^']*'|\d+|true|false|(Duration|Size|Rate|NodeStorage|UserAuthentication|RebalanceMode)\.\w+\(.*\))$/.test(text))
    return undefined;
  // The text stands in our own source, beside the code it documents.
  const evaluate = new Function(...Object.keys(factories), `return (${text});`) as (...given: unknown[]) => unknown;
  return { value: evaluate(...Object.values(factories)) };
}

/** Equal amounts in different units are equal. */
function plain(value: unknown): unknown {
  if (value instanceof Duration) return `${value.toMilliseconds()} ms`;
  if (value instanceof Size) return `${value.toKibibytes()} KiB`;
  return value;
}

const { chart } = stage();
const { cluster, topic } = clusterOf(chart, 3, {
  listeners: [
    KafkaListener.internal({ name: 'plain', port: 9092, tls: false }),
    KafkaListener.internal({ name: 'tls', port: 9093, authentication: ListenerAuthentication.scramSha512() }),
  ],
  cruiseControl: { resources: compute },
});
const common = { image: 'muster-workers:0.1.0', partOf: 'orders', resources: compute, topic };
const user = new KafkaUser(chart, 'User', { cluster, name: 'user' });
const kafka = KafkaEndpoint.of(cluster, { user });
const connect = new KafkaConnect(chart, 'Connect', { name: 'connect', kafka, resources: compute });
const made = {
  KafkaClusterProps: { file: 'kafka-cluster.ts', construct: cluster },
  KafkaTopicProps: { file: 'kafka-topic.ts', construct: topic },
  KafkaNodePoolProps: {
    file: 'kafka-node-pool.ts',
    construct: new KafkaNodePool(chart, 'More', {
      cluster,
      name: 'more',
      replicas: 1,
      roles: ['broker'],
      firstNodeId: 9,
      resources: compute,
    }),
  },
  ListenerProps: { file: 'kafka-listener.ts', construct: KafkaListener.internal({ name: 'a', port: 9092 }) },
  KafkaUserProps: { file: 'kafka-user.ts', construct: user },
  ClientComponentProps: { file: 'client-component.ts', construct: connect },
  ConnectWorkersProps: { file: 'connect-workers.ts', construct: connect },
  KafkaConnectProps: { file: 'kafka-connect.ts', construct: connect },
  ConnectorTuning: {
    file: 'kafka-connector.ts',
    construct: new KafkaConnector(chart, 'Connector', { connect, name: 'connector', className: 'FileStreamSink' }),
  },
  KafkaBridgeProps: { file: 'kafka-bridge.ts', construct: new KafkaBridge(chart, 'Bridge', { name: 'bridge', kafka, resources: compute }) },
  KafkaRebalanceProps: { file: 'kafka-rebalance.ts', construct: new KafkaRebalance(chart, 'Rebalance', { cluster, name: 'rebalance' }) },
  WorkerProps: { file: 'worker.ts', construct: new ConsumerWorker(chart, 'W', { ...common, name: 'w', groupId: 'g' }) },
  LagScalingProps: { file: 'lag-scaling.ts', construct: new LagScaling() },
  WorkerImageProps: {
    file: 'worker-image.ts',
    construct: new WorkerImage(chart, 'Image', { name: 'image', tag: '1', resources: compute }),
  },
  ConsumerWorkerProps: { file: 'consumer-worker.ts', construct: new ConsumerWorker(chart, 'C', { ...common, name: 'c', groupId: 'g' }) },
  DeliveryProps: { file: 'delivering-worker.ts', construct: new ProducerWorker(chart, 'D', { ...common, name: 'd' }) },
  ProducerWorkerProps: { file: 'producer-worker.ts', construct: new ProducerWorker(chart, 'P', { ...common, name: 'p' }) },
  ApiWorkerProps: { file: 'api-worker.ts', construct: new ApiWorker(chart, 'A', { ...common, name: 'a' }) },
};

/** Defaults that are calculated: said in prose, and tested where the construct is. "none" says that nothing is written. */
const prose = [
  'KafkaClusterProps.listeners',
  'KafkaClusterProps.replicationFactor',
  'KafkaClusterProps.minInsyncReplicas',
  'KafkaClusterProps.clusterCa',
  'KafkaClusterProps.clientsCa',
  'KafkaClusterProps.maintenanceWindows',
  'KafkaClusterProps.operatorResources',
  'KafkaTopicProps.resourceName',
  'KafkaTopicProps.replicas',
  'KafkaTopicProps.minInsyncReplicas',
  'KafkaTopicProps.retention',
  'KafkaTopicProps.segmentSize',
  'KafkaTopicProps.compression',
  'KafkaTopicProps.maxMessageSize',
  'KafkaNodePoolProps.heap',
  'ListenerProps.networkPolicyPeers',
  'ListenerProps.certificate',
  'KafkaUserProps.quotas',
  'ConnectWorkersProps.storage',
  'ConnectorTuning.maxRestarts',
  'KafkaRebalanceProps.goals',
  'KafkaRebalanceProps.throttle',
  'WorkerProps.user',
  'WorkerProps.listener',
  'LagScalingProps.maxReplicas',
  'DeliveryProps.retries',
];

const all = Object.entries(made).flatMap(([name, { file, construct }]) =>
  documentedDefaults(file, name).map((documented) => ({ ...documented, name, construct })),
);

describe('documented defaults', () => {
  it('are there for every optional prop', () => {
    expect(all.length).toBeGreaterThan(40);
    expect(all.filter(({ text }) => text === undefined).map(({ name, prop }) => `${name}.${prop}`)).toEqual([]);
  });

  it('are prose only where they are known to be', () =>
    expect(
      all
        .filter(({ text }) => text !== undefined && !/^none\b/.test(text) && expression(text) === undefined)
        .map(({ name, prop }) => `${name}.${prop}`),
    ).toEqual(prose));

  it.each(
    all.flatMap((entry) => (entry.text !== undefined && expression(entry.text) !== undefined ? [{ ...entry, text: entry.text }] : [])),
  )('$name.$prop is $text', ({ prop, text, construct }) =>
    expect(plain((construct as unknown as Record<string, unknown>)[prop])).toEqual(plain(expression(text)?.value)),
  );
});
