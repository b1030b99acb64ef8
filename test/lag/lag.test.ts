import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alertAfter, type Alert } from '../../scripts/lag/alert.js';
import { lagOf } from '../../scripts/lag/lag.js';
import { remediesOf } from '../../scripts/lag/remedies.js';
import type { GroupSample, PartitionOffsets } from '../../scripts/lag/sample.js';
import { lagLine, lagTable } from '../../scripts/lag/table.js';

const at = 1_763_700_000_000;
const place = (partition: number, committed: number | undefined, end: number, start = 0): PartitionOffsets => ({
  topic: 'orders',
  partition,
  committed,
  start,
  end,
});
const members = (...partitions: readonly (readonly number[])[]): GroupSample['members'] =>
  partitions.map((mine, index) => ({
    id: `id-${String(index)}`,
    clientId: `pod-${String(index)}`,
    assigned: mine.map((partition) => ({ topic: 'orders', partition })),
  }));
const sample = (partitions: readonly PartitionOffsets[], rest: Partial<GroupSample> = {}): GroupSample => ({
  group: 'inventory',
  at,
  state: 'Stable',
  members: members(partitions.map(({ partition }) => partition)),
  partitions,
  goneTopics: [],
  ...rest,
});

describe('lag', () => {
  const offsets = fc.record({
    committed: fc.option(fc.nat(1_000), { nil: undefined }),
    start: fc.nat(500),
    length: fc.nat(500),
  });
  const placed = offsets.map(({ committed, start, length }) => place(0, committed, start + length, start));
  it('is never negative, nor more than the log holds; nor is a rate negative', () => {
    fc.assert(
      fc.property(placed, placed, (before, now) => {
        const seen = lagOf(sample([now], { at: at + 5_000 }), sample([before]));
        expect(seen.total).toBeGreaterThanOrEqual(0);
        expect(seen.total).toBeLessThanOrEqual(now.end - now.start);
        expect(Math.min(seen.rates?.in ?? -1, seen.rates?.out ?? -1)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('gives rates between two looks; what retention deletes was read by nobody', () => {
    const seen = lagOf(
      sample([place(0, 300, 700), place(1, 50, 200, 120)], { at: at + 2_000 }),
      sample([place(0, 100, 500), place(1, 50, 200)]),
    );
    expect(seen.partitions.map(({ rates }) => rates)).toEqual([
      { in: 100, out: 100 },
      { in: 0, out: 0 },
    ]);
    expect(lagOf(sample([place(0, 1, 2)])).rates).toBeNull();
  });

  it('names a member by its client, and by its id where several share that', () => {
    const shared = members([0], [1]).map((one) => ({ ...one, clientId: 'rdkafka' }));
    const of = (list: GroupSample['members']): (string | null)[] =>
      lagOf(sample([place(0, 0, 1), place(1, 0, 1)], { members: list })).partitions.map(({ member }) => member);
    expect([of(members([0], [1])), of(shared), of([])]).toEqual([
      ['pod-0', 'pod-1'],
      ['id-0', 'id-1'],
      [null, null],
    ]);
  });

  it('counts idle members, and knows none while a classic group rebalances; one of KIP-848 goes on telling', () => {
    const partitions = [place(0, 0, 1)];
    const of = (state: string): number | null => lagOf(sample(partitions, { state, members: members([0], []) })).idle;
    expect([of('Stable'), of('PreparingRebalance'), of('CompletingRebalance'), of('Reconciling')]).toEqual([1, null, null, 1]);
  });
});

describe('the alert', () => {
  const rule = { above: 1_000, forMs: 300_000 };
  const after = (...looks: readonly (readonly [number, number])[]): Alert['state'][] => {
    let alert: Alert | undefined;
    return looks.map(([second, total]) => (alert = alertAfter(alert, rule, { at: at + second * 1_000, total })).state);
  };
  it('fires when the lag has been above all the time', () =>
    expect(after([0, 1_000], [5, 1_001], [300, 5_000], [305, 1_001], [310, 2_000], [315, 1_000], [320, 9_000])).toEqual([
      'ok',
      'pending',
      'pending',
      'firing',
      'firing',
      'ok',
      'pending',
    ]));
});

describe('what helps', () => {
  /** Two looks 10 s apart at a group of `count` partitions with even lag. */
  const seen = (count: number, rates: { in: number; out: number }, mine: readonly (readonly number[])[]): ReturnType<typeof lagOf> => {
    const parts = Array.from({ length: count }, (_, n) => n);
    const before = parts.map((n) => place(n, 1_000, 3_000));
    const now = parts.map((n) => place(n, 1_000 + (rates.out * 10) / count, 3_000 + (rates.in * 10) / count));
    return lagOf(sample(now, { at: at + 10_000, members: members(...mine) }), sample(before));
  };
  const three = [0, 1, 2];

  it('is to scale out, as far as it is enough', () => {
    const [first] = remediesOf(seen(6, { in: 180, out: 100 }, [three, [3, 4, 5]]));
    expect(first).toContain('2 members do 100/s, 50/s each, and 180/s come in: 4 keep up, and up to 6');
    const [soon] = remediesOf(seen(6, { in: 90, out: 200 }, [[...three, 3, 4, 5]]));
    expect(soon).toContain('wait: 200/s are read and 90/s come in');
    const [far] = remediesOf(seen(6, { in: 900, out: 100 }, [three, [3, 4, 5]]));
    expect(far).toContain('so 6 do 300/s: not enough by itself');
  });
  it('is a faster handler where every partition has a member', () => {
    const [first, second, , fourth] = remediesOf(seen(2, { in: 30, out: 20 }, [[0], [1], []]));
    expect(first).toContain('more members do not help: 3 have 2 partitions (1 idle already)');
    expect(second).toContain('a member does 10/s, 100 ms a record; with I/O in parallel ten at once would be 100/s');
    expect(fourth).toContain('add partitions (2 → 8), which moves keys');
  });
  it('is first to mend what is broken', () => {
    const partitions = [place(0, 10, 5_000), place(1, 10, 20), place(2, 10, 20)];
    const of = (rest: Partial<GroupSample>, before?: GroupSample): string | undefined =>
      remediesOf(lagOf(sample(partitions, rest), before))[0];
    expect(of({ state: 'Empty', members: [] })).toContain('start members');
    expect(of({ state: 'PreparingRebalance' })).toContain('wait for the rebalance');
    expect(of({ at: at + 5_000 }, sample(partitions))).toContain('nothing was committed');
    expect(of({})).toContain('orders/0 first: it has 4 990 of the 5 010 (100 %)');
  });
});

describe('the table', () => {
  const many = Array.from({ length: 60 }, (_, n) => place(n, n, 100 * (n + 1)));
  const view = (rows?: number): string => {
    const lag = lagOf(sample(many, { at: at + 5_000 }), sample(many.map((one) => ({ ...one, end: one.end - 10 }))));
    return lagTable({ lag, alert: alertAfter(undefined, { above: 1, forMs: 0 }, lag), remedies: remediesOf(lag) }, rows);
  };
  it('keeps to 100 columns, and to the lines there are: the partitions with the most lag', () => {
    expect(
      Math.max(
        ...view()
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(100);
    expect(view()).toMatch(/orders +0 /);
    const short = view(30).split('\n');
    expect(short.length).toBeLessThanOrEqual(30);
    expect(short.join('\n')).toMatch(/orders +59 /);
    expect(short.join('\n')).toMatch(/… and \d+ partitions with less lag/);
  });
  it('has one line a look for a log', () => {
    const lag = lagOf(sample([place(0, 10, 2_000)]));
    expect(lagLine({ lag, alert: alertAfter(undefined, { above: 1_000, forMs: 300_000 }, lag), remedies: [] })).toMatch(
      /^\d\d:\d\d:\d\d {2}inventory: Stable, 1 member; lag 1 990, most on orders\/0 \(1 990\); alert PENDING \(lag above 1 000 for 5 min\): above since/,
    );
  });
});
