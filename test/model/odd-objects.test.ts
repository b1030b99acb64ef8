import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkResources } from '../../constructs/model/check.js';
import type { Resource } from '../../constructs/model/resource.js';
import { strimzi, type Case } from './cases/case.js';
import { bridge, connect, mirror } from './cases/clients.js';
import { connectCases } from './cases/connect.js';
import { cruiseControlCases } from './cases/cruise-control.js';
import { listenerCases } from './cases/listener.js';
import { storageCases } from './cases/storage.js';
import { targetCases } from './cases/target.js';
import { templateCases } from './cases/template.js';
import { topicCases } from './cases/topic.js';
import { userCases } from './cases/user.js';
import { contracts, resourcesOf, soundSystem, type Loose } from './system-fixture.js';

/** What people, templates and YAML put where something else belongs. */
const odd: readonly unknown[] = [
  ...[
    null,
    undefined,
    true,
    0,
    -1,
    3.5,
    NaN,
    1e21,
    '',
    'x',
    '3',
    ' 3 ',
    '10 gigs',
    '{{ .Values.x }}',
    'a\nb',
    '\u0000',
    'constructor',
    '__proto__',
  ],
  ...[[], [null], [[]], [{}], ['x', 3], {}, { x: null }, { toString: 1 }, { valueOf: 1, toString: null }, [{ toString: 1 }], { length: 3 }],
];

const cases: readonly Case[] = [
  ...[...connectCases, ...cruiseControlCases, ...listenerCases, ...storageCases, ...templateCases],
  ...[...topicCases, ...userCases, ...targetCases],
];

/** Places below an object: every key and index on the way down. */
function places(value: Loose, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((key) => [[...path, key], ...places(value[key], [...path, key])]);
}

/** Without apiVersion, kind and metadata.name nothing is taken for a Kubernetes object at all. */
const isFree = ([first, second]: readonly string[]): boolean =>
  first === 'spec' ||
  first === 'data' ||
  first === 'roleRef' ||
  first === 'subjects' ||
  (first === 'metadata' && second !== undefined && second !== 'name');

function replace(object: Loose, path: readonly string[], value: unknown): void {
  const parent = path.slice(0, -1).reduce((here, key) => here[key], object);
  if (value === undefined && Array.isArray(parent)) parent.splice(Number(path.at(-1)), 1);
  else if (value === undefined) Reflect.deleteProperty(parent, path.at(-1) ?? '');
  else Object.defineProperty(parent, path.at(-1) ?? '', { value, enumerable: true, configurable: true, writable: true });
}

const judge = (objects: readonly Loose[], target?: Case['target']): unknown =>
  checkResources(objects as readonly Resource[], { contracts, ...(target !== undefined && { target }) });

describe('objects that are odd', () => {
  const whole = (): Loose[] => [
    ...resourcesOf(soundSystem()),
    connect({ build: { output: { type: 'docker', image: 'x:1' }, plugins: [{ name: 'a', artifacts: [{ type: 'jar', url: 'u' }] }] } }),
    bridge({ metricsConfig: { type: 'strimziMetricsReporter', values: { allowList: ['a.*'] } } }),
    mirror({}),
    strimzi('KafkaRebalance', 'rebalance', { mode: 'full', brokers: [0] }),
    strimzi('KafkaUser', 'me', { authentication: { type: 'tls' }, authorization: { type: 'simple', acls: [] } }),
    strimzi('KafkaConnector', 'sink', { class: 'x', tasksMax: 1, config: { a: 1 } }, 'connect'),
  ];

  it('are judged wherever one thing is replaced by another', () => {
    let next = 0;
    for (let i = 0; i < whole().length; i++) {
      for (const path of places(whole()[i]).filter(isFree)) {
        // Every place gets some, and all of them are used in turn.
        for (let times = 0; times < 5; times++) {
          const value = odd[next++ % odd.length];
          const objects = whole();
          replace(objects[i], path, value);
          expect(() => judge(objects)).not.toThrow();
        }
      }
    }
  });

  it('are judged whatever is changed in whatever a rule refuses', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...cases),
        fc.constantFrom('k8s', 'openshift', 'crc', undefined),
        fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom(...odd)), { minLength: 1, maxLength: 4 }),
        ({ refuses }, target, changes) => {
          const named = soundSystem();
          refuses(named);
          const objects: Loose[] = structuredClone(resourcesOf(named));
          for (const [which, where, value] of changes) {
            const object = objects[which % objects.length];
            const free = places(object).filter(isFree);
            const path = free[where % Math.max(1, free.length)];
            if (path !== undefined) replace(object, path, structuredClone(value));
          }
          judge(objects, target);
        },
      ),
      { numRuns: 500 },
    );
  });
});
