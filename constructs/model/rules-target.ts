import { containersOf, podsOf, type ContainerView } from './pod.js';
import { at, listAt, textAt, type Resource } from './resource.js';
import { clusterOperator, rule, type Rule, type Subject } from './rule.js';
import { amount, demandsOf } from './rules-quota.js';
import { strimziOf, type System } from './system.js';
import { formatBytes } from './units.js';

interface ListenerView extends Subject {
  readonly index: number;
  readonly name: string;
}

const listenersOf = (system: System, type: string): ListenerView[] =>
  system.clusters.flatMap(({ resource }) =>
    listAt(resource, 'spec', 'kafka', 'listeners').flatMap((listener, index): ListenerView[] =>
      textAt(listener, 'type') === type ? [{ resource, index, name: textAt(listener, 'name') ?? '' }] : [],
    ),
  );

const listenerPath = ({ index }: ListenerView): string => `spec.kafka.listeners[${index}].type`;
const onKubernetes = ({ target }: System): boolean => target === 'k8s';
const onOpenShift = ({ target }: System): boolean => target === 'openshift' || target === 'crc';

/** Without a tag, or with the one that moves. An ImageStream may put the image in place of what is written. */
function isFloating({ container, resource }: ContainerView): boolean {
  const image = textAt(container, 'image')?.trim() ?? '';
  if (image === '' || at(resource, 'metadata', 'annotations', 'image.openshift.io/triggers') !== undefined) return false;
  const name = image.slice(image.lastIndexOf('/') + 1);
  return !name.includes('@') && (!name.includes(':') || name.endsWith(':latest'));
}

/** What OpenShift Local gives its one machine unless it is told otherwise, its own pods included. */
const localMachine = { cpu: 4, memory: 10.5 * 2 ** 30 };

interface MachineView extends Subject {
  readonly kind: 'cpu' | 'memory';
  readonly sum: number;
}

/** What everything requests together, said of the Kafka, or of whatever comes first. */
function machine(system: System): MachineView[] {
  if (system.target !== 'crc') return [];
  const demands = system.resources.flatMap(demandsOf);
  const subject: Resource | undefined = system.clusters[0]?.resource ?? system.resources[0];
  if (subject === undefined) return [];
  return (['cpu', 'memory'] as const).map((kind) => ({
    resource: subject,
    kind,
    sum: demands.reduce((sum, demand) => sum + demand.count * (amount(demand, 'requests', kind) ?? 0), 0),
  }));
}

const crcDocument = 'https://crc.dev/docs/configuring/#configuring-the-instance';
const openShiftKinds: readonly string[] = ['route.openshift.io', 'image.openshift.io', 'build.openshift.io', 'apps.openshift.io'];

export const targetRules: readonly Rule[] = [
  rule<ListenerView>({
    id: 'listener-route-outside-openshift',
    severity: 'error',
    source: clusterOperator('operator/assembly/KafkaListenersReconciler'),
    what: 'outside OpenShift: a listener of type route',
    covers: ['listener-api'],
    subjects: (system) => listenersOf(system, 'route'),
    broken: (_, system) => onKubernetes(system),
    path: listenerPath,
    message: ({ name }) =>
      `listener ${name} is of type route, and plain Kubernetes has no Routes: the operator refuses the cluster; use loadbalancer, nodeport or tlsroute`,
  }),
  rule<ListenerView>({
    id: 'listener-ingress-on-openshift',
    severity: 'info',
    source: 'https://strimzi.io/docs/operators/1.2.0/deploying.html#proc-accessing-kafka-using-routes-str',
    what: 'on OpenShift: a listener of type ingress',
    subjects: (system) => listenersOf(system, 'ingress'),
    broken: (_, system) => onOpenShift(system),
    path: listenerPath,
    message: ({ name }) =>
      `listener ${name} is of type ingress: on OpenShift that needs an Ingress controller with TLS passthrough of its own; type route needs nothing`,
  }),
  rule<Subject>({
    id: 'connect-imagestream-outside-openshift',
    severity: 'error',
    source: clusterOperator('operator/assembly/ConnectBuildOperator'),
    what: 'outside OpenShift: a build into an ImageStream',
    covers: ['connect-imagestream'],
    subjects: (system) => strimziOf(system, 'KafkaConnect').map((resource) => ({ resource })),
    broken: ({ resource }, system) => onKubernetes(system) && textAt(resource, 'spec', 'build', 'output', 'type') === 'imagestream',
    path: 'spec.build.output.type',
    message: ({ resource }) =>
      `KafkaConnect ${resource.metadata.name} builds into an ImageStream, which plain Kubernetes does not have: the operator refuses it; use type: docker with an image in a registry`,
  }),
  rule<Subject>({
    id: 'openshift-kind-elsewhere',
    severity: 'error',
    source: 'https://docs.openshift.com/container-platform/latest/rest_api/index.html',
    what: 'outside OpenShift: a Route, ImageStream or BuildConfig',
    subjects: (system) =>
      system.resources
        .filter(({ apiVersion }) => openShiftKinds.includes(apiVersion.split('/')[0] ?? ''))
        .map((resource) => ({ resource })),
    broken: (_, system) => onKubernetes(system),
    path: 'kind',
    message: ({ resource }) =>
      `${resource.kind} ${resource.metadata.name} (${resource.apiVersion}) is of OpenShift only: plain Kubernetes refuses it; use an Ingress, or an image from a registry, in its place`,
  }),
  rule<MachineView>({
    id: 'crc-machine-small',
    severity: 'warning',
    source: crcDocument,
    what: 'on OpenShift Local: more requests than its machine has by default',
    subjects: machine,
    broken: ({ kind, sum }) => sum > localMachine[kind],
    path: 'metadata.name',
    message: ({ kind, sum }) =>
      kind === 'cpu'
        ? `these objects request ${Number(sum.toFixed(2))} CPUs together: OpenShift Local has ${localMachine.cpu} by default, of which OpenShift itself takes a part, so the last pods would stay Pending; lower the requests, or run crc config set cpus ${Math.ceil(sum) + 2}`
        : `these objects request ${formatBytes(sum)} of memory together: OpenShift Local has 10.5 GiB by default, of which OpenShift itself takes the larger part, so the last pods would stay Pending; lower the requests, or run crc config set memory ${Math.ceil(sum / 2 ** 20) + 8192}`,
  }),
  rule<ContainerView>({
    id: 'image-floating',
    severity: 'warning',
    source: 'https://kubernetes.io/docs/concepts/containers/images/#image-names',
    what: 'an image without a tag, or with latest',
    subjects: (system) => podsOf(system).flatMap(containersOf),
    broken: isFloating,
    path: ({ path }) => `${path}.image`,
    message: ({ container, name }) =>
      `container ${name} runs ${textAt(container, 'image') ?? ''}, whose content may change between two pods of one Deployment; name a version or a digest`,
  }),
];
