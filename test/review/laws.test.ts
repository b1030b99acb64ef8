import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { isRecord, type Resource } from '../../constructs/model/resource.js';
import { readText } from '../../scripts/check/text.js';
import { readResources } from '../../scripts/manifests.js';
import { compareResources } from '../../scripts/review/compare.js';
import { judge } from '../../scripts/review/judge.js';
import { sideOf } from '../../scripts/review/side.js';
import { packageDir } from '../brokers.js';

const all = readResources(join(packageDir, 'dist/production'));
const some = fc.shuffledSubarray(all, { minLength: 1, maxLength: 30 });

/** Lists whose order means nothing, in what Muster writes. */
const free = new Set([
  'env',
  'containers',
  'ports',
  'volumes',
  'volumeMounts',
  'listeners',
  'acls',
  'operations',
  'roles',
  'drop',
  'egress',
  'ingress',
]);

/** The same with its keys and its free lists in another order. */
function mixed(value: unknown, random: () => number, key = ''): unknown {
  const shuffled = <T>(items: readonly T[]): T[] =>
    items
      .map((item) => [random(), item] as const)
      .sort(([a], [b]) => a - b)
      .map(([, item]) => item);
  if (Array.isArray(value)) {
    const items = value.map((item) => mixed(item, random, key));
    return free.has(key) ? shuffled(items) : items;
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(shuffled(Object.entries(value)).map(([name, inner]) => [name, mixed(inner, random, name)]));
}

const random = fc
  .noShrink(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })))
  .map((stream) => () => stream.next().value as number);

it('nothing differs from itself', () => {
  fc.assert(
    fc.property(some, (resources) => expect(compareResources(resources, structuredClone(resources))).toEqual([])),
    { numRuns: 30 },
  );
});

it('the order of resources, keys and keyed lists, comments and files are no change', () => {
  fc.assert(
    fc.property(some, random, (resources, next) => {
      const text = resources
        .map((resource) => `# comment\n${stringify({ ...(mixed(resource, next) as Resource), file: undefined }, { version: '1.1' })}# more`)
        .join('\n---\n');
      const other = readText(text, 'other.yaml').declared.map(({ resource }) => resource);
      expect(compareResources(resources, other.reverse())).toEqual([]);
    }),
    { numRuns: 30 },
  );
});

const podDefaults: Readonly<Record<string, unknown>> = {
  restartPolicy: 'Always',
  dnsPolicy: 'ClusterFirst',
  schedulerName: 'default-scheduler',
  hostNetwork: false,
};
const containerDefaults: Readonly<Record<string, unknown>> = {
  terminationMessagePolicy: 'File',
  terminationMessagePath: '/dev/termination-log',
  tty: false,
};
const deploymentDefaults: Readonly<Record<string, unknown>> = {
  revisionHistoryLimit: 10,
  progressDeadlineSeconds: 600,
  minReadySeconds: 0,
  paused: false,
};
const topicDefaults: Readonly<Record<string, unknown>> = {
  'index.interval.bytes': 4096,
  preallocate: 'false',
  'flush.messages': '9223372036854775807',
};

it('a field that says its default is no change, in either direction', () => {
  const deployments = all.filter(({ kind }) => kind === 'Deployment');
  const rest = all.filter(({ kind }) => kind === 'Kafka');
  const topics = all.filter(({ kind }) => kind === 'KafkaTopic');
  const names = (defaults: object): fc.Arbitrary<string[]> => fc.subarray(Object.keys(defaults));
  const chosen = (defaults: Readonly<Record<string, unknown>>, which: readonly string[]): object =>
    Object.fromEntries(which.map((name) => [name, defaults[name]]));
  fc.assert(
    fc.property(
      fc.constantFrom(...deployments),
      fc.constantFrom(...topics),
      names(podDefaults),
      names(containerDefaults),
      names(deploymentDefaults),
      names(topicDefaults),
      (deployment, topic, pod, container, own, options) => {
        // eslint-disable-next-line @typescript-eslint/no-explicit-any
        const [said, spoken] = structuredClone([deployment, topic]) as any[];
        said.spec = { ...chosen(deploymentDefaults, own), ...said.spec };
        said.spec.template.spec = { ...chosen(podDefaults, pod), ...said.spec.template.spec };
        said.spec.template.spec.containers[0] = { ...chosen(containerDefaults, container), ...said.spec.template.spec.containers[0] };
        spoken.spec.config = { ...chosen(topicDefaults, options), ...spoken.spec.config };
        expect(compareResources([deployment, topic, ...rest], [said, spoken, ...rest])).toEqual([]);
        expect(compareResources([said, spoken, ...rest], [deployment, topic, ...rest])).toEqual([]);
      },
    ),
    { numRuns: 50 },
  );
});

/** A value somewhere in a resource replaced by anything, as a person's slip or a machine's would. */
function damaged(value: unknown, odd: unknown, next: () => number): unknown {
  if (next() < 0.02) return odd;
  if (Array.isArray(value)) return value.map((item) => damaged(item, odd, next));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, damaged(inner, odd, next)]));
}

it('whatever is written where, every difference is told and nobody stumbles', () => {
  const odd = fc.oneof(
    fc.constantFrom<unknown>(null, [], {}, '', 0, -1, 1.5, true, [null], [[]], { a: null }, 'x', '9'.repeat(30), NaN),
    fc.anything(),
  );
  fc.assert(
    fc.property(some, odd, random, (resources, value, next) => {
      const broken = resources.map(
        (resource) => ({ ...resource, ...(damaged({ spec: resource.spec ?? {} }, value, next) as object) }) as Resource,
      );
      const whole = all.filter(({ kind }) => kind === 'Kafka' || kind === 'KafkaNodePool');
      for (const [one, other] of [
        [resources, broken],
        [broken, resources],
      ] as const) {
        const [base, head] = [sideOf([...whole, ...one]), sideOf([...whole, ...other])];
        const consequences = judge(base, head);
        if (compareResources(base.resources, head.resources).length > 0) expect(consequences.length).toBeGreaterThan(0);
        for (const { consequence, source, id } of consequences) {
          // "undefined" and "NaN" may be what somebody wrote.
          expect(consequence).not.toContain('[object Object]');
          expect(source).not.toBe('');
          expect(id).toMatch(/^[a-z][a-z0-9-]+$/);
        }
      }
    }),
    { numRuns: 60 },
  );
});
