import { describe, expect, it } from '@jest/globals';
import { Duration, Size } from 'cdk8s';
import { BrokerQuotas } from '../../constructs/broker-quotas.js';
import { CertificateAuthority } from '../../constructs/certificate-authority.js';
import { ConnectPlugins } from '../../constructs/connect-plugins.js';
import { KafkaBridge } from '../../constructs/kafka-bridge.js';
import { KafkaCluster } from '../../constructs/kafka-cluster.js';
import { KafkaConnect } from '../../constructs/kafka-connect.js';
import { KafkaConnector } from '../../constructs/kafka-connector.js';
import { KafkaEndpoint } from '../../constructs/kafka-endpoint.js';
import { KafkaListener, ListenerAuthentication } from '../../constructs/kafka-listener.js';
import { KafkaMirrorMaker2 } from '../../constructs/kafka-mirror-maker2.js';
import { KafkaRebalance, RebalanceMode } from '../../constructs/kafka-rebalance.js';
import { Metrics } from '../../constructs/metrics.js';
import { MusterError } from '../../constructs/model/error.js';
import { NodeStorage } from '../../constructs/node-storage.js';
import { everything } from './everything.js';
import { clusterOf, compute, manifest, stage } from './stage.js';

const { chart } = stage();
const { cluster, connect, scram } = everything(chart);
const kafka = KafkaEndpoint.external({ bootstrapServers: 'elsewhere:9092' });
const mirror = (aliases: readonly string[]): unknown =>
  new KafkaMirrorMaker2(stage().chart, 'M', {
    name: 'm',
    resources: compute,
    targetAlias: 'here',
    target: kafka,
    mirrors: aliases.map((alias) => ({ alias, kafka })),
  });

// What is wrong with one object is said where it is declared, before anything is written.
describe('refused where it is declared', () => {
  it.each<[string, () => unknown, string]>([
    ['a listener name', () => KafkaListener.internal({ name: 'Plain', port: 9092 }), 'has a name that is not legal'],
    ['a port of Strimzi', () => KafkaListener.internal({ name: 'a', port: 9404 }), 'has port 9404'],
    ['a port below 9092', () => KafkaListener.internal({ name: 'a', port: 443 }), 'has port 443'],
    ['a route without TLS', () => KafkaListener.route({ name: 'a', port: 9094, tls: false }), 'leave tls on'],
    [
      'certificates without TLS',
      () => KafkaListener.internal({ name: 'a', port: 9094, tls: false, authentication: ListenerAuthentication.mutualTls() }),
      'works over TLS only',
    ],
    [
      'a certificate nobody sees',
      () => KafkaListener.internal({ name: 'a', port: 9094, tls: false, certificate: { secretName: 's' } }),
      'which only TLS shows',
    ],
    [
      'a gateway listener without gateways',
      () => KafkaListener.tlsRoute({ name: 'a', port: 9094, gateways: [], bootstrapHost: 'a', hostTemplate: 'b' }),
      'has no gateway',
    ],
    [
      'two listeners on one port',
      () =>
        new KafkaCluster(stage().chart, 'K', {
          name: 'k',
          listeners: ['a', 'b'].map((name) => KafkaListener.internal({ name, port: 9092 })),
        }),
      'the name or the port of one before it',
    ],
    ['metrics of nothing', () => Metrics.strimziReporter([]), 'the list is empty'],
    ['metrics by no expression', () => Metrics.strimziReporter(['kafka_(']), 'is no regular expression'],
    [
      "Strimzi's reporter on Cruise Control",
      () => {
        const own = stage().chart;
        clusterOf(own, 3, { cruiseControl: { resources: compute, metrics: Metrics.strimziReporter() } });
        return manifest(own, 'Kafka');
      },
      'Cruise Control has no Strimzi metrics reporter',
    ],
    [
      'space left as size and as ratio',
      () => BrokerQuotas.allClients({ minAvailablePerVolume: Size.gibibytes(1), minAvailableRatioPerVolume: 0.1 }),
      'Strimzi takes one of the two',
    ],
    [
      'an authority renewed before it begins',
      () => CertificateAuthority.generated({ validity: Duration.days(10), renewal: Duration.days(30) }),
      'cannot be renewed',
    ],
    ['a node without volumes', () => NodeStorage.jbod([]), 'keeps nothing'],
    [
      'a rebalance nobody does',
      () => new KafkaRebalance(stage().chart, 'R', { cluster: clusterOf(stage().chart).cluster, name: 'r' }),
      'has no Cruise Control',
    ],
    ['brokers to remove, but none', () => RebalanceMode.removeBrokers([]), 'names brokers'],
    ['a user who comes in by a listener of others', () => KafkaEndpoint.of(cluster, { user: scram, listener: 'mtls' }), 'asks for tls'],
    ['a listener that is not there', () => KafkaEndpoint.of(cluster, { listener: 'tls' }), 'has no listener "tls"'],
    ['a Secret of another namespace', () => KafkaEndpoint.of(cluster, { user: scram }).clientSpec('shop'), 'a pod in shop cannot mount it'],
    ['a build without plugins', () => ConnectPlugins.imageStream('a:b', []), 'needs a plugin or more'],
    ['a plugin without artifacts', () => ConnectPlugins.imageStream('a:b', [{ name: 'empty', artifacts: [] }]), 'without artifacts'],
    [
      'a connector without tasks',
      () => new KafkaConnector(stage().chart, 'C', { connect, name: 'c', className: 'C', tasksMax: 0 }),
      'has 0 tasks',
    ],
    [
      'half a pod of Connect',
      () => new KafkaConnect(stage().chart, 'C', { name: 'c', kafka, resources: compute, replicas: 0.5 }),
      'has 0.5 replicas',
    ],
    ['a mirror of nothing', () => mirror([]), 'mirrors nothing'],
    ['a mirror onto itself', () => mirror(['here']), 'has one alias twice'],
    [
      'a bridge on a port of the system',
      () => new KafkaBridge(stage().chart, 'B', { name: 'b', kafka, resources: compute, port: 80 }),
      'has port 80',
    ],
  ])('%s', (_, make, message) => {
    // cdk8s wraps what is thrown while it writes, and keeps the sentence.
    expect(make).toThrow(message);
  });

  it('with a code, so that a person sees a sentence and no stack', () => {
    expect(() => RebalanceMode.addBrokers([])).toThrow(MusterError);
  });
});
