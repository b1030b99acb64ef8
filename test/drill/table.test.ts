import { describe, expect, it } from '@jest/globals';
import { renderSpread, medianOf, spreadOf } from '../../scripts/drill/spread.js';
import { quantilesOf } from '../../scripts/drill/stops.js';
import { count, ms, renderTable, sizes } from '../../scripts/drill/table.js';
import { judge, type Verdict } from '../../scripts/drill/verdict.js';
import { isEvent } from './histories.js';
import { simulate } from './simulate.js';

const events = simulate({ rate: 60, holdMs: 3_000 });
const passed = judge(events);
const lossy = judge(events.filter((line) => isEvent(line) || line.evidence !== 'processed' || line.partition !== 2 || line.offset < 300));
const escape = '\u001b';

describe('the table of a verdict', () => {
  it('tells figures, steps, the fault and the verdict', () => {
    const table = renderTable(passed);
    expect(table).toContain('PASSED  scale-and-crash: nothing acknowledged was lost, nothing was reordered');
    for (const step of passed.steps) expect(table).toContain(step.name);
    expect(table).toMatch(/6 → 8\s+8\s+6×1 \+ 2 idle/);
    expect(table).toMatch(/sigkill\s+inventory-service-5d8f-a\s+10\.1 s/);
    expect(table).toContain('stop of a partition that moved: p50');
  });

  it('says why it failed', () => {
    const table = renderTable(lossy);
    expect(table).toContain('FAILED  scale-and-crash');
    expect(table.replace(/\s+/g, ' ')).toContain(lossy.reasons[0]);
  });

  it('keeps to 100 columns and to plain text, with colours on demand only', () => {
    for (const verdict of [passed, lossy]) {
      const lines = renderTable(verdict).split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
      expect(lines.join('')).not.toContain(escape);
      expect(lines.every((line) => line === line.trimEnd())).toBe(true);
    }
    expect(renderTable(lossy, { colour: true })).toContain(`${escape}[31mFAILED`);
    expect(renderTable(passed, { colour: true })).toContain(`${escape}[32mPASSED`);
  });

  it('bears a verdict about nothing', () => expect(renderTable(judge([]))).toContain('FAILED  unknown'));

  it('says numbers as people do', () => {
    expect([0, 12.4, 999.4, 1_000, 9_994, 12_345, null].map(ms)).toEqual(['0 ms', '12 ms', '999 ms', '1.00 s', '9.99 s', '12.3 s', '-']);
    expect([0, 999, 1_000, 1_234_567].map(count)).toEqual(['0', '999', '1 000', '1 234 567']);
    expect(passed.steps.map(sizes)).toEqual(['6', '3+3', '6', '6×1', '6×1 + 2 idle']);
  });
});

describe('quantiles', () => {
  it('are nearest ranks', () => {
    expect(quantilesOf([])).toBeNull();
    expect(quantilesOf([7])).toEqual({ count: 1, p50: 7, p95: 7, max: 7 });
    expect(quantilesOf(Array.from({ length: 100 }, (_, n) => 100 - n))).toEqual({ count: 100, p50: 50, p95: 95, max: 100 });
  });
  it('have medians', () => expect([[3, 1, 2], [4, 1, 2, 3], [5]].map(medianOf)).toEqual([2, 2.5, 5]));
});

describe('several runs', () => {
  const verdicts: readonly Verdict[] = [passed, judge(simulate({ rate: 60, holdMs: 3_000, seed: 7 })), lossy];
  const spread = spreadOf(verdicts);

  it('have the shape of one verdict: records added up, times as medians', () => {
    expect(spread).toMatchObject({
      schemaVersion: 1,
      scenario: 'scale-and-crash',
      verdict: 'failed',
      passed: 2,
      lost: lossy.lost,
      acknowledged: verdicts.reduce((sum, verdict) => sum + verdict.acknowledged, 0),
    });
    expect(spread.reasons[0]).toBe(`run 3: ${String(lossy.reasons[0])}`);
    expect(spread.steps.map((step) => step.name)).toEqual(passed.steps.map((step) => step.name));
    expect(spread.faults[0]).toEqual({
      kind: 'sigkill',
      detectionMs: 10_050,
      rebalanceMs: expect.any(Number),
      recoveryMs: expect.any(Number),
    });
    const stops = verdicts.map((verdict) => verdict.steps[1]?.partitions[3]?.stopMs ?? NaN);
    expect(spread.steps[1]?.partitions[3]?.stopMs).toBe(medianOf(stops));
    expect(spread.runs).toEqual(verdicts);
  });

  it('pass only together', () => {
    expect(spreadOf(verdicts.slice(0, 2)).verdict).toBe('passed');
    expect(spreadOf([]).verdict).toBe('failed');
  });

  it('leave out of a figure what could not tell it', () => {
    const blind = { ...passed, faults: passed.faults.map((fault) => ({ ...fault, recoveryMs: null })) };
    expect(spreadOf([blind, passed]).figures.find((figure) => figure.name === 'sigkill recovery')?.values).toHaveLength(1);
    expect(spreadOf([blind, blind]).faults[0]?.recoveryMs).toBeNull();
  });

  it('are told as median, lowest and highest, failed runs in full before', () => {
    const text = renderSpread(spread);
    expect(text).toContain('run 3 of 3:');
    expect(text).toMatch(/over 3 runs\s+median\s+lowest\s+highest/);
    expect(text).toMatch(/sigkill detection\s+10\.1 s\s+10\.1 s\s+10\.1 s/);
    expect(text.endsWith('FAILED  scale-and-crash: 2 of 3 runs passed')).toBe(true);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});
