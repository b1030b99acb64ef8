import { describe, expect, it } from '@jest/globals';
import type { LogLine } from '../../scripts/drill/events.js';
import type { Expectations } from '../../scripts/drill/expectations.js';
import { judge, type Verdict } from '../../scripts/drill/verdict.js';
import type { Dead, Failed } from '../../workers/ledger.js';
import { acked, assigned, committed, failed, group, processed, run, sent, topic } from './histories.js';

/** A short run that passes: twenty records, all processed and committed, one member. */
function passing(expectations: Expectations, change: (lines: LogLine[]) => LogLine[] = (lines) => lines): Verdict {
  const load = Array.from({ length: 20 }, (_, n): LogLine[] => [
    sent(100 + n * 10, n),
    acked(101 + n * 10, n, n),
    processed(103 + n * 10, 'a', n, n),
    committed(104 + n * 10, 'a', n + 1),
  ]).flat();
  return judge(
    change([
      run({ expect: expectations }),
      { t: 10, event: 'step', name: '1 member', members: 1 },
      assigned(50, 'a', [0]),
      group(60, 'Stable', { a: [0] }),
      ...load,
      { t: 300, event: 'end-of-steps' },
      { t: 310, event: 'offsets', partitions: [{ partition: 0, end: 20, committed: 20 }] },
      { t: 320, event: 'end' },
    ]),
  );
}
const is = (line: LogLine, evidence: string, offset: number): boolean =>
  'evidence' in line && line.evidence === evidence && 'offset' in line && line.offset === offset;
const without =
  (evidence: string, offset: number) =>
  (lines: LogLine[]): LogLine[] =>
    lines.filter((line) => !is(line, evidence, offset));
const plus =
  (...more: readonly LogLine[]) =>
  (lines: LogLine[]): LogLine[] => [...lines, ...more];

const dead = (t: number, offset: number, seq: number, more: Partial<Dead> = {}): Dead => ({
  t,
  member: 'a',
  evidence: 'dead',
  topic,
  partition: 0,
  offset,
  key: 'k',
  seq,
  producer: 'p/1',
  to: 'topic',
  reason: 'poison',
  ...more,
});

describe('without expectations', () => {
  it('nothing may happen, and nothing need', () => {
    expect(passing({})).toMatchObject({ verdict: 'passed', reasons: [], expected: [], findings: [], unproved: [] });
  });
});

describe.each([
  {
    field: 'lost',
    change: (lines: LogLine[]) => without('committed', 8)(without('processed', 7)(lines)).filter((line) => !is(line, 'committed', 9)),
    also: { commitsAhead: 'any' },
  },
  { field: 'reordered', change: plus(processed(297, 'a', 90, 95), processed(298, 'a', 91, 93)), also: {} },
  { field: 'zombies', change: plus(assigned(295, 'b', [0]), processed(299, 'a', 40, 40)), also: { cover: 'any' } },
  { field: 'commitsAhead', change: plus(acked(296, 20, 20), committed(297, 'a', 21), processed(298, 'a', 20, 20)), also: { lag: 'any' } },
  { field: 'deadLetters', change: (lines: LogLine[]) => plus(dead(132, 3, 3))(without('processed', 3)(lines)), also: {} },
  { field: 'failedSends', change: plus(sent(250, 30), failed(251, 30, 'rejected')), also: {} },
  { field: 'duplicates', change: plus(processed(299, 'a', 4, 4)), also: {} },
] as const)('$field', ({ field, change, also }) => {
  it('fails a run that must have none', () => {
    const verdict = passing({ ...also, [field]: 'none' }, change);
    expect(verdict.reasons).toHaveLength(1);
    expect(verdict.reasons[0]).not.toContain('surprise');
  });
  it('is what a run is for: it passes, and says so', () => {
    const verdict = passing({ ...also, [field]: 'some' }, change);
    expect(verdict.reasons).toEqual([]);
    expect(verdict.expected).toContainEqual(expect.stringContaining(`as the scenario expects (${field}: some)`));
  });
  it('is a surprise where it does not happen', () => {
    const verdict = passing({ [field]: 'some' });
    expect(verdict.reasons).toEqual([expect.stringMatching(new RegExp(`^surprise: .*\\(${field}: some\\)$`))]);
  });
  it('may be left open', () => {
    expect(passing({ [field]: 'any' })).toMatchObject({ verdict: 'passed', expected: [] });
    const verdict = passing({ ...also, [field]: 'any' }, change);
    expect(verdict.reasons).toEqual([]);
    expect(verdict.expected).toContainEqual(expect.stringContaining(`(${field}: any)`));
  });
});

describe('other expectations', () => {
  it('bound the pause, the load, the lag and the cover', () => {
    const pause = (lines: LogLine[]): LogLine[] =>
      lines.map((line) =>
        'event' in line && line.event === 'end-of-steps'
          ? { ...line, t: 4_000 }
          : 'event' in line && line.t > 300
            ? { ...line, t: line.t + 4_000 }
            : line,
      );
    expect(passing({}, pause).reasons).toHaveLength(2);
    expect(passing({ longestPauseMs: 5_000 }, pause).reasons).toEqual([expect.stringContaining('less than 80 %')]);
    expect(passing({ longestPauseMs: 5_000, leastLoad: 0.01 }, pause).reasons).toEqual([]);
    const lagging = (lines: LogLine[]): LogLine[] =>
      lines.map((line) =>
        'event' in line && line.event === 'offsets' ? { ...line, partitions: [{ partition: 0, end: 20, committed: 5 }] } : line,
      );
    expect(passing({}, lagging).reasons).toHaveLength(1);
    expect(passing({ lag: 'any' }, lagging)).toMatchObject({ reasons: [], lag: 15 });
    const alone = (lines: LogLine[]): LogLine[] => lines.filter((line) => !('event' in line) || line.event !== 'group');
    expect(passing({}, alone).reasons).toHaveLength(1);
    expect(passing({ cover: 'any' }, alone).reasons).toEqual([]);
  });
});

describe('dead letters', () => {
  it('are accounted for: neither lost nor processed, by reason and place', () => {
    const verdict = passing({ deadLetters: 'any' }, (lines) => plus(dead(132, 3, 3), dead(142, 4, 4, { to: 'file', reason: 'held' }), dead(299, 3, 3))(without('processed', 4)(without('processed', 3)(lines)))); // prettier-ignore
    expect(verdict).toMatchObject({ verdict: 'passed', lost: 0, processed: 18, lag: 0, commitsAhead: 0 });
    expect(verdict.deadLettered).toEqual({
      count: 2,
      repeated: 1,
      alsoProcessed: 0,
      to: { topic: 1, file: 1 },
      byReason: [
        { reason: 'held', count: 1 },
        { reason: 'poison', count: 1 },
      ],
    });
  });

  it('tell of a record that was processed as well', () => {
    const verdict = passing({ deadLetters: 'any' }, plus(dead(132, 3, 3)));
    expect(verdict.verdict).toBe('passed');
    expect(verdict.findings).toEqual([expect.stringContaining('1 record was both set aside and processed: partition/offset 0/3 (k #3)')]);
  });

  it('account for the letters of strangers by their place', () => {
    const stranger: Dead = { ...dead(132, 3, 3), seq: undefined, producer: undefined };
    expect(passing({ deadLetters: 'any' }, (lines) => plus(stranger)(without('processed', 3)(lines))).lost).toBe(0);
  });
});

describe('sends that failed', () => {
  it('are no loss, wherever they are kept', () => {
    const kept = (seq: number, keptIn: string, outcome: 'rejected' | 'indeterminate'): LogLine => ({
      ...(failed(251, seq, outcome) as Failed),
      keptIn,
    });
    const verdict = passing(
      {},
      plus(sent(250, 30), kept(30, 'failure-log', 'rejected'), sent(250, 31), kept(31, 'retry-topic', 'indeterminate')),
    );
    expect(verdict).toMatchObject({ verdict: 'passed', lost: 0, produced: 22, acknowledged: 20, indeterminate: 1 });
    expect(verdict.failedSends).toEqual({
      rejected: 1,
      indeterminate: 1,
      keptIn: [
        { place: 'failure-log', count: 1 },
        { place: 'retry-topic', count: 1 },
      ],
    });
    expect(verdict.expected[0]).toContain(
      '2 records were not acknowledged: 1 refused, 1 of which nobody knows (1 in the failure log, 1 in the retry topic)',
    );
  });

  it('may come after all by way of the retry topic, and not otherwise', () => {
    const late = (keptIn: string): LogLine[] => [
      sent(250, 30),
      { ...(failed(251, 30, 'rejected') as Failed), keptIn },
      processed(299, 'a', 20, 30),
    ];
    expect(passing({ lag: 'any' }, plus(...late('retry-topic'))).reasons).toEqual([]);
    expect(passing({ lag: 'any' }, plus(...late('nowhere'))).reasons).toEqual([
      expect.stringContaining('although a broker had refused it'),
    ]);
  });
});

describe('exactly-once', () => {
  const once = (change: (lines: LogLine[]) => LogLine[]) =>
    passing({ duplicates: 'none' }, (lines) =>
      change(lines.map((line) => ('event' in line && line.event === 'run' ? { ...line, guarantee: 'exactly-once' } : line))),
    );

  it('does not count work that was taken back with its transaction', () => {
    const aborted = once((lines) => [
      ...lines.filter((line) => !is(line, 'committed', 20)),
      processed(295, 'a', 19, 19),
      committed(296, 'a', 20),
    ]);
    expect(aborted).toMatchObject({ verdict: 'passed', duplicates: 0, reworked: 1 });
    expect(aborted.expected[0]).toContain('1 record was worked on again, the first time in a transaction that was not committed');
  });

  it('counts what comes again after it was committed', () => {
    expect(once(plus(processed(299, 'a', 4, 4)))).toMatchObject({ verdict: 'failed', duplicates: 1, reworked: 0 });
  });

  it('takes the marks of transactions at the end for no lag, and a record for one', () => {
    const offsets = (end: number, committedOffset: number) => (lines: LogLine[]) =>
      lines.map((line) =>
        'event' in line && line.event === 'offsets' ? { ...line, partitions: [{ partition: 0, end, committed: committedOffset }] } : line,
      );
    // The producer's own transactions leave holes.
    const sparse = (lines: LogLine[]): LogLine[] =>
      lines.map((line) => ('offset' in line ? { ...line, offset: line.offset + (line.offset >= 10 ? 1 : 0) } : line));
    expect(once((lines) => offsets(22, 21)(sparse(lines)))).toMatchObject({ verdict: 'passed', lag: 0, markers: 1 });
    expect(once((lines) => offsets(21, 20)(lines))).toMatchObject({ verdict: 'failed', lag: 1, markers: 0 });
    expect(once((lines) => offsets(22, 19)(sparse(lines)))).toMatchObject({ verdict: 'failed', lag: 3, markers: 0 });
    // A send of unknown end may be what lies there.
    expect(once((lines) => offsets(22, 21)([...sparse(lines), sent(298, 40)]))).toMatchObject({ verdict: 'failed', lag: 1 });
  });
});
