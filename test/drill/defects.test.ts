import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue } from '../../scripts/drill/catalogue.js';
import type { Scenario } from '../../scripts/drill/scenario.js';
import type { Verdict } from '../../scripts/drill/verdict.js';
import { packageDir, startBrokers, type Brokers } from '../brokers.js';
import { buildFixture } from '../build-fixture.js';
import { muster } from '../cli-run.js';

/** Drills at a time: most of their time they wait for a session or a hold. */
const atOnce = 2;

interface Case {
  readonly scenario: string;
  readonly defect: string;
  /** Deployment that has it, and what it runs instead. */
  readonly worker: 'consumer-basic' | 'producer-keyed';
  readonly run: readonly string[];
  /** What the verdict must say: the defect, and not something else. */
  readonly reason: RegExp;
  readonly args?: readonly string[];
  /** The scenario, shorter. */
  readonly cut?: (scenario: Scenario) => Scenario;
}

let files: Record<'naive' | 'early' | 'claims', string>;
const naive = (defect: string): Pick<Case, 'worker' | 'run' | 'defect'> => ({ worker: 'consumer-basic', run: ['naive', defect], defect });

const cases: readonly Case[] = [
  {
    scenario: 'scale-and-crash',
    defect: 'commits before it works',
    worker: 'consumer-basic',
    run: ['early'],
    args: ['--work', '15', '--rate', '100'],
    // Every batch shows it; whether the crash finds one in hand is luck.
    reason: /committed before anybody had processed/,
    // What comes before the crash is enough.
    cut: (scenario) => ({ ...scenario, steps: scenario.steps.slice(0, 3) }),
  },
  { scenario: 'scale-up-and-down', ...naive('just-exits'), args: ['--work', '10'], reason: /processed again/ },
  {
    scenario: 'crash-replaced',
    defect: 'commits before it works',
    worker: 'consumer-basic',
    run: ['early'],
    args: ['--work', '20', '--rate', '100'],
    reason: /committed before anybody had processed/,
  },
  { scenario: 'force-delete', ...naive('just-exits'), reason: /force-delete of \S+ took .* to recover from, more than 5\.0 s/ },
  { scenario: 'clean-stop', ...naive('just-exits'), reason: /sigterm of \S+ took .* to recover from, more than 5\.0 s/ },
  {
    scenario: 'rolling-restart',
    ...naive('just-exits'),
    args: ['--work', '10'],
    reason: /processed again/,
    cut: (scenario) => ({ ...scenario, steps: scenario.steps.slice(0, 2) }),
  },
  { scenario: 'frozen-member', ...naive('stays-at-work'), reason: /processed by a member after another had been given the partition/ },
  { scenario: 'slow-handler', ...naive('unhurried'), reason: /too-slow: surprise: no record was processed again/ },
  { scenario: 'poison-record', ...naive('passes-poison-over'), reason: /acknowledged records (was|were) lost/ },
  { scenario: 'hot-key', ...naive('backwards'), reason: /processed after a later one of the same key/ },
  { scenario: 'full-restart', ...naive('never-commits'), reason: /processed again/ },
  {
    scenario: 'sessions',
    ...naive('own-session'),
    // Nobody has its partitions when 2 × 10 s + 5 s are over.
    reason: /session-6: (after )?the sigkill of \S+ (partition .* was never processed again|took .* more than 17\.0 s)/,
    cut: (scenario) => ({ ...scenario, lanes: scenario.lanes?.slice(0, 2) ?? [] }),
  },
  {
    scenario: 'auto-commit-crash',
    ...naive('commits-what-it-fetched'),
    args: ['--work', '10'],
    reason: /auto: .*(acknowledged records (was|were) lost|committed before anybody had processed)/,
  },
  {
    scenario: 'kill-producer',
    defect: 'claims acknowledgements it never got',
    worker: 'producer-keyed',
    run: ['claims'],
    reason: /acknowledged records (was|were) lost/,
  },
];

let cwd: string;
let brokers: Brokers;
const verdicts = new Map<string, { verdict?: Verdict; code: number | null; stderr: string }>();

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'muster-defects-'));
  files = {
    naive: await buildFixture('naive-consumer'),
    early: await buildFixture('commit-before-work'),
    claims: await buildFixture('acks-before-send'),
  };
  brokers = await startBrokers({ brokers: 3 });
  const queue = [...cases];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) verdicts.set(next.scenario, await drill(next));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}, 600_000);
afterAll(async () => {
  await brokers.stop();
  rmSync(cwd, { recursive: true });
});

/** Runs a scenario of the catalogue from a file, as a person would who changed it, with holds that are short. */
async function drill({
  scenario: name,
  worker,
  run,
  args = [],
  cut = (whole) => whole,
}: Case): Promise<{ verdict?: Verdict; code: number | null; stderr: string }> {
  const dir = `dist-${name}`;
  cpSync(join(packageDir, 'dist'), join(cwd, dir), { recursive: true });
  const manifest = join(cwd, dir, `k3s/60-deployment-${worker}.yaml`);
  const [file = '', ...given] = run.map((part) => (part in files ? files[part as keyof typeof files] : part));
  const before = readFileSync(manifest, 'utf8');
  const after = before.replace(/build\/workers\/\w+\.js/, [file, ...given].join('\n            - '));
  expect(after).not.toBe(before);
  writeFileSync(manifest, after);
  const scenario = catalogue.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  writeFileSync(join(cwd, `${name}.json`), JSON.stringify(cut(scenario)));
  const { code, stdout, stderr } = await muster(
    ['drill', `./${name}.json`, '--json', '--hold', '1.5', '--dir', dir, '--bootstrap', brokers.bootstrap, ...args],
    { cwd },
  );
  return { code, stderr, ...(stdout === '' ? {} : { verdict: JSON.parse(stdout) as Verdict }) };
}

describe('a drill fails where there is a defect that it is made for', () => {
  it.each(cases.map((one) => [one.scenario, one.defect, one] as const))('%s: %s', (scenario, _, { reason }) => {
    const { verdict, code, stderr } = verdicts.get(scenario) ?? {};
    if (verdict === undefined) throw new Error(`no verdict: ${String(stderr)}`);
    expect(verdict.reasons.join('\n')).toMatch(reason);
    expect(verdict.verdict).toBe('failed');
    expect(code).toBe(1);
  });
});
