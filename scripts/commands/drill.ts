import { join, resolve } from 'node:path';
import { MusterError } from '../../constructs/model/error.js';
import { didYouMean } from '../../constructs/model/suggest.js';
import type { Context } from '../context.js';
import { catalogue } from '../drill/catalogue.js';
import { Drill } from '../drill/engine.js';
import type { LogLine } from '../drill/events.js';
import { localBackend } from '../drill/local-backend.js';
import { prepareReport, writeReport } from '../drill/report/write.js';
import type { Scenario } from '../drill/scenario.js';
import { spreadOf, renderSpread } from '../drill/spread.js';
import { renderTable } from '../drill/table.js';
import { judge, type Verdict } from '../drill/verdict.js';
import { manifestsOf } from '../environments.js';
import { between, whole } from '../option-values.js';
import { cleanLeftovers } from '../run-folder.js';

export interface DrillArgs {
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
  report?: string;
  json: boolean;
}

export async function drill(context: Context, args: DrillArgs): Promise<number> {
  const { host, terminal, abort } = context;
  if (args.scenario === undefined) {
    if (args.json)
      terminal.data(
        JSON.stringify({ schemaVersion: 1, scenarios: catalogue.map(({ name, summary }) => ({ name, summary })) }, undefined, 2),
      );
    else for (const { name, summary } of catalogue) terminal.data(`${name.padEnd(18)} ${summary}`);
    return 0;
  }
  const scenario = find(args.scenario);
  whole('--runs', args.runs, 1, 1000);
  if (args.hold !== undefined) between('--hold', args.hold, 1, 3600);
  if (args.rate !== undefined) whole('--rate', args.rate, 1, 1_000_000);
  if (args.work !== undefined) whole('--work', args.work, 0, 3_600_000);
  const manifests = manifestsOf(host.cwd, args.dir, args.env);
  const report = args.report === undefined ? undefined : resolve(host.cwd, args.report);
  // Known before the minutes are spent, not after.
  if (report !== undefined) prepareReport(report);
  await cleanLeftovers(host.cwd);

  const runs: { events: LogLine[]; verdict: Verdict }[] = [];
  for (let number = 1; number <= args.runs; number++) {
    if (args.runs > 1) terminal.say(`run ${String(number)} of ${String(args.runs)}`);
    const events = await runOnce(context, scenario, manifests, args);
    abort.throwIfAborted();
    const verdict = judge(events);
    runs.push({ events, verdict });
    if (args.runs > 1)
      terminal.say(`run ${String(number)}: ${verdict.verdict}${verdict.reasons[0] === undefined ? '' : `, ${verdict.reasons[0]}`}`);
  }
  const verdicts = runs.map((r) => r.verdict);
  const [first] = verdicts;
  if (first === undefined) return 1;
  // The verdict first: should the disk fill up now, the minutes were not spent for nothing.
  if (args.json) terminal.data(JSON.stringify(runs.length === 1 ? first : spreadOf(verdicts), undefined, 2));
  else
    terminal.data(
      runs.length === 1 ? renderTable(first, { colour: terminal.colour }) : renderSpread(spreadOf(verdicts), { colour: terminal.colour }),
    );
  if (report !== undefined) {
    writeReport({ dir: report, runs });
    terminal.say(`report: ${join(report, 'index.html')}`);
  }
  return verdicts.every((v) => v.verdict === 'passed') ? 0 : 1;
}

async function runOnce({ host, terminal, abort }: Context, scenario: Scenario, manifests: string, args: DrillArgs): Promise<LogLine[]> {
  const backend = await localBackend(host, scenario, {
    environment: args.env,
    manifests,
    roles: args.roles,
    tell: terminal.say,
    abort,
    ...(args.bootstrap === undefined ? {} : { bootstrap: args.bootstrap }),
    ...(args.rate === undefined ? {} : { rate: args.rate }),
    ...(args.work === undefined ? {} : { workMs: args.work }),
    ...(args.consumer === undefined ? {} : { consumer: args.consumer }),
    ...(args.producer === undefined ? {} : { producer: args.producer }),
  });
  const events: LogLine[] = [];
  try {
    for (const note of new Set(backend.lanes.flatMap((lane) => lane.notes))) terminal.say(`note: ${note}`);
    await new Drill(scenario, backend, (line) => events.push(line), terminal, {
      abort,
      ...(args.hold === undefined ? {} : { holdMs: args.hold * 1000 }),
    }).run();
    return events;
  } finally {
    await backend.close();
  }
}

function find(name: string): Scenario {
  const names = catalogue.map((s) => s.name);
  const scenario = catalogue.find((s) => s.name === name);
  if (scenario === undefined)
    throw new MusterError(
      'bad-input',
      `there is no drill "${name}"${didYouMean(name, names)}; "muster drill" lists them: ${names.join(', ')}`,
    );
  return scenario;
}
