import { Duration, Size, type Chart } from 'cdk8s';
import { ApiWorker } from '../../constructs/api-worker.js';
import { BrokerQuotas } from '../../constructs/broker-quotas.js';
import { CertificateAuthority } from '../../constructs/certificate-authority.js';
import { ConnectPlugins } from '../../constructs/connect-plugins.js';
import { ConsumerWorker } from '../../constructs/consumer-worker.js';
import { Cpu } from '../../constructs/cpu.js';
import { FailureLog } from '../../constructs/failure-log.js';
import { KafkaAuthorization } from '../../constructs/kafka-authorization.js';
import { KafkaBridge } from '../../constructs/kafka-bridge.js';
import { KafkaCluster } from '../../constructs/kafka-cluster.js';
import { KafkaConnect } from '../../constructs/kafka-connect.js';
import { KafkaConnector } from '../../constructs/kafka-connector.js';
import { KafkaEndpoint } from '../../constructs/kafka-endpoint.js';
import { KafkaListener, ListenerAuthentication } from '../../constructs/kafka-listener.js';
import { KafkaMirrorMaker2 } from '../../constructs/kafka-mirror-maker2.js';
import { KafkaNodePool } from '../../constructs/kafka-node-pool.js';
import { KafkaRebalance, RebalanceMode } from '../../constructs/kafka-rebalance.js';
import { KafkaTopic } from '../../constructs/kafka-topic.js';
import { KafkaUser } from '../../constructs/kafka-user.js';
import { LagScaling } from '../../constructs/lag-scaling.js';
import { Metrics } from '../../constructs/metrics.js';
import { NodeStorage } from '../../constructs/node-storage.js';
import { ProducerWorker } from '../../constructs/producer-worker.js';
import { TieredStorage } from '../../constructs/tiered-storage.js';
import { UserAuthentication } from '../../constructs/user-authentication.js';
import { WorkerExposure } from '../../constructs/worker-exposure.js';
import { WorkerImage } from '../../constructs/worker-image.js';
import { compute } from './stage.js';

const zone = 'topology.kubernetes.io/zone';
const hosts = { bootstrapHost: 'kafka.example.org', hostTemplate: 'kafka-{nodeId}.example.org' };

/** One of every listener. */
export const listeners = [
  KafkaListener.internal({ name: 'plain', port: 9092, tls: false }),
  KafkaListener.internal({ name: 'scram', port: 9093, authentication: ListenerAuthentication.scramSha512() }),
  KafkaListener.internal({ name: 'mtls', port: 9094, authentication: ListenerAuthentication.mutualTls() }),
  KafkaListener.clusterIp({ name: 'proxied', port: 9095, configuration: { useServiceDnsDomain: true } }),
  KafkaListener.nodePort({ name: 'nodes', port: 9096, configuration: { preferredNodePortAddressType: 'InternalIP' } }),
  KafkaListener.loadBalancer({ name: 'balanced', port: 9097, certificate: { secretName: 'our-certificate' } }),
  KafkaListener.route({ name: 'route', port: 9098, authentication: ListenerAuthentication.scramSha512() }),
  KafkaListener.ingress({ name: 'ingress', port: 9099, ingressClass: 'nginx', ...hosts }),
  KafkaListener.tlsRoute({ name: 'gateway', port: 9100, gateways: [{ name: 'edge', namespace: 'gateways' }], ...hosts }),
  KafkaListener.internal({
    name: 'oauth',
    port: 9101,
    authentication: ListenerAuthentication.custom({ 'sasl.enabled.mechanisms': 'OAUTHBEARER' }),
    networkPolicyPeers: [{ podSelector: { matchLabels: { app: 'shop' } } }],
  }),
];

/** A cluster with everything that Strimzi offers, and every kind beside it: for what is true of all of them. */
export function everything(chart: Chart) {
  const cluster = new KafkaCluster(chart, 'Kafka', {
    name: 'full',
    listeners,
    authorization: KafkaAuthorization.simple(['CN=admin']),
    rackTopologyKey: zone,
    quotas: BrokerQuotas.allClients({
      produceRate: Size.mebibytes(100),
      minAvailableRatioPerVolume: 0.1,
      excludedPrincipals: ['CN=admin'],
    }),
    tieredStorage: TieredStorage.custom({ className: 'org.example.Manager', classPath: '/opt/tiered/*', config: { chunks: 4 } }),
    metrics: Metrics.strimziReporter(),
    exporter: { resources: compute },
    cruiseControl: {
      resources: compute,
      autoRebalance: [{ mode: 'add-brokers', template: { name: 'template' } }, { mode: 'remove-brokers' }],
      brokerCapacity: { cpu: Cpu.cores(2), inbound: Size.mebibytes(50), outbound: Size.mebibytes(100) },
      metrics: Metrics.jmxExporter('cruise-control-metrics', 'rules.yaml'),
    },
    clusterCa: CertificateAuthority.own(),
    clientsCa: CertificateAuthority.generated({ validity: Duration.days(730), renewal: Duration.days(60), replaceKey: true }),
    maintenanceWindows: ['* * 0-3 ? * SUN *'],
  });
  const pool = { cluster, resources: compute, spreadOver: zone };
  const volumes = [{ size: Size.gibibytes(100) }, { size: Size.gibibytes(50), storageClass: 'fast' }];
  const storage = NodeStorage.jbod(volumes);
  new KafkaNodePool(chart, 'Brokers', {
    ...pool,
    name: 'broker',
    replicas: 3,
    roles: ['broker'],
    firstNodeId: 0,
    storage,
    heap: Size.mebibytes(96),
  });
  new KafkaNodePool(chart, 'Dual', {
    ...pool,
    name: 'dual',
    replicas: 3,
    roles: ['broker', 'controller'],
    firstNodeId: 10,
    storage: NodeStorage.ephemeral(Size.gibibytes(1)),
  });

  const orders = new KafkaTopic(chart, 'Orders', { cluster, name: 'sales.order.created', partitions: 6 });
  const dead = new KafkaTopic(chart, 'Dead', { cluster, name: 'sales.order.dead', partitions: 1, ordering: 'none' });
  const scram = new KafkaUser(chart, 'Scram', {
    cluster,
    name: 'shop',
    quotas: { produceRate: Size.mebibytes(1), requestPercentage: 50, controllerMutationRate: 0.5 },
  });
  const mtls = new KafkaUser(chart, 'Mtls', {
    cluster,
    name: 'inventory',
    authentication: UserAuthentication.mutualTls({ validity: Duration.days(90), renewal: Duration.days(30) }),
  });
  new KafkaUser(chart, 'Admin', {
    cluster,
    name: 'operations',
    superUser: true,
    authentication: UserAuthentication.scramSha512({ secretName: 'operations-password', key: 'password' }),
  });
  new KafkaUser(chart, 'Outside', { cluster, name: 'partner', authentication: UserAuthentication.externalTls() });
  orders.grantWrite(scram);
  orders.grantRead(mtls, 'inventory-service');
  scram.grantTransactions('shop-', 'prefix');

  const own = { resources: compute, rackTopologyKey: zone, spreadOver: zone, metrics: Metrics.strimziReporter(['kafka_.*']) };
  const connect = new KafkaConnect(chart, 'Connect', {
    ...own,
    name: 'connect',
    replicas: 2,
    kafka: KafkaEndpoint.of(cluster, { user: scram }),
    plugins: ConnectPlugins.imageStream('connect:latest', [
      {
        name: 'files',
        artifacts: [{ type: 'maven', group: 'org.apache.kafka', artifact: 'connect-file', version: '4.3.1' }],
      },
    ]),
  });
  new KafkaConnector(chart, 'Sink', {
    connect,
    name: 'orders-to-file',
    className: 'FileStreamSink',
    tasksMax: 2,
    maxRestarts: 5,
    deadLetters: dead,
    config: { topics: orders.name, file: '/tmp/orders' },
  });
  new KafkaMirrorMaker2(chart, 'Mirror', {
    ...own,
    name: 'mirror',
    targetAlias: 'here',
    target: KafkaEndpoint.of(cluster, { user: mtls }),
    mirrors: [
      {
        alias: 'there',
        kafka: KafkaEndpoint.external({ bootstrapServers: 'there.example.org:9093', trustedSecret: 'there-ca' }),
        topics: 'sales\\..*',
        source: { tasksMax: 4 },
      },
    ],
  });
  new KafkaBridge(chart, 'Bridge', {
    ...own,
    name: 'bridge',
    kafka: KafkaEndpoint.of(cluster),
    cors: { origins: ['https://shop.example.org'], methods: ['POST'] },
    consumerConfig: { 'auto.offset.reset': 'earliest' },
  });
  new KafkaRebalance(chart, 'Template', { cluster, name: 'template', template: true, throttle: Size.mebibytes(20) });
  new KafkaRebalance(chart, 'Away', { cluster, name: 'away', mode: RebalanceMode.removeBrokers([2]), excludedTopics: 'tmp\\..*' });
  return { cluster, orders, dead, scram, mtls, connect };
}

/** Workers with everything around them. */
export function everyWorker(chart: Chart, topic: KafkaTopic): void {
  const { cluster } = topic;
  const user = new KafkaUser(chart, 'Worker', { cluster, name: 'worker', authentication: UserAuthentication.mutualTls() });
  const common = { topic, user, image: 'muster-workers:0.1.0', partOf: 'orders', resources: compute, spreadOver: zone };
  new ConsumerWorker(chart, 'Scaled', { ...common, name: 'scaled', groupId: 'scaled', scaling: new LagScaling() });
  new ProducerWorker(chart, 'Fleet', {
    ...common,
    name: 'fleet',
    stableNames: true,
    failureLog: FailureLog.persistent(Size.gibibytes(1), 'fast'),
  });
  new ProducerWorker(chart, 'Once', { ...common, name: 'once', records: 10, failureLog: FailureLog.emptyDir(Size.mebibytes(16)) });
  new ApiWorker(chart, 'Api', { ...common, name: 'api', exposure: WorkerExposure.service({ team: 'shop' }) });
  new ConsumerWorker(chart, 'Static', {
    ...common,
    name: 'static',
    groupId: 'static',
    client: 'librdkafka',
    staticMembers: true,
    tracesEndpoint: 'http://collector.tracing.svc:4318/v1/traces',
    database: { url: 'postgresql://shop@postgres:5432/shop', passwordSecret: { name: 'tables', key: 'password' } },
  });
  new ConsumerWorker(chart, 'Served', { ...common, name: 'served', groupId: 'served', exposure: WorkerExposure.route() });
  new WorkerImage(chart, 'Image', { name: 'muster-workers', tag: '0.1.0', resources: compute });
}
