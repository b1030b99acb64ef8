import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { appendFileSync, closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The one place that starts and ends processes. Whatever is started is written to the run's register first thing, by process id
 * and start time, so that only our own processes are ever ended, also by somebody who comes after a crash.
 */

/** A process that cannot be mistaken for another one that got the same id later. */
export interface ProcessRef {
  readonly pid: number;
  /** Start time as the system tells it: opaque, compared only. */
  readonly started: string;
  /** What it is, for a person: `broker 0`, `pod consumer-basic-1`. */
  readonly what: string;
}

const registerFile = (runDir: string): string => join(runDir, 'processes.ndjson');

/** When the process started, as the system tells it; undefined when there is none, or only its corpse. */
export function startTimeOf(pid: number): string | undefined {
  if (existsSync('/proc/self/stat')) {
    try {
      const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
      // The name stands in brackets and may hold anything: count the fields behind it (state is 3rd, start time 22nd).
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? undefined : fields[19];
    } catch {
      return undefined;
    }
  }
  const ps = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const line = ps.stdout.trim();
  return line === '' || line.startsWith('Z') ? undefined : line.slice(line.indexOf(' ')).trim();
}

export function isAlive(ref: ProcessRef): boolean {
  return startTimeOf(ref.pid) === ref.started;
}

/** Sends a signal to the process's whole group (each of ours leads one); false when it is gone already. */
export function signal(ref: ProcessRef, name: NodeJS.Signals): boolean {
  if (!isAlive(ref)) return false;
  try {
    process.kill(-ref.pid, name);
    return true;
  } catch {
    return false;
  }
}

/** What this process started, by run: known even when somebody removes the run's folder under it. */
const started = new Map<string, ProcessRef[]>();
/** Where the watchdog of a run is told what was started. */
const watchdogs = new Map<string, Writable>();

function register(runDir: string, ref: ProcessRef): void {
  const line = `${JSON.stringify(ref)}\n`;
  started.set(runDir, [...(started.get(runDir) ?? []), ref]);
  watchdogs.get(runDir)?.write(line);
  appendFileSync(registerFile(runDir), line);
}

/** Every process the run ever started, the oldest first. */
export function registered(runDir: string): ProcessRef[] {
  return existsSync(registerFile(runDir)) ? parseRefs(readFileSync(registerFile(runDir), 'utf8')) : [];
}

/** The processes in lines of a register; what is no such line is passed over. */
export function parseRefs(text: string): ProcessRef[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as ProcessRef];
    } catch {
      return [];
    }
  });
}

/**
 * Ends every process of the run at once and waits until they are gone; returns how many were still there.
 * @param told processes that are known besides those of the register
 */
export async function endAll(runDir: string, told: readonly ProcessRef[] = started.get(runDir) ?? []): Promise<number> {
  const byPid = new Map([...registered(runDir), ...told].map((ref) => [ref.pid, ref]));
  const alive = [...byPid.values()].filter(isAlive);
  for (const ref of alive) signal(ref, 'SIGKILL');
  while (alive.some(isAlive)) await sleep(10);
  return alive.length;
}

export interface Launch {
  readonly what: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Both output streams are appended to this file by the system itself, so nothing written is lost with the process. */
  readonly output: string;
}

export interface Running {
  readonly ref: ProcessRef;
  /** Resolves when it has ended; `error` when it could not even start. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly error?: string }>;
}

/** Starts a process as the leader of its own group, so that it outlives a Ctrl-C at the terminal until we end it in order. */
export function launch(runDir: string, { what, command, args, cwd, env, output }: Launch): Running {
  const file = openSync(output, 'a');
  let child: ChildProcess;
  try {
    child = spawn(command, args, { cwd, env: { ...env }, detached: true, stdio: ['ignore', file, file] });
  } finally {
    closeSync(file);
  }
  const ended = new Promise<Awaited<Running['ended']>>((resolve) => {
    child.once('error', (error) => {
      resolve({ code: null, signal: null, error: error.message });
    });
    child.once('exit', (code, by) => {
      resolve({ code, signal: by });
    });
  });
  child.unref();
  const pid = child.pid ?? 0;
  const ref = { pid, started: startTimeOf(pid) ?? 'never', what };
  if (pid !== 0) register(runDir, ref);
  return { ref, ended };
}

/**
 * A process that outlives us and ends the run when we are gone without having said so: it holds the read end of a pipe of which
 * we hold the other, and the system closes ours however we die.
 */
export function startWatchdog(runDir: string, script: string): { release: () => void } {
  const child = spawn(process.execPath, [script, runDir], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  (child.stdin as unknown as { unref: () => void }).unref();
  watchdogs.set(runDir, child.stdin);
  return {
    release: () => {
      watchdogs.delete(runDir);
      started.delete(runDir);
      child.stdin.end('release\n');
    },
  };
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The program is not there at all. */
  readonly missing: boolean;
}

interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly abort?: AbortSignal;
  /** What it reads from standard input. @default nothing */
  readonly input?: string;
  /** It does not hear a Ctrl-C at the terminal: what puts things back must not end with it. */
  readonly ownGroup?: boolean;
}

/** Runs a program to its end; ends it when the signal fires. Never throws: the caller says what a failure means. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const { stdout, ...finished } = await runForBytes(command, args, options);
  return { ...finished, stdout: stdout.toString('utf8') };
}

/** As `run`, for a program that writes something else than text. */
export async function runForBytes(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Omit<Finished, 'stdout'> & { readonly stdout: Buffer }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      ...(options.env === undefined ? {} : { env: options.env }),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.abort === undefined ? {} : { signal: options.abort }),
      ...(options.ownGroup === undefined ? {} : { detached: options.ownGroup }),
    });
    const stdout: Buffer[] = [];
    let stderr = '';
    child.stdout?.on('data', (bytes: Buffer) => stdout.push(bytes));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    // It may end before it has read everything: its exit code says what that means.
    child.stdin?.on('error', () => undefined).end(options.input);
    child.once('error', (error: NodeJS.ErrnoException) => {
      resolve({ code: null, stdout: Buffer.concat(stdout), stderr: stderr + error.message, missing: error.code === 'ENOENT' });
    });
    child.once('close', (code) => {
      resolve({ code, stdout: Buffer.concat(stdout), stderr, missing: false });
    });
  });
}

export interface Conversation {
  /** Sends a line, and resolves with the next one that comes back; undefined when none does within `ms`, or it has ended. */
  ask(line: string, ms: number): Promise<string | undefined>;
  /** The next line, unasked. */
  next(ms: number): Promise<string | undefined>;
  end(): void;
}

/** Starts a program that answers line by line; it hears no Ctrl-C at the terminal. */
export function converse(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Conversation {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'], env, detached: true });
  const lines: string[] = [];
  let rest = '';
  let over = false;
  let wake: () => void = () => undefined;
  const ended = (): void => {
    over = true;
    wake();
  };
  child.once('error', ended).once('close', ended);
  child.stdin.on('error', () => undefined);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = `${rest}${text}`.split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    wake();
  });
  const next = async (ms: number): Promise<string | undefined> => {
    const deadline = Date.now() + ms;
    while (lines.length === 0 && !over && Date.now() < deadline)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - Date.now());
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    return lines.shift();
  };
  return {
    next,
    ask: async (line, ms) => {
      child.stdin.write(`${line}\n`);
      return next(ms);
    },
    end: () => {
      child.stdin.end();
      child.kill();
    },
  };
}
