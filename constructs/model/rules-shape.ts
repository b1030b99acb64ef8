import type { Finding } from './finding.js';
import { isObjectName } from './object-name.js';
import { at, type Resource } from './resource.js';
import { finding, sources, type RuleFacts } from './rule.js';
import { schemaProblems, type Schema, type SchemaProblem } from './schema.js';
import strimzi from './schemas/strimzi-1.2.0.json' with { type: 'json' };
import { didYouMean, nearest } from './suggest.js';
import { isStrimzi } from './system.js';

const schemas: Readonly<Record<string, Schema>> = (strimzi as { readonly kinds: Record<string, Schema> }).kinds;
const kinds = Object.keys(schemas).map((key) => key.slice(key.lastIndexOf('/') + 1));

/** Fields that v1 no longer has, by kind and path (list indexes left out), and what to do instead. */
const moved: Readonly<Record<string, string>> = {
  'Kafka spec.kafka.replicas': 'nodes are counted in node pools: move it to spec.replicas of a KafkaNodePool with the role broker',
  'Kafka spec.kafka.storage': 'storage belongs to node pools: move it to spec.storage of each KafkaNodePool',
  'Kafka spec.kafka.resources': 'CPU and memory belong to node pools: move them to spec.resources of each KafkaNodePool',
  'Kafka spec.zookeeper': 'Kafka 4 has no ZooKeeper: remove it, and declare a KafkaNodePool with the role controller',
  'Kafka spec.jmxTrans': 'JmxTrans is gone: remove it, and use spec.kafka.metricsConfig',
  'Kafka spec.entityOperator.tlsSidecar': 'the sidecar went with ZooKeeper: remove it',
  'Kafka spec.entityOperator.topicOperator.reconciliationIntervalSeconds':
    'it is counted in milliseconds now: write reconciliationIntervalMs',
  'Kafka spec.entityOperator.userOperator.reconciliationIntervalSeconds':
    'it is counted in milliseconds now: write reconciliationIntervalMs',
  'Kafka spec.entityOperator.topicOperator.zookeeperSessionTimeoutSeconds': 'Kafka 4 has no ZooKeeper: remove it',
  'Kafka spec.entityOperator.userOperator.zookeeperSessionTimeoutSeconds': 'Kafka 4 has no ZooKeeper: remove it',
  'KafkaUser spec.authorization.acls.operation': 'an ACL lists its operations: write operations: [Read] instead',
};

const names = 'https://kubernetes.io/docs/concepts/overview/working-with-objects/names/';
const rules = {
  api: {
    id: 'api-version',
    severity: 'error',
    source: sources.strimzi,
    what: 'an API version that Strimzi 1.x does not serve',
    covers: [],
  },
  moved: {
    id: 'field-moved',
    severity: 'error',
    source: sources.strimzi,
    what: 'a field of v1beta2 that v1 drops',
    covers: ['crd-gone-field', 'silent-pruned'],
  },
  unknown: {
    id: 'field-unknown',
    severity: 'error',
    source: sources.strimziApi,
    what: 'a field that the schema does not have',
    covers: ['crd-unknown-field', 'unknown-fields'],
  },
  missing: {
    id: 'field-missing',
    severity: 'error',
    source: sources.strimziApi,
    what: 'a required field that is missing',
    covers: ['crd-required', 'topic-spec', 'bridge-http', 'connect-build'],
  },
  invalid: {
    id: 'field-invalid',
    severity: 'error',
    source: sources.strimziApi,
    what: 'a value of the wrong type, range or pattern',
    covers: ['crd-value'],
  },
  rule: {
    id: 'field-combination',
    severity: 'error',
    source: sources.strimziApi,
    what: 'fields that do not go together',
    covers: ['crd-cel', 'cruise-control-metrics'],
  },
  name: { id: 'object-name', severity: 'error', source: names, what: 'a name that Kubernetes does not take', covers: ['crd-name'] },
  twice: { id: 'object-twice', severity: 'error', source: names, what: 'one object declared twice', covers: [] },
} as const satisfies Readonly<Record<string, RuleFacts>>;

/** The rules about the shape of one object, for the table of rules. */
export const shapeRules: readonly RuleFacts[] = Object.values(rules);

/** What each object says wrongly on its own: its API version, its name, and every field its CRD does not know or take. */
export function shapeFindings(resources: readonly Resource[]): Finding[] {
  const seen = new Map<string, Resource>();
  return resources.flatMap((resource) => {
    const found: Finding[] = [];
    const { name, namespace } = resource.metadata;
    const identity = `${resource.apiVersion.split('/')[0] ?? ''} ${resource.kind} ${namespace ?? ''} ${name}`;
    const other = seen.get(identity);
    if (other === undefined) seen.set(identity, resource);
    else {
      const where = other.file === undefined ? 'an object before it' : other.file;
      found.push(
        finding(
          rules.twice,
          resource,
          'metadata.name',
          `${resource.kind} ${name} is declared by ${where} already: the one applied last would win; remove or rename one`,
        ),
      );
    }
    // Roles and their bindings may be called anything: system:node-proxier.
    if (!isObjectName(name) && !resource.apiVersion.startsWith('rbac.authorization.k8s.io/')) {
      const hint = resource.kind === 'KafkaTopic' ? '; the topic may keep its name: put it in spec.topicName' : '';
      found.push(
        finding(
          rules.name,
          resource,
          'metadata.name',
          `metadata.name is "${name}": Kubernetes takes lower-case letters, digits, "-" and ".", beginning and ending with a letter or digit${hint}`,
        ),
      );
    }
    return isStrimzi(resource) || isMeantForStrimzi(resource)
      ? [...found, ...strimziFindings(resource)]
      : [...found, ...basicFindings(resource)];
  });
}

/** A kind of Strimzi's in no API group, or in one that is written nearly as Strimzi's; other operators have kinds of these names too. */
function isMeantForStrimzi({ apiVersion, kind }: Resource): boolean {
  const [group = ''] = apiVersion.split('/');
  return kinds.includes(kind) && (!group.includes('.') || nearest(group, ['kafka.strimzi.io', 'core.strimzi.io']) !== undefined);
}

/** Not in the schemas: alike for every kind, the operator's own, or no field of the object at all. */
const judgedElsewhere: readonly string[] = ['apiVersion', 'kind', 'metadata', 'status', 'file'];

function strimziFindings(resource: Resource): Finding[] {
  const { apiVersion, kind } = resource;
  // Of an old API version too: what v1 takes is what has to be written in the end.
  const key = Object.keys(schemas).find((candidate) => candidate.endsWith(`/${kind}`));
  const schema = key === undefined ? undefined : schemas[key];
  if (key === undefined || schema === undefined) {
    return [finding(rules.api, resource, 'kind', `${kind} is no kind of Strimzi${didYouMean(kind, kinds)}: it has ${kinds.join(', ')}`)];
  }
  const served = key.slice(0, -kind.length - 1);
  const declared = Object.fromEntries(Object.entries(resource).filter(([field]) => !judgedElsewhere.includes(field)));
  const fields = schemaProblems(schema, declared).map((problem) => schemaFinding(resource, problem));
  if (apiVersion === served) return fields;
  const message = `apiVersion is ${apiVersion}: Strimzi 1.x serves ${kind} as ${served} only; write that, and move the fields that it no longer has`;
  return [finding(rules.api, resource, 'apiVersion', message), ...fields];
}

function schemaFinding(resource: Resource, { path, kind, message }: SchemaProblem): Finding {
  const instead = moved[`${resource.kind} ${path.replace(/\[\d+\]/g, '')}`];
  if (kind === 'unknown' && instead !== undefined) {
    return finding(
      rules.moved,
      resource,
      path,
      `${path} is gone from kafka.strimzi.io/v1, and would be dropped without a word: ${instead}`,
    );
  }
  return finding(rules[kind], resource, path, message);
}

/** Without a schema: what every Deployment needs, so that a manifest edited into nonsense is named here and not by a stack trace later. */
function basicFindings(resource: Resource): Finding[] {
  if (resource.kind !== 'Deployment') return [];
  const containers = at(resource, 'spec', 'template', 'spec', 'containers');
  const named =
    Array.isArray(containers) && containers.length > 0 && containers.every((container) => typeof at(container, 'name') === 'string');
  if (named) return [];
  const path = 'spec.template.spec.containers';
  return [finding(rules.missing, resource, path, `${path} is not a list of named containers: a Deployment runs at least one`)];
}
