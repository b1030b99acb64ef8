import { times } from '../../../constructs/model/plan-words.js';
import { at, listAt, recordAt, textAt, type Resource } from '../../../constructs/model/resource.js';
import { settingOf, type WorkerView } from '../../../constructs/model/system.js';
import type { ResourceChange, States } from '../change.js';
import type { Judged } from '../consequence.js';
import { selects } from './network-selector.js';
import { sharesOf, strategyOf } from './scaling-replicas.js';
import { fieldsAt, judged, type Said } from './workload-fields.js';
import { groupOf, indexOf, integer, podCount, topicSizesOf, type WorkloadIndex } from './workload-index.js';
import { whenPruned, workloadSources as sources } from './workload-sources.js';

const readTopics = (worker: WorkerView): string[] => worker.topics.filter(({ operation }) => operation === 'Read').map(({ name }) => name);
const pods = (index: WorkloadIndex, resource: Resource): string => {
  const { count, isFixed } = podCount(index, resource);
  return `${isFixed ? '' : 'up to '}${times(count, 'pod')}`;
};

/** Members of a group in a state, but those of some resources. */
const fellows = (index: WorkloadIndex, group: string, ...but: readonly (Resource | undefined)[]): WorkerView[] =>
  (index.members.get(group) ?? []).filter(({ resource }) => !but.includes(resource));

const names = (workers: readonly WorkerView[]): string => workers.map(({ resource }) => resource.metadata.name).join(', ');

export function addedConsequences({ after }: ResourceChange, states: States): Judged[] {
  if (after === undefined) return [];
  const index = indexOf(states.head);
  const worker = index.workers.get(after);
  return [judged([], worker === undefined ? addedPods(index, after) : addedWorker(index, worker))];
}

function addedPods(index: WorkloadIndex, resource: Resource): Said {
  if (resource.kind === 'CronJob')
    return {
      id: 'workload-added',
      grade: 'safe',
      consequence: `It runs at ${textAt(resource, 'spec', 'schedule') ?? 'its schedule'}.`,
      source: sources.cronJob,
    };
  return {
    id: 'workload-added',
    grade: 'safe',
    consequence: `${resource.kind === 'DaemonSet' ? 'A pod starts on every node' : `New: ${pods(index, resource)}`}. Nothing else restarts for it.`,
    source: sources.replicas,
  };
}

function addedWorker(index: WorkloadIndex, worker: WorkerView): Said {
  const { resource, component } = worker;
  if (component === 'producer')
    return {
      id: 'producer-added',
      grade: 'safe',
      consequence: `New: ${pods(index, resource)} that write${podCount(index, resource).count === 1 ? 's' : ''} ${settingOf(worker, 'KAFKA_TOPIC') ?? ''} at ${integer(worker, 'PRODUCER_RATE') ?? 0} records/s${podCount(index, resource).count === 1 ? '' : ' each'}.`,
      source: sources.workers,
    };
  if (component === 'api')
    return {
      id: 'api-added',
      grade: 'safe',
      consequence: `New: ${pods(index, resource)} that take requests and write ${settingOf(worker, 'KAFKA_TOPIC') ?? ''}.`,
      source: sources.workers,
    };
  const group = groupOf(worker) ?? '';
  const others = fellows(index, group, resource);
  if (others.length === 0)
    return {
      id: 'consumer-added',
      grade: 'safe',
      consequence: `New group ${group}: ${pods(index, resource)}. Without offsets it ${startOf(worker)} of ${readTopics(worker).join(', ')}.`,
      source: sources.consumer,
    };
  const sizes = topicSizesOf(index, resource);
  const there = others.reduce((sum, other) => sum + podCount(index, other.resource).count, 0);
  const shares = sizes === undefined ? '' : `: ${sharesOf(sizes, there + podCount(index, resource).count, strategyOf(worker))}`;
  return {
    id: 'consumer-joins-group',
    grade: 'rebalance',
    consequence: `It joins group ${group} beside ${names(others)} and takes partitions from ${others.length === 1 ? 'it' : 'them'}${shares}.`,
    source: sources.consumerGroups,
    action: `Give it a group of its own if it is to read every record of ${readTopics(worker).join(', ')}.`,
  };
}

/** Where a group without offsets begins, in words. */
export const startOf = (worker: WorkerView): string =>
  settingOf(worker, 'CONSUMER_OFFSET_RESET') === 'latest'
    ? 'begins at the end, and skips all that is there,'
    : 'begins with the oldest record';

export function removedConsequences({ before }: ResourceChange, states: States): Judged[] {
  if (before === undefined) return [];
  const [base, head] = [indexOf(states.base), indexOf(states.head)];
  const worker = base.workers.get(before);
  return [
    judged([], { reason: whenPruned, ...(worker === undefined ? removedPods(base, before) : removedWorker(base, head, worker)) }),
    ...removedClaims(before),
  ];
}

function removedPods(index: WorkloadIndex, resource: Resource): Said {
  if (resource.kind === 'Job')
    return {
      id: 'job-removed',
      grade: 'safe',
      consequence: 'Its pods and their logs go with it; one that still runs is ended.',
      source: sources.job,
    };
  if (resource.kind === 'CronJob')
    return {
      id: 'cronjob-removed',
      grade: 'unavailable',
      consequence: 'It runs no more; a run under way is ended.',
      source: sources.cronJob,
    };
  return {
    id: 'workload-removed',
    grade: 'unavailable',
    consequence: `Its ${pods(index, resource)} end, and nothing starts them again.`,
    source: sources.replicas,
  };
}

function removedWorker(base: WorkloadIndex, head: WorkloadIndex, worker: WorkerView): Said {
  const { resource, component } = worker;
  if (resource.kind === 'Job') return removedPods(base, resource);
  if (component !== 'consumer') {
    const topic = settingOf(worker, 'KAFKA_TOPIC') ?? '';
    const readers = names(head.readers.get(topic) ?? []);
    const others = (head.writers.get(topic) ?? []).filter(({ component: other }) => other !== 'consumer');
    return {
      id: component === 'api' ? 'api-removed' : 'producer-removed',
      grade: others.length > 0 && component === 'producer' ? 'safe' : 'unavailable',
      consequence: `${component === 'api' ? 'Nobody takes its requests any more' : `It writes ${topic} no more`}${others.length > 0 ? `; ${names(others)} still does` : readers === '' ? '' : `: ${readers} get${readers.includes(',') ? '' : 's'} no new record`}.`,
      source: sources.workers,
    };
  }
  const group = groupOf(worker) ?? '';
  const others = fellows(head, group);
  const topics = readTopics(worker);
  if (others.length > 0)
    return {
      id: 'consumer-removed',
      grade: 'rebalance',
      consequence: `Its members leave group ${group}, and ${names(others)} take over what they owned.`,
      source: sources.consumerGroups,
    };
  return {
    id: 'consumer-removed',
    grade: 'unavailable',
    consequence: `Group ${group} has no member any more: nothing reads ${topics.join(', ')} for it, and its offsets are forgotten after 7 days (offsets.retention.minutes). A later return then ${startOf(worker)}.`,
    source: sources.offsetsRetention,
    action: `If it is gone for good, delete the group too: kafka-consumer-groups.sh --delete --group ${group}.`,
  };
}

function removedClaims(resource: Resource): Judged[] {
  if (resource.kind !== 'StatefulSet' || listAt(resource, 'spec', 'volumeClaimTemplates').length === 0) return [];
  return textAt(resource, 'spec', 'persistentVolumeClaimRetentionPolicy', 'whenDeleted') === 'Delete'
    ? [
        judged([], {
          id: 'statefulset-claims-deleted',
          grade: 'data-loss',
          consequence:
            'Its claims are deleted with it (persistentVolumeClaimRetentionPolicy.whenDeleted is Delete), and with them what their volumes hold.',
          source: sources.claimRetention,
          action: 'Set whenDeleted to Retain first, or copy what you need.',
        }),
      ]
    : [
        judged([], {
          id: 'statefulset-claims-kept',
          grade: 'safe',
          consequence: 'Its claims and what they hold stay until somebody deletes them.',
          source: sources.claimRetention,
        }),
      ];
}

export function renamedConsequences({ before, after, fields }: ResourceChange, states: States): Judged[] {
  if (before === undefined || after === undefined) return [];
  const head = indexOf(states.head);
  const worker = head.workers.get(after);
  const both = `Kubernetes knows no rename: ${after.metadata.name} is made new, and ${before.metadata.name} runs on until it is deleted.`;
  const claims = listAt(after, 'spec', 'volumeClaimTemplates').length;
  const lost: Judged[] =
    after.kind === 'StatefulSet' && claims > 0
      ? [
          judged([], {
            id: 'statefulset-renamed-claims',
            grade: 'data-loss',
            consequence: `The claims are called after the StatefulSet: the pods of ${after.metadata.name} start with empty volumes, and what the old ones hold stays behind in claims of ${before.metadata.name}.`,
            source: sources.statefulSet,
            action: 'Keep the name, or copy the volumes first.',
          }),
        ]
      : [];
  return [judged(fields, renamed(head, worker, after, both)), ...lost];
}

function renamed(index: WorkloadIndex, worker: WorkerView | undefined, resource: Resource, both: string): Said {
  const { count } = podCount(index, resource);
  if (worker?.component === 'consumer') {
    const sizes = topicSizesOf(index, resource);
    return {
      id: 'workload-renamed',
      grade: 'rebalance',
      consequence: `${both} While both run, group ${groupOf(worker) ?? ''} has up to ${2 * count} members${sizes === undefined ? '' : `: ${sharesOf(sizes, 2 * count, strategyOf(worker))}`}. Up to ${2 * count} rebalances.`,
      source: sources.consumerGroups,
      action: 'Delete the old one first if the pause is acceptable, or soon after.',
    };
  }
  if (worker?.component === 'producer' && settingOf(worker, 'PRODUCER_KEYED') !== 'false')
    return {
      id: 'workload-renamed',
      grade: 'reorders',
      consequence: `${both} While both run, twice the rate is written, and each key comes from two producers that nothing orders.`,
      source: sources.workers,
      action: 'Delete the old one first.',
    };
  return {
    id: 'workload-renamed',
    grade: 'rolling',
    consequence: both,
    source: sources.replicas,
    action: 'Delete the old one when the new one is ready.',
  };
}

/** Fields that a StatefulSet may change: k8s.io/kubernetes/pkg/apis/apps/validation, ValidateStatefulSetUpdate. */
const statefulSetMay = new Set([
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
]);
const jobMayNot = ['selector', 'template', 'completions', 'completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'manualSelector'];

/** What the API server does not let be changed; it refuses the whole object then, so nothing else of the change happens. */
export function refusedConsequences(change: ResourceChange, states: States): Judged[] {
  const { before, after } = change;
  if (before === undefined || after === undefined) return [];
  const frozen = frozenFields(change);
  const index = indexOf(states.base);
  const worker = index.workers.get(before);
  const meanwhile =
    worker?.component === 'consumer'
      ? ` Deleted and made anew, its ${pods(index, before)} end and the group stops until new ones are ready; its offsets stay.`
      : ` Deleted and made anew, its ${pods(index, before)} end before new ones start.`;
  if (frozen.length > 0) {
    const which = [...new Set(frozen.map(({ steps }) => steps.slice(0, 2).map(String).join('.')))].join(', ');
    return [
      judged(change.fields, {
        id: `${after.kind.toLowerCase()}-immutable`,
        grade: 'refused',
        path: frozen[0]?.path ?? '',
        before: frozen[0]?.before,
        after: frozen[0]?.after,
        consequence: `The API server refuses the whole change (422 Invalid): ${which} of a ${after.kind} cannot be changed. All runs on as it was.${after.kind === 'Job' ? ' Deleted and made anew, the Job runs again from its start.' : meanwhile}`,
        source: after.kind === 'Job' ? sources.job : after.kind === 'StatefulSet' ? sources.statefulSet : sources.selector,
        action: workaround(after.kind),
      }),
    ];
  }
  const labels = recordAt(after, 'spec', 'template', 'metadata', 'labels');
  const selector = at(after, 'spec', 'selector');
  const touched = fieldsAt(change, ['spec', 'template', 'metadata', 'labels'], ['spec', 'selector']);
  if (touched.length > 0 && ['Deployment', 'StatefulSet', 'DaemonSet'].includes(after.kind) && !selects(selector, labels))
    return [
      judged(change.fields, {
        id: 'selector-misses-template',
        grade: 'refused',
        path: touched[0]?.path ?? '',
        consequence: 'The API server refuses the whole change (422 Invalid): spec.selector does not match the labels of the template.',
        source: sources.selector,
        action: 'Keep the labels that spec.selector names.',
      }),
    ];
  return [];
}

function frozenFields(change: ResourceChange): ResourceChange['fields'] {
  switch (change.after?.kind) {
    case 'Deployment':
    case 'DaemonSet':
    case 'ReplicaSet':
      return fieldsAt(change, ['spec', 'selector']);
    case 'StatefulSet':
      return change.fields.filter(({ steps: [top, field] }) => top === 'spec' && field !== undefined && !statefulSetMay.has(String(field)));
    case 'Job':
      return fieldsAt(change, ...jobMayNot.map((field) => ['spec', field]));
    case undefined:
    default:
      return [];
  }
}

function workaround(kind: string): string {
  if (kind === 'Job') return 'Give the Job another name, or delete it first if it is to run again.';
  if (kind === 'StatefulSet')
    return 'Delete it with --cascade=orphan and apply the new one: the pods run on and are taken over, and claims stay. Claims that are there do not change by that.';
  return `Give the new ${kind} another name, and delete the old one when the new one is ready.`;
}
