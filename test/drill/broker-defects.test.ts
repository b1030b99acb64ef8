import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Verdict } from '../../scripts/drill/verdict.js';
import { packageDir } from '../brokers.js';
import { buildFixture } from '../build-fixture.js';
import { muster } from '../cli-run.js';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'muster-drill-'));
});
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

async function drill(scenario: string, args: readonly string[]): Promise<{ code: number | null; verdict: Verdict }> {
  const { code, stdout, stderr } = await muster(['drill', scenario, '--json', ...args], { cwd });
  if (stdout === '') throw new Error(`no verdict: ${stderr}`);
  return { code, verdict: JSON.parse(stdout) as Verdict };
}

describe('drills of brokers can fail', () => {
  it('broker-kill catches the bare send() of kafkajs, to the record', async () => {
    const fixture = await buildFixture('bare-send');
    cpSync(join(packageDir, 'dist'), join(cwd, 'bare'), { recursive: true });
    const path = join(cwd, 'bare/k3s/60-deployment-producer-keyed.yaml');
    const before = readFileSync(path, 'utf8');
    const after = before.replace(/build\/workers\/\w+\.js/, fixture);
    expect(after).not.toBe(before);
    writeFileSync(path, after);
    const { verdict, code } = await drill('broker-kill', ['--dir', 'bare', '--hold', '1', '--work', '0', '--report', 'bare-report']);
    expect(verdict.verdict).toBe('failed');
    expect(code).toBe(1);
    // Counted here a second time, by who the records are: acknowledged, and never processed by anybody.
    const lines = readFileSync(join(cwd, 'bare-report/events.ndjson'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { evidence?: string; producer?: string; key?: string; seq?: number });
    const ids = (kind: string): Set<string> =>
      new Set(
        lines.filter((line) => line.evidence === kind).map((line) => `${String(line.producer)}/${String(line.key)}/${String(line.seq)}`),
      );
    const processed = ids('processed');
    const lost = [...ids('acked')].filter((id) => !processed.has(id)).length;
    expect(lost).toBeGreaterThan(0);
    expect(verdict.lost).toBe(lost);
    expect(verdict.reasons[0]).toMatch(new RegExp(`^${String(lost)} of \\d+ acknowledged records (was|were) lost`));
  }, 180_000);

  it('of two lanes under the same fault the one with acks=1 fails, for what it promises to lose nothing', async () => {
    writeFileSync(
      join(cwd, 'promises.yaml'),
      `name: promises
summary: acks=1 that promises as much as acks=all
needs: { brokers: 3 }
producer: { PRODUCER_REQUEST_TIMEOUT_MS: '5000' }
expect: { duplicates: any, reordered: any, longestPauseMs: 60000, leastLoad: 0 }
lanes:
  - { name: acks-1, producer: { PRODUCER_ACKS: '1', PRODUCER_IDEMPOTENCE: 'false' } }
  - { name: acks-all }
steps:
  - { do: scale, members: 1, holdMs: 1000 }
  - { do: kill-leader-ahead, frozenMs: 4000, backAfterMs: 12000, holdMs: 1000 }
`,
    );
    const { verdict, code } = await drill('./promises.yaml', ['--dir', join(packageDir, 'dist')]);
    expect(code).toBe(1);
    expect(verdict.lost).toBeGreaterThan(50);
    expect(verdict.reasons.length).toBeGreaterThan(0);
    for (const reason of verdict.reasons) expect(reason).toMatch(/^acks-1: /);
    expect(verdict.reasons[0]).toMatch(new RegExp(`^acks-1: ${String(verdict.lost)} of \\d+ acknowledged records were lost`));
  }, 180_000);

  it('of two readers of what transactions write the one that does not wait for their end gets records twice', async () => {
    writeFileSync(
      join(cwd, 'readers.yaml'),
      `name: readers
summary: read_uncommitted beside read_committed, while members are killed in their transactions
needs: { brokers: 3 }
# More than the member can do: with a backlog a transaction takes many records and lasts a second, so that the kill finds one that is open.
producer: { PRODUCER_RATE: '60' }
consumer: { CONSUMER_SESSION_TIMEOUT_MS: '6000', CONSUMER_HEARTBEAT_INTERVAL_MS: '1000' }
expect: { duplicates: none, recoveryMs: 120000, longestPauseMs: 60000, leastLoad: 0 }
lanes:
  - name: chain
    consumer: { CONSUMER_GUARANTEE: exactly-once, CONSUMER_HANDLER: copy, CONSUMER_OUTPUT_TOPIC: orders.copied, CONSUMER_WORK_MS: '20' }
    expect: { duplicates: any, recoveryMs: 120000, longestPauseMs: 60000, leastLoad: 0 }
  - { name: committed, reads: chain, consumer: { CONSUMER_WORK_MS: '0', CONSUMER_ISOLATION: read_committed } }
  - { name: uncommitted, reads: chain, consumer: { CONSUMER_WORK_MS: '0', CONSUMER_ISOLATION: read_uncommitted } }
steps:
  - { do: scale, members: 1, holdMs: 8000 }
  - { do: kill, lane: chain, replaced: true, holdMs: 5000 }
`,
    );
    const { verdict } = await drill('./readers.yaml', ['--dir', join(packageDir, 'dist')]);
    const twice = verdict.reasons.filter((reason) => /\d records? \w+ processed again/.test(reason));
    expect(twice).toHaveLength(1);
    expect(twice[0]).toMatch(/^uncommitted: [1-9]\d* records? (was|were) processed again/);
    expect(verdict.processed).toBeGreaterThan(300);
  }, 180_000);
});
