import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { didYouMean, editDistance, nearest } from '../../constructs/model/suggest.js';

describe('editDistance', () => {
  it.each([
    ['k3s', 'k3s', 0],
    ['prodcution', 'production', 1],
    ['', 'abc', 3],
    ['replica', 'replicas', 1],
  ])('of %s and %s is %i', (a, b, distance) => expect(editDistance(a, b)).toBe(distance));
  it('is symmetric', () => fc.assert(fc.property(fc.string(), fc.string(), (a, b) => editDistance(a, b) === editDistance(b, a))));
});

it('suggests what is near, and nothing else', () => {
  expect(nearest('KAFKA_TOPPIC', ['KAFKA_TOPIC', 'KAFKA_GROUP_ID'])).toBe('KAFKA_TOPIC');
  expect(didYouMean('k3d', ['k3s', 'crc'])).toBe(' (did you mean k3s?)');
  expect(didYouMean('staging', ['k3s', 'crc', 'production'])).toBe('');
});
