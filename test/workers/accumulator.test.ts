import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAccumulator, type Batch } from '../../workers/producing/accumulator.js';
import type { Outgoing } from '../../workers/producing/outgoing.js';

function record(partition: number, seq: number, bytes = 100): Outgoing {
  return { topic: 't', partition, key: `k${partition}`, value: '', timestamp: 0, bytes, seq, isSettled: false };
}

describe('the accumulator', () => {
  it('never mixes partitions in a batch, nor has two batches of one partition on their way', async () => {
    const onTheirWay = new Set<number>();
    const seen = new Map<number, number[]>();
    const accumulator = createAccumulator({
      lingerMs: 1,
      batchBytes: 350,
      bufferBytes: 1_000_000,
      async deliver(batch) {
        expect(new Set(batch.records.map((r) => r.partition))).toEqual(new Set([batch.partition]));
        expect(onTheirWay).not.toContain(batch.partition);
        expect(batch.bytes).toBeLessThanOrEqual(350);
        onTheirWay.add(batch.partition);
        await sleep(batch.partition);
        onTheirWay.delete(batch.partition);
        seen.set(batch.partition, [...(seen.get(batch.partition) ?? []), ...batch.records.map((r) => r.seq ?? -1)]);
        return [];
      },
    });
    for (let seq = 0; seq < 50; seq += 1) for (let partition = 0; partition < 4; partition += 1) accumulator.append(record(partition, seq));
    await accumulator.flush();
    for (let partition = 0; partition < 4; partition += 1) expect(seen.get(partition)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(accumulator.usedBytes()).toBe(0);
  });

  it('waits for a batch to fill as long as it lingers, and no longer once it is full', async () => {
    const sizes: number[] = [];
    const accumulator = createAccumulator({
      lingerMs: 60_000,
      batchBytes: 300,
      bufferBytes: 1_000_000,
      deliver: (batch) => {
        sizes.push(batch.records.length);
        return Promise.resolve([]);
      },
    });
    for (let seq = 0; seq < 7; seq += 1) accumulator.append(record(0, seq));
    await sleep(20);
    expect(sizes).toEqual([3, 3]);
    await accumulator.flush();
    expect(sizes).toEqual([3, 3, 1]);
  });

  it('sends a record larger than a batch alone', async () => {
    const batches: Batch[] = [];
    const accumulator = createAccumulator({
      lingerMs: 0,
      batchBytes: 10,
      bufferBytes: 1_000,
      deliver: (batch) => {
        batches.push(batch);
        return Promise.resolve([]);
      },
    });
    accumulator.append(record(0, 0));
    accumulator.append(record(0, 1));
    await accumulator.flush();
    expect(batches.map((b) => b.records.length)).toEqual([1, 1]);
  });

  it('has no room when the buffer is full, and says when it has again', async () => {
    let release: () => void = () => undefined;
    const accumulator = createAccumulator({
      lingerMs: 0,
      batchBytes: 100,
      bufferBytes: 200,
      deliver: () =>
        new Promise((resolve) => {
          release = () => {
            resolve([]);
          };
        }),
    });
    accumulator.append(record(0, 0));
    expect(accumulator.hasRoom()).toBe(true);
    accumulator.append(record(0, 1));
    expect(accumulator.hasRoom()).toBe(false);
    await sleep(5);
    const room = accumulator.room();
    release();
    await room;
    expect(accumulator.hasRoom()).toBe(true);
  });

  /** An accumulator whose deliveries end when told to. */
  function held(requestBytes?: number) {
    const batches: Batch[] = [];
    const ends: ((moved: readonly Outgoing[]) => void)[] = [];
    const accumulator = createAccumulator({
      lingerMs: 0,
      batchBytes: 200,
      requestBytes,
      bufferBytes: 1_000_000,
      deliver: (batch) => {
        batches.push(batch);
        return new Promise((resolve) => ends.push(resolve));
      },
    });
    const seqs = (): number[][] => batches.map((batch) => batch.records.map((r) => r.seq ?? -1));
    return { accumulator, ends, seqs, batches };
  }

  it('lets a batch grow beyond its size while the one before it is on its way, and no further than a request', async () => {
    const { accumulator, ends, seqs } = held(500);
    accumulator.append(record(0, 0));
    await sleep(5);
    for (let seq = 1; seq < 8; seq += 1) accumulator.append(record(0, seq));
    ends[0]?.([]);
    await sleep(5);
    expect(seqs()).toEqual([[0], [1, 2, 3, 4, 5]]);
    ends[1]?.([]);
    await sleep(5);
    expect(seqs().at(-1)).toEqual([6, 7]);
  });

  it('makes no batch larger than the broker takes, once it knows', async () => {
    const { accumulator, seqs } = held();
    accumulator.limit('t', 100);
    accumulator.append(record(0, 0));
    accumulator.append(record(1, 0));
    accumulator.append(record(1, 1));
    await sleep(5);
    expect(seqs()).toEqual([[0], [0]]);
  });

  it('brings what waits for partitions that are gone to those there are, in its order, and what comes back as well', async () => {
    const { accumulator, ends, batches } = held();
    accumulator.append(record(2, 0));
    await sleep(5);
    for (const seq of [1, 2]) accumulator.append(record(2, seq));
    accumulator.shrink('t', 1, () => 0);
    await sleep(5);
    expect(batches.map((b) => [b.partition, b.records.map((r) => r.seq)])).toEqual([
      [2, [0]],
      [0, [1, 2]],
    ]);
    const returned = batches[0]?.records.map((r) => Object.assign(r, { partition: 0 })) ?? [];
    ends[0]?.(returned);
    ends[1]?.([]);
    await sleep(5);
    expect(batches.at(-1)?.records.map((r) => r.seq)).toEqual([0]);
    ends[2]?.([]);
    await accumulator.flush();
    expect(accumulator.usedBytes()).toBe(0);
  });

  it('gives out all that is not on its way', async () => {
    const { accumulator, ends } = held();
    accumulator.append(record(0, 0));
    await sleep(5);
    accumulator.append(record(0, 1));
    accumulator.append(record(1, 5));
    expect(accumulator.drain().map((r) => r.seq)).toEqual([1, 5]);
    ends[0]?.([]);
    await accumulator.flush();
    expect(accumulator.usedBytes()).toBe(0);
  });
});
