import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../../constructs/model/error.js';
import type { Context } from '../context.js';
import type { Backend } from './backend.js';
import { closedAfter } from './closing.js';
import { Drill } from './engine.js';
import { createEventLog, type EventLog } from './event-log.js';
import type { LogLine } from './events.js';
import { watchOverhead } from './overhead.js';
import type { Scenario } from './scenario.js';

export interface RunOptions {
  /** Where it happens; closed at the end, whatever the end is. */
  readonly open: () => Promise<Backend>;
  /** Seconds a step lasts after the group has settled. @default the scenario's */
  readonly hold: number | undefined;
  /** Folder in which the event log grows while the drill runs, so that it survives whatever ends it, and its name there. @default only in memory */
  readonly log: { readonly dir: string; readonly name: string } | undefined;
}

/** Runs a scenario once, and gives its event log. */
export async function runScenario({ terminal, abort }: Context, scenario: Scenario, { open, hold, log }: RunOptions): Promise<LogLine[]> {
  const backend = await open();
  const events: LogLine[] = [];
  let onDisk: EventLog | undefined;
  try {
    if (log !== undefined) {
      mkdirSync(log.dir, { recursive: true });
      onDisk = createEventLog(join(log.dir, log.name));
    }
    const write = (line: LogLine): void => {
      events.push(line);
      onDisk?.write(line);
    };
    const measured = watchOverhead();
    for (const note of new Set(backend.lanes.flatMap((lane) => lane.notes))) terminal.say(`note: ${note}`);
    await new Drill(scenario, backend, write, terminal, { abort, ...(hold === undefined ? {} : { holdMs: hold * 1000 }) }).run();
    write({ t: Date.now(), event: 'overhead', ...measured() });
  } catch (error) {
    if (log !== undefined && events.length > 0 && error instanceof MusterError)
      terminal.say(`the event log up to here: ${join(log.dir, log.name)}; "muster verdict" judges it`);
    onDisk?.close();
    throw await closedAfter(error, async () => backend.close());
  }
  onDisk?.close();
  await backend.close();
  return events;
}
