import { keepsRule, type CelRule } from './cel.js';
import { isRecord } from './resource.js';
import { didYouMean } from './suggest.js';

/** The part of a CRD's schema that decides whether an object is valid; `scripts/schemas/strimzi.js` makes it, without prose. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-validations'?: readonly CelRule[];
  /** Of these fields there is exactly one. */
  readonly oneOf?: readonly { readonly required: readonly string[] }[];
}

/** One way in which a value is not what its schema says. */
export interface SchemaProblem {
  /** Dotted, with indexes: `spec.kafka.listeners[0].port`. */
  readonly path: string;
  /**
   * `unknown`: the API server refuses the field, or drops it without a word where validation is not strict.
   * `rule`: each field is right, and together they are not.
   */
  readonly kind: 'unknown' | 'missing' | 'invalid' | 'rule';
  readonly message: string;
}

/** Everything that is wrong with a value, in the order of the value. */
export function schemaProblems(schema: Schema, value: unknown): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  walk(schema, value, '', problems);
  return problems;
}

function walk(schema: Schema, value: unknown, path: string, problems: SchemaProblem[]): void {
  const before = problems.length;
  walkValue(schema, value, path, problems);
  // As in the API server: rules are for values that are otherwise right.
  if (problems.slice(before).some(({ kind }) => kind !== 'unknown')) return;
  for (const rule of schema['x-kubernetes-validations'] ?? []) {
    if (!keepsRule(rule, value))
      problems.push({ path, kind: 'rule', message: `${path} is ${JSON.stringify(value)}: ${rule.message}; the rule is ${rule.rule}` });
  }
}

function walkValue(schema: Schema, value: unknown, path: string, problems: SchemaProblem[]): void {
  const invalid = (message: string): void => void problems.push({ path, kind: 'invalid', message });
  const given = JSON.stringify(value);
  if (schema['x-kubernetes-int-or-string'] === true) {
    if (!Number.isInteger(value) && typeof value !== 'string') return invalid(`${path} is ${given}: give a whole number or text`);
  } else if (schema.type !== undefined && !isOfType(schema.type, value)) {
    return invalid(`${path} is ${given}: give ${nameOfType[schema.type] ?? schema.type}`);
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    return invalid(`${path} is ${given}${didYouMean(String(value), schema.enum.map(String))}: give one of ${schema.enum.join(', ')}`);
  }
  if (typeof value === 'string' && schema.pattern !== undefined && !matches(schema.pattern, value))
    invalid(`${path} is ${given}, which does not match ${schema.pattern}`);
  if (typeof value === 'number') {
    if (schema.minimum !== undefined && value < schema.minimum) invalid(`${path} is ${value}: give ${schema.minimum} or more`);
    if (schema.maximum !== undefined && value > schema.maximum) invalid(`${path} is ${value}: give ${schema.maximum} or less`);
  }
  if (Array.isArray(value)) {
    if (schema.minItems !== undefined && value.length < schema.minItems)
      invalid(`${path} has ${value.length} entries: give ${schema.minItems} or more`);
    const { items } = schema;
    if (items !== undefined) value.forEach((item, i) => walk(items, item, `${path}[${i}]`, problems));
  } else if (isRecord(value)) {
    walkRecord(schema, value, path, problems);
  }
}

function walkRecord(schema: Schema, value: Readonly<Record<string, unknown>>, path: string, problems: SchemaProblem[]): void {
  const below = (name: string): string => (path === '' ? name : `${path}.${name}`);
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(value, name))
      problems.push({ path: below(name), kind: 'missing', message: `${below(name)} is missing: it is required` });
  }
  const alternatives = (schema.oneOf ?? []).flatMap(({ required }) => required);
  const taken = alternatives.filter((name) => Object.hasOwn(value, name));
  if (alternatives.length > 0 && taken.length !== 1) {
    const has = taken.length === 0 ? 'none' : taken.join(' and ');
    problems.push({ path, kind: 'rule', message: `${path} has ${has} of ${alternatives.join(', ')}: give exactly one` });
  }
  const known = schema.properties ?? {};
  for (const [name, child] of Object.entries(value)) {
    const childSchema = Object.hasOwn(known, name) ? known[name] : schema.additionalProperties;
    if (childSchema !== undefined) {
      walk(childSchema, child, below(name), problems);
    } else if (schema['x-kubernetes-preserve-unknown-fields'] !== true) {
      problems.push({ path: below(name), kind: 'unknown', message: unknownField(below(name), name, path, Object.keys(known)) });
    }
  }
}

function unknownField(path: string, name: string, parent: string, known: readonly string[]): string {
  // A list longer than that is no help.
  const fields = known.length > 0 && known.length <= 12 ? `; ${parent === '' ? 'the object' : parent} has ${known.join(', ')}` : '';
  return `${path} is no field${didYouMean(name, known)}: the API server refuses it, or drops it without a word; remove or correct it${fields}`;
}

const nameOfType: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'object':
      return isRecord(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

const compiled = new Map<string, RegExp>();

function matches(pattern: string, value: string): boolean {
  let expression = compiled.get(pattern);
  if (expression === undefined) compiled.set(pattern, (expression = new RegExp(pattern)));
  return expression.test(value);
}
