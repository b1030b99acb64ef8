import { at, isGiven, isRecord, listAt, recordAt, textAt, type Resource } from './resource.js';
import { clusterOperator, rule, type Rule, type Subject } from './rule.js';
import { sameNamespace, strimziOf, type System } from './system.js';

type Steps = readonly string[];

/** Parts of Strimzi's resources that run pods of their own, by kind. */
const componentsOf: Readonly<Record<string, readonly Steps[]>> = {
  Kafka: [
    ['spec', 'kafka'],
    ['spec', 'entityOperator'],
    ['spec', 'entityOperator', 'topicOperator'],
    ['spec', 'entityOperator', 'userOperator'],
    ['spec', 'cruiseControl'],
    ['spec', 'kafkaExporter'],
  ],
  KafkaNodePool: [['spec']],
  KafkaConnect: [['spec']],
  KafkaMirrorMaker2: [['spec']],
  KafkaBridge: [['spec']],
};

/** One such part. */
interface ComponentView extends Subject {
  readonly path: string;
  readonly value: unknown;
}

const components = (system: System): ComponentView[] =>
  Object.entries(componentsOf).flatMap(([kind, places]) =>
    strimziOf(system, kind).flatMap((resource) =>
      places.map((steps) => ({ resource, path: steps.join('.'), value: at(resource, ...steps) })).filter(({ value }) => isRecord(value)),
    ),
  );

/** A volume that a person adds to a pod. */
interface VolumeView extends Subject {
  readonly path: string;
  readonly name: string;
  readonly others: readonly (string | undefined)[];
}

const volumes = (system: System): VolumeView[] =>
  components(system).flatMap(({ resource, path, value }) => {
    const listed = ['volumes', 'templatedVolumes'].flatMap((field) =>
      listAt(value, 'template', 'pod', field).map((volume, i) => ({
        path: `${path}.template.pod.${field}[${i}].name`,
        name: textAt(volume, 'name'),
      })),
    );
    const names = listed.map(({ name }) => name);
    return listed.flatMap(({ path: own, name }, i): VolumeView[] =>
      name === undefined ? [] : [{ resource, path: own, name, others: names.slice(0, i) }],
    );
  });

/** A mount that a person adds to a container. */
interface MountView extends Subject {
  readonly path: string;
  readonly mountPath: string;
}

const mounts = (system: System): MountView[] =>
  components(system).flatMap(({ resource, path, value }) =>
    Object.keys(recordAt(value, 'template'))
      .filter((name) => /container$/i.test(name))
      .flatMap((container) =>
        listAt(value, 'template', container, 'volumeMounts').flatMap((mount, i): MountView[] => {
          const mountPath = textAt(mount, 'mountPath');
          if (mountPath === undefined) return [];
          return [{ resource, path: `${path}.template.${container}.volumeMounts[${i}].mountPath`, mountPath }];
        }),
      ),
  );

/** A key of a ConfigMap that a component takes its logging or its metrics from. */
interface ReferenceView extends Subject {
  readonly path: string;
  readonly of: string;
  readonly name: string | undefined;
  readonly key: string | undefined;
}

const references = (system: System): ReferenceView[] =>
  components(system).flatMap(({ resource, path, value }) => {
    const external = textAt(value, 'logging', 'type') === 'external' ? ['logging'] : [];
    // Metrics without valueFrom the schema names.
    const jmx = textAt(value, 'metricsConfig', 'type') === 'jmxPrometheusExporter' && isRecord(at(value, 'metricsConfig', 'valueFrom'));
    return [...external, ...(jmx ? ['metricsConfig'] : [])].map((of) => ({
      resource,
      path: `${path}.${of}.valueFrom.configMapKeyRef`,
      of,
      name: textAt(value, of, 'valueFrom', 'configMapKeyRef', 'name'),
      key: textAt(value, of, 'valueFrom', 'configMapKeyRef', 'key'),
    }));
  });

const configMapOf = ({ resource, name }: ReferenceView, system: System): Resource | undefined =>
  system.resources.find((other) => other.kind === 'ConfigMap' && other.metadata.name === name && sameNamespace(other, resource));

const keysOf = (configMap: Resource | undefined): string[] => Object.keys(recordAt(configMap, 'data'));

/** What JavaScript and Java read alike; an expression in Java's own dialect is not judged. */
function isBadExpression(text: string): boolean {
  if (/\(\?[^:=!<]|[*+?}]\+|\\[QEpPAzZGhHR]|&&|\[\[/.test(text)) return false;
  try {
    return new RegExp(text).source === '';
  } catch {
    return true;
  }
}

const allowLists = (system: System): ComponentView[] =>
  components(system)
    .filter(({ value }) => textAt(value, 'metricsConfig', 'type') === 'strimziMetricsReporter')
    .map(({ resource, path, value }) => ({
      resource,
      path: `${path}.metricsConfig.values.allowList`,
      value: at(value, 'metricsConfig', 'values', 'allowList'),
    }))
    .filter(({ value }) => Array.isArray(value));

const badExpressions = ({ value }: ComponentView): string[] =>
  listAt(value).filter((expression): expression is string => typeof expression === 'string' && isBadExpression(expression));

export const templateRules: readonly Rule[] = [
  rule<VolumeView>({
    id: 'additional-volume-name',
    severity: 'error',
    source: clusterOperator('model/TemplateUtils'),
    what: 'a name of an additional volume that is none',
    covers: ['additional-volumes'],
    subjects: volumes,
    broken: ({ name }) => name.length > 63 || !/^[a-zA-Z0-9][a-zA-Z0-9._-]*[a-zA-Z0-9]$/.test(name),
    path: ({ path }) => path,
    message: ({ name }) =>
      `"${name}" is no name of a volume: the operator refuses the resource; write 2 to 63 letters, digits or "-", with a letter or digit at both ends`,
  }),
  rule<VolumeView>({
    id: 'additional-volume-twice',
    severity: 'error',
    source: clusterOperator('model/TemplateUtils'),
    what: 'two additional volumes with one name',
    covers: ['additional-volumes'],
    subjects: volumes,
    broken: ({ name, others }) => others.includes(name),
    path: ({ path }) => path,
    message: ({ name }) => `volume ${name} is added twice: no such pod can be made; rename one`,
  }),
  rule<MountView>({
    id: 'additional-mount-outside',
    severity: 'error',
    source: clusterOperator('model/TemplateUtils'),
    what: 'an additional volume mounted outside /mnt',
    covers: ['additional-volumes'],
    subjects: mounts,
    broken: ({ mountPath }) => !mountPath.startsWith('/mnt'),
    path: ({ path }) => path,
    message: ({ mountPath }) =>
      `mountPath is ${mountPath}: the operator takes additional volumes below /mnt only; write one such as /mnt${mountPath.startsWith('/') ? '' : '/'}${mountPath}`,
  }),
  rule<ReferenceView>({
    id: 'config-map-reference-incomplete',
    severity: 'error',
    source: clusterOperator('model/logging/LoggingUtils'),
    what: 'logging or metrics from a ConfigMap whose name or key is not said',
    covers: ['config-map-reference'],
    subjects: references,
    broken: ({ name, key }) => !name || !key,
    path: ({ path }) => path,
    message: ({ path, of, name, key }) =>
      `${path} has no ${[!name && 'name', !key && 'key'].filter(Boolean).join(' and no ')}: the operator would not find the ${of === 'logging' ? 'logging configuration' : 'metrics rules'}; name a ConfigMap and the key in it`,
  }),
  rule<ReferenceView>({
    id: 'config-map-key-missing',
    severity: 'error',
    source: clusterOperator('model/logging/LoggingUtils'),
    what: 'logging or metrics from a key that the ConfigMap does not have',
    covers: ['config-map-reference'],
    // A ConfigMap that is not here may be made elsewhere.
    subjects: (system) =>
      references(system).filter((reference) => reference.key !== undefined && configMapOf(reference, system) !== undefined),
    broken: (reference, system) => !keysOf(configMapOf(reference, system)).includes(reference.key ?? ''),
    path: ({ path }) => `${path}.key`,
    message: (reference, system) =>
      `ConfigMap ${reference.name ?? ''} has no key ${reference.key ?? ''}: the operator refuses the resource; it has ${keysOf(configMapOf(reference, system)).join(', ') || 'none'}`,
  }),
  rule<ComponentView>({
    id: 'metrics-allow-list-empty',
    severity: 'error',
    source: clusterOperator('model/metrics/StrimziMetricsReporterModel'),
    what: 'metrics with an empty allow list',
    covers: ['metrics-allow-list'],
    subjects: allowLists,
    broken: ({ value }) => !isGiven(value),
    path: ({ path }) => path,
    message: ({ path }) =>
      `${path} is empty: the operator refuses to report nothing; list the metrics, such as kafka_server.*, or leave allowList out for the usual ones`,
  }),
  rule<ComponentView>({
    id: 'metrics-allow-list-invalid',
    severity: 'error',
    source: clusterOperator('model/metrics/StrimziMetricsReporterModel'),
    what: 'an allow list of metrics that is no regular expression',
    covers: ['metrics-allow-list'],
    subjects: allowLists,
    broken: (view) => badExpressions(view).length > 0,
    path: ({ path }) => path,
    message: (view) =>
      `${view.path} has "${badExpressions(view).join('", "')}", which is no regular expression: the operator refuses the resource; correct it (kafka_server.* matches all that begins so)`,
  }),
];
