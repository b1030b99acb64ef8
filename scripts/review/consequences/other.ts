import { textAt } from '../../../constructs/model/resource.js';
import type { ResourceChange, States } from '../change.js';
import type { Judged, Reviewer } from '../consequence.js';
import { judged } from './workload-fields.js';
import { indexOf } from './workload-index.js';
import { imagesOf } from './workload-rollout.js';
import { whenPruned, workloadSources as sources } from './workload-sources.js';

const monitoring: Readonly<Record<string, { readonly removed: string; readonly changed: string }>> = {
  PodMonitor: {
    removed: 'Its metrics are scraped no more: panels go blank, and alerts on them are silent.',
    changed: 'What is scraped, or how often, changes; no pod restarts.',
  },
  ServiceMonitor: {
    removed: 'Its metrics are scraped no more: panels go blank, and alerts on them are silent.',
    changed: 'What is scraped, or how often, changes; no pod restarts.',
  },
  PrometheusRule: {
    removed: 'Its alerts and recorded series are gone: nobody is told any more.',
    changed: 'Alerts or recorded series change; no pod restarts.',
  },
};

function judgeMonitoring({ how, before, after, fields }: ResourceChange): Judged[] {
  const words = monitoring[(after ?? before)?.kind ?? ''];
  const alertsOf = (side: typeof before): string[] =>
    JSON.stringify(side?.spec ?? {})
      .match(/"alert":"[^"]+"/g)
      ?.map((text) => text.slice(9, -1)) ?? [];
  const gone = how === 'removed' ? [] : alertsOf(before).filter((alert) => !alertsOf(after).includes(alert));
  const consequence = how === 'added' ? 'More is watched; no pod restarts.' : how === 'removed' ? words?.removed : words?.changed;
  return [
    judged(fields, {
      id: `monitoring-${how}`,
      grade: 'safe',
      consequence: `${consequence ?? ''}${gone.length > 0 ? ` Gone: ${gone.join(', ')}.` : ''}`,
      ...(how === 'removed' && { reason: whenPruned }),
      source: 'https://prometheus-operator.dev/docs/api-reference/api/',
    }),
  ];
}

/** OpenShift's builds and the images they make. */
function judgeBuild({ how, before, after, fields }: ResourceChange, states: States): Judged[] {
  const kind = (after ?? before)?.kind;
  const name = (after ?? before)?.metadata.name ?? '';
  const source = 'https://docs.redhat.com/en/documentation/openshift_container_platform/4.18/html/builds_using_buildconfig/';
  if (how === 'removed' && kind === 'ImageStream') {
    const users = indexOf(states.head)
      .pods.filter(({ resource }) =>
        [...imagesOf(resource).values()].some((image) => new RegExp(`/${escaped(name)}(?:[:@]|$)`).test(image)),
      )
      .map(({ resource }) => resource.metadata.name);
    return [
      judged([], {
        id: 'image-stream-removed',
        grade: users.length > 0 ? 'unavailable' : 'safe',
        consequence:
          users.length > 0
            ? `${users.length > 4 ? `${users.slice(0, 4).join(', ')} and ${users.length - 4} more` : users.join(', ')} run${users.length === 1 ? 's' : ''} images of it: once they are pruned from the registry, a pod on a new node does not start (ImagePullBackOff).`
            : 'Its tags are gone; no pod of these manifests runs an image of it.',
        reason: whenPruned,
        source,
      }),
    ];
  }
  const words = {
    added: 'New; nothing that runs is touched.',
    removed: 'Images are built by it no more; those that are there stay.',
    renamed: 'The same under another name; what names the old one finds it no more when that is deleted.',
    changed:
      kind === 'ImageStream'
        ? 'Tags lead elsewhere: pods with an image trigger on it are replaced, others stay.'
        : 'It acts on the next build; pods that run stay as they are.',
  } as const;
  return [
    judged(fields, {
      id: `build-${how}`,
      grade: 'safe',
      consequence: words[how],
      ...(how === 'removed' && { reason: whenPruned }),
      source,
    }),
  ];
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Operators that OLM installs. */
function judgeOperator({ how, before, after, fields }: ResourceChange): Judged[] {
  const kind = (after ?? before)?.kind;
  const source = 'https://olm.operatorframework.io/docs/concepts/crds/subscription/';
  const name = textAt(after ?? before, 'spec', 'name') ?? '';
  if (kind !== 'Subscription')
    return [
      judged(fields, {
        id: `operator-group-${how}`,
        grade: how === 'removed' ? 'unavailable' : 'safe',
        consequence:
          how === 'removed'
            ? 'Without it no operator of the namespace is installed or upgraded.'
            : 'It says in which namespaces the operators of this one look.',
        ...(how === 'removed' && { reason: whenPruned }),
        source: 'https://olm.operatorframework.io/docs/concepts/crds/operatorgroup/',
      }),
    ];
  const [was, now] = [
    textAt(before, 'spec', 'startingCSV') ?? textAt(before, 'spec', 'channel'),
    textAt(after, 'spec', 'startingCSV') ?? textAt(after, 'spec', 'channel'),
  ];
  const words = {
    added: `Operator ${name} is installed.`,
    removed: `Operator ${name} is upgraded no more; it runs on until its ClusterServiceVersion is deleted, and its CRDs stay.`,
    renamed: `A second subscription of ${name} is refused while the old one is there.`,
    changed:
      was !== now
        ? `Operator ${name} goes to ${now ?? ''}: when it is upgraded, it rolls the brokers where its defaults or images differ.`
        : `How operator ${name} is upgraded changes.`,
  } as const;
  return [
    judged(fields, {
      id: `subscription-${how}`,
      grade: how === 'changed' && was !== now ? 'rolling' : 'safe',
      consequence: words[how],
      ...(how === 'removed' && { reason: whenPruned }),
      ...(how === 'changed' && was !== now && { action: 'See that the new version supports the Kafka that runs: docs/deploy.md.' }),
      source: how === 'changed' && was !== now ? 'https://strimzi.io/docs/operators/1.2.0/deploying.html' : source,
    }),
  ];
}

function judgeTrigger({ how, before, fields }: ResourceChange, states: States): Judged[] {
  const users = states.head
    .ofKind('ScaledObject')
    .filter((scaled) => JSON.stringify(scaled.spec?.['triggers'] ?? []).includes(`"name":"${before?.metadata.name ?? ''}"`))
    .map(({ metadata }) => metadata.name);
  const isNeeded = how === 'removed' && users.length > 0;
  return [
    judged(fields, {
      id: `trigger-authentication-${how}`,
      grade: isNeeded ? 'unavailable' : 'safe',
      consequence: isNeeded
        ? `KEDA cannot come in to Kafka for ${users.join(', ')}: the number of members stays as it is, whatever the lag.`
        : 'KEDA comes in to Kafka by it; no pod restarts.',
      ...(how === 'removed' && { reason: whenPruned }),
      source: sources.keda,
    }),
  ];
}

export const otherReviewers: readonly Reviewer[] = [
  { kinds: Object.keys(monitoring), judge: judgeMonitoring },
  { kinds: ['ImageStream', 'BuildConfig'], judge: judgeBuild },
  { kinds: ['Subscription', 'OperatorGroup'], judge: judgeOperator },
  { kinds: ['TriggerAuthentication', 'ClusterTriggerAuthentication'], judge: judgeTrigger },
];
