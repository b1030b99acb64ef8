import { deployment, object, orders, worker } from './workload-pair.js';
import type { ReviewPair } from './review-pair.js';

const consumer = (name = 'inventory-service', more: Parameters<typeof worker>[3] = {}): string =>
  worker('consumer', name, {}, { replicas: 3, ...more });
const selectors =
  'kubernetes.io/docs/concepts/workloads/controllers/deployment, label selector updates; tried in consequences-api-server.test.ts';
const statefulSets = 'k8s.io/kubernetes ValidateStatefulSetUpdate; tried in consequences-api-server.test.ts';
const job = (image: string, completions = 1): string =>
  object(
    'Job',
    'load',
    `completions: ${completions}\ntemplate: {spec: {restartPolicy: Never, containers: [{name: load, image: ${image}}]}}`,
    { apiVersion: 'batch/v1' },
  );
const claims =
  'volumeClaimTemplates: [{metadata: {name: state}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: SIZE}}}}]';
const account = (name: string): string => object('ServiceAccount', name);

export const workloadPairs: readonly ReviewPair[] = [
  {
    name: 'the selector of a Deployment',
    source: selectors,
    beside: orders,
    before: consumer(),
    after: consumer('inventory-service', { selector: 'inv', label: 'inv' }),
    says: [
      {
        id: 'deployment-immutable',
        grade: 'refused',
        words: ['spec.selector of a Deployment cannot be changed', 'the group stops', 'another name'],
      },
    ],
  },
  {
    name: 'labels that the selector misses',
    source: selectors,
    beside: orders,
    before: consumer(),
    after: consumer('inventory-service', { label: 'inv' }),
    says: [{ id: 'selector-misses-template', grade: 'refused', words: ['does not match the labels'] }],
  },
  {
    name: 'the claims of a StatefulSet',
    source: statefulSets,
    beside: orders,
    before: consumer('inventory-service', { kind: 'StatefulSet', spec: claims.replace('SIZE', '1Gi') }),
    after: consumer('inventory-service', { kind: 'StatefulSet', spec: claims.replace('SIZE', '2Gi') }),
    says: [{ id: 'statefulset-immutable', grade: 'refused', words: ['spec.volumeClaimTemplates', '--cascade=orphan'] }],
  },
  {
    name: 'the template of a Job',
    source: 'kubernetes.io/docs/concepts/workloads/controllers/job; tried in consequences-api-server.test.ts',
    before: job('quay.io/acme/load:1'),
    after: job('quay.io/acme/load:2'),
    says: [{ id: 'job-immutable', grade: 'refused', words: ['spec.template of a Job', 'runs again from its start', 'another name'] }],
  },
  {
    name: 'a consumer goes',
    source: 'Kafka documentation, brokerconfigs_offsets.retention.minutes',
    beside: orders,
    before: consumer(),
    after: '',
    says: [{ id: 'consumer-removed', grade: 'unavailable', words: ['no member any more', 'orders.created', '7 days', 'prunes'] }],
  },
  {
    name: 'a consumer goes, and another of its group stays',
    source: 'Kafka documentation, intro_consumers',
    beside: orders + consumer('inventory-b'),
    before: consumer(),
    after: '',
    says: [{ id: 'consumer-removed', grade: 'rebalance', words: ['inventory-b take over'] }],
  },
  {
    name: 'a producer goes, whose topic is read',
    source: 'docs/workers.md',
    beside: orders + consumer(),
    before: worker('producer', 'feed', {}, { replicas: 1 }),
    after: '',
    says: [{ id: 'producer-removed', grade: 'unavailable', words: ['inventory-service gets no new record'] }],
  },
  {
    name: 'a second consumer in the same group',
    source: 'org.apache.kafka.clients.consumer.RoundRobinAssignor',
    beside: orders + consumer(),
    before: '',
    after: worker('consumer', 'analytics', {}, { replicas: 4 }),
    says: [
      {
        id: 'consumer-joins-group',
        grade: 'rebalance',
        words: ['beside inventory-service', '6 members with 1 partition each, one idle', 'a group of its own'],
      },
    ],
  },
  {
    name: 'a consumer with a group of its own',
    source: 'Kafka documentation, consumerconfigs auto.offset.reset',
    beside: orders + consumer(),
    before: '',
    after: worker('consumer', 'analytics', { KAFKA_GROUP_ID: 'analytics' }, { replicas: 4 }),
    says: [{ id: 'consumer-added', grade: 'safe', words: ['New group analytics: 4 pods', 'the oldest record'] }],
  },
  {
    name: 'a consumer under another name',
    source: 'kubernetes.io/docs/concepts/overview/working-with-objects/names',
    beside: orders,
    before: consumer('inventory-service', { selector: 'inv', label: 'inv' }),
    after: consumer('inventory', { selector: 'inv', label: 'inv' }),
    says: [{ id: 'workload-renamed', grade: 'rebalance', words: ['knows no rename', 'up to 6 members', 'Up to 6 rebalances'] }],
  },
  {
    name: 'anybody’s Deployment goes',
    source: 'kubernetes.io/docs/concepts/workloads/controllers/deployment',
    before: deployment('shop'),
    after: '',
    says: [{ id: 'workload-removed', grade: 'unavailable', words: ['2 pods end'] }],
  },
  {
    name: 'a StatefulSet goes whose claims go with it',
    source: 'kubernetes.io/docs/concepts/workloads/controllers/statefulset, persistentvolumeclaim-retention',
    beside: orders,
    before: consumer('inventory-service', {
      kind: 'StatefulSet',
      spec: `${claims.replace('SIZE', '1Gi')}\npersistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}`,
    }),
    after: '',
    says: [
      { id: 'consumer-removed', grade: 'unavailable' },
      { id: 'statefulset-claims-deleted', grade: 'data-loss', words: ['whenDeleted'] },
    ],
  },
  {
    name: 'an account that no manifest makes',
    source: 'kubernetes.io/docs/tasks/configure-pod-container/configure-service-account',
    before: account('shop') + deployment('shop', { pod: 'serviceAccountName: shop' }),
    after: account('shop') + deployment('shop', { pod: 'serviceAccountName: shopp' }),
    says: [
      { id: 'service-account-unknown', grade: 'unavailable', words: ['ServiceAccount shopp', 'no new pod'] },
      { id: 'workload-rolls', grade: 'rolling' },
    ],
  },
  {
    name: 'room for more pods than there are',
    source: 'docs/architecture.md: what a person may scale to',
    beside: orders,
    before: consumer().replace('labels:', 'annotations: {muster.dev/max-replicas: "3"}\n  labels:'),
    after: consumer().replace('labels:', 'annotations: {muster.dev/max-replicas: "6"}\n  labels:'),
    says: [{ id: 'room-changed', grade: 'safe', words: ['No pod restarts', '6 pods instead of 3'] }],
  },
];
