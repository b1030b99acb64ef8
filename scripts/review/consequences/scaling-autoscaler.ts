import { times } from '../../../constructs/model/plan-words.js';
import { at, listAt, numberAt, textAt, type Resource } from '../../../constructs/model/resource.js';
import type { ResourceChange, States } from '../change.js';
import type { Judged, Reviewer } from '../consequence.js';
import { sharesOf, strategyOf } from './scaling-replicas.js';
import { fieldsBelow, judged, type Said } from './workload-fields.js';
import { groupOf, indexOf, type Scaler, type WorkloadIndex } from './workload-index.js';
import { whenPruned, workloadSources as sources } from './workload-sources.js';

const targetName = (resource: Resource): string => textAt(resource, 'spec', 'scaleTargetRef', 'name') ?? '';

function targetOf(index: WorkloadIndex, scaler: Resource): Resource | undefined {
  const kind = textAt(scaler, 'spec', 'scaleTargetRef', 'kind') ?? 'Deployment';
  return index.pods.find(
    ({ resource }) =>
      resource.kind === kind &&
      resource.metadata.name === targetName(scaler) &&
      (scaler.metadata.namespace === undefined || resource.metadata.namespace === scaler.metadata.namespace),
  )?.resource;
}

const scalerNamed = (index: WorkloadIndex, resource: Resource): Scaler | undefined =>
  [...index.scalers.values()].find((scaler) => scaler.resource === resource);

/** Partitions of the topics that the triggers of KEDA name. */
function partitionsOf(index: WorkloadIndex, scaler: Scaler): Readonly<Record<string, number>> | undefined {
  const sizes: Record<string, number> = {};
  for (const { topic } of scaler.kafka) {
    const partitions = topic === undefined ? undefined : index.topics.get(topic)?.partitions;
    if (topic === undefined || partitions === undefined) return undefined;
    sizes[topic] = partitions;
  }
  return scaler.kafka.length === 0 ? undefined : sizes;
}

/** What an autoscaler and its target say that does not go together; of a new one and of a changed one. */
function problems(index: WorkloadIndex, scaler: Scaler): Said[] {
  const target = targetOf(index, scaler.resource);
  const found: Said[] = [];
  const name = targetName(scaler.resource);
  if (target === undefined)
    return [
      {
        id: 'autoscaler-without-target',
        grade: 'rebalance',
        consequence: `No manifest here makes ${name}: unless it is there already, nothing is scaled.`,
        source: sources.autoscaling,
      },
    ];
  const written = numberAt(target, 'spec', 'replicas');
  if (written !== undefined)
    found.push({
      id: 'replicas-against-autoscaler',
      grade: 'rebalance',
      consequence: `${target.kind} ${name} says replicas ${written}: each apply puts it there, and the autoscaler back to what it wants between ${scaler.min} and ${scaler.max}. Each such step costs its group rebalances.`,
      source: sources.withoutReplicas,
      action: 'Take spec.replicas out of the manifest.',
    });
  const worker = index.workers.get(target);
  for (const trigger of scaler.kafka) {
    if (worker?.component !== 'consumer') continue;
    const topics = worker.topics.filter(({ operation }) => operation === 'Read').map((topic) => topic.name);
    const [group, topic] = [groupOf(worker), trigger.topic];
    if (trigger.group !== undefined && trigger.group !== group)
      found.push({
        id: 'keda-other-group',
        grade: 'unavailable',
        consequence: `KEDA looks at the lag of group ${trigger.group}, ${name} is in ${group ?? 'no group'}: it scales by a lag that this work never lowers, up to ${scaler.max}${scaler.min === 0 ? ', or down to none while records wait' : ''}.`,
        source: sources.keda,
        action: `Set consumerGroup to ${group ?? ''}.`,
      });
    if (topic !== undefined && !topics.includes(topic))
      found.push({
        id: 'keda-other-topic',
        grade: 'unavailable',
        consequence: `KEDA looks at topic ${topic}, ${name} reads ${topics.join(', ')}: lag there never brings another member${scaler.min === 0 ? ', nor the first' : ''}.`,
        source: sources.keda,
        action: `Set topic to ${topics.join(', ')}.`,
      });
  }
  const sizes = partitionsOf(index, scaler);
  const partitions = Object.values(sizes ?? {}).reduce((sum, size) => sum + size, 0);
  const allowed = listAt(scaler.resource, 'spec', 'triggers').some(
    (trigger) => String(at(trigger, 'metadata', 'allowIdleConsumers')) === 'true',
  );
  if (sizes !== undefined && scaler.max > partitions)
    found.push({
      id: 'autoscaler-above-partitions',
      grade: allowed ? 'rebalance' : 'safe',
      consequence: `Up to ${scaler.max} members on ${times(partitions, 'partition')}: ${allowed ? `${sharesOf(sizes, scaler.max, strategyOf(worker))}, and each idle one costs two rebalances` : 'KEDA itself stops at the partitions (allowIdleConsumers is not set), so the rest is never reached'}.`,
      source: sources.keda,
      action: `Set maxReplicaCount to ${partitions}.`,
    });
  return found;
}

function limits(change: ResourceChange, index: WorkloadIndex, was: Scaler, now: Scaler): Judged[] {
  const fields = fieldsBelow(
    change,
    ...['minReplicaCount', 'maxReplicaCount', 'minReplicas', 'maxReplicas', 'idleReplicaCount'].map((field) => ['spec', field]),
  );
  if (fields.length === 0) return [];
  const sizes = partitionsOf(index, now);
  const target = targetOf(index, now.resource);
  const strategy = strategyOf(target && index.workers.get(target));
  if (now.min === 0 && was.min > 0)
    return [
      judged(fields, {
        id: 'autoscaler-to-zero',
        grade: 'rebalance',
        consequence: `Without lag no member runs at all: the first record after a pause waits for KEDA to look (pollingInterval, ${numberAt(now.resource, 'spec', 'pollingInterval') ?? 30}s), for a pod to start and for the group to form. After 7 days without members the offsets of the group are forgotten.`,
        source: sources.kedaSpec,
        action: 'Keep one where a record must not wait.',
      }),
    ];
  const shares = sizes === undefined || now.max > 1000 ? '' : ` At ${now.max}: ${sharesOf(sizes, now.max, strategy)}.`;
  return [
    judged(fields, {
      id: 'autoscaler-limits',
      grade: 'rebalance',
      consequence: `It scales between ${now.min} and ${now.max}, before between ${was.min} and ${was.max}.${shares} Each step is a rebalance for each member that comes or goes.`,
      source: now.kafka.length > 0 ? sources.keda : sources.autoscaling,
    }),
  ];
}

function behaviour(change: ResourceChange): Judged[] {
  const found: Judged[] = [];
  const threshold = change.fields.filter(({ path }) => /lagThreshold$/i.test(path) && !/activation/i.test(path));
  const triggers = fieldsBelow(change, ['spec', 'triggers'], ['spec', 'metrics']);
  const lag = (resource: Resource | undefined): string =>
    listAt(resource, 'spec', 'triggers')
      .map((trigger) => at(trigger, 'metadata', 'lagThreshold'))
      .find((value) => value !== undefined)
      ?.toString() ?? '10';
  const [was, now] = [lag(change.before), lag(change.after)];
  if (was !== now)
    found.push(
      judged(threshold.length > 0 ? threshold : triggers, {
        id: 'lag-threshold',
        grade: 'rebalance',
        before: was,
        after: now,
        consequence: `KEDA wants a member for each ${now} records of lag instead of ${was}: ${Number(now) < Number(was) ? 'more members, sooner, and more rebalances' : 'fewer members, later, and more lag before they come'}.`,
        source: sources.keda,
      }),
    );
  else if (triggers.length > 0)
    found.push(
      judged(triggers, {
        id: 'autoscaler-triggers',
        grade: 'rebalance',
        consequence:
          'What the number of members follows has changed: they may be scaled at once, and each that comes or goes is a rebalance.',
        source: change.after?.kind === 'ScaledObject' ? sources.keda : sources.autoscaling,
      }),
    );
  const pace = fieldsBelow(
    change,
    ['spec', 'cooldownPeriod'],
    ['spec', 'pollingInterval'],
    ['spec', 'advanced'],
    ['spec', 'behavior'],
    ['spec', 'fallback'],
  );
  if (pace.length > 0)
    found.push(
      judged(pace, {
        id: 'autoscaler-pace',
        grade: 'safe',
        consequence:
          'When members come and go changes, not how many: a scale-down that is quicker than a pod ends and the group forms again makes members come and go in turn.',
        source: change.after?.kind === 'ScaledObject' ? sources.kedaSpec : sources.autoscaling,
        action: 'Keep the stabilisation window above grace period and session together.',
      }),
    );
  return found;
}

function judge(change: ResourceChange, states: States): Judged[] {
  const { how, before, after } = change;
  if (how === 'removed') {
    const target = before === undefined ? '' : targetName(before);
    const restores = at(before, 'spec', 'advanced', 'restoreToOriginalReplicaCount') === true;
    return [
      judged([], {
        id: 'autoscaler-removed',
        grade: 'rebalance',
        consequence: `${target} is scaled by nobody any more: it ${restores ? 'goes back to the replicas it had before KEDA' : 'stays at the number it has then'}${before?.kind === 'ScaledObject' && !restores ? ', even at none' : ''}, whatever the lag.`,
        reason: whenPruned,
        source: before?.kind === 'ScaledObject' ? sources.kedaSpec : sources.autoscaling,
        action: `Give ${target} spec.replicas again.`,
      }),
    ];
  }
  if (after === undefined) return [];
  const head = indexOf(states.head);
  const now = scalerNamed(head, after);
  if (now === undefined) return [];
  if (how !== 'changed' || before === undefined) {
    const wrong = problems(head, now);
    return [
      judged([], {
        id: 'autoscaler-added',
        grade: 'rebalance',
        consequence: `${targetName(after)} is scaled between ${now.min} and ${now.max} from now on; each step is a rebalance for each member that comes or goes.`,
        source: now.kafka.length > 0 ? sources.keda : sources.autoscaling,
      }),
      ...wrong.map((said) => judged([], said)),
    ];
  }
  const was = scalerNamed(indexOf(states.base), before);
  const old = new Set(was === undefined ? [] : problems(indexOf(states.base), was).map(({ id }) => id));
  const fresh = problems(head, now).filter(({ id }) => !old.has(id) || id === 'autoscaler-above-partitions');
  const retargeted = fieldsBelow(change, ['spec', 'scaleTargetRef']);
  return [
    ...(was === undefined ? [] : limits(change, head, was, now)),
    ...behaviour(change),
    ...(retargeted.length === 0
      ? []
      : [
          judged(retargeted, {
            id: 'autoscaler-retargeted',
            grade: 'rebalance',
            consequence: `It scales ${targetName(after)}; ${targetName(before)} stays at the number it has then, whatever its lag.`,
            source: sources.autoscaling,
          }),
        ]),
    ...fresh.map((said) => judged(fieldsBelow(change, ['spec']), said)),
  ];
}

export const autoscalerReviewer: Reviewer = { kinds: ['HorizontalPodAutoscaler', 'ScaledObject'], judge };
