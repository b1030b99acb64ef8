import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAccumulator, type Batch, type Outgoing } from '../../workers/producing/accumulator.js';

function record(partition: number, seq: number, bytes = 100): Outgoing {
  return { id: { topic: 't', partition, key: `k${partition}`, seq, producer: 'p/1' }, value: '', headers: {}, timestamp: 0, bytes };
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
        expect(new Set(batch.records.map((r) => r.id.partition))).toEqual(new Set([batch.partition]));
        expect(onTheirWay).not.toContain(batch.partition);
        expect(batch.bytes).toBeLessThanOrEqual(350);
        onTheirWay.add(batch.partition);
        await sleep(batch.partition);
        onTheirWay.delete(batch.partition);
        seen.set(batch.partition, [...(seen.get(batch.partition) ?? []), ...batch.records.map((r) => r.id.seq)]);
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
        return Promise.resolve();
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
        return Promise.resolve();
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
          release = resolve;
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
});
