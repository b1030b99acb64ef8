import { assign, numberedMembers, type StrategyName } from '../../../constructs/model/assignors.js';
import { speedUp } from '../../../constructs/model/balance.js';
import { times } from '../../../constructs/model/plan-words.js';
import { numberAt, textAt, type Resource } from '../../../constructs/model/resource.js';
import { settingOf, type WorkerView } from '../../../constructs/model/system.js';
import { stayingMembers } from './scaling-budget.js';
import type { ResourceChange, States } from '../change.js';
import type { Judged } from '../consequence.js';
import { fieldsAt, judged } from './workload-fields.js';
import { groupOf, indexOf, integer, podCount, scalerFor, topicSizesOf, type WorkloadIndex } from './workload-index.js';
import { stopOf } from './workload-rollout.js';
import { workloadSources } from './workload-sources.js';

/** Members of a group and what they own, in words: `6 members with 1 partition each, 2 idle`. */
export function sharesOf(sizes: Readonly<Record<string, number>>, members: number, strategy: StrategyName): string {
  if (members === 0) return 'no member';
  const counts = [...assign(strategy, sizes, numberedMembers(members)).values()].map((partitions) => partitions.length);
  const idle = counts.filter((count) => count === 0).length;
  const byCount = new Map<number, number>();
  for (const count of counts) if (count > 0) byCount.set(count, (byCount.get(count) ?? 0) + 1);
  const shares = [...byCount]
    .sort(([a], [b]) => b - a)
    .map(([count, having]) => `${times(having, 'member')} with ${times(count, 'partition')}${having > 1 ? ' each' : ''}`);
  return [...shares, ...(idle > 0 ? [`${inWords(idle)} idle`] : [])].join(', ');
}

const inWords = (count: number): string => ['no', 'one', 'two', 'three', 'four', 'five', 'six'][count] ?? String(count);

/** The assignor by which a worker's group deals out, or the default of most clients. */
export function strategyOf(worker: WorkerView | undefined): StrategyName {
  if (worker === undefined) return 'range';
  if (settingOf(worker, 'CONSUMER_GROUP_PROTOCOL') === 'consumer') return 'sticky';
  return settingOf(worker, 'CONSUMER_ASSIGNOR') === 'cooperative-sticky' ? 'sticky' : 'roundrobin';
}

/** Pods of other workloads that are in the same group. */
function othersIn(index: WorkloadIndex, worker: WorkerView): number {
  const members = index.members.get(groupOf(worker) ?? '') ?? [];
  return members.filter((other) => other !== worker).reduce((sum, other) => sum + podCount(index, other.resource).count, 0);
}

const sources = workloadSources;

/** What a change of spec.replicas does. */
export function replicasConsequences(change: ResourceChange, states: States): Judged[] {
  const { before, after } = change;
  const fields = fieldsAt(change, ['spec', 'replicas']);
  if (before === undefined || after === undefined || fields.length === 0) return [];
  const index = indexOf(states.head);
  const [was, now] = [numberAt(before, 'spec', 'replicas'), numberAt(after, 'spec', 'replicas')];
  return [
    ...scaled(index, indexOf(states.base), after, was, now),
    ...claimsKept(after, was ?? 1, now ?? 1),
    ...stayingMembers(index, after),
  ].map((said) => judged(fields, { before: was, after: now, ...said }));
}

type Sayings = readonly Omit<Judged, 'explains' | 'path' | 'before' | 'after'>[];

function scaled(index: WorkloadIndex, base: WorkloadIndex, resource: Resource, was: number | undefined, now: number | undefined): Sayings {
  const scaler = scalerFor(index, resource);
  if (scaler !== undefined && now !== undefined)
    return [
      {
        id: 'replicas-against-autoscaler',
        grade: 'rebalance',
        consequence: `${scaler.resource.kind} ${scaler.resource.metadata.name} scales this from ${scaler.min} to ${scaler.max}: each apply of the manifest puts it to ${now}, and the autoscaler back. Every such step costs the group rebalances.`,
        source: sources.withoutReplicas,
        action: 'Leave spec.replicas out of the manifest, and change the limits of the autoscaler.',
      },
    ];
  if (now === undefined)
    return [
      {
        id: 'replicas-removed',
        grade: (was ?? 1) > 1 && scaler === undefined ? 'rebalance' : 'rolling',
        consequence: `Where spec.replicas was applied and goes, the API server puts its default of 1: ${times((was ?? 1) - 1, 'pod')} of ${was ?? 1} end at the next apply${scaler === undefined ? ', until somebody scales it again' : ', until the autoscaler scales it up again'}.`,
        source: sources.withoutReplicas,
        action:
          'Give the field up first: kubectl apply edit-last-applied (client-side apply), or hand it over by server-side apply; then remove it from the manifest.',
      },
    ];
  const from = was ?? 1;
  const worker = index.workers.get(resource);
  switch (worker?.component) {
    case 'consumer':
      return [consumerScaled(index, base, worker, from, now)];
    case 'producer':
      return [producerScaled(worker, from, now)];
    case 'api':
    case undefined:
      return [podsScaled(from, now, worker !== undefined)];
  }
}

function consumerScaled(index: WorkloadIndex, base: WorkloadIndex, worker: WorkerView, from: number, to: number): Sayings[number] {
  const sizes = topicSizesOf(index, worker.resource, base);
  const topics = worker.topics.filter(({ operation }) => operation === 'Read').map(({ name }) => name);
  const group = groupOf(worker) ?? '';
  const others = othersIn(index, worker);
  if (to === 0 && others === 0)
    return {
      id: 'replicas-zero',
      grade: 'unavailable',
      consequence: `Group ${group} has no member left: nothing reads ${topics.join(', ')}, and its lag grows by all that is written. What retention deletes meanwhile is never read, and after 7 days without members its offsets are forgotten (offsets.retention.minutes).`,
      source: sources.offsetsRetention,
      action: `Keep one pod, or start it again before the retention of ${topics.join(', ')} is over.`,
    };
  const stop = stopOf(worker);
  const beside = others > 0 ? ` (with ${others} of other workloads in group ${group})` : '';
  const cost = `Up to ${times(Math.abs(to - from), 'rebalance')} of the group; ${stop}.`;
  if (sizes === undefined)
    return {
      id: 'replicas-consumer',
      grade: 'rebalance',
      consequence: `The group goes from ${times(from + others, 'member')} to ${to + others}${beside}. How many partitions ${topics.join(', ')} has, no manifest here says: members beyond it are idle. ${cost}`,
      source: sources.consumerGroups,
    };
  const partitions = Object.values(sizes).reduce((sum, count) => sum + count, 0);
  const strategy = strategyOf(worker);
  const idle = Math.max(0, to + others - partitions);
  const faster = speedUp(partitions, to + others) / Math.max(1, speedUp(partitions, from + others));
  const what = `On ${times(partitions, 'partition')} that is: before ${sharesOf(sizes, from + others, strategy)}; then ${sharesOf(sizes, to + others, strategy)}${beside}.`;
  const worth =
    faster === 1
      ? 'The group does no more and no less work'
      : `The group does ${Number(faster.toFixed(2))} times the work it did, where all partitions are equally busy`;
  return {
    id: 'replicas-consumer',
    grade: 'rebalance',
    consequence: `${what} ${worth}. ${cost}`,
    reason: 'A partition has one reader in a group, so members beyond the partitions only wait.',
    source: sources.consumerGroups,
    ...(idle > 0 && {
      action: `Set replicas to ${Math.max(1, partitions - others)} at most; more needs more partitions first, which moves keys.`,
    }),
    ...(to < from && idle === 0 && { action: 'See that the lag does not grow: muster lag.' }),
  };
}

function producerScaled(worker: WorkerView, from: number, to: number): Sayings[number] {
  const rate = integer(worker, 'PRODUCER_RATE') ?? 0;
  const topic = settingOf(worker, 'KAFKA_TOPIC') ?? '';
  if (to === 0)
    return {
      id: 'replicas-zero',
      grade: 'unavailable',
      consequence: `Nothing writes ${topic} any more from here: ${from * rate} records/s end.`,
      source: 'workers/producer.ts',
    };
  const isKeyed = settingOf(worker, 'PRODUCER_KEYED') !== 'false';
  const breaks = isKeyed && from <= 1 && to > 1;
  return {
    id: 'replicas-producer',
    grade: breaks ? 'reorders' : 'safe',
    consequence: `Every pod writes all the keys at ${rate} records/s: ${from * rate} become ${to * rate} records/s.${breaks ? ` Each key then comes from ${to} producers, and nothing orders what they write of it.` : ''}`,
    source: 'workers/producing/record-maker.ts',
    ...(breaks && { action: 'Raise PRODUCER_RATE of one pod instead, or give each producer keys of its own.' }),
  };
}

function podsScaled(from: number, to: number, isApi: boolean): Sayings[number] {
  if (to === 0)
    return {
      id: 'replicas-zero',
      grade: 'unavailable',
      consequence: `No pod is left${isApi ? ': requests are refused' : ''}.`,
      source: sources.replicas,
    };
  return {
    id: 'replicas-changed',
    grade: 'safe',
    consequence: `${times(Math.abs(to - from), 'pod')} ${to > from ? 'more start' : 'stop'}; the others are not touched.${isApi ? '' : ' If they are members of a consumer group, each is a rebalance; the manifests do not say.'}`,
    source: sources.replicas,
  };
}

/** The claims of a StatefulSet's pods that go. */
function claimsKept(resource: Resource, from: number, to: number): Sayings {
  if (resource.kind !== 'StatefulSet' || to >= from || numberOfClaims(resource) === 0) return [];
  const policy = textAt(resource, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenScaled') ?? 'Retain';
  return policy === 'Delete'
    ? [
        {
          id: 'replicas-claims-deleted',
          grade: 'data-loss',
          consequence: `The claims of ${times(from - to, 'pod')} are deleted with them (persistentVolumeClaimRetentionPolicy.whenScaled is Delete), and what the volumes hold with their reclaim policy.`,
          source: sources.claimRetention,
          action: 'Set whenScaled to Retain before you scale down.',
        },
      ]
    : [];
}

function numberOfClaims(resource: Resource): number {
  const claims = resource.spec?.['volumeClaimTemplates'];
  return Array.isArray(claims) ? claims.length : 0;
}
