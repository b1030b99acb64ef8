import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LogLine } from '../../scripts/drill/events.js';
import { judge } from '../../scripts/drill/verdict.js';
import type { Processed } from '../../workers/ledger.js';
import { simulate } from './simulate.js';

const base = simulate({ rate: 60, holdMs: 2_500, commitMs: 300 });
const before = judge(base);
const isProcessed = (line: LogLine): line is Processed => 'evidence' in line && line.evidence === 'processed';
const place = (line: Processed): string => `${String(line.partition)}/${String(line.offset)}`;
const times = new Map<string, number>();
for (const line of base.filter(isProcessed)) times.set(place(line), (times.get(place(line)) ?? 0) + 1);
/** Records that were processed exactly once. */
const once = base.filter(isProcessed).filter((line) => times.get(place(line)) === 1);
const runs = { numRuns: 40 };

describe('a simulated run', () => {
  it('passes, with the duplicates its crash left', () => {
    expect(before.reasons).toEqual([]);
    expect(before.verdict).toBe('passed');
    expect(before.duplicates).toBeGreaterThan(0);
    expect(before.duplicates).toBeLessThanOrEqual(before.duplicatesBound);
    expect(before.steps.map((step) => step.assignment.map((one) => one.partitions.length))).toEqual([
      [6],
      [3, 3],
      [6],
      [1, 1, 1, 1, 1, 1],
      [1, 1, 1, 1, 1, 1, 0, 0],
    ]);
  });

  it('loses exactly the records whose processing is left out', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: once.length - 1 }), { minLength: 1, maxLength: 20 }), (indices) => {
        const gone = new Set<LogLine>(indices.map((index) => once[index] as LogLine));
        const verdict = judge(base.filter((line) => !gone.has(line)));
        expect(verdict.lost).toBe(gone.size);
        expect(verdict.processed).toBe(before.processed - gone.size);
        expect(verdict.duplicates).toBe(before.duplicates);
        expect(verdict.reordered).toBe(0);
        expect(verdict.verdict).toBe('failed');
      }),
      runs,
    );
  });

  it('counts a repeated stretch as duplicates of its length, never as reordering', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5 }),
        fc.nat(),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 0, max: 5_000 }),
        (partition, start, length, later) => {
          const mine = base.filter(isProcessed).filter((line) => line.partition === partition);
          const stretch = mine.slice(start % mine.length).slice(0, length);
          const last = stretch.at(-1)?.t ?? 0;
          const again = stretch.map((line, index) => ({ ...line, t: last + later + index + 1 }));
          const verdict = judge([...base, ...again]);
          expect(verdict.duplicates).toBe(before.duplicates + stretch.length);
          expect(verdict.reordered).toBe(0);
          expect(verdict.lost).toBe(0);
          expect(verdict.verdict).toBe('failed');
        },
      ),
      runs,
    );
  });

  it('sees two records of a key that change places', () => {
    fc.assert(
      fc.property(fc.nat(), (pick) => {
        const first = once[pick % once.length] as Processed;
        const later = once.find((line) => line.key === first.key && line.t > first.t);
        fc.pre(later !== undefined);
        const verdict = judge(
          base.map((line) => (line === first ? { ...later, t: first.t } : line === later ? { ...first, t: later.t } : line)) as LogLine[],
        );
        expect(verdict.reordered).toBeGreaterThanOrEqual(1);
        expect(verdict.lost).toBe(0);
      }),
      runs,
    );
  });

  it('does not depend on how the writers were interleaved within a millisecond', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), (weights) => {
        // Lines of one writer keep their order; the writers of one millisecond are put in any order.
        const rank = new Map<string, number>();
        const rankOf = (line: LogLine): number => {
          const id = `${String(line.t)} ${'evidence' in line ? line.member : ''}`;
          if (!rank.has(id)) rank.set(id, weights.next().value as number);
          return rank.get(id) ?? 0;
        };
        expect(judge([...base].sort((x, y) => x.t - y.t || rankOf(x) - rankOf(y)))).toEqual(before);
      }),
      { numRuns: 15 },
    );
  });

  it('is the same verdict after a way through JSON', () => {
    expect(judge(base.map((line) => JSON.parse(JSON.stringify(line)) as LogLine))).toEqual(before);
  });
});

it('judges a million lines in a few seconds', () => {
  const long = simulate({ rate: 8_000, keys: 300, holdMs: 7_000 });
  expect(long.length).toBeGreaterThan(1_000_000);
  const before = process.cpuUsage();
  const verdict = judge(long);
  // Of the processor, since a test has to share it.
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(30_000);
  // The simulated members cannot keep up with such a rate; what they left is lost, and all of it is counted.
  expect(verdict.lost).toBe(verdict.acknowledged - verdict.processed);
}, 180_000);
