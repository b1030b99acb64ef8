import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { size, type SizeArgs } from '../../scripts/commands/size.js';
import { printed } from './printed.js';

const args = (rest: Partial<SizeArgs>): SizeArgs => ({ json: false, ...rest });
const s14 = { 'target-rate': '500MB/s', 'partition-rate': '50MB/s', consumers: 20, brokers: 3 };

describe('muster size', () => {
  it('prints each number with its driver, formula and source (S14)', async () => {
    const { data, code } = await printed(size, args(s14));
    expect(code).toBe(0);
    expect(data).toMatch(/^partitions +21 partitions +20 consumers$/m);
    expect(data.replace(/\s+/g, ' ')).toMatch(/= 20; up to a multiple of 3 brokers = 21, 7 each \[Jun Rao/);
    expect(data.replace(/\s+/g, ' ')).toContain('one partition takes 50 MB/s (given, not measured)');
    expect(data).toMatch(/20 → 10\.5 · 21 → 21$/m);
    expect(data).toMatch(/^warning: .*memory maps/m);
  });

  it('gives the same as JSON', async () => {
    const result = JSON.parse((await printed(size, args({ ...s14, json: true }))).data) as Record<string, unknown>;
    expect(result).toMatchObject({
      schemaVersion: 1,
      partitions: 21,
      partitionsNeeded: 20,
      brokers: 3,
      replicas: 3,
      storagePerBroker: expect.any(Number),
      rates: { produce: { bytesPerSecond: 50e6, basis: 'stated' } },
      lastsMs: null,
    });
    expect((result['reasons'] as { of: string }[]).find(({ of }) => of === 'partitions')).toEqual({
      of: 'partitions',
      value: 21,
      text: '21 partitions',
      driver: '20 consumers',
      formula: expect.any(String),
      source: expect.any(String),
    });
  });

  it('reads groups, and says what a slow one would need (S15)', async () => {
    const { data } = await printed(
      size,
      args({
        'target-rate': '1000/s',
        'record-size': '500B',
        consumers: 12,
        growth: 2,
        brokers: 3,
        keys: 50,
        group: ['inventory-checkers,members=6,work=100ms', 'analytics-aggregators,members=1,work=1s,batch=10'],
      }),
    );
    expect(data).toMatch(/^inventory-checkers +6 +60\/s +1 000\/s +2 500 +never/m);
    expect(data).toMatch(/^analytics-aggregators +1 +10\/s/m);
    expect(data).toContain('50 keys in strict order at 100 ms a record do 500/s at most');
    expect(data).toContain('(a guess)');
  });

  describe('a workload file', () => {
    const inFile = async (content: string, rest: Partial<SizeArgs> = {}) => {
      const dir = mkdtempSync(join(tmpdir(), 'muster-size-'));
      try {
        writeFileSync(join(dir, 'workload.yaml'), content);
        return await printed(size, args({ workload: 'workload.yaml', json: true, ...rest }), dir);
      } finally {
        rmSync(dir, { recursive: true });
      }
    };
    const partitionsOf = async (content: string, rest: Partial<SizeArgs> = {}): Promise<unknown> =>
      (JSON.parse((await inFile(content, rest)).data) as { partitions: number }).partitions;

    it('says what the command line does not', async () => {
      expect(await partitionsOf('target-rate: 500MB/s\npartition-rate: 50MB/s\nconsumers: 20\nbrokers: 3\n')).toBe(21);
      expect(await partitionsOf('target-rate: 500MB/s\npartition-rate: 50MB/s\nconsumers: 20\nbrokers: 3\n', { consumers: 30 })).toBe(30);
    });
    it('holds groups as objects', async () => {
      expect(await partitionsOf('target-rate: 1MB/s\nbrokers: 3\ngroup:\n  - name: inventory\n    members: 12\n    work: 10ms\n')).toBe(12);
    });
    it.each([
      ['a typo', 'target-rat: 1/s', /"target-rat" is unknown \(did you mean target-rate\?\)/],
      ['no YAML', '{{', /cannot read the workload workload.yaml/],
      ['a list', '- a', /is no workload/],
      ['a number where a unit belongs', 'target-rate: 500', /--target-rate 500 cannot be: give it once, and with its unit/],
      ['a text where a number belongs', 'target-rate: 1/s\nconsumers: many', /--consumers many cannot be/],
      ['a group without a name', 'target-rate: 1/s\ngroup: [{members: 3}]', /has no name/],
      ['a group that is no list', 'target-rate: 1/s\ngroup: 3', /group is a list/],
    ])('%s is said', async (_, content, message) => {
      await expect(inFile(content)).rejects.toThrow(message);
    });
  });

  it.each([
    ['nothing', {}, /what must the topic carry\? give --target-rate/],
    ['a rate without time', { 'target-rate': '500MB' }, /--target-rate: "500MB" is not a rate/],
    ['records where bytes belong', { 'target-rate': '1/s', network: '5/s' }, /--network: "5\/s" counts records/],
    ['a retention without unit', { 'target-rate': '1/s', retention: '7' }, /--retention: "7" is not a duration/],
    ['an option twice', { 'target-rate': ['1/s', '2/s'] }, /give it once/],
    ['a number that is none', { 'target-rate': '1/s', growth: NaN }, /--growth NaN cannot be/],
    ['a group with a typo', { 'target-rate': '1/s', group: ['a,membrs=3'] }, /"membrs" is unknown \(did you mean members\?\)/],
    ['a batch of no work', { 'target-rate': '1/s', group: ['a,batch=3'] }, /add work=100ms/],
    ['an order that is none', { 'target-rate': '1/s', ordering: 'total' }, /give one of per-key, none/],
    ['RF 3 on one broker', { 'target-rate': '1/s', brokers: 1, 'replication-factor': 3 }, /replication factor 3 on 1 broker cannot be/],
    ['no file', { workload: 'nowhere.yaml' }, /cannot read the workload nowhere.yaml/],
  ])('refuses %s', async (_, rest, message) => {
    await expect(async () => printed(size, args(rest as Partial<SizeArgs>))).rejects.toThrow(message);
  });

  it('reads memory as Kubernetes and as people write it', async () => {
    for (const memory of ['256Mi', '256MiB']) {
      const { data } = await printed(size, args({ 'target-rate': '1MB/s', 'pod-memory': memory, 'producer-buffer': '1GB' }));
      expect(data.replace(/\s+/g, ' ')).toContain("a producer's buffer of 1 GB is more than half of its pod's 268.44 MB");
    }
  });
});
