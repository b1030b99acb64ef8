import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ResourceRef } from '../../constructs/model/finding.js';
import { readText } from '../../scripts/check/text.js';
import type { Side } from '../../scripts/review/change.js';
import type { Consequence } from '../../scripts/review/consequence.js';
import { judge } from '../../scripts/review/judge.js';
import { orderOf, stepText } from '../../scripts/review/order.js';
import { sideOf } from '../../scripts/review/side.js';
import type { Entry } from '../../scripts/review/review.js';
import { orderPairs, type OrderPair } from './pairs/order-pairs.js';

const side = (text: string): Side => sideOf(readText(text, 'manifests.yaml').declared.map(({ resource }) => resource));
const reviewed = ({ before, after, beside = '' }: OrderPair): Consequence[] => judge(side(beside + before), side(beside + after));
const called = ({ kind, name }: ResourceRef): string => `${kind} ${name}`;

describe('what has to be applied before what', () => {
  it.each(orderPairs.map((pair) => [pair.name, pair] as const))('%s', (_, pair) => {
    const found = reviewed(pair).flatMap(({ resource, applyAfter = [] }) =>
      applyAfter.map((one) => ({ order: `${called(one.resource)} < ${called(resource)}`, why: one.why })),
    );
    expect(found.map(({ order }) => order).sort()).toEqual([...pair.order].sort());
    for (const { why } of found) expect(why).toMatch(/^[A-Z0-9].*\.$/);
    if (pair.why !== undefined) expect(found.map(({ why }) => why).join('\n')).toContain(pair.why);
  });
});

const entry = (name: string, ...after: readonly string[]): Entry => ({
  id: 'some',
  grade: 'safe',
  resource: { kind: 'KafkaTopic', name },
  path: '',
  before: undefined,
  after: undefined,
  consequence: 'It is so.',
  source: 'https://kafka.apache.org',
  applyAfter: after.map((first) => ({ resource: { kind: 'KafkaTopic', name: first }, why: 'It waits.' })),
});

describe('the steps', () => {
  it('puts what waits for the same reason into one step', () => {
    const steps = orderOf([entry('a', 'topic'), entry('b', 'topic'), entry('c', 'topic', 'a')]);
    expect(steps.map((step) => stepText(step, []))).toEqual([
      'KafkaTopic topic',
      'KafkaTopics a and b: It waits.',
      'KafkaTopic c: It waits.',
    ]);
  });

  it('has each resource once, after all it waits for, and ends in circles too', () => {
    const name = fc.integer({ min: 0, max: 9 });
    fc.assert(
      fc.property(fc.array(fc.tuple(name, name), { maxLength: 40 }), (pairs) => {
        const steps = orderOf(pairs.map(([later, first]) => entry(String(later), String(first))));
        const place = new Map(steps.flatMap(({ resources }, i) => resources.map((resource) => [resource.name, i] as const)));
        const all = new Set(
          pairs
            .filter(([a, b]) => a !== b)
            .flat()
            .map(String),
        );
        expect([...place.keys()].sort()).toEqual([...all].sort());
        expect(steps.flatMap(({ resources }) => resources)).toHaveLength(all.size);
        // Without a circle, which no pair that points downwards has, everything comes after what it waits for.
        const down = pairs.filter(([later, first]) => later > first);
        const straight = orderOf(down.map(([later, first]) => entry(String(later), String(first))));
        const rank = new Map(straight.flatMap(({ resources }, i) => resources.map((resource) => [resource.name, i] as const)));
        for (const [later, first] of down) expect(rank.get(String(first))).toBeLessThan(rank.get(String(later)) ?? -1);
      }),
    );
  });
});
