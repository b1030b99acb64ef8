import { join, resolve } from 'node:path';
import { MusterError } from '../../constructs/model/error.js';
import { didYouMean } from '../../constructs/model/suggest.js';
import type { Context } from '../context.js';
import type { Backend } from '../drill/backend.js';
import { catalogue } from '../drill/catalogue.js';
import { lanesCompared } from '../drill/compare.js';
import { figureTable } from '../drill/compare-text.js';
import type { LogLine } from '../drill/events.js';
import { localBackend } from '../drill/local-backend.js';
import { lacking } from '../drill/needs.js';
import { prepareReport, writeReport } from '../drill/report/write.js';
import { runScenario, type RunOptions } from '../drill/run-scenario.js';
import { isScenarioFile, readScenario, showScenario } from '../drill/scenario-file.js';
import type { Scenario } from '../drill/scenario.js';
import { spreadOf, renderSpread } from '../drill/spread.js';
import { renderTable } from '../drill/table.js';
import { judge, type Verdict } from '../drill/verdict.js';
import { manifestsOf } from '../environments.js';
import { between, whole } from '../option-values.js';
import { cleanLeftovers } from '../run-folder.js';
import { drillAll } from './drill-all.js';
import { drillVariants, variantsOf, type DrillVariant, type ProtocolName } from './drill-variants.js';
import { openCluster, planOnCluster, type ClusterDrillArgs } from './drill-on-cluster.js';

export interface DrillArgs extends Omit<ClusterDrillArgs, 'client' | 'protocol'> {
  backend: 'local' | 'cluster';
  scenario?: string;
  env: string;
  dir: string;
  roles: 'compacted' | 'declared';
  bootstrap?: string;
  runs: number;
  hold?: number;
  rate?: number;
  work?: number;
  consumer?: string;
  producer?: string;
  client?: string[];
  protocol?: ProtocolName[];
  report?: string;
  all: boolean;
  show: boolean;
  json: boolean;
}

export async function drill(context: Context, args: DrillArgs): Promise<number> {
  const { host, terminal, abort } = context;
  checkNumbers(args);
  if (args.scenario === undefined && !args.all) {
    list(context, args.json);
    return 0;
  }
  if (args.all && (args.scenario !== undefined || args.show || args.runs > 1))
    throw new MusterError('bad-input', '--all runs the whole catalogue once: give no scenario, no --show and no --runs beside it');
  const scenario = args.scenario === undefined ? undefined : await find(host.cwd, args.scenario);
  if (scenario !== undefined && args.show) {
    terminal.data(args.json ? JSON.stringify(scenario, undefined, 2) : showScenario(scenario));
    return 0;
  }
  const variants = variantsOf(args.client ?? [], args.protocol ?? []);
  const [first = { label: '' }, ...others] = variants;
  const manifests = args.backend === 'local' ? manifestsOf(host.cwd, args.dir, args.env) : '';
  if (args.backend === 'cluster' && !args.execute) {
    if (scenario === undefined) throw new MusterError('bad-input', '--backend cluster runs one scenario at a time: name it');
    return planOnCluster(context, scenario, onCluster(args, first));
  }
  const report = args.report === undefined ? undefined : resolve(host.cwd, args.report);
  const runOnce = async (one: Scenario, log: RunOptions['log'], variant: DrillVariant = first): Promise<LogLine[]> =>
    runScenario(context, one, { open: async () => openBackend(context, one, manifests, args, variant), hold: args.hold, log });
  if (scenario === undefined) {
    if (others.length > 0)
      throw new MusterError('bad-input', '--all runs the catalogue in one way: give one --client and one --protocol at most');
    await cleanLeftovers(host.cwd);
    return drillAll(context, catalogue, {
      json: args.json,
      report,
      cannot: (one) => lacking(one, host.packageDir, args.bootstrap),
      run: async (one, dir) => runOnce(one, dir === undefined ? undefined : { dir, name: 'events.ndjson' }),
    });
  }
  const why = lacking(scenario, host.packageDir, args.backend === 'local' ? args.bootstrap : undefined);
  if (why !== undefined) throw new MusterError('bad-input', `${scenario.name} cannot be run: ${why}`);
  if (others.length > 0) {
    await cleanLeftovers(host.cwd);
    return drillVariants(context, variants, {
      runs: args.runs,
      json: args.json,
      report,
      run: async (variant) => runOnce(scenario, undefined, variant),
    });
  }
  // Known before the minutes are spent, not after.
  if (report !== undefined) prepareReport(report);
  await cleanLeftovers(host.cwd);

  const runs: { events: LogLine[]; verdict: Verdict }[] = [];
  for (let number = 1; number <= args.runs; number++) {
    if (args.runs > 1) terminal.say(`run ${String(number)} of ${String(args.runs)}`);
    const name = args.runs > 1 ? `events-run-${String(number)}.ndjson` : 'events.ndjson';
    const events = await runOnce(scenario, report === undefined ? undefined : { dir: report, name });
    abort.throwIfAborted();
    const verdict = judge(events);
    runs.push({ events, verdict });
    if (args.runs > 1)
      terminal.say(`run ${String(number)}: ${verdict.verdict}${verdict.reasons[0] === undefined ? '' : `, ${verdict.reasons[0]}`}`);
  }
  const verdicts = runs.map((r) => r.verdict);
  const [only] = verdicts;
  if (only === undefined) return 1;
  // The verdict first: should the disk fill up now, the minutes were not spent for nothing.
  const lanes = lanesCompared(verdicts);
  if (lanes !== undefined && !args.json) terminal.data(`${figureTable(lanes)}\n`);
  if (args.json) terminal.data(JSON.stringify(runs.length === 1 ? only : spreadOf(verdicts), undefined, 2));
  else
    terminal.data(
      runs.length === 1 ? renderTable(only, { colour: terminal.colour }) : renderSpread(spreadOf(verdicts), { colour: terminal.colour }),
    );
  if (report !== undefined) {
    writeReport({ dir: report, runs });
    terminal.say(`report: ${join(report, 'index.html')}`);
  }
  return verdicts.every((v) => v.verdict === 'passed') ? 0 : 1;
}

function checkNumbers(args: DrillArgs): void {
  whole('--runs', args.runs, 1, 1000);
  if (args.hold !== undefined) between('--hold', args.hold, 1, 3600);
  if (args.rate !== undefined) whole('--rate', args.rate, 1, 1_000_000);
  if (args.work !== undefined) whole('--work', args.work, 0, 3_600_000);
}

function list({ terminal }: Context, json: boolean): void {
  if (json)
    terminal.data(
      JSON.stringify(
        {
          schemaVersion: 1,
          scenarios: catalogue.map(({ name, summary, about, needs }) => ({
            name,
            summary,
            ...(about && { about }),
            ...(needs && { needs }),
          })),
        },
        undefined,
        2,
      ),
    );
  else {
    const width = Math.max(...catalogue.map(({ name }) => name.length));
    for (const { name, summary } of catalogue) terminal.data(`${name.padEnd(width)}  ${summary}`);
  }
}

function onCluster(args: DrillArgs, { client, protocol }: DrillVariant): ClusterDrillArgs {
  const rest: Partial<DrillArgs> = { ...args };
  delete rest.client;
  delete rest.protocol;
  return { ...(rest as ClusterDrillArgs), ...(client !== undefined && { client }), ...(protocol !== undefined && { protocol }) };
}

async function openBackend(
  context: Context,
  scenario: Scenario,
  manifests: string,
  args: DrillArgs,
  variant: DrillVariant,
): Promise<Backend> {
  if (args.backend === 'cluster') return openCluster(context, scenario, onCluster(args, variant));
  const { host, terminal, abort } = context;
  return localBackend(host, scenario, {
    environment: args.env,
    manifests,
    roles: args.roles,
    tell: terminal.say,
    abort,
    ...(args.bootstrap === undefined ? {} : { bootstrap: args.bootstrap }),
    ...(args.rate === undefined ? {} : { rate: args.rate }),
    ...(args.work === undefined ? {} : { workMs: args.work }),
    ...(variant.client === undefined ? {} : { client: variant.client }),
    ...(variant.protocol === undefined ? {} : { protocol: variant.protocol }),
    ...(args.consumer === undefined ? {} : { consumer: args.consumer }),
    ...(args.producer === undefined ? {} : { producer: args.producer }),
  });
}

async function find(cwd: string, given: string): Promise<Scenario> {
  const names = catalogue.map((s) => s.name);
  const scenario = catalogue.find((s) => s.name === given);
  if (scenario !== undefined) return scenario;
  if (isScenarioFile(given)) return readScenario(cwd, given);
  throw new MusterError(
    'bad-input',
    `there is no drill "${given}"${didYouMean(given, names)}; "muster drill" lists them: ${names.join(', ')}; one of your own is a file, as ./my-drill.yaml`,
  );
}
