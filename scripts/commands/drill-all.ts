import { join } from 'node:path';
import { MusterError } from '../../constructs/model/error.js';
import type { Context } from '../context.js';
import { renderAll, type ScenarioResult } from '../drill/all-table.js';
import type { LogLine } from '../drill/events.js';
import { prepareReport, writeReport } from '../drill/report/write.js';
import type { Scenario } from '../drill/scenario.js';
import { judge } from '../drill/verdict.js';

export interface AllOptions {
  readonly json: boolean;
  /** Folder of the reports, one below it for each scenario. @default none */
  readonly report: string | undefined;
  /** Why a scenario cannot be run here, if it cannot. */
  readonly cannot: (scenario: Scenario) => string | undefined;
  readonly run: (scenario: Scenario, report: string | undefined) => Promise<LogLine[]>;
}

/** Runs scenarios one after the other and sums them up. 1 as soon as one fails. */
export async function drillAll({ terminal, abort }: Context, scenarios: readonly Scenario[], options: AllOptions): Promise<number> {
  const { json, report, cannot, run } = options;
  if (report !== undefined) prepareReport(report);
  const results: ScenarioResult[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    const { name } = scenario;
    terminal.say(`${String(index + 1)} of ${String(scenarios.length)}: ${name}, ${scenario.summary}`);
    const from = Date.now();
    const result = async (): Promise<Omit<ScenarioResult, 'name' | 'seconds'>> => {
      const why = cannot(scenario);
      if (why !== undefined) return { outcome: 'not run', reasons: [why] };
      const dir = report === undefined ? undefined : join(report, name);
      try {
        const events = await run(scenario, dir);
        abort.throwIfAborted();
        const verdict = judge(events);
        if (dir !== undefined) writeReport({ dir, runs: [{ events, verdict }] });
        return { outcome: verdict.verdict, reasons: verdict.reasons, verdict };
      } catch (error) {
        // What ends one scenario need not end the others; an interruption does.
        if (!(error instanceof MusterError) || error.code === 'interrupted') throw error;
        return { outcome: 'failed', reasons: [error.message] };
      }
    };
    const done = await result();
    results.push({ name, ...done, seconds: (Date.now() - from) / 1000 });
    terminal.say(`${name}: ${done.outcome}${done.reasons[0] === undefined ? '' : `, ${done.reasons[0]}`}`);
  }
  const isFailed = results.some(({ outcome }) => outcome === 'failed');
  terminal.data(
    json
      ? JSON.stringify({ schemaVersion: 1, verdict: isFailed ? 'failed' : 'passed', scenarios: results }, undefined, 2)
      : renderAll(results),
  );
  return isFailed ? 1 : 0;
}
