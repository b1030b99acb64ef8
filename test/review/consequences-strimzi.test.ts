import { describe, expect, it } from '@jest/globals';
import { readText } from '../../scripts/check/text.js';
import { strimziReviewers } from '../../scripts/review/consequences/strimzi.js';
import { judge } from '../../scripts/review/judge.js';
import { sideOf } from '../../scripts/review/side.js';
import type { Consequence } from '../../scripts/review/consequence.js';
import { connectPairs } from './pairs/connect-pairs.js';
import { kafkaPairs } from './pairs/kafka-pairs.js';
import { poolPairs } from './pairs/pool-pairs.js';
import { topicPairs } from './pairs/topic-pairs.js';
import { userPairs } from './pairs/user-pairs.js';
import type { ReviewPair } from './pairs/review-pair.js';

function reviewed({ before, after, beside = '' }: ReviewPair): Consequence[] {
  const side = (text: string) => sideOf(readText(beside + text, 'manifests.yaml').declared.map(({ resource }) => resource));
  return judge(side(before), side(after), strimziReviewers);
}

const textOf = ({ consequence, reason, action }: Consequence): string =>
  [consequence, reason, action].filter((part) => part !== undefined).join(' ');

describe.each([
  ['topics', topicPairs],
  ['node pools', poolPairs],
  ['Kafkas', kafkaPairs],
  ['users', userPairs],
  ['Connects, mirrors and rebalances', connectPairs],
])('a review of %s', (_, pairs) => {
  it.each(pairs.map((pair) => [pair.name, pair] as const))('%s', (_name, pair) => {
    const found = reviewed(pair);
    expect(found.map(({ id, grade }) => ({ id, grade }))).toEqual(pair.says.map(({ id, grade }) => ({ id, grade })));
    found.forEach((one, i) => {
      for (const word of pair.says[i]?.words ?? []) expect(textOf(one)).toContain(word);
      for (const word of pair.says[i]?.not ?? []) expect(textOf(one)).not.toContain(word);
      expect(textOf(one)).not.toMatch(/undefined|NaN|\[object|Infinity|  |\.\./);
      expect(one.consequence).toMatch(/\S[.)]$/);
      expect(one.action ?? 'none').not.toBe('');
      expect(one.source).toMatch(/^https:|^workers/);
    });
  });
});
