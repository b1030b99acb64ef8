import { describe, expect, it } from '@jest/globals';
import type { LogLine } from '../../scripts/drill/events.js';
import { watchOverhead } from '../../scripts/drill/overhead.js';
import { judge } from '../../scripts/drill/verdict.js';
import { run } from './histories.js';

/** Holds the process up, as a machine does that has too much to do. */
function hold(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
const judged = (...lines: readonly LogLine[]) => judge([run(), ...lines, { t: 99, event: 'end' }]);
const overhead = (lateMaxMs: number): LogLine => ({ t: 100, event: 'overhead', cpuMs: 500, wallMs: 10_000, lateP99Ms: 3, lateMaxMs });

describe('what the drill itself costs', () => {
  it('is measured: processor time, and how late its turns came', async () => {
    const measured = watchOverhead();
    // The histogram needs a turn before and one after.
    await new Promise((resolve) => setTimeout(resolve, 50));
    hold(300);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { cpuMs, wallMs, lateP99Ms, lateMaxMs } = measured();
    expect(wallMs).toBeGreaterThanOrEqual(390);
    expect(cpuMs).toBeGreaterThan(20);
    expect(lateMaxMs).toBeGreaterThan(200);
    expect(lateMaxMs).toBeLessThanOrEqual(wallMs);
    expect(lateP99Ms).toBeLessThanOrEqual(lateMaxMs);
  });

  it('stands in the verdict, and is null of a log that does not tell', () => {
    expect(judged(overhead(40)).overhead).toEqual({ cores: 0.05, lateP99Ms: 3, lateMaxMs: 40 });
    expect(judged().overhead).toBeNull();
  });

  it('is a finding where the drill was held up, once for all lanes, and no failure', () => {
    const findings = (...lines: readonly LogLine[]): readonly string[] =>
      judge([...lines, { t: 99, event: 'end' }]).findings.filter((one) => one.includes('held up'));
    expect(findings(run(), overhead(40))).toEqual([]);
    expect(findings(run(), overhead(1_400))).toEqual([expect.stringContaining('held up for 1400 ms')]);
    const lanes = [run({ lane: 'a', topic: 'orders.a' }), run({ lane: 'b', topic: 'orders.b' })];
    expect(findings(...lanes, overhead(1_400))).toHaveLength(1);
    const [late, calm] = [judged(overhead(1_400)), judged(overhead(40))];
    expect(late.reasons).toEqual(calm.reasons);
  });
});
