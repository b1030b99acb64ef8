import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keys, type KeysArgs } from '../../scripts/commands/keys.js';
import { printed } from './printed.js';

const args = (rest: Partial<KeysArgs>): KeysArgs => ({ partitions: 6, partitioner: 'murmur2', json: false, ...rest });
const json = async (rest: Partial<KeysArgs>): Promise<unknown> =>
  JSON.parse((await printed(keys, args({ json: true, ...rest }))).data) as unknown;

describe('muster keys', () => {
  it('shows the true spread of 50 restaurants on 24 partitions', async () => {
    const { data } = await printed(keys, args({ keys: ['restaurant-{1..50}'], partitions: 24, records: 1000 }));
    expect(data).toMatch(/^0 +4 +80 +8\.0 % +hot +restaurant-15 restaurant-18 restaurant-31 restaurant-32$/m);
    expect(data).toMatch(/^4 +0 +0 +0\.0 % +empty$/m);
    expect(data).toContain('empty: 2 (partition 4, 11)');
    expect(data).toContain('hashing 50 keys leaves 2.9 of 24 empty on average');
    expect(data).toContain('hot: 4 (partition 0, 9, 12, 21) with 1.5 times the even share or more; the fullest has 1.92 times');
  });

  it('says which keys move when partitions are added', async () => {
    expect(await json({ keys: ['customer-{A..D}'], to: 8 })).toEqual({
      schemaVersion: 1,
      partitioner: 'murmur2',
      assignments: [
        { key: 'customer-A', partition: 1, to: 1 },
        { key: 'customer-B', partition: 2, to: 4 },
        { key: 'customer-C', partition: 2, to: 6 },
        { key: 'customer-D', partition: 0, to: 6 },
      ],
      partitions: [1, 1, 2, 0, 0, 0].map((n, partition) => ({ partition, keys: n, records: n })),
      empty: [3, 4, 5],
      hot: [0, 1, 2],
      worst: 3,
      moved: ['customer-B', 'customer-C', 'customer-D'],
      staying: { share: 0.25, theory: 0.25 },
      otherPartitioners: [
        { partitioner: 'crc32', differing: expect.any(Number) },
        { partitioner: 'kafkajs-legacy', differing: expect.any(Number) },
      ],
    });
    const { data } = await printed(keys, args({ keys: ['customer-{001..100}'], to: 4 }));
    expect(data).toContain('in theory min ÷ lcm = 33.3 %');
    expect(data).toContain("a topic's partitions only grow: 6 → 4 takes a new topic");
  });

  it('reads keys from a file, and counts those named twice', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'muster-keys-'));
    writeFileSync(join(dir, 'keys.txt'), 'a,b\r\n\na,b\nc\n');
    const { data } = await printed(keys, args({ json: true, 'keys-file': 'keys.txt' }), dir);
    rmSync(dir, { recursive: true });
    const { assignments, partitions } = JSON.parse(data) as { assignments: { key: string }[]; partitions: { records: number }[] };
    expect(assignments.map(({ key }) => key)).toEqual(['a,b', 'c']);
    expect(partitions.reduce((sum, { records }) => sum + records, 0)).toBe(3);
  });

  it.each([
    ['no key', {}, /which keys\?/],
    ['an unknown partitioner', { keys: ['a'], partitioner: 'murmur3' }, /did you mean murmur2\?/],
    ['no partitions', { keys: ['a'], partitions: 0 }, /--partitions 0 cannot be/],
    ['half a partition', { keys: ['a'], to: 1.5 }, /--to 1.5 cannot be: give a whole number/],
    ['a file that is not there', { 'keys-file': 'nowhere' }, /cannot read the keys of nowhere/],
  ])('refuses %s', async (_, rest, message) => {
    await expect(async () => printed(keys, args(rest))).rejects.toThrow(message);
  });
});
