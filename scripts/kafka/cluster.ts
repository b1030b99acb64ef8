import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError } from '../../constructs/model/error.js';
import { launch, signal, type ProcessRef, type Running } from '../processes.js';
import type { RunFolder } from '../run-folder.js';
import { connectAdmin, type ClusterAdmin } from './admin.js';
import { newId, temporaryFiles, writeDataDirectory, type Distribution } from './distribution.js';
import { layOut, type ClusterPlan, type LocalNode } from './plan.js';
import { freePorts } from './ports.js';
import { brokerProperties, type NodeProcess } from './properties.js';

export interface ClusterOptions {
  /** `compacted` (default): controllers share the brokers' processes; `declared`: a process a node. */
  readonly roles?: 'declared' | 'compacted';
  /** Port of the first broker, the others follow; by default free ones. */
  readonly ports?: readonly number[];
  readonly abort?: AbortSignal;
}

export interface RunningBroker {
  readonly id: number;
  readonly pid: number;
  /** Port of its listener for clients; absent on a node that is a controller only. */
  readonly port?: number;
  readonly pod: string;
  readonly roles: readonly string[];
}

/** Real Kafka nodes, each a process of this machine. */
export interface LocalCluster {
  readonly bootstrap: string;
  readonly brokers: readonly RunningBroker[];
  /** What differs from the manifests, in sentences. */
  readonly notes: readonly string[];
  readonly admin: ClusterAdmin;
  /** Sends a signal to one node: SIGKILL, SIGSTOP, SIGCONT. */
  signal(id: number, name: NodeJS.Signals): boolean;
  /** Starts a node that has ended, on its own data. */
  restart(id: number): void;
}

const startWithinMs = 60_000;

/**
 * Starts the nodes of the plan and waits until every broker is in the cluster and every topic has its leaders.
 * @throws MusterError with the broker's own last words when one of them ends.
 */
export async function startCluster(
  run: RunFolder,
  distribution: Distribution,
  plan: ClusterPlan,
  options: ClusterOptions = {},
): Promise<LocalCluster> {
  const nodes = layOut(plan.nodes, options.roles ?? 'compacted');
  const clusterId = newId();
  const free = await freePorts(nodes.length * 2);
  const processes = nodes.map((node, index): NodeProcess => {
    const dir = join(run.dir, node.pod);
    return {
      id: node.id,
      roles: node.roles,
      clientPort: options.ports?.[index] ?? free[index * 2] ?? 0,
      controllerPort: free[index * 2 + 1] ?? 0,
      logDirs: Array.from({ length: node.volumes }, (_, volume) => join(dir, `data-${String(volume)}`)),
    };
  });
  const running = new Map<number, Running>();
  const start = (node: NodeProcess, pod: string): void => {
    const dir = join(run.dir, pod);
    running.set(
      node.id,
      launch(run.dir, {
        what: `node ${String(node.id)}`,
        command: distribution.java,
        args: [...distribution.jvmArgs, ...temporaryFiles(dir), 'kafka.Kafka', join(dir, 'server.properties')],
        cwd: dir,
        env: {},
        output: join(dir, 'server.log'),
      }),
    );
  };
  processes.forEach((node, index) => {
    const pod = nodes[index]?.pod ?? '';
    for (const dir of node.logDirs) writeDataDirectory(distribution, dir, { nodeId: node.id, clusterId });
    mkdirSync(join(run.dir, pod), { recursive: true });
    writeFileSync(join(run.dir, pod, 'server.properties'), brokerProperties(node, processes, plan.config));
    start(node, pod);
  });
  const clients = processes.filter((n) => n.roles.includes('broker'));
  const bootstrap = clients.map((n) => `127.0.0.1:${String(n.clientPort)}`).join(',');
  const watch = new StartupWatch(run, nodes, running, options.abort);
  const admin = await watch.until(async () => connectAdmin(bootstrap, startWithinMs));
  await watch.until(async () => {
    while ((await admin.brokers()).length < clients.length) await sleep(50);
    await admin.createTopics(plan.topics);
  });
  watch.stop();
  const refOf = (id: number): ProcessRef | undefined => running.get(id)?.ref;
  return {
    bootstrap,
    admin,
    brokers: processes.map((n, index) => ({
      id: n.id,
      pid: refOf(n.id)?.pid ?? 0,
      ...(n.roles.includes('broker') ? { port: n.clientPort } : {}),
      pod: nodes[index]?.pod ?? '',
      roles: n.roles,
    })),
    notes: notesOn(plan, nodes),
    signal: (id, name) => {
      const ref = refOf(id);
      return ref !== undefined && signal(ref, name);
    },
    restart: (id) => {
      const index = processes.findIndex((n) => n.id === id);
      const node = processes[index];
      if (node !== undefined) start(node, nodes[index]?.pod ?? '');
    },
  };
}

/** Ends the wait for a cluster as soon as one of its nodes ends, the person interrupts, or time is up. */
class StartupWatch {
  private readonly failure: Promise<never>;
  private over = false;

  constructor(run: RunFolder, nodes: readonly LocalNode[], running: ReadonlyMap<number, Running>, abort?: AbortSignal) {
    this.failure = new Promise((_, reject) => {
      for (const node of nodes) {
        void running.get(node.id)?.ended.then(({ code, signal: by, error }) => {
          if (this.over) return;
          const how = error ?? `ended with ${by ?? `code ${String(code)}`}`;
          reject(new MusterError('bad-input', `${node.pod} ${how} while starting: ${lastWords(join(run.dir, node.pod, 'server.log'))}`));
        });
      }
      abort?.addEventListener('abort', () => {
        reject(new MusterError('interrupted', 'interrupted while the brokers were starting'));
      });
      setTimeout(() => {
        reject(
          new MusterError(
            'not-reachable',
            `the brokers did not come up within ${String(startWithinMs / 1000)} s; the machine may be too busy or short of memory`,
          ),
        );
      }, startWithinMs).unref();
    });
    this.failure.catch(() => undefined);
  }

  async until<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await Promise.race([work(), this.failure]);
    } catch (error) {
      // What ends from now on is ended by us.
      this.over = true;
      throw error;
    }
  }

  stop(): void {
    this.over = true;
  }
}

/** The reason a broker gave, out of its log. */
function lastWords(log: string): string {
  // The run may be over, and its folder gone.
  const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
  const cause =
    lines.findLast((line) => /(Exception|Error):/.test(line)) ??
    lines.findLast((line) => / (ERROR|FATAL) /.test(line)) ??
    lines.findLast((line) => line.trim() !== '');
  return (cause ?? 'it said nothing').replace(/^\[[^\]]*\]\s*\w+\s*/, '').slice(0, 400);
}

function notesOn(plan: ClusterPlan, nodes: readonly LocalNode[]): string[] {
  const controllersOnly = plan.nodes.filter((n) => !n.roles.includes('broker')).length;
  const compacted = nodes.filter((n) => n.compacted).map((n) => n.id);
  return [
    compacted.length > 0
      ? `roles compacted: ${String(plan.nodes.length)} declared nodes run as ${String(nodes.length)} processes; broker ${compacted.join(', ')} take the controller's role instead of ${String(controllersOnly)} controllers of their own`
      : `roles as declared: ${String(nodes.length)} processes`,
    ...(plan.listeners.some((l) => l.secured) ? ['listeners with TLS or authentication are served without them here'] : []),
    'heap 256 MiB a node; memory and CPU limits of the manifests are not enforced here',
  ];
}
