import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseEvidence, type Evidence } from '../../workers/ledger.js';

/** Runs kubectl, and gives what it printed. Others are read meanwhile. */
export async function kubectl(args: readonly string[], input = ''): Promise<string> {
  const child = spawn('kubectl', args, { stdio: 'pipe' });
  child.stdin.end(input);
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const output: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => output.push(bytes));
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${said}`);
  return Buffer.concat(output).toString();
}

export interface Ended {
  readonly exitCode: number;
  readonly reason?: string;
  readonly startedAt: string;
  readonly finishedAt: string;
}

/** One life of a worker: a container from its start to its end. */
export interface Life {
  readonly pod: string;
  readonly container: string;
  readonly id: string;
  /** When it was first seen ready, in ms since the epoch. */
  readyAt?: number;
  startedAt?: number;
  ended?: Ended;
  readonly evidence: Evidence[];
  readonly logs: Record<string, unknown>[];
  /** Lines that are neither evidence nor JSON. */
  readonly strange: string[];
}

interface PodStatus {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly containerID?: string;
      readonly state?: {
        readonly running?: { readonly startedAt: string };
        readonly terminated?: Ended & { readonly containerID: string };
      };
      readonly lastState?: { readonly terminated?: Ended & { readonly containerID: string } };
    }[];
  };
}

export interface PodWatch {
  /** Every container that ran since the watch began, those of pods that are gone too. */
  readonly lives: readonly Life[];
  /** Ends the watch when all output has been read. */
  stop(): Promise<void>;
}

/**
 * Follows the pods that the selector finds: how each container ended, and all it wrote. The log of a pod goes with the pod, so it is read
 * while the pod lives.
 */
export function watchPods(namespace: string, selector: string): PodWatch {
  const lives = new Map<string, Life>();
  const readers = new Set<ChildProcess>();

  function follow(life: Life): void {
    const reader = spawn('kubectl', ['logs', '-f', '-n', namespace, life.pod, '-c', life.container], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    readers.add(reader);
    createInterface({ input: reader.stdout }).on('line', (line) => {
      const evidence = parseEvidence(line);
      if (evidence !== undefined) life.evidence.push(evidence);
      else {
        try {
          life.logs.push(JSON.parse(line) as Record<string, unknown>);
        } catch {
          life.strange.push(line);
        }
      }
    });
    reader.on('close', () => readers.delete(reader));
  }

  function see({ metadata, status }: PodStatus): void {
    for (const { name, containerID, state, lastState } of status?.containerStatuses ?? []) {
      for (const ended of [lastState?.terminated, state?.terminated]) {
        const life = ended === undefined ? undefined : lives.get(ended.containerID);
        if (life !== undefined && ended !== undefined) life.ended = ended;
      }
      const id = containerID ?? '';
      if (id === '') continue;
      const known = lives.get(id);
      const life: Life = known ?? { pod: metadata.name, container: name, id, evidence: [], logs: [], strange: [] };
      if (known === undefined) {
        lives.set(id, life);
        follow(life);
      }
      if (state?.running !== undefined) life.startedAt ??= Date.parse(state.running.startedAt);
      if (state?.running !== undefined && status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true)
        life.readyAt ??= Date.now();
    }
  }

  const watch = spawn('kubectl', ['get', 'pods', '-n', namespace, '-l', selector, '--watch', '-o', 'json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  createInterface({ input: watch.stdout }).on('line', (line) => {
    // Each state of a pod is one indented object: it ends with the bracket in the first column.
    text += `${line}\n`;
    if (line !== '}') return;
    see(JSON.parse(text) as PodStatus);
    text = '';
  });

  return {
    get lives() {
      return [...lives.values()];
    },
    async stop() {
      watch.kill();
      for (const reader of readers) reader.kill();
      while (readers.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}
