import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { schemaProblems, type Schema } from '../../constructs/model/schema.js';

const schema: Schema = {
  type: 'object',
  required: ['replicas'],
  properties: {
    replicas: { type: 'integer', minimum: 1, maximum: 10 },
    role: { type: 'string', enum: ['broker', 'controller'] },
    name: { type: 'string', pattern: '^[a-z]+$' },
    ratio: { type: 'number' },
    cpu: { pattern: '^[0-9]+m?$', 'x-kubernetes-int-or-string': true },
    flag: { type: 'boolean' },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    config: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    listeners: { type: 'array', minItems: 1, items: { type: 'object', required: ['port'], properties: { port: { type: 'integer' } } } },
  },
};
const messages = (value: object): string[] => schemaProblems(schema, { replicas: 1, ...value }).map(({ message }) => message);

describe('schemaProblems', () => {
  it.each([
    {},
    { role: 'broker', name: 'abc', ratio: 0.5, flag: false },
    { cpu: 5 },
    { cpu: '500m' },
    { labels: { a: 'b' }, config: { anything: { goes: [1] } } },
    { listeners: [{ port: 1 }] },
  ])('takes %j', (value) => expect(messages(value)).toEqual([]));

  it.each([
    [{ replicas: 0 }, 'replicas is 0: give 1 or more'],
    [{ replicas: 11 }, 'replicas is 11: give 10 or less'],
    [{ replicas: '3' }, 'replicas is "3": give a whole number'],
    [{ replicas: 1.5 }, 'replicas is 1.5: give a whole number'],
    [{ replicas: null }, 'replicas is null: give a whole number'],
    [{ role: 'brokers' }, 'role is "brokers" (did you mean broker?): give one of broker, controller'],
    [{ name: 'A1' }, 'name is "A1", which does not match ^[a-z]+$'],
    [{ flag: 'true' }, 'flag is "true": give true or false'],
    [{ cpu: true }, 'cpu is true: give a whole number or text'],
    [{ cpu: '5 cores' }, 'cpu is "5 cores", which does not match ^[0-9]+m?$'],
    [{ labels: { a: 1 } }, 'labels.a is 1: give text'],
    [{ labels: [] }, 'labels is []: give a map'],
    [{ listeners: [] }, 'listeners has 0 entries: give 1 or more'],
    [{ listeners: [{ port: 1 }, {}] }, 'listeners[1].port is missing: it is required'],
    [
      { listeners: [{ port: 1, prot: 2 }] },
      'listeners[0].prot is no field (did you mean port?): the API server refuses it, or drops it without a word; remove or correct it; listeners[0] has port',
    ],
    [{ toString: 1 }, expect.stringContaining('toString is no field')],
  ])('refuses %j', (value, message) => expect(messages(value)).toEqual([message]));

  it('misses what is required', () =>
    expect(schemaProblems(schema, {})).toEqual([{ path: 'replicas', kind: 'missing', message: 'replicas is missing: it is required' }]));
});

describe('strimzi-1.2.0.json', () => {
  const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
  const crds = join(root, '../shared/crds/strimzi-1.2.0');
  const fresh = existsSync(crds) ? it : it.skip;

  fresh(
    `is what scripts/schemas/strimzi.js makes of the CRDs${existsSync(crds) ? '' : ' — NOT PROVED HERE: ../shared/crds is absent'}`,
    () => {
      const made = execFileSync(process.execPath, [join(root, 'scripts/schemas/strimzi.js'), crds], {
        encoding: 'utf8',
        maxBuffer: 2 ** 24,
      });
      expect(made === readFileSync(join(root, 'constructs/model/schemas/strimzi-1.2.0.json'), 'utf8')).toBe(true);
    },
  );
});
