import { describe, expect, it } from '@jest/globals';
import type { LogLine } from '../../scripts/drill/events.js';
import { judge } from '../../scripts/drill/verdict.js';
import { acked, assigned, group, isEvent, kill, processed, revoked, run, sent } from './histories.js';
import { simulate } from './simulate.js';

const good = simulate({ rate: 60, holdMs: 3_000 });
const first = 'inventory-service-5d8f-a';
const second = 'inventory-service-5d8f-b';
const stepAt = (name: string): number => good.find((line) => isEvent(line) && line.event === 'step' && line.name === name)?.t ?? 0;
const reasonsOf = (lines: readonly LogLine[]): readonly string[] => judge(lines).reasons;
const without = (drop: (line: LogLine) => boolean): LogLine[] => good.filter((line) => !drop(line));

describe('exact cover', () => {
  it('holds in a good run, within the bounds', () => {
    const verdict = judge(good);
    expect(verdict.steps.map((step) => step.outcome)).toEqual(['covered', 'covered', 'covered', 'covered', 'covered']);
    expect(verdict.steps.every((step) => (step.coveredMs ?? Infinity) < 30_000)).toBe(true);
  });

  it('needs the members: one that was never given its partitions leaves a hole', () => {
    const lines = without(
      (line) => 'evidence' in line && line.evidence === 'assigned' && line.member === second && line.t < stepAt('SIGKILL, 2 → 1'),
    );
    expect(judge(lines).steps[1]?.outcome).toBe('not-covered');
    expect(reasonsOf(lines).join('\n')).toContain('step "1 → 2": 6 partitions were not covered exactly by 2 members');
  });

  it('needs the coordinator: a group that does not become stable, or has other members, is not agreed', () => {
    const unstable = good.map((line) =>
      isEvent(line) && line.event === 'group' && line.t > stepAt('6 → 8') && line.members.length > 0
        ? { ...line, state: 'PreparingRebalance' }
        : line,
    );
    expect(judge(unstable).steps[4]?.outcome).toBe('not-covered');
    const short = good.map((line) => (isEvent(line) && line.event === 'step' && line.name === '6 → 8' ? { ...line, members: 9 } : line));
    expect(reasonsOf(short).join('\n')).toContain('were not covered exactly by 9 members when the step ended');
    expect(reasonsOf(without((line) => isEvent(line) && line.event === 'group'))).toHaveLength(5);
  });

  it('is refused when a partition has two owners', () => {
    const lines = good.map((line) =>
      'evidence' in line && line.evidence === 'assigned' && line.member === second && line.t < stepAt('SIGKILL, 2 → 1')
        ? { ...line, partitions: [{ topic: 'orders.created', partitions: [0, 1, 3, 5] }] }
        : line,
    );
    expect(judge(lines).steps[1]?.outcome).toBe('not-covered');
  });

  it('is late after 30 s', () => {
    const lines: LogLine[] = [
      run(),
      { t: 0, event: 'step', name: 'one', members: 1 },
      assigned(31_000, 'a', [0]),
      group(31_000, 'Stable', { a: [0] }),
      { t: 60_000, event: 'end-of-steps' },
    ];
    expect(reasonsOf(lines).join('\n')).toContain('step "one": the partitions were covered after 31.0 s, later than the bound of 30.0 s');
  });

  it('is late after 2 × session + 5 s in a crash', () => {
    const lines: LogLine[] = [
      run({ sessionTimeoutMs: 6_000 }),
      { t: 0, event: 'step', name: 'crash', members: 1 },
      assigned(1, 'a', [0]),
      kill(1_000, 'a'),
      assigned(18_500, 'b', [0]),
      group(18_500, 'Stable', { b: [0] }),
      { t: 30_000, event: 'end-of-steps' },
    ];
    expect(reasonsOf(lines).join('\n')).toContain('covered after 17.5 s, later than the bound of 17.0 s');
  });

  it('follows arithmetic: sizes differ by one at most, and only the surplus is idle', () => {
    const uneven = (held: Readonly<Record<string, readonly number[]>>): readonly string[] => [
      ...reasonsOf([
        run({ partitions: 4 }),
        { t: 0, event: 'step', name: 'uneven', members: Object.keys(held).length },
        ...Object.entries(held).map(([member, partitions]) => assigned(10, member, partitions)),
        group(20, 'Stable', held),
        { t: 90, event: 'end-of-steps' },
      ]),
    ];
    expect(uneven({ a: [0, 1], b: [2, 3] }).join()).not.toContain('should own');
    expect(uneven({ a: [0, 1, 2], b: [3] }).join()).toContain(
      'step "uneven": 2 members should own 2 partitions each and 0 be idle, but they own a: 0 1 2, b: 3',
    );
    expect(uneven({ a: [0, 1, 2, 3], b: [] }).join()).toContain('but they own a: 0 1 2 3, b: idle');
    expect(uneven({ a: [0], b: [1], c: [2], d: [3], e: [] }).join()).not.toContain('should own');
  });
});

describe('zombies', () => {
  const owners = [assigned(10, 'a', [0]), assigned(20, 'b', [0])];
  const zombiesOf = (...lines: readonly LogLine[]): number => judge([run(), ...lines]).zombies;

  it('are records processed by a member after another was given the partition', () => {
    expect(zombiesOf(...owners, processed(30, 'a', 0, 0))).toBe(1);
    expect(zombiesOf(...owners, processed(30, 'b', 0, 0))).toBe(0);
    expect(judge([run(), ...owners, processed(30, 'a', 0, 0)]).reasons.join()).toContain(
      "a processed offset 0 of partition 0, which was b's by then",
    );
  });

  it('are none before the new owner is there, nor in its very millisecond', () => {
    expect(zombiesOf(...owners, processed(19, 'a', 0, 0), processed(20, 'a', 1, 1))).toBe(0);
  });

  it('are none once the member has the partition again', () => {
    expect(zombiesOf(...owners, assigned(25, 'a', [0]), processed(30, 'a', 0, 0))).toBe(0);
  });

  it('are records of a member that never had the partition, when another has it', () => {
    expect(zombiesOf(assigned(10, 'b', [0]), assigned(10, 'a', []), processed(30, 'a', 0, 0))).toBe(1);
    expect(zombiesOf(processed(30, 'a', 0, 0))).toBe(0);
  });
});

describe('the three clocks of a fault', () => {
  const lines = [
    run({ partitions: 2 }),
    { t: 0, event: 'step', name: 'crash', members: 1 } as const,
    assigned(1, 'a', [0]),
    assigned(1, 'b', [1]),
    group(2, 'Stable', { a: [0], b: [1] }),
    kill(1_000, 'a'),
    processed(1_003, 'a', 7, 7),
    group(10_500, 'PreparingRebalance', { b: [] }),
    revoked(10_600, 'b'),
    assigned(10_900, 'b', [0, 1]),
    group(11_000, 'Stable', { b: [0, 1] }),
    processed(11_400, 'b', 8, 8),
    { t: 20_000, event: 'end-of-steps' } as const,
  ];

  it('are detection, rebalance and recovery', () => {
    expect(judge(lines).faults).toEqual([
      {
        kind: 'sigkill',
        pod: 'a',
        at: 1_000,
        detectionMs: 9_500,
        rebalanceMs: 400,
        recoveryMs: 10_400,
        partitions: [{ partition: 0, recoveryMs: 10_400 }],
      },
    ]);
  });

  it('are unknown where the log does not tell', () => {
    const blind = lines.filter((line) => !(isEvent(line) && line.event === 'group'));
    expect(judge(blind).faults[0]).toMatchObject({ detectionMs: null, rebalanceMs: null, recoveryMs: 10_400 });
  });

  it('count a partition that never comes back', () => {
    const verdict = judge(lines.filter((line) => line.t !== 11_400));
    expect(verdict.faults[0]?.recoveryMs).toBeNull();
    expect(verdict.reasons.join()).toContain('after the sigkill of a, partition 0 was never processed again');
  });

  it('have a bound: 2 × session + 5 s after a crash, the session after a clean stop', () => {
    const late = (kind: 'sigkill' | 'sigterm', session: number): string =>
      judge(
        lines.map((line) =>
          isEvent(line) && line.event === 'fault'
            ? { ...line, kind }
            : isEvent(line) && line.event === 'run'
              ? { ...line, sessionTimeoutMs: session }
              : line,
        ),
      ).reasons.join();
    expect(late('sigkill', 10_000)).not.toContain('to recover from');
    expect(late('sigkill', 2_000)).toContain('the sigkill of a took 10.4 s to recover from, more than 9.0 s (2 × session + 5 s)');
    expect(late('sigkill', 2_000)).toMatch(
      /: noticed after [\d.]+ s, owned again [\d.]+ s later, and [\d.]+ s more until the last partition/,
    );
    expect(late('sigterm', 11_000)).not.toContain('to recover from');
    expect(late('sigterm', 10_000)).toContain('a clean stop leaves no session to wait for');
  });

  it('do not take a new pod with the old name for the dead one', () => {
    const reborn: LogLine[] = lines.map((line) => (line.t === 11_400 ? processed(11_400, 'a', 8, 8) : line));
    expect(judge(reborn).faults[0]?.recoveryMs).toBeNull();
    expect(judge([...reborn, { t: 1_500, event: 'pod', pod: 'a', role: 'consumer', state: 'started' }]).faults[0]?.recoveryMs).toBe(10_400);
  });

  it('do not take it for a member that is still listed, either', () => {
    const joined = lines.map((line) => (line.t === 10_500 ? { ...group(10_500, 'PreparingRebalance', { a: [], b: [] }) } : line));
    const renamed = joined.map((line) =>
      isEvent(line) && line.event === 'group' && line.t === 10_500
        ? { ...line, members: line.members.map((member) => (member.clientId === 'a' ? { ...member, memberId: 'a-id-2' } : member)) }
        : line,
    );
    expect(judge(joined).faults[0]?.detectionMs).toBe(10_000);
    expect(judge(renamed).faults[0]?.detectionMs).toBe(9_500);
  });

  it('need nothing back from a member that owned nothing', () => {
    const verdict = judge([...lines, assigned(900, 'a', []), assigned(900, 'b', [0, 1])]);
    expect(verdict.faults[0]?.partitions).toEqual([]);
    expect(verdict.reasons.join()).not.toContain('recover');
  });
});

describe('stop of a partition', () => {
  const steady = (from: number, to: number, shift = 0): LogLine[] =>
    Array.from({ length: (to - from) / 10 }, (_, n) => n).flatMap((n) => {
      const at = from + n * 10;
      return [sent(at, at / 10), acked(at + 1, at / 10, at / 10), processed(at + 5 + shift, 'a', at / 10, at / 10)];
    });
  const stopsOf = (...lines: readonly LogLine[]) =>
    judge([
      run(),
      { t: 0, event: 'step', name: 'one', members: 1 },
      assigned(0, 'a', [0]),
      { t: 1_000, event: 'step', name: 'two', members: 2 },
      ...lines,
      { t: 2_000, event: 'end-of-steps' },
    ]).steps.map((step) => step.partitions[0]);

  it('is 0 under a steady load', () => expect(stopsOf(...steady(0, 2_000))[1]).toEqual({ partition: 0, stopMs: 0, moved: false }));

  it('is the gap less the growth of the production', () => {
    // Processing waits from 1 195 until 1 700; the next record was produced 10 ms after the one before.
    expect(stopsOf(...steady(0, 1_200), ...steady(1_200, 1_210, 500), ...steady(1_800, 2_000))[1]?.stopMs).toBe(500);
    // A pause of the producer is not a stop.
    expect(stopsOf(...steady(0, 1_200), ...steady(1_700, 2_000))[1]?.stopMs).toBe(0);
  });

  it('takes nothing off for a record that is repeated', () => {
    const again = processed(1_600, 'a', 110, 110);
    expect(stopsOf(...steady(0, 1_200), again)[1]?.stopMs).toBe(1_600 - 1_195);
  });

  it('counts in the step in which it ends, and in the one whose beginning it overlaps', () => {
    const stops = stopsOf(...steady(0, 900), ...steady(900, 910, 400), ...steady(1_400, 2_000));
    expect(stops[0]?.stopMs).toBe(0);
    expect(stops[1]?.stopMs).toBe(400);
  });

  it('that outlasts the step of its cause counts there, too', () => {
    const stops = stopsOf(...steady(0, 900), ...steady(900, 910, 1_000), ...steady(1_950, 2_000), {
      t: 1_500,
      event: 'step',
      name: 'three',
      members: 1,
    });
    expect(stops.map((stop) => stop?.stopMs)).toEqual([0, 1_000, 1_000]);
  });

  it('lasts to the end of the steps where nothing goes on', () => {
    const waiting = Array.from({ length: 80 }, (_, n) => acked(1_200 + n * 10, 120 + n, 120 + n));
    expect(stopsOf(...steady(0, 1_200), ...waiting)[1]?.stopMs).toBe(800);
  });

  it('tells moved partitions from those that stayed', () => {
    const stops = judge(good).steps.map((step) => step.partitions.filter((one) => one.moved).map((one) => one.partition));
    expect(stops).toEqual([[], [1, 3, 5], [0, 2, 4], [1, 2, 3, 4, 5], []]);
    expect(judge(good).stops.moved?.count).toBe(11);
    expect(judge(good).stops.unmoved?.count).toBe(13);
  });
});

describe('a run that proves nothing', () => {
  it('has too few records on a partition', () => {
    const from = stepAt('1 → 6');
    const to = stepAt('6 → 8');
    const lines = without((line) => 'evidence' in line && 'partition' in line && line.partition === 2 && line.t >= from && line.t < to);
    expect(judge(lines).steps[3]?.outcome).toBe('inconclusive');
    expect(reasonsOf(lines).join()).toMatch(
      /step "1 → 6" is inconclusive: partition 2 saw \d records? acknowledged and processed in \d\.\d s, fewer than 5/,
    );
  });

  it('has records enough, but too few of them processed in the step', () => {
    const from = stepAt('1 → 6');
    const to = stepAt('6 → 8');
    const late = good.map((line) =>
      'evidence' in line && line.evidence === 'processed' && line.partition === 2 && line.t >= from && line.t < to
        ? { ...line, t: to + 1 }
        : line,
    );
    expect(judge(late).steps[3]?.outcome).toBe('inconclusive');
  });

  it('has a load that paused, was thin, or was never there', () => {
    const kill2 = stepAt('SIGKILL, 2 → 1');
    const gap = without((line) => 'evidence' in line && line.evidence === 'sent' && line.t > kill2 && line.t < kill2 + 1_500);
    expect(reasonsOf(gap)).toEqual([expect.stringMatching(/^load paused: nothing was produced for 1\.5 s/)]);
    const declared = (rate: number): LogLine[] => good.map((line) => (isEvent(line) && line.event === 'run' ? { ...line, rate } : line));
    expect(reasonsOf(declared(74))).toEqual([]);
    expect(reasonsOf(declared(80))).toEqual(['load paused: 60 of the declared 80 records/s were produced over the steps, less than 80 %']);
    expect(
      reasonsOf(without((line) => 'evidence' in line && ['sent', 'acked', 'failed', 'processed', 'committed'].includes(line.evidence))),
    ).toContain('load paused: nothing was produced, so nothing was proved');
  });

  it('has a pod that ended by itself', () => {
    const lines = good.map((line) =>
      isEvent(line) && line.event === 'pod' && line.pod === first && line.state === 'exited' ? { ...line, asked: false } : line,
    );
    expect(reasonsOf(lines)).toEqual([expect.stringContaining(`${first} (consumer) ended by itself`)]);
    expect(reasonsOf(lines)[0]).toContain('with SIGKILL');
  });

  it('was cut short, or is no log of a run', () => {
    expect(reasonsOf(good.slice(0, -1)).join()).toContain('without an "end" line');
    const nothing = judge([]);
    expect(nothing).toMatchObject({ verdict: 'failed', scenario: 'unknown', steps: [], faults: [], acknowledged: 0 });
    expect(nothing.reasons).toContain('the event log has no "run" line: nobody knows what was run');
  });

  it('says the worst first', () => {
    const bad = without(
      (line) =>
        ('evidence' in line && line.evidence === 'processed' && line.partition === 0 && line.offset === 40) ||
        (isEvent(line) && line.event === 'end'),
    );
    const reasons = reasonsOf(bad);
    expect(reasons[0]).toContain('lost');
    expect(reasons.at(-1)).toContain('cut short');
  });
});
