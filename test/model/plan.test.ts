import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MusterError } from '../../constructs/model/error.js';
import { planOf, why, type Plan } from '../../constructs/model/plan.js';
import { parseRate } from '../../constructs/model/units.js';
import type { PartitionRate, Workload } from '../../constructs/model/workload.js';

const stated = (rate: string): PartitionRate => ({ rate: parseRate(rate), basis: 'stated' });
const reason = (plan: Plan, of: string) => plan.reasons.find((candidate) => candidate.of === of);
const messages = (plan: Plan, about: string): string[] => plan.warnings.filter((w) => w.about === about).map(({ message }) => message);

describe('S14: 500 MB/s, 50 MB/s a partition, 20 consumers, 3 brokers', () => {
  const workload: Workload = { targetRate: parseRate('500MB/s'), produceRate: stated('50MB/s'), consumers: 20, brokers: 3 };
  const plan = planOf(workload);

  it('gives 20, up to 21 on three brokers, and says both', () => {
    expect(plan).toMatchObject({ partitionsNeeded: 20, partitions: 21, brokers: 3, replicas: 3, minInsyncReplicas: 2 });
    expect(reason(plan, 'partitions')).toMatchObject({
      driver: '20 consumers',
      formula:
        'max(500 MB/s ÷ 50 MB/s = 10, 500 MB/s ÷ 50 MB/s = 10, 20 consumers, 3 brokers × 2 = 6) = 20; up to a multiple of 3 brokers = 21, 7 each',
    });
  });

  it('says what the 20 consumers are worth on 21 partitions', () => {
    expect(plan.steps.find(({ members }) => members === 20)).toMatchObject({ worth: 10.5 });
    expect(messages(plan, 'consumers.members')).toEqual([
      expect.stringMatching(/20 members .* 21 partitions are worth 10.5.*7 and 21 share evenly/),
    ]);
  });

  it('warns of the memory maps that a week of it needs', () =>
    expect(messages(plan, 'memoryMaps')).toEqual([expect.stringContaining('raise vm.max_map_count')]));

  it('grows by a factor of 3 to 5', () => expect([3, 5].map((growth) => planOf({ ...workload, growth }).partitions)).toEqual([60, 102]));

  it('growth example: 1 000/s today are 3 partitions, 10 000/s in a year 12, four a broker', () => {
    // The source counts one partition for 1 000/s and no floor of two a broker.
    const today: Workload = { targetRate: parseRate('1000/s'), produceRate: stated('1000/s'), brokers: 3, partitionsPerBroker: 1 };
    expect(planOf(today)).toMatchObject({ partitions: 3 });
    const later = planOf({ ...today, expectedRate: parseRate('10000/s') });
    expect(later).toMatchObject({ partitionsNeeded: 10, partitions: 12 });
    expect(reason(later, 'partitions')?.formula).toContain('up to a multiple of 3 brokers = 12, 4 each');
    // Twelve carry 12 000/s: they last a little longer than the year. Three would not see the half of it.
    expect((later.lastsMs ?? 0) / 86_400_000).toBeCloseTo(393.9, 0);
    expect(planOf({ ...today, growth: 1 }).lastsMs).toBeNull();
    // With the floor that the source's own rule has, today are six.
    expect(planOf({ ...today, partitionsPerBroker: 2 }).partitions).toBe(6);
  });

  it('partitions that run out before the horizon are said to', () => {
    const slow = planOf({ targetRate: parseRate('1000/s'), produceRate: stated('1000/s'), brokers: 3, growth: 1, horizonMs: 1e9 });
    expect(messages(slow, 'lastsMs')).toEqual([]);
    const full = planOf({
      targetRate: parseRate('10MB/s'),
      produceRate: stated('5MB/s'),
      consumeRate: stated('4.9MB/s'),
      brokers: 1,
      replicationFactor: 1,
      partitionsPerBroker: 1,
      growth: 1.1,
    });
    expect(full.partitions).toBe(4);
    expect(full.lastsMs).not.toBeNull();
  });
});

describe('S15: 50 restaurants, 1 000 reservations/s of 500 B', () => {
  const workload: Workload = {
    targetRate: parseRate('1000/s'),
    recordBytes: 500,
    produceRate: stated('10MB/s'),
    consumers: 12,
    growth: 2,
    brokers: 3,
    keys: 50,
    groups: [
      { name: 'inventory-checkers', members: 6, handling: { workMs: 100 } },
      { name: 'confirmation-senders', members: 3, handling: { workMs: 500 } },
      { name: 'analytics-aggregators', members: 1, handling: { workMs: 1000 } },
      { name: 'recommendation-updaters', members: 2, handling: { workMs: 200 } },
    ],
  };
  const plan = planOf(workload);

  it('gives 24 partitions, 8 a broker', () => {
    expect(plan).toMatchObject({ partitions: 24, partitionsNeeded: 24, brokers: 3 });
    expect(why(plan, 'partitions')).toBe(
      '24 partitions: 12 consumers × growth 2; max(500 kB/s ÷ 10 MB/s = 1, 500 kB/s ÷ 10 MB/s = 1, 12 consumers, 3 brokers × 2 = 6) = 12; × growth 2 = 24; 8 a broker',
    );
  });

  it('says that the 12 consumers are four groups added up', () =>
    expect(messages(plan, 'partitions').join('\n')).toContain('12 consumers are 6 + 3 + 1 + 2, all groups together'));

  it('500 kB/s come in to each broker, where the source has 170', () => {
    expect(plan.networkInPerBroker).toBe(500e3);
    expect(reason(plan, 'networkInPerBroker')?.driver).toBe('replication: not 166.67 kB/s, each record comes in 3 times');
    expect(plan.networkOutPerBroker).toBeCloseTo(1e6);
  });

  it('6 members at 100 ms do 60/s, 24 do 240/s, of 1 000/s; and says what would do', () => {
    expect(plan.groups[0]).toMatchObject({ name: 'inventory-checkers', members: 6, capacity: 60, keysCapacity: 500, catchUpMs: null });
    expect(messages(plan, 'inventory-checkers.capacity')).toEqual([
      'inventory-checkers does 60/s of the 1000/s that come in (100 ms of work × 6 at work), and its lag grows without end; even 24 members, one a partition, do 240/s. ' +
        'What would just do: work of 6 ms or less with 6 members, 24 ms with 24; or 17 records at once in each of 6 members, 5 in each of 24 (batches, or keys in parallel); or 100 partitions with a member each',
    ]);
  });

  it('50 ordered keys cap it at 500/s', () =>
    expect(messages(plan, 'inventory-checkers.keys')).toEqual([
      '50 keys in strict order at 100 ms a record do 500/s at most, however many members inventory-checkers has, of 1000/s wanted. ' +
        'What would just do: work of 50 ms or less, 2 records of a key in one piece of work, or 100 keys',
    ]));

  it.each([
    ['a work time of 6 ms', { workMs: 6 }, 6, 50],
    ['a work time of 24 ms with 24 members', { workMs: 24 }, 24, 50],
    ['17 records in a batch', { workMs: 100, batch: 17 }, 6, 50],
    ['17 keys in parallel, and 100 of them', { workMs: 100, parallelism: 17 }, 6, 100],
  ])('what it says would do, does: %s', (_, handling, members, keys) => {
    const better = planOf({ ...workload, keys, groups: [{ name: 'inventory', members, handling }] });
    expect(better.groups[0]?.capacity).toBeGreaterThanOrEqual(1000);
    expect(better.warnings.filter(({ message }) => /grows without end|in strict order/.test(message))).toEqual([]);
  });

  it('a poll of 500 records takes the slow groups too long', () =>
    expect(plan.groups.map(({ maxPollRecords }) => maxPollRecords)).toEqual([900, 180, 90, 450]));

  it('two restaurants a partition is not what a hash does', () =>
    expect(messages(plan, 'partitions').join('\n')).toContain('50 keys do not spread over 24 partitions as 2.1 each'));
});

describe('a plan without brokers', () => {
  it('finds them from writes, reads and replicas', () => {
    const big = planOf({ targetRate: parseRate('2GB/s'), groupCount: 3, zones: 3 });
    expect(big).toMatchObject({ brokers: 12, replicas: 3 });
    expect(reason(big, 'brokers')).toMatchObject({
      driver: 'reads of 3 groups and 2 followers',
      formula: 'max(3, 3, 6, 10) = 10, up to a multiple of 3 zones = 12',
    });
    const many = planOf({ targetRate: parseRate('10MB/s'), produceRate: stated('10kB/s'), growth: 3 });
    expect(many.replicasPerBroker).toBeLessThanOrEqual(1000);
    expect(reason(many, 'brokers')?.driver).toContain('at most 1000 replicas a broker');
  });

  it('is whole, and carries what it promises', () => {
    fc.assert(
      fc.property(
        fc.record({
          perSecond: fc.double({ min: 1, max: 5e9, noNaN: true }),
          one: fc.double({ min: 1e5, max: 1e8, noNaN: true }),
          consumers: fc.integer({ min: 1, max: 200 }),
          growth: fc.double({ min: 1, max: 5, noNaN: true }),
          zones: fc.integer({ min: 1, max: 4 }),
          groupCount: fc.integer({ min: 1, max: 8 }),
          brokers: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
        }),
        ({ perSecond, one, consumers, growth, zones, groupCount, brokers }) => {
          const plan = planOf({
            targetRate: { unit: 'bytes', perSecond },
            produceRate: { rate: { unit: 'bytes', perSecond: one }, basis: 'measured' },
            consumers,
            growth,
            zones,
            groupCount,
            ...(brokers !== undefined && { brokers }),
          });
          expect(plan.partitions % plan.brokers).toBe(0);
          expect(plan.partitions).toBeGreaterThanOrEqual(plan.partitionsNeeded);
          expect(plan.partitions - plan.partitionsNeeded).toBeLessThan(plan.brokers);
          expect(plan.partitions * one).toBeGreaterThanOrEqual(perSecond * 0.999);
          expect(plan.partitions).toBeGreaterThanOrEqual(Math.max(consumers, plan.brokers * 2));
          if (brokers === undefined) {
            expect(plan.brokers % zones).toBe(0);
            expect(plan.ceiling * 1.001).toBeGreaterThanOrEqual(perSecond);
            expect(plan.replicasPerBroker).toBeLessThanOrEqual(1000);
          }
          expect(plan.replicas).toBeLessThanOrEqual(plan.brokers);
          expect(plan.minInsyncReplicas).toBeLessThanOrEqual(plan.replicas);
          for (const { driver, formula, source, text, value } of plan.reasons) {
            expect([driver, formula, source, text].every((part) => part !== '' && !/NaN|undefined|Infinity/.test(part))).toBe(true);
            expect(value).not.toBeNaN();
          }
          for (const { message } of plan.warnings) expect(message).not.toMatch(/NaN|undefined|Infinity/);
        },
      ),
    );
  });
});

describe('members', () => {
  it('are as many as the work needs, up to a number that shares evenly', () => {
    const plan = planOf({
      targetRate: parseRate('1000/s'),
      brokers: 3,
      consumers: 24,
      groups: [{ name: 'inventory', handling: { workMs: 5 } }],
    });
    expect(plan.groups[0]).toMatchObject({ members: 8, capacity: 1600 });
    expect(reason(plan, 'inventory.members')).toMatchObject({ driver: '1000/s at 200/s a member' });
  });
  it('never outnumber the partitions unless wanted', () => {
    const slow = { targetRate: parseRate('1000/s'), brokers: 3, groups: [{ name: 'a', handling: { workMs: 1000 } }] };
    expect(planOf(slow).groups[0]).toMatchObject({ members: 6, active: 6 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 60 }), (workMs, consumers) => {
        const plan = planOf({ ...slow, consumers, groups: [{ name: 'a', handling: { workMs } }] });
        const members = plan.groups[0]?.members ?? 0;
        expect(members).toBeLessThanOrEqual(plan.partitions);
        expect(plan.partitions % members).toBe(0);
      }),
    );
  });
});

describe('warnings', () => {
  const base: Workload = {
    targetRate: parseRate('1MB/s'),
    recordBytes: 1000,
    produceRate: { rate: parseRate('10MB/s'), basis: 'measured' },
    brokers: 3,
  };
  it('are few for a sound plan', () =>
    expect(planOf(base).warnings.map(({ level, about }) => `${level} ${about}`)).toEqual(['note partitions']));
  it.each([
    ['one broker', { brokers: 1 }, 'replicas', /replication factor 1 is what 1 broker can hold: losing a disk loses records/],
    [
      'two brokers',
      { brokers: 2 },
      'replicas',
      /replication factor 2 is what 2 brokers can hold: with min ISR 1 .* with 2 every restart stops writes/,
    ],
    ['min ISR of all', { minInsyncReplicas: 3 }, 'minInsyncReplicas', /the restart of any broker stops all writes/],
    ['min ISR 1', { minInsyncReplicas: 1 }, 'minInsyncReplicas', /acks=all then means one replica/],
    ['fewer keys than partitions', { keys: 4 }, 'partitions', /4 keys cannot fill 6 partitions: 2 stay empty at least/],
    ['too many replicas', { consumers: 2000 }, 'replicasPerBroker', /2001 replicas a broker are above 1000.*take 7 brokers/],
    ['a thin network', { networkRate: 1e6 }, 'networkOutPerBroker', /takes 1 MB\/s and sends 1 MB\/s, above 80% of its 1 MB\/s network: /],
    ['slow disks', { diskRate: 1e6 }, 'networkInPerBroker', /writes 1 MB\/s, above 80% of its disks' 1 MB\/s/],
    [
      'a small pod',
      { podMemory: 256 * 2 ** 20 },
      'consumers.memory',
      /may hold 157.29 MB of fetched records, more than half of its pod's 268.44 MB/,
    ],
    [
      'S7: a producer buffer of 1 GB in a 256Mi pod',
      { podMemory: 256 * 2 ** 20, producerBuffer: 1e9 },
      'producerBuffer',
      /buffer of 1 GB is more than half/,
    ],
    [
      'a guessed rate',
      { produceRate: { rate: parseRate('10MB/s'), basis: 'guessed' } },
      'partitions',
      /10 MB\/s\) is a guess: "muster size --measure"/,
    ],
  ] as const)('%s', (_, change, about, message) => expect(messages(planOf({ ...base, ...change }), about).join('\n')).toMatch(message));

  it('a group that has nothing to spare', () => {
    const plan = planOf({ ...base, groups: [{ name: 'a', members: 6, handling: { workMs: 6 } }] });
    expect(messages(plan, 'a.capacity')).toEqual(['a does just what comes in, 1000/s: it never catches up after a stop']);
  });

  it('readers that do not catch up before retention', () => {
    const plan = planOf({
      ...base,
      retentionMs: 3_600_000,
      outageMs: 3_000_000,
      groups: [{ name: 'a', members: 6, handling: { workMs: 5.9 } }],
    });
    expect(messages(plan, 'a.catchUpMs')).toEqual([expect.stringContaining('records are lost to it')]);
  });
});

describe('refusals', () => {
  const base: Workload = { targetRate: parseRate('1MB/s') };
  it.each([
    ['no rate', { targetRate: { unit: 'bytes', perSecond: 0 } }, /targetRate 0 cannot be: give more than 0/],
    ['shrinking', { growth: 0.5 }, /growth 0.5 cannot be: give a factor of 1 or more/],
    ['half a broker', { brokers: 1.5 }, /brokers 1.5 cannot be: give a whole number from 1/],
    ['RF above the brokers', { brokers: 1, replicationFactor: 3 }, /replication factor 3 on 1 broker cannot be/],
    ['min ISR above RF', { replicationFactor: 2, minInsyncReplicas: 3 }, /3 in-sync replicas of 2 cannot be/],
    ['fill of nothing', { fill: 0 }, /fill 0 cannot be/],
    ['a work time of nothing', { groups: [{ name: 'a', handling: { workMs: 0 } }] }, /work time of a 0 cannot be/],
    ['not a number', { retentionMs: NaN }, /retentionMs NaN cannot be/],
  ] as const)('%s', (_, change, message) => {
    expect(() => planOf({ ...base, ...change })).toThrow(MusterError);
    expect(() => planOf({ ...base, ...change })).toThrow(message);
  });
});
