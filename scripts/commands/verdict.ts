import { resolve } from 'node:path';
import type { Context } from '../context.js';
import { readEventLog } from '../drill/event-log.js';
import { renderTable } from '../drill/table.js';
import { judge } from '../drill/verdict.js';

/** The verdict of an event log, again: it depends on nothing else. */
export async function verdict({ host, terminal }: Context, args: { file: string; json: boolean }): Promise<number> {
  const judged = judge(readEventLog(resolve(host.cwd, args.file)));
  terminal.data(args.json ? JSON.stringify(judged, undefined, 2) : renderTable(judged, { colour: terminal.colour }));
  return Promise.resolve(judged.verdict === 'passed' ? 0 : 1);
}
