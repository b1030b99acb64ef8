import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  brokerMemory,
  brokersForReads,
  brokersForWrites,
  catchUpMs,
  clusterCeiling,
  consumerMemory,
  dataSurvives,
  groupRate,
  heapOf,
  lagAlert,
  lastsMs,
  latencyCap,
  memberRate,
  memoryMaps,
  mostPollRecords,
  networkIn,
  networkOut,
  openFiles,
  orderedKeysRate,
  pageCache,
  partitionsForRate,
  partitionsOfMember,
  replaysAfterCrash,
  replicasPerBroker,
  roundUp,
  segmentsPerReplica,
  storagePerBroker,
  upToMultiple,
  writesSurvive,
} from '../../constructs/model/sizing.js';

const mib = 2 ** 20;
const gib = 2 ** 30;
const count = fc.integer({ min: 1, max: 1000 });
const rate = fc.double({ min: 1, max: 1e10, noNaN: true });

describe('storagePerBroker', () => {
  const need = { bytesPerSecond: 102_400, retentionMs: 604_800_000, replicationFactor: 3, brokers: 3, partitions: 6, segmentBytes: gib };
  it('keeps rate × retention × RF ÷ brokers ÷ fill, and a segment for each replica', () => {
    expect(storagePerBroker(need)).toBe(Math.ceil((102_400 * 604_800) / 0.7 + 6 * gib));
    // Seven partitions × RF 2 on three brokers: one broker holds five replicas.
    expect(storagePerBroker({ ...need, bytesPerSecond: 0, partitions: 7, replicationFactor: 2 })).toBe(5 * gib);
  });
});

describe('rounding', () => {
  it('does not round up what binary fractions add', () =>
    expect([roundUp(0.3 / 0.1), roundUp(1.1 * 10), roundUp(2.01)]).toEqual([3, 11, 3]));
  it('up to a multiple gives the least multiple that is not below', () => {
    fc.assert(
      fc.property(count, count, (value, of) => {
        const rounded = upToMultiple(value, of);
        expect(rounded % of).toBe(0);
        expect(rounded).toBeGreaterThanOrEqual(value);
        expect(rounded - value).toBeLessThan(of);
      }),
    );
  });
});

describe('partitions and brokers', () => {
  it('S14: 500 MB/s ÷ 50 MB/s are 10 partitions', () => expect(partitionsForRate(500e6, 50e6)).toBe(10));
  it('S15: 500 kB/s ÷ 10 MB/s is 1 partition', () => expect(partitionsForRate(500e3, 10e6)).toBe(1));
  it('carry the rate, and one less would not', () => {
    fc.assert(
      fc.property(rate, rate, (target, one) => {
        const partitions = partitionsForRate(target, one);
        fc.pre(partitions < 1e6);
        expect(partitions * one * (1 + 1e-9)).toBeGreaterThanOrEqual(target);
        if (partitions > 1) expect((partitions - 1) * one).toBeLessThan(target);
      }),
    );
  });
  it('brokers are the ceiling turned round', () => {
    fc.assert(
      fc.property(
        rate,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 20 }),
        rate,
        (target, replicationFactor, groups, networkRate) => {
          const brokers = Math.max(
            brokersForWrites(target, replicationFactor, networkRate),
            brokersForReads(target, groups, replicationFactor, networkRate),
          );
          fc.pre(brokers > 0 && brokers < 1e6);
          expect(clusterCeiling({ brokers, replicationFactor, groups, networkRate }) * (1 + 1e-9)).toBeGreaterThanOrEqual(target);
        },
      ),
    );
  });
  it('the fullest broker of 7 × 2 replicas on 3 has 5', () => expect(replicasPerBroker(7, 2, 3)).toBe(5));
  it('the latency cap of 3 brokers at RF 3 is 900', () => expect(latencyCap(3, 3)).toBe(900));
  it('RF 3 and min ISR 2: data survives two losses, writes one', () => expect([dataSurvives(3), writesSurvive(3, 2)]).toEqual([2, 1]));
});

describe('network', () => {
  it('S15: 500 kB/s come in to each of three brokers at RF 3, not 167', () => expect(networkIn(500e3, 3, 3)).toBe(500e3));
  it('each group and each follower is sent every record', () => expect(networkOut(300, 3, 3, 4)).toBe(600));
  it('disks can be the ceiling', () =>
    expect(clusterCeiling({ brokers: 3, replicationFactor: 3, groups: 1, networkRate: 1000, diskRate: 100 })).toBeCloseTo(80));
});

describe('memory and files', () => {
  it('page cache holds half a minute', () => expect(pageCache(10e6)).toBe(300e6));
  it('a broker gets 2 GiB at least', () => expect(brokerMemory(0)).toBe(2 * gib));
  it('what the heap leaves is the page cache', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), (cache) => {
        const memory = brokerMemory(cache);
        return memory - heapOf(memory) >= cache && heapOf(memory) <= 5 * gib;
      }),
    );
  });
  it('a consumer may have fetched 50 MiB of each broker, or 1 MiB of each partition', () => {
    expect(consumerMemory(3, 8)).toBe(150 * mib);
    expect(consumerMemory(3, 500)).toBe(500 * mib);
  });
  it('files and maps', () => {
    expect(segmentsPerReplica(2.5 * gib, gib)).toBe(4);
    expect(openFiles(10, 4, 100)).toBe(140);
    expect(memoryMaps(10, 4)).toBe(80);
  });
});

describe('handling', () => {
  it('S15: 100 ms are 10/s a member, 60/s for 6, 240/s for 24, 500/s for 50 ordered keys', () => {
    const handling = { workMs: 100 };
    expect(memberRate(handling)).toBe(10);
    expect([6, 24].map((members) => groupRate(handling, members, 24))).toEqual([60, 240]);
    expect(orderedKeysRate(50, handling)).toBe(500);
  });
  it('S14: 100 rows in one insert are a hundred times as many', () => expect(memberRate({ workMs: 100, batch: 100 })).toBe(1000));
  it('parallel work does not lift what a key allows, a batch does', () => {
    expect(orderedKeysRate(50, { workMs: 100, parallelism: 10 })).toBe(500);
    expect(orderedKeysRate(50, { workMs: 100, batch: 2 })).toBe(1000);
  });
  it('S10: 100/s × 6 members are 600/s, and 8 members on 6 partitions no more', () =>
    expect([6, 8].map((members) => groupRate({ workMs: 10 }, members, 6))).toEqual([600, 600]));
  it('the busiest of 5 owns 3 of 12', () => expect([partitionsOfMember(12, 5), partitionsOfMember(12, 0)]).toEqual([3, 0]));
  it('S13: 200/s for 3 s since the commit are 600 records again', () => expect(replaysAfterCrash(200, 3000)).toBe(600));
  it('a batch stays below 0.3 of the poll interval', () =>
    expect([mostPollRecords(100), mostPollRecords(1000), mostPollRecords(1e9)]).toEqual([900, 90, 1]));
});

describe('lag', () => {
  it('is delay × rate of a partition', () => expect(lagAlert(60_000, 1000, 24)).toBe(2500));
  it('is at least one record', () => expect(lagAlert(1000, 1, 100)).toBe(1));
  it('is caught up with what is left over', () => {
    expect(catchUpMs(3600, 20, 10)).toBe(360_000);
    expect([catchUpMs(1, 10, 10), catchUpMs(0, 1, 10)]).toEqual([Infinity, 0]);
  });
});

describe('lastsMs', () => {
  const year = 31_536_000_000;
  it('is the horizon when the capacity is the growth', () => expect(lastsMs(1000, 10_000, 10, year)).toBeCloseTo(year));
  it('is nothing when full, for good without growth', () =>
    expect([lastsMs(10, 10, 2, year), lastsMs(10, 20, 1, year)]).toEqual([0, Infinity]));
  it('is when the rate reaches the capacity', () => {
    fc.assert(
      fc.property(
        rate,
        fc.double({ min: 1.01, max: 100, noNaN: true }),
        fc.double({ min: 1.01, max: 100, noNaN: true }),
        (now, room, growth) => {
          const lasts = lastsMs(now, now * room, growth, year);
          expect((now * growth ** (lasts / year)) / (now * room)).toBeCloseTo(1, 6);
        },
      ),
    );
  });
});
