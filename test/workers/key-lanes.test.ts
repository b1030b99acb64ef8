import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import { workInLanes } from '../../workers/consuming/key-lanes.js';

interface Item {
  readonly lane: string | undefined;
  /** Turns of the event loop; 0: done at once, without a promise. */
  readonly turns: number;
  readonly fails: boolean;
}

const item = fc.record<Item>({
  lane: fc.oneof(fc.constant(undefined), fc.constantFrom('a', 'b', 'c', 'd')),
  turns: fc.integer({ min: 0, max: 3 }),
  fails: fc.boolean(),
});

async function run(records: readonly Item[], concurrency: number, stopAfter = Infinity) {
  const begun: number[] = [];
  const ended: number[] = [];
  const prefixes: number[] = [];
  const inWork = new Set<number>();
  let most = 0;
  let clashes = 0;
  const beyond = await workInLanes({
    records,
    concurrency,
    laneOf: ({ lane }) => lane,
    mayBegin: () => begun.length < stopAfter,
    work: ({ lane, turns, fails }, index) => {
      begun.push(index);
      if (lane !== undefined && [...inWork].some((other) => records[other]?.lane === lane)) clashes += 1;
      inWork.add(index);
      most = Math.max(most, inWork.size);
      const end = (): boolean => {
        inWork.delete(index);
        if (!fails) ended.push(index);
        return !fails;
      };
      if (turns === 0) return end();
      return (async () => {
        for (let i = 0; i < turns; i += 1) await sleep(0);
        return end();
      })();
    },
    onPrefix: (count) => prefixes.push(count),
  });
  return { begun, ended, prefixes, most, clashes, beyond };
}

describe('lanes of keys', () => {
  it('keep the order of each key, two of one never at a time, and no more in work than asked', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 40 }), fc.integer({ min: 1, max: 8 }), async (records, concurrency) => {
        const { begun, ended, prefixes, most, clashes, beyond } = await run(records, concurrency);
        expect(clashes).toBe(0);
        expect(most).toBeLessThanOrEqual(concurrency);
        expect(new Set(begun).size).toBe(begun.length);
        for (const lane of ['a', 'b', 'c', 'd']) {
          const of = (all: readonly number[]): number[] => all.filter((index) => records[index]?.lane === lane);
          expect(of(begun)).toEqual([...of(begun)].sort((x, y) => x - y));
          // Each up to its first failure, and none beyond it.
          const own = records.flatMap((record, index) => (record.lane === lane ? [index] : []));
          const failed = own.findIndex((index) => records[index]?.fails === true);
          expect(of(ended)).toEqual(failed === -1 ? own : own.slice(0, failed));
        }
        expect(prefixes).toEqual([...prefixes].sort((x, y) => x - y));
        // What counts as done without a hole is done, all of it; the rest of what is done is named.
        const prefix = prefixes.at(-1) ?? 0;
        expect([...ended].sort((x, y) => x - y)).toEqual([...Array.from({ length: prefix }, (_, i) => i), ...beyond]);
        expect(ended).not.toContain(prefix);
      }),
      { numRuns: 200 },
    );
  });

  it('begin nothing more when told, and end what they have begun', async () => {
    const records: Item[] = Array.from({ length: 20 }, (_, i) => ({ lane: String(i % 7), turns: 2, fails: false }));
    const { begun, ended } = await run(records, 4, 6);
    expect(begun).toHaveLength(6);
    expect(ended.sort()).toEqual(begun.sort());
  });

  it('pass on what the work throws, after the rest has ended', async () => {
    let ended = 0;
    const running = workInLanes({
      records: [1, 2, 3],
      concurrency: 2,
      laneOf: () => undefined,
      mayBegin: () => true,
      work: async (record) => {
        await sleep(record * 5);
        if (record === 1) throw new Error('a bug');
        ended += 1;
        return true;
      },
      onPrefix: () => undefined,
    });
    await expect(running).rejects.toThrow('a bug');
    expect(ended).toBe(1);
  });
});
