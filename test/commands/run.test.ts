import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSystem, type RunArgs } from '../../scripts/commands/run.js';
import { readableLine } from '../../scripts/run/log-line.js';
import { createTally, rateOf } from '../../scripts/run/tally.js';
import { packageDir } from '../brokers.js';
import { printed } from './printed.js';

const args = (rest: Partial<RunArgs>): RunArgs => ({ env: 'k3s', dir: join(packageDir, 'dist'), quiet: false, json: false, ...rest });

interface Ran {
  readonly pods: readonly { pod: string; component: string; acked: number; processed: number; failed: number }[];
  readonly groups: readonly { group: string; topic: string; lag: number }[];
}

describe('muster run', () => {
  let cwd: string;
  beforeAll(() => {
    cwd = mkdtempSync(join(tmpdir(), 'muster-run-'));
  });
  afterAll(() => {
    rmSync(cwd, { recursive: true, force: true });
  });

  it('lists the systems of an environment', async () => {
    const { code, data } = await printed(runSystem, args({}), cwd);
    expect(code).toBe(0);
    expect(data).toMatch(/^order-chain +.*email-service/m);
  });

  it('runs a system on brokers of its own, and says who did what', async () => {
    const { code, data, said } = await printed(
      runSystem,
      args({ system: 'order-chain', seconds: 8, replicas: ['payment-service=2'], set: ['PRODUCER_RATE=20'], json: true }),
      cwd,
    );
    expect(code).toBe(0);
    const { pods, groups } = JSON.parse(data) as Ran;
    const sum = (name: string, of: 'acked' | 'processed'): number =>
      pods.filter(({ pod }) => pod.startsWith(name)).reduce((total, pod) => total + pod[of], 0);
    const orders = sum('order-service', 'acked');
    expect(orders).toBeGreaterThan(20);
    expect(sum('payment-service', 'processed')).toBe(orders);
    expect(sum('shipping-service', 'processed')).toBe(orders);
    expect(sum('email-service', 'processed')).toBe(3 * orders);
    expect(groups.map(({ lag }) => lag)).toEqual(groups.map(() => 0));
    expect(said).toMatch(/\d\d:\d\d:\d\d payment-service-\d +partitions assigned/);
    expect(readdirSync(cwd)).toEqual([]);
  }, 120_000);

  it.each([
    [{ system: 'order-chains' }, /there is no system "order-chains" in the manifests \(did you mean order-chain\?\)/],
    [{ system: 'order-chain', replicas: ['payment-service'] }, /--replicas payment-service cannot be: write WORKER=N/],
    [{ system: 'order-chain', replicas: ['payment=2'] }, /there is no worker "payment".*there are .*payment-service/],
    [{ system: 'order-chain', set: ['rate=2'] }, /--set rate=2 cannot be: write NAME=VALUE/],
    [{ system: 'order-chain', set: ['PRODUCER_RAT=2'] }, /no worker of this system has PRODUCER_RAT/],
    [{ system: 'order-chain', secret: ['x'] }, /--secret x cannot be: write NAME=FOLDER/],
    [{ system: 'order-chain', seconds: 0 }, /--seconds 0 cannot be/],
  ])('refuses %j', async (wrong, message) => {
    await expect(printed(runSystem, args(wrong), cwd)).rejects.toThrow(message);
  });
});

describe('what a pod did', () => {
  it('is counted by its evidence', () => {
    const tally = createTally();
    const record = { member: 'p', topic: 't', partition: 0, key: 'k', seq: 0, producer: 'p/1', offset: 1 };
    tally.add('p', 'producer', { evidence: 'sent', t: 1_000, ...record });
    for (const t of [1_000, 1_500, 2_000]) tally.add('p', 'producer', { evidence: 'acked', t, ...record });
    tally.add('p', 'producer', { evidence: 'failed', t: 2_000, ...record, outcome: 'rejected', reason: 'x' });
    const [pod] = tally.pods();
    expect(pod).toMatchObject({ acked: 3, failed: 1, processed: 0 });
    expect(pod === undefined ? undefined : rateOf(pod)).toBe(2);
  });

  it('is said in lines for a person', () => {
    const line = '{"level":"warn","time":"2026-01-01T10:11:12.000Z","worker":"consumer","clientId":"c-1","message":"slow","ms":7}';
    expect(readableLine('c-1', line, false)).toBe(`10:11:12 ${'c-1'.padEnd(24)} warn: slow  ms=7`);
    expect(readableLine('c-1', 'Segmentation fault', false)).toBe('c-1  Segmentation fault');
  });
});
