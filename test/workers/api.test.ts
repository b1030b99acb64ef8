import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createBreaker } from '../../workers/api/breaker.js';
import { createNumbering } from '../../workers/api/numbering.js';
import { idOf } from '../../workers/api/record-id.js';

describe('numbers of records whose keys come from outside', () => {
  it('have no holes within a key and an identity, however many keys there are', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...'abcdefg'), { maxLength: 200 }), fc.integer({ min: 1, max: 8 }), (keys, mostKeys) => {
        const identify = createNumbering('api', mostKeys);
        const next = new Map<string, number>();
        const known = new Map<string, Set<string>>();
        for (const key of keys) {
          const { seq, producer } = identify(key);
          const name = `${producer} ${key}`;
          expect(seq).toBe(next.get(name) ?? 0);
          next.set(name, seq + 1);
          known.set(producer, (known.get(producer) ?? new Set()).add(key));
        }
        for (const ofOne of known.values()) expect(ofOne.size).toBeLessThanOrEqual(mostKeys);
      }),
    );
  });
});

describe('the breaker', () => {
  it('lets one request at a time try a partition that failed, and all others of it once that came through', () => {
    const breaker = createBreaker();
    expect(breaker.refuses(1)).toBeUndefined();
    breaker.failed(1, 'no leader');
    expect([breaker.refuses(1), breaker.refuses(1), breaker.refuses(2)]).toEqual([undefined, 'no leader', undefined]);
    expect(breaker.problem()).toBe('partition 1: no leader');
    breaker.failed(1, 'still none');
    expect([breaker.refuses(1), breaker.refuses(1)]).toEqual([undefined, 'still none']);
    breaker.succeeded(1);
    expect([breaker.refuses(1), breaker.refuses(1), breaker.problem()]).toEqual([undefined, undefined, undefined]);
  });
});

describe('the id of what is posted', () => {
  it('is a UUID, the same for the same request and for no other', () => {
    const text = fc.string();
    fc.assert(
      fc.property(text, text, text, text, (key, idempotencyKey, otherKey, otherIdempotencyKey) => {
        const id = idOf('/orders', key, idempotencyKey);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(idOf('/orders', key, idempotencyKey)).toBe(id);
        expect(idOf('/orders', otherKey, otherIdempotencyKey) === id).toBe(key === otherKey && idempotencyKey === otherIdempotencyKey);
        expect(idOf('/reservations', key, idempotencyKey)).not.toBe(id);
      }),
    );
  });
});
