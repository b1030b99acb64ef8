import { numberAt, recordAt, textAt, at, type Resource } from '../../../constructs/model/resource.js';
import { fenceposts, rolloutOf, type Rollout, type RolloutPlan } from '../../../constructs/model/rollout.js';
import { settingOf, type WorkerView } from '../../../constructs/model/system.js';
import { formatDuration } from '../../../constructs/model/units.js';
import type { Grade } from '../grade.js';
import { integer, podCount, type WorkloadIndex } from './workload-index.js';

/** How the pods of a workload are replaced, as its strategy says. */
export function rolloutPlan(resource: Resource, replicas: number): RolloutPlan {
  if (resource.kind === 'Deployment' || resource.kind === 'DeploymentConfig') {
    const strategy = recordAt(resource, 'spec', 'strategy');
    if (textAt(strategy, 'type') === 'Recreate') return { how: 'recreate', replicas };
    const given = recordAt(strategy, resource.kind === 'Deployment' ? 'rollingUpdate' : 'rollingParams');
    const pods = (name: string): number | string | undefined => {
      const value = given[name];
      return typeof value === 'number' || typeof value === 'string' ? value : undefined;
    };
    const [maxSurge, maxUnavailable] = [pods('maxSurge'), pods('maxUnavailable')];
    return {
      how: 'rolling',
      replicas,
      ...fenceposts(replicas, { ...(maxSurge !== undefined && { maxSurge }), ...(maxUnavailable !== undefined && { maxUnavailable }) }),
    };
  }
  const update = recordAt(resource, 'spec', 'updateStrategy');
  if (textAt(update, 'type') === 'OnDelete') return { how: 'on-delete', replicas };
  const kept = numberAt(update, 'rollingUpdate', 'partition') ?? 0;
  return { how: 'rolling', replicas: Math.max(0, replicas - kept), surge: 0, unavailable: 1 };
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** How long one rebalance stops what, as the group's protocol has it. */
export function stopOf(worker: WorkerView): string {
  const heartbeat = integer(worker, 'CONSUMER_HEARTBEAT_INTERVAL_MS') ?? 3_000;
  if (settingOf(worker, 'CONSUMER_GROUP_PROTOCOL') === 'consumer')
    return 'each stops only the partitions that move, for a heartbeat or two of the broker’s (group.consumer.heartbeat.interval.ms, 5s unless set)';
  if (settingOf(worker, 'CONSUMER_ASSIGNOR') === 'cooperative-sticky')
    return `each stops only the partitions that move, for about two heartbeats (${formatDuration(2 * heartbeat)})`;
  // Below a second it is lost beside the heartbeat, and sentences that are equal can be told once.
  const work = integer(worker, 'CONSUMER_WORK_MS') ?? 0;
  return `each stops the whole group for up to a heartbeat (${formatDuration(heartbeat)}) and the record in hand${work >= 1000 ? ` (${formatDuration(work)})` : ''}`;
}

/** Whether the members of a worker are static, and keep their names over a restart. */
export function membershipOf(worker: WorkerView): 'dynamic' | 'static' | 'static-renamed' {
  const { env, resource } = worker;
  if (!env.has('CONSUMER_GROUP_INSTANCE_ID') || env.get('CONSUMER_GROUP_INSTANCE_ID') === '') return 'dynamic';
  // A StatefulSet's pods keep their names; those of others get new ones, unless the id is written out.
  return resource.kind === 'StatefulSet' || env.get('CONSUMER_GROUP_INSTANCE_ID') !== undefined ? 'static' : 'static-renamed';
}

function membersWords(worker: WorkerView, rollout: Rollout, upTo: string): string {
  const session = formatDuration(integer(worker, 'CONSUMER_SESSION_TIMEOUT_MS') ?? 10_000);
  switch (membershipOf(worker)) {
    case 'static':
      return `The members are static: no rebalance where a pod is back within the session (${session}); until then its partitions stand still.`;
    case 'static-renamed':
      return `The members are static, but new pods have new names: each old member holds its partitions until its session is over (${session}), and ${upTo}${rollout.rebalances} rebalances follow.`;
    case 'dynamic':
      return `${rollout.leaves === 1 ? '1 member leaves and 1 joins' : `${upTo}${rollout.leaves} members leave and as many join`}: up to ${counted(rollout.rebalances, 'rebalance')} of the group; ${stopOf(worker)}.`;
  }
}

/** What replacing the pods costs, in words and as a grade. */
export interface RolloutWords {
  readonly grade: Grade;
  readonly words: string;
  readonly rollout: Rollout;
}

export function rolloutWords(index: WorkloadIndex, resource: Resource): RolloutWords {
  const { count, isFixed } = podCount(index, resource);
  const plan = rolloutPlan(resource, count);
  const rollout = rolloutOf(plan);
  const worker = index.workers.get(resource);
  const upTo = isFixed ? '' : 'up to ';
  if (resource.kind === 'DaemonSet')
    return {
      grade: 'rolling',
      words: 'The pod of every node is replaced, one after the other unless its updateStrategy says more.',
      rollout,
    };
  if (plan.how === 'on-delete')
    return {
      grade: 'safe',
      words: `Nothing is replaced by itself (updateStrategy OnDelete): ${upTo}${counted(count, 'pod')} keep${count === 1 ? 's' : ''} the old template until somebody deletes ${count === 1 ? 'it' : 'them'}.`,
      rollout,
    };
  if (rollout.pods === 0) return { grade: 'safe', words: 'No pod runs, so none is replaced.', rollout };
  const pods = `${upTo}${counted(rollout.pods, 'pod')}`;
  const replaced =
    plan.how === 'recreate'
      ? `all of ${pods} ${rollout.pods === 1 && isFixed ? 'stops' : 'stop'} before the first new one starts, so meanwhile nothing runs`
      : rollout.pods === 1
        ? `1 pod is replaced: ${(plan.surge ?? 0) > 0 ? 'the new one starts before the old one stops' : 'it stops before the new one starts, so meanwhile nothing runs'}`
        : `${pods} are replaced ${rollout.perTurn === 1 ? 'one at a time' : rollout.turns === 1 ? 'all at once' : `${rollout.perTurn} at a time`}${rollout.most > rollout.pods ? `, with up to ${rollout.most} there at once` : ''}`;
  const group = worker?.component === 'consumer' ? ` ${capital(membersWords(worker, rollout, upTo))}` : '';
  const twice =
    worker?.component === 'producer' && rollout.most > rollout.pods
      ? ' While the surplus pods run, more than the declared rate is written.'
      : '';
  return { grade: 'rolling', words: `${capital(replaced)}.${group}${twice}`, rollout };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Whether every old pod is gone before the first new one comes, so that old and new members never meet. */
export function meetsOld(index: WorkloadIndex, resource: Resource): boolean {
  const { count } = podCount(index, resource);
  const plan = rolloutPlan(resource, count);
  if (plan.how === 'recreate') return false;
  return count > 1 || ((plan.surge ?? 0) > 0 && count > 0);
}

/** The image of each container, by its name. */
export function imagesOf(resource: Resource): ReadonlyMap<string, string> {
  const spec = at(resource, 'spec', 'template', 'spec');
  const images = new Map<string, string>();
  for (const list of ['initContainers', 'containers']) {
    const containers = at(spec, list);
    for (const container of Array.isArray(containers) ? (containers as unknown[]) : []) {
      const [name, image] = [textAt(container, 'name'), textAt(container, 'image')];
      if (name !== undefined && image !== undefined) images.set(name, image);
    }
  }
  return images;
}
