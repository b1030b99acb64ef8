import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { MusterError } from '../constructs/model/error.js';
import { endAll, isAlive, registered, startTimeOf, startWatchdog, type ProcessRef } from './processes.js';

/**
 * A run's folder, `.muster/NAME` in the working directory: its processes, their data and logs, and — once it is up — its state.
 * Whoever makes the folder owns the run; a folder whose owner is gone and that has no state is a leftover, and is cleaned away.
 */
export interface RunFolder {
  readonly name: string;
  readonly dir: string;
  /** Ends everything and removes the folder. Safe to call twice. */
  remove(): Promise<void>;
  /** Lets the run outlive this process (`muster up`). */
  keep(state: unknown): void;
}

const ownerFile = (dir: string): string => join(dir, 'owner.json');
const stateFile = (dir: string): string => join(dir, 'state.json');

export const runsDir = (cwd: string): string => resolve(cwd, '.muster');

function readJson(file: string): unknown {
  try {
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  } catch {
    return undefined;
  }
}

/** The state a run left when it came up; undefined when there is none or it cannot be read. */
export const readState = (dir: string): unknown => readJson(stateFile(dir));

/** The processes of a run that still live. */
export const survivors = (dir: string): ProcessRef[] => registered(dir).filter(isAlive);

/** Ends what is left of a run and removes its folder; returns how many processes were still there. */
export async function removeRun(dir: string): Promise<number> {
  const ended = await endAll(dir);
  rmSync(dir, { recursive: true, force: true });
  try {
    // The parent goes with its last run: a checkout is left as it was found.
    rmdirSync(join(dir, '..'));
  } catch {
    // Other runs are still in it, or somebody else removed it.
  }
  return ended;
}

/** Removes the folders of runs whose owner died before they were up; returns their names. */
export async function cleanLeftovers(cwd: string): Promise<string[]> {
  const dir = runsDir(cwd);
  if (!existsSync(dir)) return [];
  const cleaned: string[] = [];
  for (const name of readdirSync(dir)) {
    const run = join(dir, name);
    const owner = readJson(ownerFile(run)) as ProcessRef | undefined;
    if (existsSync(stateFile(run)) || (owner !== undefined && isAlive(owner))) continue;
    await removeRun(run);
    cleaned.push(name);
  }
  return cleaned;
}

/** Makes the folder and starts its watchdog. Throws when another process is just making the same run. */
export function openRun(cwd: string, name: string, watchdogScript: string): RunFolder {
  const dir = join(runsDir(cwd), name);
  mkdirSync(runsDir(cwd), { recursive: true });
  try {
    mkdirSync(dir);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'EEXIST')
      throw new MusterError('bad-input', `another muster is just starting "${name}" here (${dir}); wait for it, or end it and try again`, {
        cause,
      });
    throw new MusterError(
      'bad-input',
      `cannot make the folder ${dir}: ${(cause as Error).message}; run muster in a folder you may write to`,
      { cause },
    );
  }
  writeFileSync(ownerFile(dir), JSON.stringify({ pid: process.pid, started: startTimeOf(process.pid), what: 'owner' }));
  const watchdog = startWatchdog(dir, watchdogScript);
  return {
    name,
    dir,
    remove: async () => {
      await removeRun(dir);
      watchdog.release();
    },
    keep: (state) => {
      writeFileSync(`${stateFile(dir)}.tmp`, JSON.stringify(state, undefined, 2));
      renameSync(`${stateFile(dir)}.tmp`, stateFile(dir));
      watchdog.release();
    },
  };
}
