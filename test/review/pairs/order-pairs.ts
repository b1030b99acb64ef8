import { brokers, cluster, controllers, strimzi, topic, worker } from './strimzi-pair.js';
import { object } from './workload-pair.js';

/** Manifests before and after, and which of the changes has to wait for which. */
export interface OrderPair {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** Manifests that stand on both sides. */
  readonly beside?: string;
  /** `first < later`, all of them. */
  readonly order: readonly string[];
  /** What the reason of one of them says. */
  readonly why?: string;
}

const platform = cluster() + brokers();
const orders = topic('partitions: 6\nreplicas: 3');
const reader = (env: Readonly<Record<string, string>> = {}, replicas = 2, name = 'inventory', secret?: string): string =>
  worker('consumer', name, { KAFKA_GROUP_ID: 'inventory', ...env }, { replicas, ...(secret !== undefined && { secret }) });
const writer = (env: Readonly<Record<string, string>> = {}): string => worker('producer', 'checkout', env);
const user = (name: string, ...operations: readonly string[]): string =>
  strimzi(
    'KafkaUser',
    name,
    `authentication: {type: tls}\nauthorization: {type: simple, acls: [{resource: {type: topic, name: orders.created}, operations: [${operations.join(', ')}]}]}`,
  );
const tls = '{name: tls, port: 9093, type: internal, tls: true, authentication: {type: tls}}';
const plain = '{name: plain, port: 9092, type: internal, tls: false}';
const at9093 = { KAFKA_BOOTSTRAP_SERVERS: 'bhf-kafka-bootstrap:9093' };
const quota = (cpu: number): string => object('ResourceQuota', 'kafka', `hard: {limits.cpu: "${cpu}"}`);
const settings = (value: string): string => object('ConfigMap', 'shop', '', { rest: `data: {a: "${value}"}` });
const shop = (image: string): string =>
  object(
    'Deployment',
    'shop',
    `selector: {matchLabels: {app: shop}}\ntemplate:\n  metadata: {labels: {app: shop}}\n  spec: {containers: [{name: shop, image: "${image}", envFrom: [{configMapRef: {name: shop}}]}]}`,
    { apiVersion: 'apps/v1' },
  );
const keda = (max: number): string =>
  object(
    'ScaledObject',
    'inventory',
    `scaleTargetRef: {name: inventory}\nmaxReplicaCount: ${max}\ntriggers: [{type: kafka, metadata: {topic: orders.created, consumerGroup: inventory, lagThreshold: "10"}}]`,
    { apiVersion: 'keda.sh/v1alpha1' },
  );
const autoscaler = (max: number): string =>
  object('HorizontalPodAutoscaler', 'inventory', `scaleTargetRef: {kind: Deployment, name: inventory}\nmaxReplicas: ${max}`, {
    apiVersion: 'autoscaling/v2',
  });
const sessions = (max: number): string => cluster({ config: `{default.replication.factor: 3, group.max.session.timeout.ms: ${max}}` });
const subscription = (channel: string): string =>
  object('Subscription', 'strimzi', `name: strimzi-kafka-operator\nchannel: ${channel}`, { apiVersion: 'operators.coreos.com/v1alpha1' });
const volumes = (name: string): string => `storage: {type: jbod, volumes: [{id: 0, type: persistent-claim, size: 100Gi, class: ${name}}]}`;

export const orderPairs: readonly OrderPair[] = [
  {
    name: 'a kind and an object of it',
    before: '',
    after:
      object('Thing', 'one', 'a: 1', { apiVersion: 'example.org/v1' }) +
      object('CustomResourceDefinition', 'things.example.org', 'group: example.org\nnames: {kind: Thing, plural: things}', {
        apiVersion: 'apiextensions.k8s.io/v1',
        namespace: '',
      }),
    order: ['CustomResourceDefinition things.example.org < Thing one'],
  },
  {
    name: 'a namespace and what is in it',
    before: object('Namespace', 'kafka', '', { namespace: '' }),
    after:
      object('Namespace', 'kafka', '', { namespace: '' }) +
      object('Namespace', 'shop', '', { namespace: '' }) +
      object('ConfigMap', 'a', '', { namespace: 'shop' }) +
      object('ConfigMap', 'b'),
    order: ['Namespace shop < ConfigMap a'],
  },
  {
    name: 'a larger quota and the replicas that need it',
    beside: platform + orders,
    before: quota(4) + reader(),
    after: quota(8) + reader({}, 4),
    order: ['ResourceQuota kafka < Deployment inventory'],
  },
  {
    name: 'a smaller quota and the replicas that go',
    beside: platform + orders,
    before: quota(8) + reader({}, 4),
    after: quota(4) + reader(),
    order: ['Deployment inventory < ResourceQuota kafka'],
  },
  {
    name: 'a new topic, its producer and its consumer',
    beside: platform,
    before: '',
    after: writer() + reader() + orders,
    order: ['KafkaTopic orders.created < Deployment checkout', 'KafkaTopic orders.created < Deployment inventory'],
    why: 'UNKNOWN_TOPIC_OR_PARTITION',
  },
  {
    name: 'a new topic that is read from its end',
    beside: platform,
    before: '',
    after: writer() + reader({ CONSUMER_OFFSET_RESET: 'latest' }) + orders,
    order: [
      'KafkaTopic orders.created < Deployment checkout',
      'Deployment inventory < Deployment checkout',
      'KafkaTopic orders.created < Deployment inventory',
    ],
    why: 'skips',
  },
  {
    name: 'a topic that goes after its consumer, and nobody else who stays',
    beside: platform,
    before: orders + reader(),
    after: '',
    order: ['Deployment inventory < KafkaTopic orders.created'],
  },
  {
    name: 'partitions, and members and KEDA beyond the old number',
    beside: platform,
    before: orders + reader({}, 6) + keda(6),
    after: topic('partitions: 12\nreplicas: 3') + reader({}, 12) + keda(12),
    order: ['KafkaTopic orders.created < Deployment inventory', 'KafkaTopic orders.created < ScaledObject inventory'],
    why: 'beyond its 6 partitions',
  },
  {
    name: 'partitions, and an autoscaler beyond the old number',
    beside: platform + reader(),
    before: orders + autoscaler(6),
    after: topic('partitions: 12\nreplicas: 3') + autoscaler(12),
    order: ['KafkaTopic orders.created < HorizontalPodAutoscaler inventory'],
  },
  {
    name: 'partitions, and members that the old number has room for',
    beside: platform,
    before: orders + reader({}, 2),
    after: topic('partitions: 12\nreplicas: 3') + reader({}, 6),
    order: [],
  },
  {
    name: 'a new user and who comes in as it',
    beside: platform + orders,
    before: reader(),
    after: reader({}, 2, 'inventory', 'inventory-user') + user('inventory-user', 'Read'),
    order: ['KafkaUser inventory-user < Deployment inventory'],
  },
  {
    name: 'more ACLs, and the release that needs them',
    beside: platform + orders,
    before: user('inventory-user', 'Read') + reader({}, 2, 'inventory', 'inventory-user'),
    after: user('inventory-user', 'Read', 'Describe') + reader({ CONSUMER_BATCH_RECORDS: '10' }, 2, 'inventory', 'inventory-user'),
    order: ['KafkaUser inventory-user < Deployment inventory'],
    why: 'new ACLs',
  },
  {
    name: 'fewer ACLs, and the worker that used them',
    beside: platform + orders,
    before: user('inventory-user', 'Read', 'Describe') + reader({}, 2, 'inventory', 'inventory-user'),
    after: user('inventory-user', 'Describe'),
    order: ['Deployment inventory < KafkaUser inventory-user'],
  },
  {
    name: 'ACLs given and taken at once: two steps, no circle',
    beside: platform + orders,
    before: user('inventory-user', 'Read') + reader({}, 2, 'inventory', 'inventory-user'),
    after: user('inventory-user', 'Write') + reader({ CONSUMER_BATCH_RECORDS: '10' }, 2, 'inventory', 'inventory-user'),
    order: ['KafkaUser inventory-user < Deployment inventory'],
    why: 'in a later change',
  },
  {
    name: 'a user that goes with its client',
    beside: platform + orders,
    before: user('inventory-user', 'Read') + reader({}, 2, 'inventory', 'inventory-user'),
    after: reader(),
    order: ['Deployment inventory < KafkaUser inventory-user'],
  },
  {
    name: 'a new listener, and who moves to it',
    beside: brokers() + orders,
    before: cluster({ listeners: `[${plain}]` }) + reader(),
    after: cluster({ listeners: `[${plain}, ${tls}]` }) + reader(at9093),
    order: ['Kafka bhf < Deployment inventory'],
  },
  {
    name: 'a listener that is removed, and who leaves it',
    beside: brokers() + orders,
    before: cluster({ listeners: `[${plain}, ${tls}]` }) + reader(),
    after: cluster({ listeners: `[${tls}]` }) + reader(at9093),
    order: ['Deployment inventory < Kafka bhf'],
  },
  {
    name: 'one listener in place of another: two steps, no circle',
    beside: brokers() + orders,
    before: cluster({ listeners: `[${plain}]` }) + reader(),
    after: cluster({ listeners: `[${tls}]` }) + reader(at9093),
    order: ['Kafka bhf < Deployment inventory'],
    why: 'Remove listener plain in a later change',
  },
  {
    name: 'a ConfigMap that a pod reads when it starts',
    before: settings('1') + shop('shop:1'),
    after: settings('2') + shop('shop:2'),
    order: ['ConfigMap shop < Deployment shop'],
    why: 'old ConfigMap',
  },
  {
    name: 'a ConfigMap that is new, and the pods that name it',
    before: '',
    after: settings('1') + shop('shop:1'),
    order: ['ConfigMap shop < Deployment shop'],
    why: 'does not start',
  },
  {
    name: 'brokers, and replicas that only they can hold',
    beside: cluster({ rest: 'cruiseControl: {}\nentityOperator: {topicOperator: {}}' }) + controllers(),
    before: brokers(3) + orders,
    after: brokers(5) + topic('partitions: 6\nreplicas: 5'),
    order: ['KafkaNodePool broker < KafkaTopic orders.created'],
    why: '3 brokers cannot hold 5 replicas',
  },
  {
    name: 'replicas of a topic, and the min ISR that it inherits',
    beside: brokers(),
    before: cluster({ config: '{min.insync.replicas: 1}' }) + topic('partitions: 6\nreplicas: 2'),
    after: cluster({ config: '{min.insync.replicas: 2}' }) + topic('partitions: 6\nreplicas: 3'),
    order: ['KafkaTopic orders.created < Kafka bhf'],
  },
  {
    name: 'an operator, and a version of Kafka',
    beside: brokers(),
    before: subscription('strimzi-1.1.x') + cluster({ version: '4.2.0' }),
    after: subscription('strimzi-1.2.x') + cluster({ version: '4.3.1' }),
    order: ['Subscription strimzi < Kafka bhf'],
  },
  {
    name: 'a longer session than the brokers allowed',
    beside: brokers() + orders,
    before: sessions(60_000) + reader({ CONSUMER_SESSION_TIMEOUT_MS: '30000' }),
    after: sessions(120_000) + reader({ CONSUMER_SESSION_TIMEOUT_MS: '90000' }),
    order: ['Kafka bhf < Deployment inventory'],
    why: 'INVALID_SESSION_TIMEOUT',
  },
  {
    name: 'a session that the brokers will not allow',
    beside: brokers() + orders,
    before: sessions(120_000) + reader({ CONSUMER_SESSION_TIMEOUT_MS: '90000' }),
    after: sessions(60_000) + reader({ CONSUMER_SESSION_TIMEOUT_MS: '30000' }),
    order: ['Deployment inventory < Kafka bhf'],
  },
  {
    name: 'a consumer in place of another one of the group',
    beside: platform + orders,
    before: reader(),
    after: reader({ CONSUMER_BATCH_RECORDS: '10' }, 2, 'stock'),
    order: ['Deployment stock < Deployment inventory'],
    why: 'group inventory',
  },
  {
    name: 'a StorageClass, and the pool that names it',
    beside: cluster(),
    before: '',
    after:
      brokers(3, volumes('fast')) +
      object('StorageClass', 'fast', '', { apiVersion: 'storage.k8s.io/v1', namespace: '', rest: 'provisioner: ebs.csi.aws.com' }),
    order: ['StorageClass fast < KafkaNodePool broker'],
  },
  {
    name: 'a policy that shuts all, and one that lets something through',
    before: shop('shop:1'),
    after:
      shop('shop:1') +
      object('NetworkPolicy', 'deny', 'podSelector: {}\npolicyTypes: [Egress]', { apiVersion: 'networking.k8s.io/v1' }) +
      object('NetworkPolicy', 'shop', 'podSelector: {matchLabels: {app: shop}}\npolicyTypes: [Egress]\negress: [{}]', {
        apiVersion: 'networking.k8s.io/v1',
      }),
    order: ['NetworkPolicy shop < NetworkPolicy deny'],
  },
];
