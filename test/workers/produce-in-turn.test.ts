import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventEmitter } from 'node:events';
import type { NativeError, NativeProducer } from '../../workers/librdkafka/binding.js';
import type { Outcome } from '../../workers/librdkafka/produce.js';
import { eachInTurn } from '../../workers/librdkafka/produce-in-turn.js';

const timedOut = Object.assign(new Error('Local: Message timed out'), { code: -192 }) as NativeError;
const tooLarge = Object.assign(new Error('Broker: Message size too large'), { code: 10 }) as NativeError;

/** Calls of so many records each on partition 0, and the reports that the test makes for them. */
function calls(sizes: readonly number[]) {
  const reports = new EventEmitter();
  const producer = Object.assign(reports, { produce: () => undefined }) as unknown as NativeProducer;
  const produceAll = eachInTurn(producer);
  const ended = new Map<number, { readonly of: readonly Outcome[]; readonly doubt?: NativeError | undefined }>();
  sizes.forEach((size, call) => {
    const records = Array.from({ length: size }, () => ({ key: null, value: Buffer.from('v'), timestamp: 1 }));
    void produceAll('t', 0, records).then((outcomes) => ended.set(call, outcomes));
  });
  return {
    ended,
    report: (error: NativeError | null, offset: number) =>
      reports.emit('delivery-report', error, { topic: 't', partition: 0, offset, size: 1, timestamp: 1 }),
  };
}
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('reports of an idempotent producer', () => {
  it('belong to its records in their order, however these were handed over', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 }), async (sizes) => {
        const { ended, report } = calls(sizes);
        const total = sizes.reduce((sum, size) => sum + size, 0);
        for (let offset = 0; offset < total; offset += 1) report(null, offset);
        await tick();
        const offsets = sizes.flatMap((_, call) => ended.get(call)?.of.map((outcome) => ('offset' in outcome ? outcome.offset : -2)) ?? []);
        expect(offsets).toEqual(Array.from({ length: total }, (_, offset) => offset));
      }),
    );
  });

  it('that a broker refused a record are that record’s alone', async () => {
    const { ended, report } = calls([2, 1]);
    report(null, 0);
    report(tooLarge, -1);
    report(null, 1);
    await tick();
    expect(ended.get(0)).toEqual({ of: [{ partition: 0, offset: 0 }, tooLarge] });
    expect(ended.get(1)).toEqual({ of: [{ partition: 0, offset: 1 }] });
  });

  it('of what librdkafka gave up by itself may be of any record on its way: none of these is said to be in the topic', async () => {
    const { ended, report } = calls([1, 2, 1]);
    report(null, 0);
    await tick();
    expect(ended.get(0)?.doubt).toBeUndefined();
    report(timedOut, -1);
    report(null, 1);
    await tick();
    // The third may be the one whose time was over.
    expect([...ended.keys()]).toEqual([0]);
    report(null, 2);
    await tick();
    expect([ended.get(1)?.doubt, ended.get(2)?.doubt]).toEqual([timedOut, timedOut]);
  });

  it('that all of them are given up leave no doubt', async () => {
    const { ended, report } = calls([1, 1]);
    report(timedOut, -1);
    report(timedOut, -1);
    await tick();
    expect([ended.get(0), ended.get(1)].map((one) => [one?.of, one?.doubt])).toEqual([
      [[timedOut], undefined],
      [[timedOut], undefined],
    ]);
  });
});
