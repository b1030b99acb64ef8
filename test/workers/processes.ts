import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { createInterface } from 'node:readline';
import { parseEvidence, type Evidence, type Processed } from '../../workers/ledger.js';

export interface WorkerProcess {
  readonly evidence: readonly Evidence[];
  readonly logs: readonly Record<string, unknown>[];
  readonly stderr: string;
  readonly pid: number;
  of<K extends Evidence['evidence']>(kind: K): (Evidence & { evidence: K })[];
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the process has ended and its output is read. */
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  port(): Promise<number>;
}

const running = new Set<ChildProcess>();

/** Any suite of workers is one for the other client too: MUSTER_CLIENT=librdkafka npm run test:jest -- test/workers/consumer.test.ts */
const client = process.env['MUSTER_CLIENT'];

/** Starts a built worker with exactly this environment. */
export function startWorker(file: string, env: Readonly<Record<string, string>>): WorkerProcess {
  const child = spawn(process.execPath, [file], {
    env: { HTTP_PORT: '0', EVIDENCE: 'stdout', ...(client !== undefined && { KAFKA_CLIENT: client }), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const evidence: Evidence[] = [];
  const logs: Record<string, unknown>[] = [];
  let stderr = '';
  child.stderr.on('data', (text: Buffer) => {
    stderr += text.toString();
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const known = parseEvidence(line);
    if (known === undefined) logs.push(JSON.parse(line) as Record<string, unknown>);
    else evidence.push(known);
  });
  const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  const of = <K extends Evidence['evidence']>(kind: K): (Evidence & { evidence: K })[] =>
    evidence.filter((line): line is Evidence & { evidence: K } => line.evidence === kind);
  return {
    evidence,
    logs,
    get stderr() {
      return stderr;
    },
    pid: child.pid ?? -1,
    of,
    kill: (signal) => void child.kill(signal),
    exit,
    async port() {
      await until('a port', () => logs.some((line) => typeof line['port'] === 'number'));
      return Number(logs.find((line) => typeof line['port'] === 'number')?.['port']);
    },
  };
}

/** For afterEach: no process outlives its test. */
export async function killAll(): Promise<void> {
  for (const child of running) child.kill('SIGKILL');
  while (running.size > 0) await sleep(10);
}

export async function until(what: string, holds: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
    await sleep(20);
  }
}

/** A record, whoever wrote or read it. */
export function idOf(record: { partition: number; key: string; seq?: number | undefined }): string {
  return `${record.partition}/${record.key}/${record.seq ?? '?'}`;
}

/** Of all members together: records acknowledged and never processed, and those processed more than once. */
export function account(
  producers: readonly WorkerProcess[],
  consumers: readonly WorkerProcess[],
): { acked: number; lost: string[]; duplicates: string[] } {
  const times = new Map<string, number>();
  for (const line of consumers.flatMap((c): Processed[] => c.of('processed'))) times.set(idOf(line), (times.get(idOf(line)) ?? 0) + 1);
  const acked = new Set(producers.flatMap((p) => p.of('acked')).map(idOf));
  return {
    acked: acked.size,
    lost: [...acked].filter((id) => !times.has(id)),
    duplicates: [...times].filter(([, count]) => count > 1).map(([id]) => id),
  };
}
