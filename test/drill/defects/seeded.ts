import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue } from '../../../scripts/drill/catalogue.js';
import type { Scenario, Settings } from '../../../scripts/drill/scenario.js';
import type { Verdict } from '../../../scripts/drill/verdict.js';
import { packageDir } from '../../brokers.js';
import { buildFixture } from '../../build-fixture.js';
import { muster } from '../../cli-run.js';

/** A scenario of the catalogue, and a defect that it is there to show: in a worker, or in a setting that a person might really make. */
export interface SeededDefect {
  readonly scenario: string;
  readonly defect: string;
  /** What the Deployment runs instead of its worker, and the arguments of that. @default the worker */
  readonly run?: { readonly worker: 'consumer-basic' | 'producer-keyed'; readonly fixture: Fixture; readonly args?: readonly string[] };
  /** What the verdict must say: the defect, and not something else. */
  readonly reason: RegExp;
  /** What it must not say: of a lane beside it that is sound. */
  readonly spared?: RegExp;
  /** What it cannot be run without. */
  readonly client?: 'librdkafka';
  readonly args?: readonly string[];
  /** The scenario, shorter, or with the setting that is the defect. */
  readonly cut?: (scenario: Scenario) => Scenario;
}

type Fixture = Parameters<typeof buildFixture>[0];

/** A consumer as tutorials write it; what is wrong with it is its argument. */
export const naive = (defect: string): Pick<SeededDefect, 'run' | 'defect'> => ({
  defect,
  run: { worker: 'consumer-basic', fixture: 'naive-consumer', args: [defect] },
});

/** The first steps are enough. */
export const firstSteps =
  (count: number) =>
  (scenario: Scenario): Scenario => ({ ...scenario, steps: scenario.steps.slice(0, count) });

/** The lanes of these names alone, with other settings of the consumer where given. */
export const onlyLanes =
  (...names: readonly string[]) =>
  (scenario: Scenario): Scenario => ({ ...scenario, lanes: (scenario.lanes ?? []).filter(({ name }) => names.includes(name)) });

export const withConsumer =
  (settings: Settings) =>
  (scenario: Scenario): Scenario => ({ ...scenario, consumer: { ...scenario.consumer, ...settings } });

export interface Shown {
  readonly verdict: Verdict | undefined;
  readonly code: number | null;
  readonly stderr: string;
  /** Folder of the report, with the event log. */
  readonly report: string;
}

export interface DefectRuns {
  /** What the drill of this scenario came to. */
  of(scenario: string): Shown;
  remove(): void;
}

/** Runs scenarios from files, as a person would who changed them, with holds that are short. `bootstrap`: on brokers that run; else each has its own. */
export async function runDefects(
  defects: readonly SeededDefect[],
  { atOnce, bootstrap }: { readonly atOnce: number; readonly bootstrap?: string },
): Promise<DefectRuns> {
  const cwd = mkdtempSync(join(tmpdir(), 'muster-defects-'));
  const wanted = [...new Set(defects.flatMap(({ run }) => run?.fixture ?? []))];
  const fixtures = new Map(await Promise.all(wanted.map(async (name) => [name, await buildFixture(name)] as const)));
  const shown = new Map<string, Shown>();

  const drill = async ({ scenario: name, run, args = [], cut = (whole) => whole }: SeededDefect): Promise<Shown> => {
    const dir = `dist-${name}`;
    cpSync(join(packageDir, 'dist'), join(cwd, dir), { recursive: true });
    if (run !== undefined) {
      const manifest = join(cwd, dir, `k3s/60-deployment-${run.worker}.yaml`);
      const before = readFileSync(manifest, 'utf8');
      const command = [String(fixtures.get(run.fixture)), ...(run.args ?? [])].join('\n            - ');
      const after = before.replace(/build\/workers\/\w+\.js/, command);
      if (after === before) throw new Error(`${manifest} runs no worker of ours`);
      writeFileSync(manifest, after);
    }
    const scenario = catalogue.find((one) => one.name === name);
    if (scenario === undefined) throw new Error(`no scenario ${name}`);
    writeFileSync(join(cwd, `${name}.json`), JSON.stringify(cut(scenario)));
    const report = join(cwd, `report-${name}`);
    const where = bootstrap === undefined ? [] : ['--bootstrap', bootstrap];
    const { code, stdout, stderr } = await muster(
      ['drill', `./${name}.json`, '--json', '--hold', '1.5', '--dir', dir, '--report', report, ...where, ...args],
      { cwd },
    );
    return { code, stderr, report, verdict: stdout === '' ? undefined : (JSON.parse(stdout) as Verdict) };
  };

  const queue = [...defects];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) shown.set(next.scenario, await drill(next));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return {
    of(scenario) {
      const found = shown.get(scenario);
      if (found === undefined) throw new Error(`${scenario} was not run`);
      return found;
    },
    remove: () => {
      rmSync(cwd, { recursive: true });
    },
  };
}

/** The reasons of a verdict that failed; what the drill said where there is none. */
export function reasonsOf({ verdict, code, stderr }: Shown): readonly string[] {
  if (verdict === undefined) throw new Error(`no verdict: ${stderr}`);
  if (verdict.verdict !== 'failed' || code !== 1)
    throw new Error(`${verdict.verdict}, exit ${String(code)}: ${[...verdict.expected, ...verdict.findings].join('\n')}`);
  return verdict.reasons;
}
