import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LogLine } from '../../scripts/drill/events.js';
import { laneLogs } from '../../scripts/drill/lanes.js';
import { judge } from '../../scripts/drill/verdict.js';
import { acked, assigned, committed, isEvent, processed, run, topic } from './histories.js';
import { simulate } from './simulate.js';

/** A simulated run as the lane of another: its own topic and pods, the same steps. */
function lane(name: string, seed: number): LogLine[] {
  const rename = (pod: string): string => `${name}-${pod}`;
  return simulate({ rate: 40, holdMs: 2_000, seed }).map((line): LogLine => {
    if ('evidence' in line) {
      const member = rename(line.member);
      if (line.evidence === 'assigned')
        return { ...line, member, partitions: line.partitions.map((one) => ({ ...one, topic: `${one.topic}-${name}` })) };
      return 'topic' in line ? { ...line, member, topic: `${line.topic}-${name}` } : { ...line, member };
    }
    if (line.event === 'run') return { ...line, lane: name, topic: `${line.topic}-${name}` };
    if (line.event === 'pod') return { ...line, lane: name, pod: rename(line.pod) };
    if (line.event === 'fault') return { ...line, pod: rename(line.pod) };
    if (line.event === 'group')
      return { ...line, lane: name, members: line.members.map((one) => ({ ...one, clientId: rename(one.clientId) })) };
    return line.event === 'offsets' ? { ...line, lane: name } : line;
  });
}
const isShared = (line: LogLine): boolean => isEvent(line) && ['step', 'end-of-steps', 'end'].includes(line.event);
const eager = lane('eager', 1);
/** Steps and their end are those of the run, whoever is in it. */
const sticky = [...eager.filter(isShared), ...lane('sticky', 5).filter((line) => !isShared(line))];
const both = [...eager, ...sticky.filter((line) => !isShared(line))];

describe('lanes', () => {
  it('are each judged as their own log alone', () => {
    const verdict = judge(both);
    expect(verdict.lanes).toEqual([judge(eager).lanes?.[0], judge(sticky).lanes?.[0]]);
    expect(verdict.lanes?.map((one) => [one.lane, one.verdict])).toEqual([
      ['eager', 'passed'],
      ['sticky', 'passed'],
    ]);
    expect(verdict).toMatchObject({ verdict: 'passed', reasons: [] });
    expect(verdict.processed).toBe((verdict.lanes ?? []).reduce((sum, one) => sum + one.processed, 0));
  });

  it('do not touch each other, whatever is missing in one of them', () => {
    const work = both.filter((line) => 'evidence' in line && line.evidence === 'processed');
    const alone = judge(sticky).lanes?.[0];
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(work.length - 1), { minLength: 1, maxLength: 30 }), (picks) => {
        const gone = new Set<LogLine>();
        for (const pick of picks) {
          const line = work[pick];
          if (line !== undefined && 'member' in line && line.member.startsWith('eager')) gone.add(line);
        }
        const verdict = judge(both.filter((line) => !gone.has(line)));
        expect(verdict.lanes?.[1]).toEqual(alone);
        expect(verdict.verdict).toBe((verdict.lanes?.[0]?.reasons.length ?? 0) === 0 ? 'passed' : 'failed');
      }),
      { numRuns: 15 },
    );
  });

  it('fail together, and say whose it was', () => {
    const lossy = both.filter(
      (line) => !('evidence' in line && line.evidence === 'processed' && line.member.startsWith('sticky') && line.offset === 7),
    );
    const verdict = judge(lossy);
    expect(verdict).toMatchObject({ verdict: 'failed' });
    expect(verdict.reasons.every((reason) => reason.startsWith('sticky: '))).toBe(true);
    expect(verdict.lost).toBeGreaterThan(0);
  });

  it('share steps and faults of brokers, but no fault of a pod', () => {
    const broker: LogLine = {
      t: (both[0]?.t ?? 0) + 5_000,
      event: 'fault',
      kind: 'broker-sigkill',
      pod: 'broker-1',
      broker: 1,
      replaced: false,
    };
    for (const { events } of laneLogs([...both, broker])) {
      const faults = events.filter((line) => isEvent(line) && line.event === 'fault');
      expect(faults.map((line) => ('kind' in line ? line.kind : ''))).toEqual(['sigkill', 'broker-sigkill']);
    }
    expect(laneLogs(simulate({ rate: 10, holdMs: 100 }))).toHaveLength(1);
  });
});

describe('a lane that reads what another writes', () => {
  const out = 'orders.out';
  const reads = (n: number, seq: number, t = 50 + n): LogLine => processed(t, 'reader', n, seq, { topic: out });
  const log = (...lines: readonly LogLine[]): LogLine[] => [
    run({ lane: 'work', guarantee: 'exactly-once' }),
    run({ lane: 'reader', topic: out, source: topic, expect: { duplicates: 'none' } }),
    { t: 1, event: 'pod', pod: 'reader', role: 'consumer', state: 'started', lane: 'reader' },
    { t: 1, event: 'pod', pod: 'a', role: 'consumer', state: 'started', lane: 'work' },
    assigned(5, 'a', [0]),
    ...[0, 1, 2].map((n) => acked(10 + n, n, n)),
    ...[0, 1, 2, 1, 2].map((seq, n) => processed(20 + n, 'a', seq, seq)),
    committed(30, 'a', 3),
    ...lines,
  ];
  const reader = (...lines: readonly LogLine[]) => judge(log(...lines)).lanes?.[1];

  it('must have each acknowledged record once, wherever it lies; markers are no lag', () => {
    const verdict = judge(
      log(reads(0, 0), reads(5, 1), reads(6, 2), {
        t: 90,
        event: 'offsets',
        lane: 'reader',
        partitions: [{ partition: 0, end: 8, committed: 7 }],
      }),
    );
    expect(verdict.lanes?.[0]).toMatchObject({ duplicates: 0, reworked: 2, lost: 0 });
    expect(verdict.lanes?.[1]).toMatchObject({
      acknowledged: 3,
      processed: 3,
      lost: 0,
      duplicates: 0,
      reordered: 0,
      commitsAhead: 0,
      lag: 0,
      markers: 1,
    });
    expect(verdict.lanes?.[1]?.expected.join()).toContain('1 offset after the last commits hold marks of transactions');
  });

  it('shows a loss, and a record that was written twice', () => {
    expect(reader(reads(0, 0), reads(6, 2))?.lost).toBe(1);
    const twice = reader(reads(0, 0), reads(1, 1), reads(4, 1), reads(5, 2));
    expect(twice).toMatchObject({ duplicates: 1, lost: 0 });
    expect(twice?.reasons.join()).toContain('1 record was processed again (reader then reader 1)');
  });
});

describe('clocks of pods', () => {
  const clock = (pod: string, least: number, most: number): LogLine => ({
    t: 1,
    event: 'clock',
    pod,
    aheadAtLeastMs: least,
    aheadAtMostMs: most,
  });
  const zombie = [assigned(10, 'a', [0]), assigned(1_000, 'b', [0]), processed(1_020, 'a', 0, 0)];

  it('change nothing where nobody measured them', () => {
    expect(judge([run(), ...zombie])).toMatchObject({ clockUncertaintyMs: 0, zombies: 1 });
  });

  it('are brought together by the middle of their bounds', () => {
    const ahead = [run(), clock('a', 480, 520), assigned(510, 'a', [0]), assigned(1_000, 'b', [0]), processed(1_520, 'a', 0, 0)];
    expect(judge(ahead)).toMatchObject({ clockUncertaintyMs: 20, zombies: 0 });
    expect(judge(ahead.filter((line) => !isEvent(line) || line.event !== 'clock')).zombies).toBe(1);
  });

  it('blame nobody within what they may differ by', () => {
    expect(judge([run(), clock('a', -15, 15), clock('b', -10, 10), ...zombie])).toMatchObject({ clockUncertaintyMs: 25, zombies: 0 });
    expect(judge([run(), clock('a', -5, 5), clock('b', -10, 10), ...zombie])).toMatchObject({ clockUncertaintyMs: 15, zombies: 1 });
    const order = [processed(100, 'a', 1, 1), processed(110, 'b', 0, 0)];
    expect(judge([run(), ...order]).reordered).toBe(1);
    expect(judge([run(), clock('a', -15, 15), ...order]).reordered).toBe(0);
    expect(judge([run(), clock('a', -15, 15), processed(100, 'a', 1, 1), processed(110, 'a', 0, 0)]).reordered).toBe(1);
  });
});

describe('strangers, of whom only the coordinator tells', () => {
  const strangers = (...changed: readonly LogLine[]): LogLine[] => [
    run({ evidenceFrom: 'coordinator', partitions: 2, rate: 20, expect: { longestPauseMs: 2_000 } }),
    { t: 0, event: 'step', name: 'one', members: 1 },
    { t: 100, event: 'group', state: 'Stable', members: [{ memberId: 'x', clientId: 'x', partitions: [0, 1] }] },
    ...Array.from({ length: 11 }, (_, n): LogLine => ({
      t: n * 1_000,
      event: 'offsets',
      partitions: [0, 1].map((partition) => ({ partition, end: n * 10, committed: n < 5 || n > 7 || partition === 1 ? n * 10 : 40 })),
    })),
    ...changed,
    { t: 10_000, event: 'end-of-steps' },
    { t: 10_001, event: 'end' },
  ];

  it('can be judged by assignment, progress and lag; the rest is named as unproved', () => {
    const verdict = judge(strangers());
    expect(verdict).toMatchObject({ verdict: 'passed', reasons: [], produced: 200, processed: 200, lag: 0, load: { measured: 20 } });
    expect(verdict.unproved).toEqual(['lost', 'duplicates', 'reordered', 'zombies', 'commitsAhead', 'deadLettered']);
    expect(verdict.steps[0]).toMatchObject({ outcome: 'covered', coveredMs: 100 });
    expect(verdict.steps[0]?.partitions.map((one) => one.stopMs)).toEqual([4_000, 1_000]);
  });

  it('fail by what is known', () => {
    const late: LogLine = { t: 9_999, event: 'offsets', partitions: [{ partition: 0, end: 100, committed: 60 }] };
    expect(
      judge(
        strangers()
          .filter((line) => !(isEvent(line) && line.event === 'offsets' && line.t === 10_000))
          .concat(late),
      ).reasons.join(),
    ).toContain('the group lags by 40 records');
    const rebalance: LogLine = { t: 6_000, event: 'group', state: 'PreparingRebalance', members: [] };
    expect(judge(strangers(rebalance)).reasons.join()).toContain('were not covered exactly');
  });
});
