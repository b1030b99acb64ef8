import { deployment, object, orders, topic, worker } from './workload-pair.js';
import type { ReviewPair } from './review-pair.js';

const member = (replicas: number | undefined, env: Readonly<Record<string, string>> = {}, more = {}): string =>
  worker('consumer', 'inventory-service', env, { ...(replicas !== undefined && { replicas }), ...more });

const keda = (
  max: number,
  { min = 1, group = 'inventory', on = 'orders.created', lag = '50', target = 'inventory-service', more = '' } = {},
): string =>
  object(
    'ScaledObject',
    'inventory-service',
    `scaleTargetRef: {kind: Deployment, name: ${target}}
minReplicaCount: ${min}
maxReplicaCount: ${max}
triggers:
  - type: kafka
    metadata: {bootstrapServers: "b:9092", consumerGroup: ${group}, topic: ${on}, lagThreshold: "${lag}"${more}}`,
    { apiVersion: 'keda.sh/v1alpha1' },
  );

const hpa = (max: number): string =>
  object(
    'HorizontalPodAutoscaler',
    'shop',
    `scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}\nminReplicas: 2\nmaxReplicas: ${max}`,
    {
      apiVersion: 'autoscaling/v2',
    },
  );

const budget = (spec: string): string =>
  object('PodDisruptionBudget', 'inventory-service', `${spec}\nselector: {matchLabels: {app: inventory-service}}`, {
    apiVersion: 'policy/v1',
  });

const assignor = 'org.apache.kafka.clients.consumer.RoundRobinAssignor; Kafka documentation, intro_consumers';
const kedaDocs = 'keda.sh/docs, scalers/apache-kafka';
const pdbDocs = 'kubernetes.io/docs/tasks/run-application/configure-pdb';
const hpaDocs = 'kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale, migrating';

export const scalingPairs: readonly ReviewPair[] = [
  {
    name: 'replicas 2 → 8 on 6 partitions',
    source: assignor,
    beside: orders,
    before: member(2),
    after: member(8),
    says: [
      {
        id: 'replicas-consumer',
        grade: 'rebalance',
        words: [
          '6 partitions',
          '2 members with 3 partitions each',
          '6 members with 1 partition each, two idle',
          '3 times the work',
          '6 rebalances',
          'Set replicas to 6',
        ],
      },
    ],
  },
  {
    name: 'replicas 2 → 8 on a topic that is to have 4 partitions instead of 6: it keeps its 6',
    source: 'BatchingTopicController of Strimzi 1.2.0: Decreasing partitions not supported',
    beside: orders,
    before: member(2, { KAFKA_TOPIC: 'six' }) + topic('six', 6),
    after: member(8, { KAFKA_TOPIC: 'six' }) + topic('six', 4),
    says: [
      { id: 'replicas-consumer', grade: 'rebalance', words: ['6 members with 1 partition each, two idle', 'Set replicas to 6'] },
      // The judges of topics are not asked here.
      { id: 'field-changed', grade: 'safe' },
    ],
  },
  {
    name: 'replicas 8 → 2 on 8 partitions',
    source: assignor,
    beside: orders + topic('eight', 8),
    before: member(8, { KAFKA_TOPIC: 'eight' }),
    after: member(2, { KAFKA_TOPIC: 'eight' }),
    says: [
      {
        id: 'replicas-consumer',
        grade: 'rebalance',
        words: ['2 members with 4 partitions each', '0.25 times', 'muster lag'],
        not: ['idle'],
      },
    ],
  },
  {
    name: 'replicas 4 → 6 on 8 partitions: two of six still own two',
    source: 'constructs/model/balance.ts: partitions ÷ the most of one member',
    beside: orders + topic('eight', 8),
    before: member(4, { KAFKA_TOPIC: 'eight' }),
    after: member(6, { KAFKA_TOPIC: 'eight' }),
    says: [
      {
        id: 'replicas-consumer',
        grade: 'rebalance',
        words: ['2 members with 2 partitions each, 4 members with 1 partition each', 'no more and no less work'],
      },
    ],
  },
  {
    name: 'a consumer to no replicas',
    source: 'Kafka documentation, brokerconfigs_offsets.retention.minutes',
    beside: orders,
    before: member(2),
    after: member(0),
    says: [{ id: 'replicas-zero', grade: 'unavailable', words: ['nothing reads orders.created', 'lag grows', '7 days'] }],
  },
  {
    name: 'members of a topic that no manifest declares',
    source: assignor,
    before: member(2),
    after: member(3),
    says: [{ id: 'replicas-consumer', grade: 'rebalance', words: ['no manifest here says'] }],
  },
  {
    name: 'cooperative members stop only what moves',
    source: 'KIP-429, incremental cooperative rebalancing',
    beside: orders,
    before: member(2, { KAFKA_CLIENT: 'librdkafka', CONSUMER_ASSIGNOR: 'cooperative-sticky' }),
    after: member(3, { KAFKA_CLIENT: 'librdkafka', CONSUMER_ASSIGNOR: 'cooperative-sticky' }),
    says: [
      { id: 'replicas-consumer', grade: 'rebalance', words: ['3 members with 2 partitions each', 'only the partitions that move', '6s'] },
    ],
  },
  {
    name: 'a keyed producer 1 → 3',
    source: 'workers/producing/record-maker.ts: every producer goes round all the keys',
    beside: orders,
    before: worker('producer', 'feed', {}, { replicas: 1 }),
    after: worker('producer', 'feed', {}, { replicas: 3 }),
    says: [{ id: 'replicas-producer', grade: 'reorders', words: ['10 become 30 records/s', 'from 3 producers'] }],
  },
  {
    name: 'anybody’s Deployment 2 → 3',
    source: 'kubernetes.io/docs/concepts/workloads/controllers/deployment, scaling',
    before: deployment('shop', { replicas: 2 }),
    after: deployment('shop', { replicas: 3 }),
    says: [{ id: 'replicas-changed', grade: 'safe', words: ['1 pod more start', 'the manifests do not say'] }],
  },
  {
    name: 'replicas in git beside KEDA',
    source: hpaDocs,
    beside: orders + keda(6),
    before: member(undefined),
    after: member(4),
    says: [{ id: 'replicas-against-autoscaler', grade: 'rebalance', words: ['from 1 to 6', 'puts it to 4', 'Leave spec.replicas out'] }],
  },
  {
    name: 'spec.replicas taken out of the manifest',
    source: hpaDocs,
    beside: orders,
    before: member(4),
    after: member(undefined),
    says: [{ id: 'replicas-removed', grade: 'rebalance', words: ['default of 1', '3 pods of 4 end', 'edit-last-applied'] }],
  },
  {
    name: 'KEDA may go beyond the partitions, and says idle ones are wanted',
    source: kedaDocs,
    beside: orders + member(undefined),
    before: keda(6, { more: ', allowIdleConsumers: "true"' }),
    after: keda(10, { more: ', allowIdleConsumers: "true"' }),
    says: [
      { id: 'autoscaler-limits', grade: 'rebalance', words: ['between 1 and 10', 'four idle'] },
      { id: 'autoscaler-above-partitions', grade: 'rebalance', words: ['10 members on 6 partitions', 'maxReplicaCount to 6'] },
    ],
  },
  {
    name: 'KEDA stops at the partitions by itself',
    source: kedaDocs,
    beside: orders + member(undefined),
    before: keda(6),
    after: keda(10),
    says: [
      { id: 'autoscaler-limits', grade: 'rebalance' },
      { id: 'autoscaler-above-partitions', grade: 'safe', words: ['KEDA itself stops', 'never reached'] },
    ],
  },
  {
    name: 'KEDA down to none',
    source: 'keda.sh/docs, reference/scaledobject-spec',
    beside: orders + member(undefined),
    before: keda(6),
    after: keda(6, { min: 0 }),
    says: [{ id: 'autoscaler-to-zero', grade: 'rebalance', words: ['no member runs at all', 'pollingInterval, 30s', '7 days'] }],
  },
  {
    name: 'KEDA looks at another group',
    source: kedaDocs,
    beside: orders + member(undefined),
    before: keda(6),
    after: keda(6, { group: 'shipping' }),
    says: [
      { id: 'autoscaler-triggers', grade: 'rebalance' },
      {
        id: 'keda-other-group',
        grade: 'unavailable',
        words: ['lag of group shipping', 'is in inventory', 'Set consumerGroup to inventory'],
      },
    ],
  },
  {
    name: 'a lower lag threshold',
    source: kedaDocs,
    beside: orders + member(undefined),
    before: keda(6),
    after: keda(6, { lag: '10' }),
    says: [{ id: 'lag-threshold', grade: 'rebalance', words: ['each 10 records of lag instead of 50', 'sooner'] }],
  },
  {
    name: 'KEDA goes',
    source: 'keda.sh/docs, reference/scaledobject-spec: restoreToOriginalReplicaCount',
    beside: orders + member(undefined),
    before: keda(6),
    after: '',
    says: [{ id: 'autoscaler-removed', grade: 'rebalance', words: ['by nobody', 'stays at the number'] }],
  },
  {
    name: 'an autoscaler over a Deployment that says its replicas',
    source: hpaDocs,
    beside: deployment('shop', { replicas: 3 }),
    before: '',
    after: hpa(5),
    says: [
      { id: 'autoscaler-added', grade: 'rebalance', words: ['between 2 and 5'] },
      { id: 'replicas-against-autoscaler', grade: 'rebalance', words: ['says replicas 3', 'Take spec.replicas out'] },
    ],
  },
  {
    name: 'a budget that lets nobody go',
    source: pdbDocs,
    beside: orders + member(2),
    before: budget('maxUnavailable: 1'),
    after: budget('minAvailable: 2'),
    says: [{ id: 'budget-blocks-drains', grade: 'unavailable', words: ['all of 2 pods', 'cannot be drained', 'maxUnavailable to 1'] }],
  },
  {
    name: 'replicas down to what a budget keeps',
    source: pdbDocs,
    beside: orders + budget('minAvailable: 2'),
    before: member(3),
    after: member(2),
    says: [
      { id: 'replicas-consumer', grade: 'rebalance' },
      { id: 'budget-blocks-drains', grade: 'unavailable', words: ['inventory-service keeps all of 2 pods'] },
    ],
  },
  {
    name: 'a budget goes',
    source: pdbDocs,
    beside: orders + member(3),
    before: budget('maxUnavailable: 1'),
    after: '',
    says: [{ id: 'budget-removed', grade: 'safe', words: ['pods of inventory-service at once'] }],
  },
  {
    name: 'a StatefulSet whose claims go with a scale-down',
    source: 'kubernetes.io/docs/concepts/workloads/controllers/statefulset, persistentvolumeclaim-retention',
    beside: orders,
    before: member(
      3,
      {},
      {
        kind: 'StatefulSet',
        spec: 'persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}\nvolumeClaimTemplates: [{metadata: {name: state}}]',
      },
    ),
    after: member(
      2,
      {},
      {
        kind: 'StatefulSet',
        spec: 'persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}\nvolumeClaimTemplates: [{metadata: {name: state}}]',
      },
    ),
    says: [
      { id: 'replicas-consumer', grade: 'rebalance' },
      { id: 'replicas-claims-deleted', grade: 'data-loss', words: ['claims of 1 pod', 'whenScaled'] },
    ],
  },
];
