import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { MusterError } from '../../constructs/model/error.js';
import { didYouMean } from '../../constructs/model/suggest.js';
import { defaultStrimziVersion, newestKafka } from '../../constructs/model/versions.js';
import { claims as all } from '../claims/catalogue.js';
import type { Claim, DrillRun, Measures } from '../claims/claim.js';
import { measure } from '../claims/measure.js';
import { renderClaims, verdictOf, type JudgedClaim } from '../claims/page.js';
import type { Context } from '../context.js';
import { catalogue } from '../drill/catalogue.js';
import { readEventLog } from '../drill/event-log.js';
import { localBackend } from '../drill/local-backend.js';
import { lacking } from '../drill/needs.js';
import { runScenario } from '../drill/run-scenario.js';
import { judge } from '../drill/verdict.js';
import { manifestsOf } from '../environments.js';
import { cleanLeftovers } from '../run-folder.js';

export interface ClaimsArgs {
  claim?: string[];
  env: string;
  dir: string;
  from?: string;
  out?: string;
  json: boolean;
}

/** `muster claims`: what is said of Kafka, each with a verdict, its figure, and what made it. */
export async function claims(context: Context, args: ClaimsArgs): Promise<number> {
  const { host, terminal } = context;
  const wanted = choose(args.claim ?? []);
  const out = args.out === undefined ? undefined : resolve(host.cwd, args.out);
  // First, for they are short: should one of them fail, no drill was run in vain.
  const measures: Measures = await measure(context, new Set(wanted.flatMap(({ measures: some = [] }) => some)));
  const names = new Set(wanted.flatMap(({ drills = [] }) => drills));
  const runs = new Map<string, readonly DrillRun[]>();
  for (const name of names)
    runs.set(name, args.from === undefined ? await run(context, name, args) : readRuns(resolve(host.cwd, args.from), name, terminal.say));
  const evidence = { runs: (name: string): readonly DrillRun[] => runs.get(name) ?? [], measures };
  const judged = wanted.map((claim): JudgedClaim => ({ claim, ruling: claim.judge(evidence) }));
  const page = renderClaims(judged, {
    kafkaVersion: newestKafka(defaultStrimziVersion),
    date: new Date().toISOString().slice(0, 10),
    machine: `a machine with ${String(availableParallelism())} cores and ${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
  });
  if (out !== undefined) {
    writeWhole(out, page);
    terminal.say(`the page: ${out}`);
  }
  if (args.json)
    terminal.data(
      JSON.stringify(
        { schemaVersion: 1, claims: judged.map(({ claim: { id, says }, ruling }) => ({ id, says, ...ruling })) },
        undefined,
        2,
      ),
    );
  else
    for (const { claim, ruling } of judged)
      terminal.data(
        `${claim.id}: ${claim.says}\n  ${verdictOf(ruling).replaceAll('**', '')}\n  ${ruling.figure}\n  by ${ruling.by.replaceAll('`', '')}\n`,
      );
  return 0;
}

/** All of it or nothing: a page cut short by a full disk would be read as the whole. */
function writeWhole(file: string, text: string): void {
  try {
    writeFileSync(`${file}.tmp`, text);
    renameSync(`${file}.tmp`, file);
  } catch (cause) {
    throw new MusterError('bad-input', `cannot write the page ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

function choose(ids: readonly string[]): readonly Claim[] {
  const known = all.map(({ id }) => id);
  for (const id of ids)
    if (!known.includes(id))
      throw new MusterError('bad-input', `there is no claim "${id}"${didYouMean(id, known)}; there are ${known.join(', ')}`);
  return ids.length === 0 ? all : all.filter(({ id }) => ids.includes(id));
}

/** Runs a drill that claims need; none where this machine lacks what it needs. */
async function run(context: Context, name: string, args: ClaimsArgs): Promise<readonly DrillRun[]> {
  const { host, terminal, abort } = context;
  const scenario = catalogue.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`the claims need the drill ${name}, which the catalogue has not`);
  const why = lacking(scenario, host.packageDir, undefined);
  if (why !== undefined) {
    terminal.say(`${name} is left out: ${why}`);
    return [];
  }
  const manifests = manifestsOf(host.cwd, args.dir, args.env);
  await cleanLeftovers(host.cwd);
  terminal.say(`${name}: ${scenario.summary}`);
  const events = await runScenario(context, scenario, {
    open: async () => localBackend(host, scenario, { environment: args.env, manifests, roles: 'compacted', tell: terminal.say, abort }),
    hold: undefined,
    log: undefined,
  });
  abort.throwIfAborted();
  return [{ events, verdict: judge(events) }];
}

/** The runs of a drill as `muster drill --report DIR` or `muster drill --all --report DIR` left them. */
function readRuns(dir: string, name: string, tell: (text: string) => void): readonly DrillRun[] {
  if (!existsSync(dir)) throw new MusterError('bad-input', `--from ${dir} is not there; "muster drill --all --report ${dir}" makes it`);
  const folder = join(dir, name);
  const logs = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => /^events.*\.ndjson$/.test(file))
        .sort()
    : [];
  if (logs.length === 0) tell(`${name} is left out: there is no event log in ${folder}`);
  return logs.map((file) => {
    const events = readEventLog(join(folder, file));
    return { events, verdict: judge(events) };
  });
}
