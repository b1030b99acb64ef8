import { describe, expect, it } from '@jest/globals';
import { parseImage } from '../../constructs/model/image-reference.js';

const digest = `sha256:${'0a'.repeat(32)}`;

describe('the name of an image', () => {
  it.each([
    ['muster-workers:0.1.0', { name: 'muster-workers', tag: '0.1.0' }],
    ['quay.io/acme/muster-workers:v1', { name: 'quay.io/acme/muster-workers', tag: 'v1' }],
    ['localhost:5000/workers:1', { name: 'localhost:5000/workers', tag: '1' }],
    [`ghcr.io/acme/a__b/c--d@${digest}`, { name: 'ghcr.io/acme/a__b/c--d', digest }],
    [`quay.io/acme/workers:1@${digest}`, { name: 'quay.io/acme/workers', tag: '1', digest }],
    [`quay.io/acme/workers:latest@${digest}`, { name: 'quay.io/acme/workers', tag: 'latest', digest }],
  ])('%s', (text, parts) => expect(parseImage(text)).toEqual(parts));

  it.each([
    ['', 'is no name of an image'],
    ['https://quay.io/acme/workers:1', 'no scheme'],
    ['quay.io/Acme/workers:1', 'lower case'],
    ['quay.io/acme/workers:', 'is no name'],
    ['quay.io/acme/workers:1 ', 'is no name'],
    ['quay.io/acme//workers:1', 'is no name'],
    ['quay.io/acme/workers@sha256:abc', 'is no name'],
    ['-quay.io/acme/workers:1', 'is no name'],
    ['localhost:5000/workers', 'names no version'],
    ['quay.io/acme/workers', 'names no version'],
    ['quay.io/acme/workers:latest', 'the tag that moves'],
  ])('refuses %s', (text, why) => expect(() => parseImage(text)).toThrow(why));
});
