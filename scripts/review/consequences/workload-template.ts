import { at, listAt, numberAt, recordAt, textAt, type Resource } from '../../../constructs/model/resource.js';
import { formatBytes, formatCpu, formatDuration, parseQuantity } from '../../../constructs/model/units.js';
import type { FieldChange, ResourceChange, States } from '../change.js';
import type { Judged } from '../consequence.js';
import { fieldsBelow, judged, type Place } from './workload-fields.js';
import { indexOf, integer, type WorkloadIndex } from './workload-index.js';
import { imagesOf } from './workload-rollout.js';
import { workloadSources as sources } from './workload-sources.js';

const podSpec: Place = ['spec', 'template', 'spec'];
const inContainers = (...rest: string[]): Place => [...podSpec, 'containers', '*', ...rest];

/** What the parts of a pod's template do beyond the restart: images, probes, time to stop, resources, volumes, accounts. */
export function templateConsequences(change: ResourceChange, states: States): Judged[] {
  const { before, after } = change;
  if (before === undefined || after === undefined) return [];
  const index = indexOf(states.head);
  return [
    ...imageTags(change, after),
    ...graceTime(change, index, after),
    ...probes(change, after),
    ...computeResources(change, before, after),
    ...securityContexts(change, states, after),
    ...volumes(change, before, after),
    ...missingObjects(change, states, after),
  ];
}

/** An image whose tag says nothing of what will run. */
function imageTags(change: ResourceChange, after: Resource): Judged[] {
  return fieldsBelow(change, inContainers('image')).flatMap((field): Judged[] => {
    const image = String(field.after ?? '');
    if (image === '' || image.includes('@sha256:')) return [];
    const tag = /:([^/:]+)$/.exec(image)?.[1];
    if (tag !== undefined && tag !== 'latest') return [];
    const policy = textAt(containerOf(after, field), 'imagePullPolicy') ?? 'Always';
    return [
      judged([field], {
        id: 'image-tag-mutable',
        grade: 'rolling',
        consequence: `${image} ${tag === undefined ? 'has no tag, which means latest' : 'is the tag that moves'}: ${policy === 'IfNotPresent' ? 'a node that has some latest keeps it, others pull another, so pods may run different programs' : 'every restart of a pod may bring another program'}, and going back brings nothing back.`,
        source: sources.images,
        action: 'Name a version or a digest.',
      }),
    ];
  });
}

const containerOf = (resource: Resource, { steps }: FieldChange): unknown => {
  const step = steps[4];
  const containers = listAt(resource, 'spec', 'template', 'spec', 'containers');
  if (typeof step === 'object') return containers.find((container) => textAt(container, 'name') === step.is);
  return typeof step === 'number' ? containers[step] : undefined;
};

function graceTime(change: ResourceChange, index: WorkloadIndex, after: Resource): Judged[] {
  const worker = index.workers.get(after);
  const fields = fieldsBelow(
    change,
    [...podSpec, 'terminationGracePeriodSeconds'],
    ...(worker === undefined ? [] : [inContainers('env', 'SHUTDOWN_DEADLINE_MS')]),
  );
  const [field] = fields;
  if (field === undefined) return [];
  const grace = (numberAt(after, 'spec', 'template', 'spec', 'terminationGracePeriodSeconds') ?? 30) * 1000;
  const preStop = listAt(after, 'spec', 'template', 'spec', 'containers').some(
    (container) => at(container, 'lifecycle', 'preStop') !== undefined,
  );
  const deadline = worker === undefined ? undefined : integer(worker, 'SHUTDOWN_DEADLINE_MS');
  if (worker === undefined || deadline === undefined || grace > deadline)
    return [
      judged(fields, {
        id: 'grace-period-changed',
        grade: 'rolling',
        consequence: `A pod has ${formatDuration(grace)} from SIGTERM${preStop ? ', its preStop hook included,' : ''} to SIGKILL; one that needs longer is cut off in what it does.`,
        source: sources.termination,
      }),
    ];
  const session = formatDuration(integer(worker, 'CONSUMER_SESSION_TIMEOUT_MS') ?? 10_000);
  const loses = worker.component !== 'consumer' || worker.env.get('CONSUMER_GUARANTEE') === 'at-most-once';
  return [
    judged(fields, {
      id: 'grace-period-short',
      grade: loses ? 'data-loss' : 'rolling',
      consequence:
        `The pod is killed ${formatDuration(grace)} after SIGTERM, the worker takes up to ${formatDuration(deadline)} to stop (SHUTDOWN_DEADLINE_MS): ` +
        (worker.component === 'consumer'
          ? `a stop that takes longer ends in mid-record. ${loses ? 'What was committed and not yet worked on is lost' : 'That record and what was not committed are done again'}, and the member does not leave, so its partitions stand still for the session (${session}).`
          : 'a stop that takes longer loses the records that still wait in its buffer.'),
      source: sources.termination,
      action: `Set terminationGracePeriodSeconds to ${Math.ceil(deadline / 1000) + 5} or SHUTDOWN_DEADLINE_MS to ${Math.max(1_000, grace - 5_000)}.`,
    }),
  ];
}

function probes(change: ResourceChange, after: Resource): Judged[] {
  const found: Judged[] = [];
  const perContainer = (probe: string): [FieldChange[], unknown] => {
    const fields = fieldsBelow(change, inContainers(probe));
    return [fields, fields[0] === undefined ? undefined : containerOf(after, fields[0])];
  };
  const [live, container] = perContainer('livenessProbe');
  if (live.length > 0) {
    const probe = at(container, 'livenessProbe');
    if (probe === undefined)
      found.push(
        judged(live, {
          id: 'liveness-probe-removed',
          grade: 'rolling',
          consequence: 'Nothing restarts a pod that hangs any more: a stuck consumer keeps its partitions while its client still beats.',
          source: sources.probes,
          action: 'Keep a probe that asks for progress.',
        }),
      );
    else {
      const start = at(container, 'startupProbe');
      const every = (numberAt(probe, 'periodSeconds') ?? 10) * (numberAt(probe, 'failureThreshold') ?? 3);
      const first = (numberAt(probe, 'initialDelaySeconds') ?? 0) + every;
      const isTight = first < 30 && start === undefined;
      found.push(
        judged(live, {
          id: isTight ? 'liveness-probe-tight' : 'liveness-probe-changed',
          grade: isTight ? 'unavailable' : 'rolling',
          consequence: isTight
            ? `A pod that does not answer within about ${first} s of its start is killed, and one that hangs for ${every} s too: a slow start becomes a restart loop, and each restart of a consumer costs rebalances.`
            : `A pod that does not answer for about ${every} s is restarted${start === undefined ? `; at the start it has about ${first} s` : ', once its startup probe has passed'}.`,
          source: sources.probes,
          ...(isTight && { action: 'Give it a startupProbe, or a failureThreshold × periodSeconds of 30 s or more.' }),
        }),
      );
    }
  }
  const [ready, readyIn] = perContainer('readinessProbe');
  if (ready.length > 0) {
    const isGone = at(readyIn, 'readinessProbe') === undefined;
    found.push(
      judged(ready, {
        id: isGone ? 'readiness-probe-removed' : 'readiness-probe-changed',
        grade: 'rolling',
        consequence: isGone
          ? 'A pod counts as ready as soon as its process runs: a rollout goes on to the next before the new one works, and a Service sends to it.'
          : 'It says when a rollout goes on to the next pod, and when a Service sends to it; no pod is restarted by it.',
        source: sources.probes,
        ...(isGone && { action: 'Keep it: it is what stops a rollout of a program that does not start.' }),
      }),
    );
  }
  return found;
}

function computeResources(change: ResourceChange, before: Resource, after: Resource): Judged[] {
  return fieldsBelow(change, inContainers('resources')).length === 0
    ? []
    : listAt(after, 'spec', 'template', 'spec', 'containers').flatMap((container): Judged[] => {
        const name = textAt(container, 'name') ?? '';
        const old = listAt(before, 'spec', 'template', 'spec', 'containers').find((one) => textAt(one, 'name') === name);
        const amount = (of: unknown, side: string, kind: string): number | undefined => {
          const given = at(of, 'resources', side, kind);
          return typeof given === 'string' || typeof given === 'number' ? parseQuantity(given) : undefined;
        };
        const place = (...rest: string[]): Place => [...podSpec, 'containers', name, 'resources', ...rest];
        const found: Judged[] = [];
        const [memory, memoryWas] = [amount(container, 'limits', 'memory'), amount(old, 'limits', 'memory')];
        const limitFields = fieldsBelow(change, place('limits', 'memory'));
        if (limitFields.length > 0 && memory !== undefined && (memoryWas === undefined || memory < memoryWas))
          found.push(
            judged(limitFields, {
              id: 'memory-limit-lower',
              grade: 'rolling',
              consequence: `The container is killed (OOMKilled) above ${formatBytes(memory)}${memoryWas === undefined ? '' : `, before above ${formatBytes(memoryWas)}`}: a killed consumer does not leave its group, so its partitions stand still for a session.`,
              source: sources.resources,
              action: 'Compare with what the pods use at the peak first.',
            }),
          );
        for (const kind of ['cpu', 'memory'] as const) {
          const [request, limit] = [amount(container, 'requests', kind), amount(container, 'limits', kind)];
          const both = fieldsBelow(change, place('requests', kind), place('limits', kind));
          if (both.length > 0 && request !== undefined && limit !== undefined && request > limit) {
            const format = kind === 'cpu' ? formatCpu : formatBytes;
            found.push(
              judged(both, {
                id: 'request-above-limit',
                grade: 'refused',
                consequence: `The API server refuses the change (422 Invalid): the request of ${format(request)} of ${kind} is above the limit of ${format(limit)}.`,
                source: sources.resources,
                action: 'Lower the request or raise the limit.',
              }),
            );
          }
        }
        return found;
      });
}

/** What PodSecurity's restricted standard refuses; enforced where the namespace says so, or by OpenShift's restricted-v2. */
function securityContexts(change: ResourceChange, states: States, after: Resource): Judged[] {
  const fields = fieldsBelow(
    change,
    [...podSpec, 'securityContext'],
    inContainers('securityContext'),
    [...podSpec, 'hostNetwork'],
    [...podSpec, 'hostPID'],
    [...podSpec, 'hostIPC'],
  );
  if (fields.length === 0) return [];
  const namespace = after.metadata.namespace ?? '';
  const enforced = textAt(states.head.find('Namespace', namespace), 'metadata', 'labels', 'pod-security.kubernetes.io/enforce');
  const problems = restrictedProblems(recordAt(after, ...podSpec));
  if (problems.length === 0)
    return [
      judged(fields, {
        id: 'security-context-changed',
        grade: 'rolling',
        consequence: 'The new pods keep to the standard restricted; what they may do is what their securityContext says.',
        source: sources.standards,
      }),
    ];
  const isRefused = enforced === 'restricted';
  return [
    judged(fields, {
      id: 'security-context-restricted',
      grade: isRefused ? 'refused' : 'rolling',
      consequence: `The pods would break the standard restricted: ${problems.join(', ')}. ${
        isRefused
          ? `Namespace ${namespace} enforces it, so no new pod is admitted: the rollout stands still, and what ends is not replaced.`
          : 'Where a namespace enforces it, and on OpenShift under restricted-v2, they are not admitted.'
      }`,
      source: sources.standards,
      action: 'Keep runAsNonRoot, seccompProfile RuntimeDefault, allowPrivilegeEscalation false and capabilities.drop ALL.',
    }),
  ];
}

function restrictedProblems(spec: Readonly<Record<string, unknown>>): string[] {
  const problems = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true);
  for (const container of [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')]) {
    const own = (field: string): unknown => at(container, 'securityContext', field) ?? at(spec, 'securityContext', field);
    if (at(container, 'securityContext', 'privileged') === true) problems.push('privileged');
    if (at(container, 'securityContext', 'allowPrivilegeEscalation') !== false) problems.push('allowPrivilegeEscalation is not false');
    if (own('runAsNonRoot') !== true) problems.push('runAsNonRoot is not true');
    if (own('runAsUser') === 0) problems.push('runAsUser is 0');
    if (textAt(own('seccompProfile'), 'type') === undefined) problems.push('no seccompProfile');
    if (!listAt(container, 'securityContext', 'capabilities', 'drop').includes('ALL')) problems.push('capabilities are not dropped');
  }
  return [...new Set(problems)];
}

function volumes(change: ResourceChange, before: Resource, after: Resource): Judged[] {
  const byName = new Map<string, FieldChange[]>();
  for (const field of fieldsBelow(change, [...podSpec, 'volumes'])) {
    const name = typeof field.steps[4] === 'object' ? field.steps[4].is : '';
    byName.set(name, [...(byName.get(name) ?? []), field]);
  }
  return [...byName].flatMap(([name, fields]): Judged[] => {
    const [was, now] = [before, after].map((side) =>
      listAt(side, 'spec', 'template', 'spec', 'volumes').find((volume) => textAt(volume, 'name') === name),
    );
    const [claimWas, claimNow] = [was, now].map((volume) => textAt(volume, 'persistentVolumeClaim', 'claimName'));
    if (claimWas === undefined || claimWas === claimNow) return [];
    return [
      judged(fields, {
        id: 'volume-claim-left',
        grade: 'data-loss',
        consequence: `The new pods do not see what volume ${name} holds: it was claim ${claimWas}, and ${
          now === undefined
            ? 'is gone'
            : claimNow !== undefined
              ? `is claim ${claimNow}`
              : at(now, 'emptyDir') !== undefined
                ? 'is an emptyDir, which ends with its pod'
                : 'is another kind of volume'
        }. The claim itself stays as long as its manifest does.`,
        source: sources.volumes,
        action: 'Copy what it holds first, or keep the claim.',
      }),
    ];
  });
}

/** ConfigMaps, Secrets and accounts that went in the same change although the pods still name them are told where they went; here: those newly named and absent. */
function missingObjects(change: ResourceChange, states: States, after: Resource): Judged[] {
  const fields = fieldsBelow(change, [...podSpec, 'serviceAccountName']);
  const account = textAt(after, ...podSpec, 'serviceAccountName');
  if (fields.length === 0) return [];
  const isDeclared =
    account === undefined || account === 'default' || states.head.find('ServiceAccount', account, after.metadata.namespace) !== undefined;
  return [
    judged(fields, {
      id: isDeclared ? 'service-account-changed' : 'service-account-unknown',
      grade: isDeclared ? 'rolling' : 'unavailable',
      consequence: isDeclared
        ? `New pods run as ${account ?? 'default'}, with its roles, its SecurityContextConstraints and its pull secrets, and no longer with those of ${textAt(change.before, ...podSpec, 'serviceAccountName') ?? 'default'}.`
        : `No manifest here makes ServiceAccount ${account}: unless it is there already, no new pod is made, and what ends is not replaced.`,
      source: 'https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/',
    }),
  ];
}

/** What of the images changed, in words. */
export function imageWords(before: Resource, after: Resource): string {
  const [was, now] = [imagesOf(before), imagesOf(after)];
  return [...now]
    .filter(([name, image]) => was.has(name) && was.get(name) !== image)
    .map(([name, image]) => shortened(was.get(name) ?? '', image))
    .join(', ');
}

/** Only the tag or digest where the rest is the same. */
function shortened(before: string, after: string): string {
  const parts = (image: string): [string, string] => {
    const match = /^(.*?)((?::[^/:@]+)?(?:@sha256:[a-f0-9]+)?)$/.exec(image);
    return [match?.[1] ?? image, (match?.[2] ?? '').replace(/^:/, '').replace(/(@?sha256:[a-f0-9]{12})[a-f0-9]+/, '$1…')];
  };
  const [[nameWas, was], [name, now]] = [parts(before), parts(after)];
  return nameWas === name ? `${name.split('/').at(-1) ?? name} ${was || 'latest'} → ${now || 'latest'}` : `${before} → ${after}`;
}
