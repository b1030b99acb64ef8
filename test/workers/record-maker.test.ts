import { describe, expect, it } from '@jest/globals';
import { makeOrder } from '../../workers/producing/orders.js';
import { fillerRecords, numberedRecords, type NumberingOptions } from '../../workers/producing/record-maker.js';

const options: NumberingOptions = {
  topic: 't',
  keys: ['a', 'b', 'a'],
  isKeyed: true,
  producer: 'p/1',
  recordBytes: 300,
  poisonEvery: 0,
};
const take = <T>(count: number, next: () => T): T[] => Array.from({ length: count }, () => next());

describe('the records of a load', () => {
  it('go round the keys, one named twice having two turns, numbered without holes within each, whatever the system says of itself', () => {
    const records = take(
      6,
      numberedRecords(() => ({ value: '{}', headers: { sequence: 'mine', producer: 'mine', event: 'made' } }), options),
    );
    expect(records.map(({ key, seq, headers }) => [key, seq, headers['sequence'], headers['producer'], headers['event']])).toEqual([
      ['a', 0, '0', 'p/1', 'made'],
      ['b', 0, '0', 'p/1', 'made'],
      ['a', 1, '1', 'p/1', 'made'],
      ['a', 2, '2', 'p/1', 'made'],
      ['b', 1, '1', 'p/1', 'made'],
      ['a', 3, '3', 'p/1', 'made'],
    ]);
  });

  it('without keys are numbered as one', () => {
    const records = take(3, numberedRecords(makeOrder, { ...options, isKeyed: false }));
    expect(records.map(({ key, seq }) => [key, seq])).toEqual([
      [null, 0],
      [null, 1],
      [null, 2],
    ]);
  });

  it('are orders of the size asked for, and poison where it is asked', () => {
    const records = take(4, numberedRecords(makeOrder, { ...options, poisonEvery: 2 }));
    for (const { value, key, seq } of [records[0], records[2]].flatMap((record) => record ?? [])) {
      expect(Buffer.byteLength(value ?? '')).toBe(300);
      expect(JSON.parse(value ?? '')).toMatchObject({ user_id: key, seq });
    }
    for (const { value } of [records[1], records[3]].flatMap((record) => record ?? [])) expect(() => JSON.parse(value ?? '')).toThrow();
  });

  it('that are bytes are the same bytes each time, and nothing else', () => {
    const filler = take(3, fillerRecords({ ...options, keys: ['a', 'b'], recordBytes: 7 }));
    expect(filler.map(({ key }) => key)).toEqual(['a', 'b', 'a']);
    for (const { value } of filler) expect(value.toString()).toBe('xxxxxxx');
    const [bare] = take(1, fillerRecords({ ...options, isKeyed: false }));
    expect(Object.keys(bare ?? {}).sort()).toEqual(['key', 'timestamp', 'topic', 'value']);
    expect(bare?.key).toBeNull();
  });

  it('that cannot be made say why, and keep their number', () => {
    const [first, second] = take(
      2,
      numberedRecords(
        ({ number }) => {
          if (number === 0) throw new Error('a BigInt is no JSON');
          return { value: '{}' };
        },
        { ...options, keys: ['a'] },
      ),
    );
    expect(first).toMatchObject({ value: null, seq: 0, problem: new Error('a BigInt is no JSON') });
    expect(second).toMatchObject({ value: '{}', seq: 1, problem: undefined });
  });
});
