import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import type { FetchedBatch, Position } from '../../workers/client-port.js';
import { manualCommit } from '../../workers/consuming/commit-policy.js';
import { createConsumerMetrics } from '../../workers/consuming/consumer-metrics.js';
import { createGroupWork, type RunningGroupWork, type Way } from '../../workers/consuming/group-work.js';
import { createLogger } from '../../workers/logging.js';

const batchOf = (partition: number, offset: number): FetchedBatch => ({
  topic: 't',
  partition,
  records: [{ offset: String(offset), timestamp: '0', key: null, value: null }],
  highWatermark: undefined,
});
const atOnce: Way = (batch, partition) => {
  partition.last = batch.records.at(-1)?.offset;
  return Promise.resolve({ done: partition.last });
};
const turn = { mustEnd: () => false, beforeRecord: () => undefined };

async function working(
  way: Way,
  commit: (positions: readonly Position[]) => Promise<void>,
  use: (work: RunningGroupWork) => Promise<void>,
  patienceMs?: number,
): Promise<void> {
  const work = createGroupWork({
    clientId: 'm',
    policy: manualCommit,
    ...(patienceMs !== undefined && { patienceMs }),
    way,
    commit,
    onGone: () => undefined,
    evidence: undefined,
    metrics: createConsumerMetrics(new Registry()),
    logger: createLogger('error', {}),
  });
  work.assigned(
    [0, 1].map((partition) => ({ topic: 't', partition })),
    'm-1',
  );
  try {
    await use(work);
  } finally {
    work.close();
  }
}

describe('commits of what is done', () => {
  it('are few for many small batches, none of them older than one before, and the last has everything', async () => {
    const commits: number[] = [];
    await working(
      atOnce,
      (positions) => {
        commits.push(Number(positions[0]?.offset));
        return sleep(5);
      },
      async (work) => {
        for (let offset = 0; offset < 2_000; offset += 1) {
          await work.process(batchOf(0, offset), turn);
          if (offset % 20 === 0) await sleep(1);
        }
        while (commits.at(-1) !== 2_000) await sleep(10);
      },
    );
    expect(commits.length).toBeLessThan(200);
    expect(commits).toEqual([...commits].sort((a, b) => a - b));
  });

  it('do not wait for a long batch of another partition', async () => {
    const commits: (readonly Position[])[] = [];
    let end: () => void = () => undefined;
    const long = new Promise<void>((resolve) => (end = resolve));
    const way: Way = async (batch, ...rest) => {
      if (batch.partition === 1) await long;
      return atOnce(batch, ...rest);
    };
    await working(
      way,
      (positions) => {
        commits.push(positions);
        return Promise.resolve();
      },
      async (work) => {
        await work.process(batchOf(0, 41), turn);
        const held = work.process(batchOf(1, 7), turn);
        while (commits.length === 0) await sleep(10);
        expect(commits).toEqual([[{ topic: 't', partition: 0, offset: '42' }]]);
        end();
        await held;
      },
    );
  });

  it('that hang let the work go on for a while, then hold it up, and those that fail refuse the next batch', async () => {
    let settle: (error: Error) => void = () => undefined;
    let asked = 0;
    await working(
      atOnce,
      () => {
        asked += 1;
        return new Promise<void>((_, reject) => (settle = reject));
      },
      async (work) => {
        await sleep(110);
        await work.process(batchOf(0, 0), turn);
        expect(asked).toBe(1);
        await sleep(110);
        await work.process(batchOf(0, 1), turn);
        await work.process(batchOf(1, 0), turn);
        await sleep(300);
        let isThrough = false;
        const held = work.process(batchOf(0, 2), turn).then(() => (isThrough = true));
        await sleep(50);
        expect(isThrough).toBe(false);
        expect(asked).toBe(1);
        settle(new Error('not taken'));
        await held;
        await expect(work.process(batchOf(0, 3), turn)).rejects.toThrow('not taken');
      },
      400,
    );
  });

  it('within a batch do not hold it up for long, and end it where they fail', async () => {
    let settle: (error: Error) => void = () => undefined;
    const done: number[] = [];
    const way: Way = async (_batch, partition, _turn, { commitWithin }) => {
      for (let index = 0; index < 1_000; index += 1) {
        partition.last = String(index);
        done.push(index);
        if (index === 500) settle(new Error('not taken'));
        await commitWithin();
      }
      return { done: '999' };
    };
    await working(
      way,
      () => new Promise<void>((_, reject) => (settle = reject)),
      async (work) => {
        await expect(work.process(batchOf(0, 0), turn)).rejects.toThrow('not taken');
        expect(done.length).toBeGreaterThanOrEqual(501);
        expect(done.length).toBeLessThan(510);
      },
    );
  });
});
