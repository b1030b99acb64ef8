// Makes CustomResourceDefinitions with Strimzi's own generator, and reduces them to what a validation needs: structure without prose,
// as JSON on standard output.
//   node scripts/schemas/strimzi.js > constructs/model/schemas/strimzi-1.2.0.json     (Java 21 and Maven)
//   node scripts/schemas/strimzi.js DIRECTORY                                        of CRDs that are there already
// Parsing the YAML of the CRDs takes half a second, so it happens here and never at run time.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { classPath, findJava } from './java.js';

const kept = [
  'type',
  'enum',
  'pattern',
  'minimum',
  'maximum',
  'minItems',
  'required',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-int-or-string',
];
// Prose; and anyOf, which in these CRDs only repeats int-or-string.
const dropped = ['description', 'example', 'anyOf'];
const walked = ['properties', 'items', 'additionalProperties', 'x-kubernetes-validations', 'oneOf'];

function reduce(schema, path) {
  const out = {};
  for (const key of kept) if (schema[key] !== undefined) out[key] = schema[key];
  if (schema.properties !== undefined) {
    out.properties = {};
    for (const [name, child] of Object.entries(schema.properties)) out.properties[name] = reduce(child, `${path}.${name}`);
  }
  if (schema.items !== undefined) out.items = reduce(schema.items, `${path}[]`);
  if (schema.additionalProperties !== undefined) out.additionalProperties = reduce(schema.additionalProperties, `${path}{}`);
  const rules = schema['x-kubernetes-validations'];
  if (rules !== undefined) out['x-kubernetes-validations'] = rules.map((rule) => reduceRule(rule, path));
  const fields = schema.oneOf === undefined ? [] : oneOf(schema.oneOf, path);
  if (fields.length > 0) out.oneOf = fields.map((field) => ({ required: [field] }));
  // A keyword nobody decided about must not vanish in silence.
  refuseUnknown(schema, [...kept, ...dropped, ...walked], path);
  return out;
}

function reduceRule(rule, path) {
  refuseUnknown(rule, ['rule', 'message'], path);
  if (rule.rule.includes('oldSelf')) throw new Error(`${path}: decide what to do with a rule about the object before`);
  return { rule: rule.rule, message: rule.message };
}

/** The fields of which exactly one must be there. An alternative that requires nothing always holds: alone, it says nothing. */
function oneOf(alternatives, path) {
  if (alternatives.length === 1 && alternatives[0].required === undefined) return [];
  return alternatives.map((alternative) => {
    refuseUnknown(alternative, ['required', 'properties'], path);
    if (alternative.required?.length !== 1) throw new Error(`${path}: decide what to do with ${JSON.stringify(alternative)}`);
    return alternative.required[0];
  });
}

function refuseUnknown(object, known, path) {
  const unknown = Object.keys(object).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw new Error(`${path}: decide what to do with ${unknown.join(', ')}`);
}

/** Class and file of every kind, as Strimzi's build names them. */
const classes = {
  'kafka.Kafka': '040-Crd-kafka.yaml',
  'connect.KafkaConnect': '041-Crd-kafkaconnect.yaml',
  'podset.StrimziPodSet': '042-Crd-strimzipodset.yaml',
  'topic.KafkaTopic': '043-Crd-kafkatopic.yaml',
  'user.KafkaUser': '044-Crd-kafkauser.yaml',
  'nodepool.KafkaNodePool': '045-Crd-kafkanodepool.yaml',
  'bridge.KafkaBridge': '046-Crd-kafkabridge.yaml',
  'connector.KafkaConnector': '047-Crd-kafkaconnector.yaml',
  'mirrormaker2.KafkaMirrorMaker2': '048-Crd-kafkamirrormaker2.yaml',
  'rebalance.KafkaRebalance': '049-Crd-kafkarebalance.yaml',
};

/** Runs Strimzi's generator with the arguments of its own build (api/pom.xml); a newer version: -Dstrimzi.version in pom.xml. */
function generate(directory) {
  const java = findJava(21);
  const jars = classPath(join(import.meta.dirname, 'pom.xml'));
  const options =
    '--label app:strimzi --label strimzi.io/crd-install:true --target-kube 1.16+ --crd-api-version v1 --api-versions v1 --storage-version v1 --yaml';
  const targets = Object.entries(classes).map(([name, file]) => `io.strimzi.api.kafka.model.${name}=${join(directory, file)}`);
  execFileSync(java, ['-cp', jars, 'io.strimzi.crdgenerator.CrdGenerator', ...options.split(' '), ...targets], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function reduceAll(directory) {
  const kinds = {};
  for (const file of readdirSync(directory).sort()) {
    if (!file.endsWith('.yaml')) continue;
    const crd = parse(readFileSync(join(directory, file), 'utf8'));
    for (const version of crd.spec.versions) {
      const kind = crd.spec.names.kind;
      const schema = reduce(version.schema.openAPIV3Schema, kind);
      // What a person declares never has these: the status is the operator's, the others are checked for every kind alike.
      for (const name of ['status', 'apiVersion', 'kind', 'metadata']) Reflect.deleteProperty(schema.properties, name);
      kinds[`${crd.spec.group}/${version.name}/${kind}`] = schema;
    }
  }
  return kinds;
}

const given = process.argv[2];
const directory = given ?? mkdtempSync(join(tmpdir(), 'muster-schemas-'));
process.on('exit', () => {
  if (given === undefined) rmSync(directory, { recursive: true, force: true });
});
if (given === undefined) generate(directory);
process.stdout.write(`${JSON.stringify({ kinds: reduceAll(directory) })}\n`);
