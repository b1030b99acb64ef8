import { describe, expect, it } from '@jest/globals';
import type { Changed, FaultKind, LogLine, PodChanged } from '../../scripts/drill/events.js';
import type { Expectations } from '../../scripts/drill/expectations.js';
import { judge, type Verdict } from '../../scripts/drill/verdict.js';
import { acked, assigned, committed, group, processed, revoked, run, sent } from './histories.js';

const step = (t: number, name: string, members: number): LogLine => ({ t, event: 'step', name, members });
const fault = (t: number, kind: FaultKind, pod: string, more: { broker?: number; replaced?: boolean } = {}): LogLine => ({
  t,
  event: 'fault',
  kind,
  pod,
  replaced: false,
  ...more,
});
const change = (t: number, kind: Changed['kind'], detail: string, more: Partial<Changed> = {}): LogLine => ({
  t,
  event: 'change',
  kind,
  detail,
  ...more,
});
const pod = (t: number, name: string, state: PodChanged['state']): LogLine => ({
  t,
  event: 'pod',
  pod: name,
  role: 'consumer',
  state,
  asked: true,
});
const end = (t: number): LogLine => ({ t, event: 'end-of-steps' });
const load = (from: number, to: number, everyMs = 10): LogLine[] =>
  Array.from({ length: Math.floor((to - from) / everyMs) }, (_, n) => [
    sent(from + n * everyMs, n),
    acked(from + n * everyMs + 1, n, n),
  ]).flat();
const about = (lines: readonly LogLine[], words: RegExp, expectations: Expectations = {}): string[] =>
  judge([run({ sessionTimeoutMs: 6_000, expect: expectations }), ...lines]).reasons.filter((reason) => words.test(reason));
const judged = (...lines: readonly LogLine[]): Verdict => judge([run({ sessionTimeoutMs: 6_000 }), ...lines]);

describe('a frozen member', () => {
  /** Frozen at 1 s with 3 and 4 not committed, removed at 7 s, thawed at 9 s with 5 in hand. */
  const frozen: LogLine[] = [
    step(0, 'frozen, then thawed', 2),
    assigned(10, 'a', [0]),
    assigned(10, 'b', []),
    group(20, 'Stable', { a: [0], b: [] }),
    ...load(100, 200),
    ...[0, 1, 2, 3, 4].map((n) => processed(300 + n, 'a', n, n)),
    committed(400, 'a', 3),
    fault(1_000, 'freeze', 'a'),
    group(7_000, 'PreparingRebalance', { b: [] }),
    assigned(7_200, 'b', [0]),
    group(7_300, 'Stable', { b: [0] }),
    ...[3, 4, 5, 6, 7, 8, 9].map((n) => processed(7_400 + n, 'b', n, n)),
    fault(9_000, 'thaw', 'a'),
    processed(9_010, 'a', 5, 5),
    { t: 9_020, member: 'a', evidence: 'lost' },
    assigned(9_500, 'a', []),
    group(9_600, 'Stable', { a: [], b: [0] }),
    end(20_000),
  ];

  it('is detected, recovered from, and heard of', () => {
    const [one, ...more] = judged(...frozen).faults;
    expect(one).toMatchObject({ kind: 'freeze', detectionMs: 6_000, rebalanceMs: 200, recoveryMs: 6_403, lastedMs: 8_000, zombies: 1 });
    expect(more).toEqual([]);
    expect(judged(...frozen).steps[0]).toMatchObject({ coveredMs: 600 });
  });

  it('is a zombie in what it does before it hears of it', () => {
    expect(about(frozen, /after another had been given/)).toHaveLength(1);
    expect(about(frozen, /after another had been given/, { zombies: 'any' })).toEqual([]);
  });

  it('may end the one record of a partition that it had in hand, and no second one', () => {
    expect(about(frozen, /after another had been given/, { zombies: 'in-hand' })).toEqual([]);
    const working = [...frozen, processed(9_011, 'a', 6, 6)].sort((a, b) => a.t - b.t);
    expect(
      about(working, /1 record was processed by a member after another had been given .* offset 6 /, { zombies: 'in-hand' }),
    ).toHaveLength(1);
  });

  it('excuses what it had not committed, and what it had in hand', () => {
    const verdict = judged(...frozen);
    expect(verdict).toMatchObject({ duplicates: 3, zombies: 1 });
    expect(verdict.duplicatesBound).toBeGreaterThanOrEqual(3);
    expect(about(frozen, /no crash excuses|repeated after/)).toEqual([]);
    expect(about([...frozen, processed(9_011, 'b', 2, 2)], /no crash excuses it \(a then b 1\)/)).toHaveLength(1);
  });

  it('that wakes within its session goes on itself', () => {
    const short = [
      ...frozen.filter((line) => line.t <= 400),
      fault(1_000, 'freeze', 'a'),
      fault(3_000, 'thaw', 'a'),
      ...[5, 6, 7, 8, 9].map((n) => processed(3_001 + n, 'a', n, n)),
      end(9_000),
      // It leaves at the end, which nobody detected.
      group(9_500, 'Empty', {}),
    ];
    const verdict = judged(...short);
    expect(verdict.faults[0]).toMatchObject({ detectionMs: null, recoveryMs: 2_006, lastedMs: 2_000, zombies: 0 });
    expect(verdict.steps[0]?.assignment).toEqual([
      { member: 'a', partitions: [0] },
      { member: 'b', partitions: [] },
    ]);
    expect(verdict.steps[0]?.outcome).toBe('covered');
  });
});

describe('a pod deleted by force', () => {
  const deleted = (...again: readonly LogLine[]): LogLine[] => [
    step(0, 'force delete', 1),
    assigned(10, 'a', [0]),
    group(20, 'Stable', { a: [0] }),
    ...load(100, 200),
    ...[0, 1, 2].map((n) => processed(300 + n, 'a', n, n)),
    fault(1_000, 'force-delete', 'a', { replaced: true }),
    { t: 1_100, member: 'a', evidence: 'stopped', left: true },
    pod(1_150, 'a', 'exited'),
    pod(1_200, 'b', 'started'),
    assigned(2_000, 'b', [0]),
    ...again,
  ];
  it('is a clean stop: nothing comes again, and no session passes', () => {
    const lines = deleted(...[3, 4, 5].map((n) => processed(2_100 + n, 'b', n, n)), end(9_000));
    expect(judged(...lines)).toMatchObject({ duplicatesBound: 0, faults: [{ kind: 'force-delete', recoveryMs: 1_103, replaced: true }] });
    expect(about(lines, /recover|excuses/)).toEqual([]);
    expect(about(deleted(processed(2_100, 'b', 2, 2), end(9_000)), /no crash excuses/)).toHaveLength(1);
    expect(about(deleted(processed(8_100, 'b', 3, 3), end(9_000)), /a clean stop leaves no session/)).toHaveLength(1);
    expect(about(deleted(processed(8_100, 'b', 3, 3), end(9_000)), /recover/, { recoveryMs: 9_000 })).toEqual([]);
    expect(about(lines, /own bound/, { recoveryMs: 500 })).toHaveLength(1);
  });
});

describe('a rollout, and a group that is stopped', () => {
  it('is measured from the last pod that came', () => {
    const verdict = judged(
      step(0, 'start', 1),
      assigned(10, 'a', [0]),
      group(20, 'Stable', { a: [0] }),
      step(1_000, 'rollout', 1),
      change(1_001, 'rollout', 'maxSurge 0'),
      { t: 40_000, member: 'a', evidence: 'stopped', left: true },
      pod(41_000, 'b', 'started'),
      assigned(43_000, 'b', [0]),
      group(43_100, 'Stable', { b: [0] }),
      end(50_000),
    );
    expect(verdict.steps[1]).toMatchObject({ coveredMs: 2_000, rebalances: 1 });
  });

  const stopped: LogLine[] = [
    step(0, 'start', 1),
    assigned(10, 'a', [0]),
    group(20, 'Stable', { a: [0] }),
    step(2_000, 'all stopped', 1),
    ...load(100, 8_000, 100),
    ...Array.from({ length: 29 }, (_, n) => processed(102 + n * 100, 'a', n, n)),
    change(3_000, 'group-stopped', 'all 1'),
    { t: 3_010, member: 'a', evidence: 'stopped', left: true },
    change(6_000, 'group-started', 'all 1'),
    pod(6_010, 'b', 'started'),
    assigned(6_500, 'b', [0]),
    group(6_600, 'Stable', { b: [0] }),
    ...Array.from({ length: 50 }, (_, n) => processed(Math.max(6_500 + 10 * n, 3_002 + n * 100), 'b', 29 + n, 29 + n)),
    end(8_500),
  ];

  it('catches up: start until no more wait than before', () => {
    const { catchUps } = judged(...stopped);
    expect(catchUps).toHaveLength(1);
    expect(catchUps[0]).toMatchObject({ step: 'all stopped', downMs: 3_000, backlog: 30 });
    expect(catchUps[0]?.catchUpMs).toBeGreaterThan(800);
    expect(catchUps[0]?.catchUpMs).toBeLessThan(1_100);
  });

  it('says where it never does', () => {
    const never = stopped.filter((line) => !('evidence' in line) || line.member !== 'b');
    expect(judged(...never).catchUps[0]?.catchUpMs).toBeNull();
    expect(about(never, /never caught up with the 30 records that waited/)).toHaveLength(1);
  });

  it('of no members is good when nobody holds anything', () => {
    const down = [step(0, 'one', 1), assigned(10, 'a', [0]), group(20, 'Stable', { a: [0] }), step(100, 'none', 0)];
    const gone: LogLine[] = [{ t: 200, member: 'a', evidence: 'stopped', left: true }, group(250, 'Empty', {}), end(900)];
    expect(judged(...down, ...gone).steps[1]).toMatchObject({ outcome: 'covered', coveredMs: 150, assignment: [] });
    expect(about([...down, ...gone], /step "none"/)).toEqual([]);
    expect(about([...down, end(900)], /step "none": partitions were still owned/)).toHaveLength(1);
  });
});

describe('offsets set back', () => {
  const replay = (detail: string, from: number, reading: boolean, again: readonly number[]): LogLine[] => [
    step(0, 'replay', 1),
    ...load(100, 200),
    ...Array.from({ length: 10 }, (_, n) => processed(300 + n, 'a', n, n)),
    change(1_000, 'group-stopped', 'all 1'),
    change(1_100, 'offsets', detail),
    ...(reading ? [{ t: 1_200, event: 'offsets', partitions: [{ partition: 0, end: 10, committed: from }] } as const] : []),
    change(1_300, 'group-started', 'all 1'),
    ...again.map((n, index) => processed(2_000 + index, 'b', n, n)),
    { t: 4_000, event: 'offsets', partitions: [{ partition: 0, end: 10, committed: 10 }] },
    end(5_000),
  ];
  const all = Array.from({ length: 10 }, (_, n) => n);

  it('are replayed on purpose: no duplicates, and exactly as many as there were', () => {
    expect(judged(...replay('to the beginning', 0, false, all))).toMatchObject({
      duplicates: 0,
      replayed: 10,
      replays: [{ detail: 'to the beginning', replayed: 10, expected: 10 }],
    });
    expect(about(replay('to the beginning', 0, false, all), /processed again|replayed/)).toEqual([]);
    expect(judged(...replay('to 3 s ago', 6, true, all.slice(6))).replays).toEqual([{ detail: 'to 3 s ago', replayed: 4, expected: 4 }]);
    expect(judged(...replay('to 3 s ago', 6, false, all.slice(6))).replays[0]?.expected).toBeNull();
  });

  it('that skip a record, or repeat one twice, are told', () => {
    expect(
      about(replay('to the beginning', 0, false, all.slice(1)), /9 records were replayed .* but 10 records had been processed/),
    ).toHaveLength(1);
    expect(judged(...replay('to the beginning', 0, false, [...all, 4])).duplicates).toBe(1);
  });
});

describe('partitions that are added', () => {
  it('have to be covered from then on, and move keys', () => {
    const grown = (second: readonly number[]): LogLine[] => [
      step(0, 'one', 1),
      assigned(10, 'a', [0]),
      group(20, 'Stable', { a: [0] }),
      acked(100, 0, 0),
      acked(100, 1, 0, { key: 'other' }),
      step(1_000, '1 → 2', 1),
      change(1_010, 'partitions', '1 → 2', { partitions: 2 }),
      assigned(1_500, 'a', second),
      group(1_600, 'Stable', { a: second }),
      acked(1_700, 0, 1, { partition: 1 }),
      acked(1_700, 2, 1, { key: 'other' }),
      end(5_000),
    ];
    const verdict = judged(...grown([0, 1]));
    expect(verdict.movedKeys).toBe(1);
    expect(verdict.steps.map((one) => one.partitions.length)).toEqual([1, 2]);
    expect(verdict.steps[1]?.coveredMs).toBe(590);
    expect(about(grown([0]), /step "1 → 2": 2 partitions were not covered/)).toHaveLength(1);
    expect(judged(...grown([0])).steps[0]?.coveredMs).toBe(20);
  });
});

describe('brokers', () => {
  const leaders = (t: number, ...by: readonly number[]): LogLine => ({
    t,
    event: 'leaders',
    partitions: by.map((leader, partition) => ({ partition, leader, isr: [] })),
  });
  const killed: LogLine[] = [
    step(0, 'start', 1),
    assigned(10, 'a', [0, 1]),
    group(20, 'Stable', { a: [0, 1] }),
    leaders(30, 2, 1),
    step(1_000, 'leader killed', 1),
    ...[900, 1_000, 4_200, 4_300].map((t, n) => acked(t, n, n)),
    ...[950, 1_100, 1_200].map((t, n) => acked(t, n, n, { partition: 1, key: 'other' })),
    fault(1_050, 'broker-sigkill', 'broker-2', { broker: 2 }),
    leaders(2_000, -1, 1),
    leaders(4_050, 1, 1),
    fault(6_000, 'broker-start', 'broker-2', { broker: 2 }),
    leaders(9_000, 2, 1),
    end(10_000),
  ];

  it('are followed from fault to a new leader, and to the next acknowledgement', () => {
    const { faults } = judge([run({ partitions: 2 }), ...killed]);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({
      kind: 'broker-sigkill',
      lastedMs: 4_950,
      failovers: [{ partition: 0, failoverMs: 3_000, produceStopMs: 3_200 }],
      failoverMs: 3_000,
      produceStopMs: 3_200,
      recoveryMs: null,
      detectionMs: null,
    });
  });

  it('that are the only ones count when they lead again', () => {
    const alone = killed.filter((line) => line.t !== 4_050);
    expect(judge([run({ partitions: 2 }), ...alone]).faults[0]?.failoverMs).toBe(7_950);
    expect(judge([run({ partitions: 2 }), ...alone.filter((line) => line.t !== 9_000)]).faults[0]?.failoverMs).toBeNull();
  });

  it('must not make a group rebalance', () => {
    const words = /rebalanced/;
    expect(about(killed, words, { rebalances: 'none' })).toEqual([]);
    const agreed = [
      ...killed,
      group(3_000, 'PreparingRebalance', { a: [] }),
      revoked(3_010, 'a'),
      assigned(3_100, 'a', [0, 1]),
      group(3_200, 'Stable', { a: [0, 1] }),
    ];
    expect(about(agreed, words, { rebalances: 'none' })).toEqual([
      'step "leader killed": the group rebalanced once, though no member came or went',
    ]);
    expect(about(agreed, words)).toEqual([]);
    // Between two looks at the group the members' word tells of it.
    expect(about([...killed, assigned(3_100, 'a', [0, 1])], words, { rebalances: 'none' })).toHaveLength(1);
    // The start, and steps that change the members, may.
    expect(about([group(15, 'PreparingRebalance', { a: [] }), ...killed], words, { rebalances: 'none' })).toEqual([]);
  });
});

describe('a killed producer', () => {
  it('is recovered from when another is acknowledged; what it was acknowledged must be there', () => {
    const lines = [
      step(0, 'producer killed', 1),
      sent(100, 0),
      acked(110, 0, 0),
      sent(190, 1),
      fault(200, 'producer-sigkill', 'producer', { replaced: true }),
      acked(201, 1, 1),
      sent(900, 0, { producer: 'p/2' }),
      acked(950, 2, 0, { producer: 'p/2' }),
      processed(1_000, 'a', 1, 1),
      end(2_000),
    ];
    const verdict = judged(...lines);
    expect(verdict.faults[0]).toMatchObject({ kind: 'producer-sigkill', recoveryMs: 750, partitions: [] });
    expect(verdict.examples.lost.map((one) => one.offset)).toEqual([0, 2]);
  });
});
