import { brokers, cluster, controllers, jbod, pool, topic } from './strimzi-pair.js';
import type { ReviewPair } from './review-pair.js';

const orders = topic('partitions: 6\nreplicas: 3');
const beside = cluster() + controllers() + orders;
const balanced =
  cluster({ rest: 'cruiseControl: {autoRebalance: [{mode: add-brokers}, {mode: remove-brokers}]}' }) + controllers() + orders;
const volume = (id: number, more = 'size: 100Gi, class: fast'): string => `{id: ${id}, type: persistent-claim, ${more}}`;
const diff = 'operator StorageDiff, KafkaPool.fromCrd 1.2.0';
const scaling = 'operator KafkaClusterCreator.brokerRemovalCheck 1.2.0';

export const poolPairs: readonly ReviewPair[] = [
  {
    name: 'brokers 3 → 5',
    source: 'Kafka documentation, basic_ops_cluster_expansion',
    beside,
    before: brokers(3),
    after: brokers(5),
    says: [{ id: 'pool-brokers-added', grade: 'safe', words: ['2 brokers join empty', 'add-brokers'] }],
  },
  {
    name: 'brokers 3 → 5 with autoRebalance',
    source: 'Strimzi documentation, proc-automating-rebalances',
    beside: balanced,
    before: brokers(3),
    after: brokers(5),
    says: [{ id: 'pool-brokers-added-rebalanced', grade: 'rebalance', words: ['autoRebalance moves'] }],
  },
  {
    name: 'brokers 5 → 4',
    source: scaling,
    beside,
    before: brokers(5),
    after: brokers(4),
    says: [{ id: 'pool-brokers-removed', grade: 'refused', words: ['keeps 5 nodes', 'ScaleDownPreventionCheck', 'remove-brokers'] }],
  },
  {
    name: 'brokers 3 → 2 under a topic with three replicas',
    source: scaling,
    beside: balanced,
    before: brokers(3),
    after: brokers(2),
    says: [{ id: 'pool-brokers-removed', grade: 'refused', words: ['orders.created wants more replicas than the 2 brokers left'] }],
  },
  {
    name: 'brokers 5 → 4 with autoRebalance',
    source: 'Strimzi documentation, proc-automating-rebalances',
    beside: balanced,
    before: brokers(5),
    after: brokers(4),
    says: [{ id: 'pool-brokers-removed-rebalanced', grade: 'rebalance', words: ['first', '4 brokers left'] }],
  },
  {
    name: 'brokers 5 → 4 without the check',
    source: 'Strimzi documentation, con-skipping-scale-down-checks',
    beside: cluster({ annotations: 'strimzi.io/skip-broker-scaledown-check: "true"' }) + controllers() + orders,
    before: brokers(5),
    after: brokers(4),
    says: [{ id: 'pool-brokers-removed-unchecked', grade: 'unavailable', words: ['with every replica they hold'] }],
  },
  {
    name: 'controllers 3 → 5',
    source: 'Strimzi documentation, config-node-pools-roles: scaling controllers is not supported',
    beside: cluster() + brokers(),
    before: controllers(3),
    after: controllers(5),
    says: [{ id: 'pool-controllers-changed', grade: 'unavailable', words: ['does not support', '3 of them before and 5 after'] }],
  },
  {
    name: 'a volume shrunk',
    source: diff,
    beside,
    before: brokers(3, jbod(volume(0))),
    after: brokers(3, jbod(volume(0, 'size: 50Gi, class: fast'))),
    says: [{ id: 'pool-storage-shrunk', grade: 'refused', words: ['stays at 100Gi', 'KafkaStorage'] }],
  },
  {
    name: 'a volume grown',
    source: 'operator PvcReconciler.resizePvc 1.2.0',
    beside,
    before: brokers(3, jbod(volume(0))),
    after: brokers(3, jbod(volume(0, 'size: 200Gi, class: fast'))),
    says: [{ id: 'pool-storage-grown', grade: 'safe', words: ['3 volumes grow from 100Gi to 200Gi', 'fast', 'allowVolumeExpansion'] }],
  },
  {
    name: 'another storage class, and a volume added beside it',
    source: diff,
    beside,
    before: brokers(3, jbod(volume(0))),
    after: brokers(3, jbod(volume(0, 'size: 100Gi, class: slow'), volume(1))),
    says: [
      { id: 'pool-storage-class', grade: 'refused', words: ['keeps fast'] },
      { id: 'pool-storage-ignored', grade: 'refused', words: ['because another one is forbidden'] },
    ],
  },
  {
    name: 'jbod → ephemeral',
    source: diff,
    beside,
    before: brokers(3),
    after: brokers(3, 'storage: {type: ephemeral}'),
    says: [{ id: 'pool-storage-type', grade: 'refused', words: ['from jbod to ephemeral', 'deletes the pool'] }],
  },
  {
    name: 'a volume added',
    source: 'Strimzi documentation, proc-adding-removing-volumes',
    beside,
    before: brokers(3, jbod(volume(0))),
    after: brokers(3, jbod(volume(0), volume(1))),
    says: [{ id: 'pool-volume-added', grade: 'rolling', words: ['3 nodes restart', 'volume 1', 'Nothing moves'] }],
  },
  {
    name: 'a volume removed under a topic kept once',
    source: 'Strimzi documentation, proc-cruise-control-moving-data: removing volumes prematurely can cause data loss',
    beside: beside + topic('partitions: 1\nreplicas: 1', { name: 'audit' }),
    before: brokers(3, jbod(volume(0), volume(1))),
    after: brokers(3, jbod(volume(0))),
    says: [
      {
        id: 'pool-volume-removed',
        grade: 'data-loss',
        words: ['without volume 1', 'audit, kept once', 'remove-disks', 'PersistentVolumeClaims stay'],
      },
    ],
  },
  {
    name: 'deleteClaim true',
    source: 'operator PersistentVolumeClaimUtils 1.2.0',
    beside,
    before: brokers(3, jbod(volume(0))),
    after: brokers(3, jbod(volume(0, 'size: 100Gi, class: fast, deleteClaim: true'))),
    says: [{ id: 'pool-delete-claim-on', grade: 'safe', words: ['From now on', 'Today nothing goes'] }],
  },
  {
    name: 'a pool removed, its claims kept',
    source: 'operator NodePoolUtils: owner reference of the KafkaNodePool 1.2.0',
    beside: beside + brokers(),
    before: pool('extra', `replicas: 3\nroles: [broker]\n${jbod(volume(0))}`),
    after: '',
    says: [
      {
        id: 'pool-removed',
        grade: 'unavailable',
        words: ['3 nodes of extra at once', 'orders.created has no more replicas', 'PersistentVolumeClaims stay'],
      },
    ],
  },
  {
    name: 'a pool removed with deleteClaim',
    source: 'operator PersistentVolumeClaimUtils: owner reference on the claim 1.2.0',
    beside: beside + brokers(),
    before: pool('extra', `replicas: 1\nroles: [broker]\n${jbod(volume(0, 'size: 1Gi, deleteClaim: true'))}`),
    after: '',
    says: [{ id: 'pool-removed', grade: 'data-loss', words: ['volumes are deleted'] }],
  },
  {
    name: 'a pool added',
    source: 'Strimzi documentation, proc-automating-rebalances: creating node pools does not trigger auto-rebalancing',
    beside: balanced + brokers(),
    before: '',
    after: pool('extra', `replicas: 2\nroles: [broker]\n${jbod(volume(0))}`),
    says: [{ id: 'pool-brokers-added', grade: 'safe', words: ['starts no rebalance'] }],
  },
  {
    name: 'the broker role taken away',
    source: 'Strimzi documentation, config-node-pools-roles',
    beside: cluster() + brokers() + orders,
    before: pool('dual', `replicas: 3\nroles: [broker, controller]\n${jbod(volume(0))}`),
    after: pool('dual', `replicas: 3\nroles: [controller]\n${jbod(volume(0))}`),
    says: [{ id: 'pool-broker-role-removed', grade: 'refused', words: ['as long as they hold replicas'] }],
  },
  {
    name: 'memory, under topics that cannot spare a broker',
    source: 'operator KafkaRoller, KafkaAvailability 1.2.0',
    beside: beside + topic('partitions: 1\nreplicas: 1', { name: 'audit' }) + topic('replicas: 2\npartitions: 1', { name: 'tight' }),
    before: brokers(3, undefined, 'resources: {limits: {memory: 4Gi}}'),
    after: brokers(3, undefined, 'resources: {limits: {memory: 8Gi}}'),
    says: [{ id: 'pool-rolling', grade: 'rolling', words: ['3 nodes restart, one after the other', 'to tight stop', 'audit, kept once'] }],
  },
];
