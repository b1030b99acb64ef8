import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { size, type SizeArgs } from '../../scripts/commands/size.js';
import { startBrokers, type Brokers } from '../brokers.js';
import { printed } from './printed.js';

const args = (rest: Partial<SizeArgs>): SizeArgs => ({ 'target-rate': '1GB/s', json: true, measure: true, 'measure-seconds': 1, ...rest });
interface Sized {
  readonly partitions: number;
  readonly rates: Record<'produce' | 'consume', { bytesPerSecond: number; basis: string }>;
  readonly reasons: { of: string; formula: string }[];
}

describe('muster size --measure on a given cluster', () => {
  let brokers: Brokers;
  beforeAll(async () => {
    brokers = await startBrokers();
  });
  afterAll(async () => brokers.stop());

  it('sizes from what it measured, and leaves nothing there', async () => {
    const { data, said } = await printed(size, args({ bootstrap: brokers.bootstrap, 'record-size': '2KiB', 'partition-rate': '1B/s' }));
    const { partitions, rates, reasons } = JSON.parse(data) as Sized;
    expect(rates).toMatchObject({ produce: { basis: 'measured' }, consume: { basis: 'measured' } });
    for (const { bytesPerSecond } of [rates.produce, rates.consume]) {
      expect(bytesPerSecond).toBeGreaterThan(1e6);
      expect(partitions * bytesPerSecond).toBeGreaterThanOrEqual(0.999e9);
    }
    expect(reasons.find(({ of }) => of === 'partitions')?.formula).not.toContain('1 B/s');
    expect(said).toMatch(/measured with \d+ records on 127.0.0.1:\d+, 1 brokers, replication factor 1/);
    expect((await brokers.admin.topics()).filter((topic) => !topic.startsWith('__'))).toEqual([]);
  }, 60_000);

  it('removes its topic when the person interrupts', async () => {
    const interruption = new AbortController();
    setTimeout(() => {
      interruption.abort(new Error('interrupted'));
    }, 1500);
    await expect(
      printed(size, args({ bootstrap: brokers.bootstrap, 'measure-seconds': 60 }), undefined, interruption.signal),
    ).rejects.toThrow('interrupted');
    expect((await brokers.admin.topics()).filter((topic) => !topic.startsWith('__'))).toEqual([]);
  }, 60_000);
});

it('muster size --measure starts a broker for itself and removes it', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'muster-measure-'));
  const { data, said } = await printed(size, args({}), cwd);
  expect((JSON.parse(data) as Sized).rates.produce.basis).toBe('measured');
  expect(said).toContain('one broker on this machine with one replica');
  expect(existsSync(join(cwd, '.muster'))).toBe(false);
  rmSync(cwd, { recursive: true });
}, 120_000);

it.each([
  ['a cluster to measure on, but no --measure', { measure: false, bootstrap: 'a:1' }, /add --measure, or leave it out/],
  ['no time', { 'measure-seconds': 0 }, /--measure-seconds 0 cannot be/],
])('refuses %s', async (_, rest, message) => {
  await expect(printed(size, args(rest))).rejects.toThrow(message);
});
