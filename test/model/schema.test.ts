import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

  it('wants exactly one of what excludes each other, and rules only of what is otherwise right', () => {
    const rules: Schema = {
      type: 'object',
      properties: {
        a: { type: 'integer' },
        b: { type: 'integer' },
        env: {
          type: 'object',
          properties: { value: { type: 'string' }, from: { type: 'string' } },
          oneOf: [{ required: ['value'] }, { required: ['from'] }],
        },
      },
      'x-kubernetes-validations': [{ rule: 'self.a < self.b && self.a > 0', message: 'a is below b' }],
    };
    const said = (value: unknown): string[] => schemaProblems(rules, value).map(({ kind, message }) => `${kind}: ${message}`);
    expect(said({ a: 1, b: 2, env: { from: 'x' } })).toEqual([]);
    expect(said({ a: 2, b: 1 })).toEqual([expect.stringMatching(/^rule: .*a is below b; the rule is self.a < self.b/)]);
    expect(said({ a: 2 })).toHaveLength(1);
    expect(said({ a: 'x', b: 1 })).toEqual([expect.stringMatching(/^invalid: a/)]);
    expect(said({ a: 1, b: 2, env: {} })).toEqual(['rule: env has none of value, from: give exactly one']);
    expect(said({ a: 1, b: 2, env: { value: '', from: '' } })).toEqual(['rule: env has value and from of value, from: give exactly one']);
  });

  it('misses what is required', () =>
    expect(schemaProblems(schema, {})).toEqual([{ path: 'replicas', kind: 'missing', message: 'replicas is missing: it is required' }]));
});

describe('strimzi-1.2.0.json', () => {
  const root = join(import.meta.dirname, '../..');
  const committed = readFileSync(join(root, 'constructs/model/schemas/strimzi-1.2.0.json'), 'utf8');
  /** What the script prints, or the sentence in which it says what it needs and does not find. */
  function made(...args: string[]): { ok: boolean; text: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts/schemas/strimzi.js'), ...args], {
      encoding: 'utf8',
      maxBuffer: 2 ** 24,
    });
    return status === 0 ? { ok: true, text: stdout } : { ok: false, text: stderr };
  }

  const crds = join(root, '../shared/crds/strimzi-1.2.0');
  const present = existsSync(crds);
  (present ? it : it.skip)(`is what the script makes of the CRDs${present ? '' : ' — NOT PROVED HERE: ../shared/crds is absent'}`, () =>
    expect(made(crds).text === committed).toBe(true),
  );

  // Java 21 and Maven, which Kafka itself does not need: where they are absent, that is what has to be said.
  it('is what the script makes with the generator of Strimzi', () => {
    const { ok, text } = made();
    if (ok) expect(text === committed).toBe(true);
    else {
      expect(text.trim()).toMatch(/needs Java 21|Java 21 is missing|Maven cannot fetch/);
      process.stderr.write(`NOT PROVED HERE, the generator of Strimzi did not run: ${text}`);
    }
  }, 120_000);
});
