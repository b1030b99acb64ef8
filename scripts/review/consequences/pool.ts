import { at, listAt, numberAt, recordAt, shown, textAt, type Resource } from '../../../constructs/model/resource.js';
import { clusterOperator, sources } from '../../../constructs/model/rule.js';
import { annotation, clusterLabel, type ClusterView } from '../../../constructs/model/system.js';
import { identical } from '../values.js';
import type { FieldChange, ResourceChange, States } from '../change.js';
import type { Judged, Reviewer } from '../consequence.js';
import { clusterOn, rebalancesItself, restartCost, restarts, topicsOn } from './kafka-cluster.js';
import { storageConsequences } from './pool-storage.js';
import { counted, listed, sentences } from './strimzi-words.js';
import { fieldsAt, judged } from './workload-fields.js';

const changingRoles = 'https://strimzi.io/docs/operators/1.2.0/deploying.html#config-node-pools-roles-str';
const autoRebalance = 'https://strimzi.io/docs/operators/1.2.0/deploying.html#proc-automating-rebalances-str';

const replicasOf = (pool: Resource | undefined): number => numberAt(pool, 'spec', 'replicas') ?? 0;
const rolesOf = (pool: Resource | undefined): string[] => listAt(pool, 'spec', 'roles').map(shown);
const isBroker = (pool: Resource | undefined): boolean => rolesOf(pool).includes('broker');
const isController = (pool: Resource | undefined): boolean => rolesOf(pool).includes('controller');

/** What a change of a KafkaNodePool does to its nodes and what they hold. */
export const poolReviewer: Reviewer = {
  kinds: ['KafkaNodePool'],
  judge: (change, states) => {
    if (change.how === 'added') return poolAdded(change, states);
    if (change.how === 'removed' || change.before?.metadata.name !== change.after?.metadata.name) return poolRemoved(change, states);
    return [repointed, replicasChanged, rolesChanged, storageConsequences, podsChanged, idsChanged].flatMap((judge) =>
      judge(change, states),
    );
  },
};

/** Whether this side had nodes of the cluster at all: a new cluster's pools change no quorum. */
const isNewCluster = (change: ResourceChange, { base }: States): boolean => clusterOn(base, change.after) === undefined;

function poolAdded(change: ResourceChange, states: States): Judged[] {
  const pool = change.after;
  if (pool === undefined) return [];
  const count = counted(replicasOf(pool), 'node');
  if (isNewCluster(change, states))
    return [
      judged([], {
        id: 'pool-added',
        grade: 'safe',
        consequence: `Pool ${pool.metadata.name} brings ${count} (${rolesOf(pool).join(' and ')}) to Kafka ${clusterLabel(pool) ?? ''}.`,
        source: sources.strimzi,
      }),
    ];
  return [
    ...(isController(pool) ? [quorumChanged(change, states, [])] : []),
    ...(isBroker(pool)
      ? [
          judged([], {
            id: 'pool-brokers-added',
            grade: 'safe',
            consequence: `${count} of pool ${pool.metadata.name} join Kafka ${clusterLabel(pool) ?? ''} empty, and stay so: only new topics use them until somebody rebalances. A new pool starts no rebalance of its own, autoRebalance or not.`,
            source: autoRebalance,
            action: 'Apply a KafkaRebalance of mode add-brokers with the ids of the new nodes once they are ready.',
          }),
        ]
      : []),
  ];
}

function poolRemoved(change: ResourceChange, states: States): Judged[] {
  const pool = change.before;
  if (pool === undefined) return [];
  const { name } = pool.metadata;
  const other = change.how === 'removed' ? undefined : change.after?.metadata.name;
  const cluster = clusterOn(states.base, pool);
  const goes = volumesGo(pool);
  return [
    judged(change.fields, {
      id: other === undefined ? 'pool-removed' : 'pool-renamed',
      grade: goes ? 'data-loss' : 'unavailable',
      consequence: sentences(
        other !== undefined && `To Kubernetes pool ${other} is another one: it starts with new, empty volumes, and ${name} goes.`,
        `Kubernetes ends the ${counted(replicasOf(pool), 'node')} of ${name} at once, with what they hold: the operator's check for replicas (ScaleDownPreventionCheck) does not see a pool that is gone.`,
        goes
          ? 'Their volumes are deleted with the pool (deleteClaim, or ephemeral).'
          : 'Their PersistentVolumeClaims stay, but no node has them any more.',
        isBroker(pool) && lostTopics(states, cluster, replicasOf(pool)),
        isController(pool) && 'They are controllers too: without their majority the whole cluster stands still.',
      ),
      reason: 'The pods of a pool, and with deleteClaim its claims, belong to the KafkaNodePool by their owner references.',
      source: clusterOperator('model/nodepools/NodePoolUtils'),
      action: isBroker(pool)
        ? 'Move every replica away first (KafkaRebalance, mode remove-brokers, with the ids of the pool), then remove it.'
        : 'Strimzi 1.2 cannot change the controllers of a running cluster: leave this pool as it is.',
    }),
  ];
}

/** Whether the volumes of a pool go with it. */
function volumesGo(pool: Resource): boolean {
  const storage = recordAt(pool, 'spec', 'storage');
  const volumes = textAt(storage, 'type') === 'jbod' ? listAt(storage, 'volumes') : [storage];
  return volumes.some((volume) => textAt(volume, 'type') === 'ephemeral' || at(volume, 'deleteClaim') === true);
}

/** Topics that cannot stand the loss of so many brokers at once. */
function lostTopics({ base }: States, cluster: ClusterView | undefined, brokers: number): string | undefined {
  const lost = topicsOn(base, cluster).filter(({ replicas }) => replicas !== undefined && replicas <= brokers);
  return lost.length === 0
    ? undefined
    : `${listed(lost.map(({ name }) => name))} ${lost.length === 1 ? 'has' : 'have'} no more replicas than that: partitions with all of them there are gone.`;
}

function repointed(change: ResourceChange): Judged[] {
  const fields = fieldsAt(change, ['metadata', 'labels', 'strimzi.io/cluster']);
  const [from, to] = [clusterLabel(change.before ?? noPool), clusterLabel(change.after ?? noPool)];
  if (fields.length === 0 || from === to) return [];
  return [
    judged(fields, {
      id: 'pool-repointed',
      grade: 'unavailable',
      path: 'metadata.labels.strimzi.io/cluster',
      before: from,
      after: to,
      consequence: `Kafka ${from ?? ''} loses the ${counted(replicasOf(change.before), 'node')} of this pool with all they hold; Kafka ${to ?? ''} gets as many with new, empty volumes, for claims are called by their cluster. The old PersistentVolumeClaims stay behind.`,
      source: clusterOperator('model/KafkaPool'),
      action: 'Add a pool to the other cluster, and empty this one before you remove it.',
    }),
  ];
}

const noPool: Resource = { apiVersion: '', kind: 'KafkaNodePool', metadata: { name: '' } };

function replicasChanged(change: ResourceChange, states: States): Judged[] {
  const fields = fieldsAt(change, ['spec', 'replicas']);
  const [from, to] = [replicasOf(change.before), replicasOf(change.after)];
  if (fields.length === 0 || from === to || change.after === undefined) return [];
  if (isController(change.before)) return [quorumChanged(change, states, fields)];
  return [to > from ? brokersAdded(change.after, from, to, fields, states) : brokersRemoved(change.after, from, to, fields, states)];
}

function quorumChanged(change: ResourceChange, { base, head }: States, fields: readonly FieldChange[]): Judged {
  const pool = change.after ?? change.before ?? noPool;
  const [was, is] = [clusterOn(base, change.before ?? pool)?.controllers, clusterOn(head, pool)?.controllers];
  return judged(fields, {
    id: 'pool-controllers-changed',
    grade: 'unavailable',
    consequence: `Strimzi 1.2 does not support it: the controllers, ${was ?? '?'} of them before and ${is ?? '?'} after, stand in a fixed list (controller.quorum.voters) that every node is started with. While the nodes restart one by one they disagree on who votes, and the cluster may find no leader; nothing checks that first.`,
    source: changingRoles,
    action: `Keep the controllers at ${was ?? 'their number'}; for another number make a new cluster and mirror the topics.`,
  });
}

function brokersAdded(pool: Resource, from: number, to: number, fields: readonly FieldChange[], { head }: States): Judged {
  const cluster = clusterOn(head, pool);
  const itself = rebalancesItself(cluster, 'add-brokers');
  const added = counted(to - from, 'broker');
  return judged(fields, {
    id: itself ? 'pool-brokers-added-rebalanced' : 'pool-brokers-added',
    grade: itself ? 'rebalance' : 'safe',
    consequence: itself
      ? `${added} ${to - from === 1 ? 'joins' : 'join'}, and autoRebalance moves partitions to ${to - from === 1 ? 'it' : 'them'}: disks and network carry that beside the load, while clients go on.`
      : `${added} ${to - from === 1 ? 'joins' : 'join'} empty, and ${to - from === 1 ? 'stays' : 'stay'} so: every partition there is stays on the ${counted(from, 'node')} of before until somebody rebalances; only new topics use ${to - from === 1 ? 'it' : 'them'}.`,
    source: itself ? autoRebalance : 'https://kafka.apache.org/43/documentation.html#basic_ops_cluster_expansion',
    ...(!itself && {
      action: 'Apply a KafkaRebalance of mode add-brokers once they are ready, or set spec.cruiseControl.autoRebalance in the Kafka.',
    }),
  });
}

function brokersRemoved(pool: Resource, from: number, to: number, fields: readonly FieldChange[], states: States): Judged {
  const cluster = clusterOn(states.head, pool);
  const left = cluster?.brokers ?? to;
  const wide = topicsOn(states.head, cluster).filter(({ replicas }) => replicas !== undefined && replicas > left);
  const going = `${counted(from - to, 'broker')}`;
  const which = annotation(pool, 'strimzi.io/remove-node-ids');
  const they = `those with the ${which === undefined ? 'highest ids' : `ids ${which}`}`;
  const isUnchecked = cluster !== undefined && annotation(cluster.resource, 'strimzi.io/skip-broker-scaledown-check') === 'true';
  const tooWide =
    wide.length > 0 &&
    `${listed(wide.map(({ name }) => name))} ${wide.length === 1 ? 'wants' : 'want'} more replicas than the ${counted(left, 'broker')} left can hold, so they can never be emptied.`;
  if (isUnchecked)
    return judged(fields, {
      id: 'pool-brokers-removed-unchecked',
      grade: volumesGo(pool) ? 'data-loss' : 'unavailable',
      consequence: sentences(
        `${going} (${they}) go with every replica they hold, because the Kafka is annotated strimzi.io/skip-broker-scaledown-check: "true".`,
        volumesGo(pool) ? 'Their volumes are deleted.' : 'Their volumes stay, but no node has them.',
        lostTopics(states, cluster, from - to),
      ),
      source: 'https://strimzi.io/docs/operators/1.2.0/deploying.html#con-skipping-scale-down-checks-str',
      action: 'Remove the annotation, and move the replicas away first (KafkaRebalance, mode remove-brokers).',
    });
  if (rebalancesItself(cluster, 'remove-brokers') && wide.length === 0)
    return judged(fields, {
      id: 'pool-brokers-removed-rebalanced',
      grade: 'rebalance',
      consequence: `autoRebalance moves all partitions off ${going} (${they}) first, then the operator removes ${from - to === 1 ? 'it' : 'them'}: the ${counted(left, 'broker')} left must have the disk for it.`,
      source: autoRebalance,
    });
  return judged(fields, {
    id: 'pool-brokers-removed',
    grade: 'refused',
    consequence: sentences(
      `The operator keeps ${from} nodes as long as ${going} (${they}) ${from - to === 1 ? 'holds' : 'hold'} replicas, and warns (ScaleDownPreventionCheck); nothing moves them by itself.`,
      tooWide,
      volumesGo(pool) && 'Once empty, their volumes are deleted.',
    ),
    source: clusterOperator('operator/assembly/KafkaClusterCreator'),
    action: sentences(
      wide.length > 0 && `Lower the replicas of ${listed(wide.map(({ name }) => name))} first.`,
      `Move the replicas away (KafkaRebalance, mode remove-brokers), then apply this. Never skip the check: a broker that goes takes its replicas along.`,
    ),
  });
}

function rolesChanged(change: ResourceChange, states: States): Judged[] {
  const fields = fieldsAt(change, ['spec', 'roles']);
  const { before, after } = change;
  if (fields.length === 0 || before === undefined || after === undefined) return [];
  const [was, is] = [rolesOf(before).join(' and '), rolesOf(after).join(' and ')];
  const said = { path: 'spec.roles', before: rolesOf(before), after: rolesOf(after), source: changingRoles };
  const found: Judged[] = [];
  if (isController(before) !== isController(after)) found.push({ ...quorumChanged(change, states, fields), path: 'spec.roles' });
  if (isBroker(before) && !isBroker(after))
    found.push(
      judged(fields, {
        ...said,
        id: 'pool-broker-role-removed',
        grade: 'refused',
        consequence: `The operator leaves the ${counted(replicasOf(before), 'node')} ${was} as long as they hold replicas, and warns (ScaleDownPreventionCheck).`,
        action: 'Move the replicas away first (KafkaRebalance, mode remove-brokers).',
      }),
    );
  if (!isBroker(before) && isBroker(after))
    found.push(
      judged(fields, {
        ...said,
        id: 'pool-broker-role-added',
        grade: 'rolling',
        consequence: `${restarts(replicasOf(after), 'node')} as ${is}. Nothing moves to them until a rebalance, and from then on their load touches the quorum too.`,
      }),
    );
  return found;
}

/** What pods are made of, and how a change of it reaches them. */
function podsChanged(change: ResourceChange, { head }: States): Judged[] {
  const { before, after } = change;
  if (before === undefined || after === undefined) return [];
  const cluster = clusterOn(head, after);
  const nodes = replicasOf(after);
  const parts = ['resources', 'jvmOptions', 'template'].filter(
    (field) => fieldsAt(change, ['spec', field]).length > 0 && !identical(recordAt(before, 'spec', field), recordAt(after, 'spec', field)),
  );
  return parts.map((field) => {
    const fields = fieldsAt(change, ['spec', field]);
    const inPlace =
      field === 'resources' &&
      [after, cluster?.resource].some((object) => object && annotation(object, 'strimzi.io/in-place-resizing') === 'true');
    return judged(fields, {
      id: inPlace ? 'pool-resized-in-place' : 'pool-rolling',
      grade: inPlace ? 'safe' : 'rolling',
      consequence: inPlace
        ? `The ${counted(nodes, 'node')} of pool ${after.metadata.name} get it while they run (strimzi.io/in-place-resizing); where the machine cannot, the node restarts.`
        : sentences(
            `${restarts(nodes, 'node')} of pool ${after.metadata.name}, for its ${field}.`,
            isBroker(after) && restartCost(head, cluster),
          ),
      source: sources.strimzi,
    });
  });
}

function idsChanged(change: ResourceChange): Judged[] {
  return ['strimzi.io/next-node-ids', 'strimzi.io/remove-node-ids'].flatMap((name) => {
    const fields = fieldsAt(change, ['metadata', 'annotations', name]);
    return fields.length === 0
      ? []
      : [
          judged(fields, {
            id: 'pool-node-ids',
            grade: 'safe',
            consequence: `No node changes its id: ${name} says which ids the next ${name.includes('next') ? 'new nodes get' : 'removed nodes have'}.`,
            source: 'https://strimzi.io/docs/operators/1.2.0/deploying.html#proc-managing-node-pools-ids-str',
          }),
        ];
  });
}
