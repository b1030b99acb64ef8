import { describe, expect, it } from '@jest/globals';
import { metadataVersionOf, newestKafka, releaseNumbers, strimziVersionsFor, versionPairProblem } from '../../constructs/model/versions.js';

describe('versionPairProblem', () => {
  it.each([
    ['1.2.0', '4.3.1'],
    ['1.2.0', '4.2.0'],
    ['0.50.0', '4.0.0'],
    ['1.0.0', '4.1.1'],
  ])('Strimzi %s runs Kafka %s', (strimzi, kafka) => expect(versionPairProblem(strimzi, kafka)).toBeUndefined());

  it('names the versions allowed, and the Strimzi that runs the one given', () => {
    expect(versionPairProblem('1.2.0', '4.0.0')).toBe(
      'strimzi 1.2.0 does not run Kafka 4.0.0: set the version to one of 4.2.0, 4.2.1, 4.3.0, 4.3.1, or run Strimzi 0.49 or 0.50, which knows 4.0.0',
    );
    expect(versionPairProblem('1.2.0', '4.1.0')).toContain('does not run');
    expect(versionPairProblem('1.2.0', '3.9.0')).not.toContain('or run Strimzi');
    expect(versionPairProblem('7.0.0', '4.3.1')).toContain('not a release this toolkit knows');
  });
});

it('knows the newest Kafka of a Strimzi, and its metadata version', () => {
  expect(newestKafka('1.2.0')).toBe('4.3.1');
  expect(metadataVersionOf('4.3.1')).toBe('4.3-IV0');
  expect(() => newestKafka('7.0.0')).toThrow('strimzi 7.0.0');
});

it('lists the Strimzi releases for a Kafka', () => expect(strimziVersionsFor('4.2.0')).toEqual(['0.51', '1.0', '1.1', '1.2']));

it('reads the release of any kind of version', () => {
  expect(releaseNumbers('4.3-IV0')).toEqual([4, 3]);
  expect(releaseNumbers('4.3.1')).toEqual([4, 3]);
  expect(releaseNumbers('four')).toBeUndefined();
});
