import { containersOf, podsOf, type ContainerView, type PodView } from './pod.js';
import { at, isRecord, listAt, shown, textAt } from './resource.js';
import { rule, type Rule, type Subject } from './rule.js';
import { sameNamespace, type System } from './system.js';

const source = 'https://docs.openshift.com/container-platform/latest/authentication/managing-security-context-constraints.html';
const podSecurity = 'https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted';

const isOpenShift = ({ target }: System): boolean => target === 'openshift' || target === 'crc';

/** Whether the objects let the pod's service account use another security context constraint than restricted-v2. */
function isExempt({ resource, spec }: PodView, system: System): boolean {
  const account = textAt(spec, 'serviceAccountName') ?? 'default';
  return system.resources.some(
    (binding) =>
      (binding.kind === 'RoleBinding' || binding.kind === 'ClusterRoleBinding') &&
      (textAt(binding, 'roleRef', 'name') ?? '').startsWith('system:openshift:scc:') &&
      (binding.kind === 'ClusterRoleBinding' || sameNamespace(binding, resource)) &&
      listAt(binding, 'subjects').some((subject) => textAt(subject, 'name') === account),
  );
}

const restricted = (system: System): PodView[] => (isOpenShift(system) ? podsOf(system).filter((pod) => !isExempt(pod, system)) : []);

/** A field of a pod or container that says what it may do, and what it says. */
interface FieldView extends Subject {
  readonly path: string;
  readonly field: string;
  readonly value: unknown;
}

const field = (subject: Subject, holder: unknown, path: string, ...steps: readonly string[]): FieldView => ({
  resource: subject.resource,
  path: [path, ...steps].join('.'),
  field: steps.at(-1) ?? '',
  value: at(holder, ...steps),
});

/** Users and groups that are fixed; Strimzi's own pods included. */
function fixedIds(system: System): FieldView[] {
  const pods = restricted(system);
  const strimzi = isOpenShift(system) ? strimziTemplates(system) : [];
  return [
    ...pods.flatMap((pod) => ['runAsUser', 'fsGroup'].map((name) => field(pod, pod.spec, pod.path, 'securityContext', name))),
    ...pods.flatMap(containersOf).map((view) => field(view, view.container, view.path, 'securityContext', 'runAsUser')),
    ...strimzi.flatMap(({ resource, path, value }) =>
      ['runAsUser', 'fsGroup'].map((name) => field({ resource }, value, path, 'pod', 'securityContext', name)),
    ),
  ].filter(({ value }) => typeof value === 'number');
}

const templatePaths: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Kafka: [['kafka'], ['entityOperator'], ['cruiseControl'], ['kafkaExporter']],
  KafkaNodePool: [[]],
  KafkaConnect: [[]],
  KafkaMirrorMaker2: [[]],
  KafkaBridge: [[]],
};

const strimziTemplates = (system: System): (Subject & { path: string; value: unknown })[] =>
  Object.entries(templatePaths).flatMap(([kind, paths]) =>
    (system.strimzi.get(kind) ?? []).flatMap((resource) =>
      paths.map((steps) => ({
        resource,
        path: ['spec', ...steps, 'template'].join('.'),
        value: at(resource, 'spec', ...steps, 'template'),
      })),
    ),
  );

/** What restricted-v2 lets nobody ask for. */
function privileges(system: System): FieldView[] {
  const pods = restricted(system);
  return [
    ...pods.flatMap((pod) => ['hostNetwork', 'hostPID', 'hostIPC'].map((name) => field(pod, pod.spec, pod.path, name))),
    ...pods
      .flatMap(containersOf)
      .flatMap((view) =>
        ['privileged', 'allowPrivilegeEscalation'].map((name) => field(view, view.container, view.path, 'securityContext', name)),
      ),
  ];
}

interface CapabilityView extends Subject {
  readonly path: string;
  readonly capability: unknown;
}

const addedCapabilities = (system: System): CapabilityView[] =>
  restricted(system)
    .flatMap(containersOf)
    .flatMap(({ resource, path, container }) =>
      listAt(container, 'securityContext', 'capabilities', 'add').map((capability, i) => ({
        resource,
        path: `${path}.securityContext.capabilities.add[${i}]`,
        capability,
      })),
    );

const allowedVolumes: readonly string[] = [
  ...['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret'],
];

interface VolumeView extends Subject {
  readonly path: string;
  readonly name: string;
  readonly kinds: readonly string[];
}

const volumes = (system: System): VolumeView[] =>
  restricted(system).flatMap((pod) =>
    listAt(pod.spec, 'volumes').map((volume, i) => ({
      resource: pod.resource,
      path: `${pod.path}.volumes[${i}]`,
      name: textAt(volume, 'name') ?? '',
      kinds: isRecord(volume) ? Object.keys(volume).filter((key) => key !== 'name') : [],
    })),
  );

/** What a container does not say about itself, its pod's word included, but the restricted profile asks for. */
function unsaid({ container, pod }: ContainerView): string[] {
  const own = at(container, 'securityContext');
  const shared = at(pod.spec, 'securityContext');
  const dropped = listAt(own, 'capabilities', 'drop').some((capability) => shown(capability).toUpperCase() === 'ALL');
  const seccomp = textAt(own, 'seccompProfile', 'type') ?? textAt(shared, 'seccompProfile', 'type');
  return [
    ...(dropped ? [] : ['capabilities.drop: [ALL]']),
    ...(seccomp === 'RuntimeDefault' || seccomp === 'Localhost' ? [] : ['seccompProfile.type: RuntimeDefault']),
    ...((at(own, 'runAsNonRoot') ?? at(shared, 'runAsNonRoot')) === true ? [] : ['runAsNonRoot: true']),
    ...(at(own, 'allowPrivilegeEscalation') === undefined ? ['allowPrivilegeEscalation: false'] : []),
  ];
}

export const restrictedRules: readonly Rule[] = [
  rule<FieldView>({
    id: 'openshift-fixed-id',
    severity: 'error',
    source,
    what: 'on OpenShift: a user or group that is fixed',
    subjects: fixedIds,
    // Ids from there up may be the namespace's own.
    broken: ({ value }) => (value as number) < 1_000_000_000,
    path: ({ path }) => path,
    message: ({ field: name, value, resource }) =>
      `${resource.kind} ${resource.metadata.name} sets ${name} ${shown(value)}: under restricted-v2 the namespace gives the ids, and the pod is refused; remove ${name}, and let the image work with any user of group 0`,
  }),
  rule<FieldView>({
    id: 'openshift-privilege',
    severity: 'error',
    source,
    what: 'on OpenShift: privileges, or namespaces of the host',
    subjects: privileges,
    broken: ({ value }) => value === true,
    path: ({ path }) => path,
    message: ({ field: name, resource }) =>
      `${resource.kind} ${resource.metadata.name} sets ${name} true, which restricted-v2 refuses: the pod would never start; remove it, or bind its service account to a constraint that allows it`,
  }),
  rule<CapabilityView>({
    id: 'openshift-capability',
    severity: 'error',
    source,
    what: 'on OpenShift: a capability that is added',
    subjects: addedCapabilities,
    broken: ({ capability }) => capability !== 'NET_BIND_SERVICE',
    path: ({ path }) => path,
    message: ({ capability, resource }) =>
      `${resource.kind} ${resource.metadata.name} adds the capability ${shown(capability)}: restricted-v2 allows NET_BIND_SERVICE only, and the pod is refused; remove it`,
  }),
  rule<VolumeView>({
    id: 'openshift-volume',
    severity: 'error',
    source,
    what: 'on OpenShift: a hostPath, or another volume outside the usual ones',
    subjects: volumes,
    broken: ({ kinds }) => kinds.some((kind) => !allowedVolumes.includes(kind)),
    path: ({ path }) => path,
    message: ({ name, kinds, resource }) =>
      `volume ${name} of ${resource.kind} ${resource.metadata.name} is a ${kinds.join(', ')}: restricted-v2 allows ${allowedVolumes.join(', ')}, and the pod is refused; use one of these`,
  }),
  rule<ContainerView>({
    id: 'openshift-unrestricted',
    severity: 'warning',
    source: podSecurity,
    what: 'on OpenShift: a container that does not say what the restricted profile asks for',
    subjects: (system) => restricted(system).flatMap(containersOf),
    broken: (view) => unsaid(view).length > 0,
    path: ({ path }) => `${path}.securityContext`,
    message: (view) =>
      `container ${view.name} of ${view.resource.kind} ${view.resource.metadata.name} leaves to the cluster what the restricted profile asks for: where nothing fills it in, the pod is refused; add ${unsaid(view).join(', ')}`,
  }),
];
