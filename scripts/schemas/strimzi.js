// Reduces Strimzi's CustomResourceDefinitions to what a validation needs: structure without prose, as JSON on standard output.
//   node scripts/schemas/strimzi.js DIRECTORY > constructs/model/schemas/strimzi-1.2.0.json
// Parsing the YAML of the CRDs takes half a second, so it happens here and never at run time.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

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
// Prose; CEL, which is not structure; oneOf and anyOf, which in these CRDs only repeat int-or-string and "one of these volume sources".
const dropped = ['description', 'example', 'x-kubernetes-validations', 'oneOf', 'anyOf'];
const walked = ['properties', 'items', 'additionalProperties'];

function reduce(schema, path) {
  const out = {};
  for (const key of kept) if (schema[key] !== undefined) out[key] = schema[key];
  if (schema.properties !== undefined) {
    out.properties = {};
    for (const [name, child] of Object.entries(schema.properties)) out.properties[name] = reduce(child, `${path}.${name}`);
  }
  if (schema.items !== undefined) out.items = reduce(schema.items, `${path}[]`);
  if (schema.additionalProperties !== undefined) out.additionalProperties = reduce(schema.additionalProperties, `${path}{}`);
  // A keyword nobody decided about must not vanish in silence.
  const unknown = Object.keys(schema).filter((key) => ![...kept, ...dropped, ...walked].includes(key));
  if (unknown.length > 0) throw new Error(`${path}: decide what to do with ${unknown.join(', ')}`);
  return out;
}

const directory = process.argv[2];
if (directory === undefined) {
  console.error('usage: node scripts/schemas/strimzi.js DIRECTORY-OF-CRD-YAML > constructs/model/schemas/strimzi-VERSION.json');
  process.exit(2);
}

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
process.stdout.write(`${JSON.stringify({ kinds })}\n`);
