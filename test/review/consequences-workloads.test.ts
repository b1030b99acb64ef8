import { describe, expect, it } from '@jest/globals';
import type { Resource } from '../../constructs/model/resource.js';
import { readText } from '../../scripts/check/text.js';
import type { Side } from '../../scripts/review/change.js';
import type { Consequence } from '../../scripts/review/consequence.js';
import { workloadReviewers } from '../../scripts/review/consequences/workload-reviewers.js';
import { judge } from '../../scripts/review/judge.js';
import { sideOf } from '../../scripts/review/side.js';
import { clientPairs } from './pairs/client-pairs.js';
import { networkPairs } from './pairs/network-pairs.js';
import { otherPairs } from './pairs/other-pairs.js';
import { rolloutPairs } from './pairs/rollout-pairs.js';
import { scalingPairs } from './pairs/scaling-pairs.js';
import { worker } from './pairs/workload-pair.js';
import { workloadPairs } from './pairs/workload-pairs.js';
import type { ReviewPair } from './pairs/review-pair.js';

const side = (text: string): Side => sideOf(readText(text, 'manifests.yaml').declared.map(({ resource }) => resource));
const reviewed = ({ before, after, beside = '' }: Pick<ReviewPair, 'before' | 'after' | 'beside'>): Consequence[] =>
  judge(side(beside + before), side(beside + after), workloadReviewers);

const textOf = ({ consequence, reason, action }: Consequence): string =>
  [consequence, reason, action].filter((part) => part !== undefined).join(' ');

describe.each([
  ['replicas and autoscalers', scalingPairs],
  ['rollouts', rolloutPairs],
  ['the variables of workers', clientPairs],
  ['workloads that come, go or may not change', workloadPairs],
  ['networks', networkPairs],
  ['quotas, claims, CRDs and the rest', otherPairs],
])('a review of %s', (_, pairs) => {
  it.each(pairs.map((pair) => [pair.name, pair] as const))('%s', (_name, pair) => {
    const found = reviewed(pair);
    expect(found.map(({ id, grade }) => `${grade} ${id}`)).toEqual(pair.says.map(({ id, grade }) => `${grade} ${id}`));
    found.forEach((one, i) => {
      for (const word of pair.says[i]?.words ?? []) expect(textOf(one)).toContain(word);
      for (const word of pair.says[i]?.not ?? []) expect(textOf(one)).not.toContain(word);
      expect(textOf(one)).not.toMatch(/undefined|NaN|\[object|Infinity| {2}|\.\.(?!\.)|\.;/);
      expect(one.consequence).toMatch(/^\S.*[.)]$/);
      expect(one.source).toMatch(/^https:|^(docs|workers|constructs)\//);
    });
  });

  it('says nothing of what is the same', () => {
    for (const pair of pairs) expect(reviewed({ ...pair, after: pair.before })).toEqual([]);
  });
});

it('has each pair under a name of its own, and a source for each', () => {
  const all = [...scalingPairs, ...rolloutPairs, ...clientPairs, ...workloadPairs, ...networkPairs, ...otherPairs];
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  expect(all.every(({ source }) => source.length > 10)).toBe(true);
  expect(all.length).toBeGreaterThan(60);
});

it('judges a thousand changed workers without looking at all of them for each', () => {
  const [one] = readText(worker('consumer', 'member', {}, { replicas: 3 }), 'manifests.yaml').declared;
  const many = (image: string): Side =>
    sideOf(
      Array.from({ length: 1000 }, (_, i) => {
        const text = JSON.stringify(one?.resource).replaceAll('"member"', `"member-${i}"`).replace('"inventory"', `"group-${i}"`);
        return JSON.parse(text.replace('workers:0.1.0', `workers:${image}`)) as Resource;
      }),
    );
  const [base, head] = [many('1'), many('2')];
  const start = performance.now();
  const found = judge(base, head, workloadReviewers);
  // A second is what is wanted; the bound leaves room for a machine that does other things beside.
  expect(performance.now() - start).toBeLessThan(10_000);
  expect(found.map(({ id }) => id)).toEqual(Array.from({ length: 1000 }, () => 'image-changed'));
}, 60_000);
