import { at } from '../../../constructs/model/resource.js';
import type { FieldChange, ResourceChange, States } from '../change.js';
import type { Judged, Reviewer } from '../consequence.js';
import { clientConsequences } from './client.js';
import { replicasConsequences } from './scaling-replicas.js';
import { addedConsequences, refusedConsequences, removedConsequences, renamedConsequences } from './workload-life.js';
import { fieldsBelow, isBelow, judged } from './workload-fields.js';
import { indexOf } from './workload-index.js';
import { rolloutWords } from './workload-rollout.js';
import { workloadSources as sources } from './workload-sources.js';
import { imageWords, templateConsequences } from './workload-template.js';

const kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'DeploymentConfig', 'Job', 'CronJob', 'Pod'];

function judge(change: ResourceChange, states: States): Judged[] {
  switch (change.how) {
    case 'added':
      return addedConsequences(change, states);
    case 'removed':
      return removedConsequences(change, states);
    case 'renamed':
      return renamedConsequences(change, states);
    case 'changed': {
      const refused = refusedConsequences(change, states);
      if (refused.length > 0) return refused;
      const parts = [...clientConsequences(change, states), ...templateConsequences(change, states)];
      return [...parts, ...rollout(change, states, parts), ...replicasConsequences(change, states), ...besideTemplate(change, states)];
    }
  }
}

const template = (change: ResourceChange): FieldChange[] =>
  fieldsBelow(
    change,
    change.after?.kind === 'CronJob' ? ['spec', 'jobTemplate'] : change.after?.kind === 'Pod' ? ['spec'] : ['spec', 'template'],
  );

/** The restart that any change of the template is, told once, with what it costs. It explains what nothing else explained, and the image. */
function rollout(change: ResourceChange, states: States, parts: readonly Judged[]): Judged[] {
  const { before, after } = change;
  const fields = template(change);
  if (before === undefined || after === undefined || fields.length === 0) return [];
  const explained = new Set(parts.flatMap(({ explains }) => explains));
  const left = fields.filter((field) => !explained.has(field));
  const image = fields.filter((field) => isBelow(field, ['spec', 'template', 'spec', '*', '*', 'image']));
  // What does not start replaces nothing: the refusal has said where the rollout stands still.
  if (parts.some(({ grade }) => grade === 'refused') && left.length === 0) return [];
  if (after.kind === 'CronJob')
    return [
      judged(left, {
        id: 'next-run',
        grade: 'safe',
        consequence: 'It acts from the next run on; a run under way ends as it is.',
        source: sources.cronJob,
      }),
    ];
  if (after.kind === 'Pod')
    return [
      judged(left, {
        id: 'pod-immutable',
        grade: image.length === fields.length ? 'rolling' : 'refused',
        consequence:
          image.length === fields.length
            ? 'The container is restarted with the new image.'
            : 'The API server refuses the change (422 Invalid): of a pod that is there, only the image and little else can be changed.',
        source: 'https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement',
      }),
    ];
  const { grade, words } = rolloutWords(indexOf(states.head), after);
  const images = imageWords(before, after);
  const tells = [...new Set([...image, ...left])];
  if (tells.length === 0 && grade === 'safe') return [];
  return [
    {
      ...judged(tells.length > 0 ? tells : fields.slice(0, 1), {
        id: images === '' ? 'workload-rolls' : 'image-changed',
        grade,
        ...(image.length === 0 && tells.length !== 1 && { path: 'spec.template', before: undefined, after: undefined }),
        consequence: `${images === '' ? '' : `${images}. `}${words}`,
        source:
          at(after, 'spec', 'strategy', 'type') === 'Recreate'
            ? sources.recreate
            : after.kind === 'StatefulSet'
              ? sources.updateStrategy
              : sources.rollingUpdate,
      }),
    },
  ];
}

/** What stands beside the template: how it is replaced, and what says something about it. */
function besideTemplate(change: ResourceChange, states: States): Judged[] {
  const { before, after } = change;
  if (before === undefined || after === undefined) return [];
  const found: Judged[] = [];
  const strategy = fieldsBelow(change, ['spec', 'strategy'], ['spec', 'updateStrategy']);
  if (strategy.length > 0) {
    const { words, rollout: now } = rolloutWords(indexOf(states.head), after);
    const { rollout: was } = rolloutWords(indexOf(states.base), before);
    const isStop = now.least === 0 && was.least > 0;
    found.push(
      judged(strategy, {
        id: 'rollout-strategy',
        grade: isStop ? 'unavailable' : 'safe',
        consequence: `Nothing restarts now. The next rollout: ${words.charAt(0).toLowerCase()}${words.slice(1)}`,
        source: sources.rollingUpdate,
        ...(now.most > was.most &&
          indexOf(states.head).workers.get(after)?.component === 'consumer' && {
            action: 'Keep maxSurge 0 and maxUnavailable 1 for a consumer group: each surplus member stops an eager group twice.',
          }),
      }),
    );
  }
  const quiet = fieldsBelow(
    change,
    ['metadata'],
    ['spec', 'minReadySeconds'],
    ['spec', 'revisionHistoryLimit'],
    ['spec', 'progressDeadlineSeconds'],
    ['spec', 'persistentVolumeClaimRetentionPolicy'],
    ['spec', 'backoffLimit'],
    ['spec', 'ttlSecondsAfterFinished'],
    ['spec', 'successfulJobsHistoryLimit'],
    ['spec', 'failedJobsHistoryLimit'],
  );
  const paused = fieldsBelow(change, ['spec', 'paused'], ['spec', 'suspend']);
  if (paused.length > 0) {
    const isOn = at(after, 'spec', 'paused') === true || at(after, 'spec', 'suspend') === true;
    found.push(
      judged(paused, {
        id: 'workload-paused',
        grade: isOn && after.kind === 'CronJob' ? 'unavailable' : isOn && after.kind === 'Job' ? 'unavailable' : 'safe',
        consequence: isOn
          ? after.kind === 'CronJob'
            ? 'It runs no more until it is resumed.'
            : after.kind === 'Job'
              ? 'Its pods end until it is resumed.'
              : 'Changes of the template wait until it is resumed; pods run on as they are.'
          : 'It goes on, with all that was changed meanwhile.',
        source: after.kind === 'CronJob' ? sources.cronJob : sources.replicas,
      }),
    );
  }
  const claims = quiet.filter((field) => isBelow(field, ['spec', 'persistentVolumeClaimRetentionPolicy']));
  if (claims.some(({ after: value }) => value === 'Delete'))
    found.push(
      judged(claims, {
        id: 'claim-retention-delete',
        grade: 'data-loss',
        consequence:
          'From now on claims are deleted with the StatefulSet (whenDeleted) or with the pods that a scale-down ends (whenScaled), and what the volumes hold with them.',
        source: sources.claimRetention,
        action: 'Keep Retain where the volumes hold what is nowhere else.',
      }),
    );
  else if (quiet.length > 0) found.push(quietly(quiet));
  return found;
}

function quietly(fields: readonly FieldChange[]): Judged {
  const room = fields.find(({ path }) => path.includes('muster.dev/max-replicas'));
  return judged(fields, {
    id: room === undefined ? 'workload-metadata' : 'room-changed',
    grade: 'safe',
    consequence: `No pod restarts.${room === undefined ? '' : ` It says that a person may scale to ${String(room.after)} pods instead of ${String(room.before)}; nothing scales by itself.`}`,
    source: sources.rollingUpdate,
  });
}

export const workloadReviewer: Reviewer = { kinds, judge };
