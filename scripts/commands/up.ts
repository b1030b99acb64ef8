import { join } from 'node:path';
import { MusterError } from '../../constructs/model/error.js';
import type { Context } from '../context.js';
import { manifestsOf } from '../environments.js';
import { startCluster } from '../kafka/cluster.js';
import { prepareKafka } from '../kafka/distribution.js';
import { layOut, planCluster, type ClusterPlan } from '../kafka/plan.js';
import { isFree } from '../kafka/ports.js';
import { end, lookAt, runName, type EnvironmentState } from '../local/environment.js';
import { readChecked } from '../manifests.js';
import { cleanLeftovers, openRun } from '../run-folder.js';
import type { Terminal } from '../terminal.js';

export async function up(
  { host, terminal, abort }: Context,
  args: { env: string; dir: string; roles: 'compacted' | 'declared'; port?: number; json: boolean },
): Promise<number> {
  await cleanLeftovers(host.cwd);
  const before = lookAt(host.cwd, args.env);
  if (before.is === 'running') {
    terminal.say(`${args.env} runs already`);
    show(terminal, before.state, args.json);
    return 0;
  }
  const plan = planCluster(readChecked(manifestsOf(host.cwd, args.dir, args.env)));
  if (before.is === 'stale') {
    await end(host.cwd, args.env);
    terminal.say(`${args.env} was up before, but only ${String(before.alive)} of its processes were left: ended and cleaned`);
  }
  const ports = await choosePorts(plan, args, terminal);
  const distribution = await prepareKafka(host, plan.kafkaVersion, plan.metadataVersion, terminal.say, abort);
  const run = openRun(host.cwd, runName(args.env), join(host.packageDir, 'build/scripts/watchdog.js'));
  try {
    const from = Date.now();
    const cluster = await startCluster(run, distribution, plan, { roles: args.roles, abort, ...(ports === undefined ? {} : { ports }) });
    await cluster.admin.close();
    const state: EnvironmentState = {
      schemaVersion: 1,
      environment: args.env,
      kafkaVersion: plan.kafkaVersion,
      bootstrap: cluster.bootstrap,
      brokers: cluster.brokers,
      topics: plan.topics.map((t) => t.name),
      notes: cluster.notes,
    };
    run.keep(state);
    terminal.say(`${args.env} is up after ${((Date.now() - from) / 1000).toFixed(1)} s; "muster down --env ${args.env}" ends it`);
    show(terminal, state, args.json);
    return 0;
  } catch (error) {
    await run.remove();
    throw error;
  }
}

/** The ports asked for; else those that begin at the listener's own, so that the address is the same every time; else free ones. */
async function choosePorts(
  plan: ClusterPlan,
  args: { roles: 'compacted' | 'declared'; port?: number },
  terminal: Terminal,
): Promise<number[] | undefined> {
  const count = layOut(plan.nodes, args.roles).length;
  const first = args.port ?? plan.listeners[0]?.port ?? 9092;
  if (!Number.isInteger(first) || first < 1 || first + count - 1 > 65_535) {
    throw new MusterError('bad-input', `--port ${String(first)} cannot be: ${String(count)} nodes need ports from 1 to 65535`);
  }
  const ports = Array.from({ length: count }, (_, index) => first + index);
  const taken = (await Promise.all(ports.map(async (port) => ((await isFree(port)) ? [] : [port])))).flat();
  if (taken.length === 0) return ports;
  if (args.port !== undefined) {
    throw new MusterError(
      'bad-input',
      `port ${taken.join(', ')} is taken by another program; give another first port with --port, or none to take free ones`,
    );
  }
  terminal.say(`port ${taken.join(', ')} is taken by another program: free ones are used instead`);
  return undefined;
}

export function show(terminal: Terminal, state: EnvironmentState, asJson: boolean): void {
  if (asJson) {
    terminal.data(JSON.stringify(state, undefined, 2));
    return;
  }
  const nodes = state.brokers.map(
    (b) =>
      `  ${b.pod.padEnd(28)} ${b.port === undefined ? 'no clients    ' : `127.0.0.1:${String(b.port)}`.padEnd(16)} pid ${String(b.pid).padEnd(8)} ${b.roles.join(', ')}`,
  );
  terminal.data(
    [
      `bootstrap ${state.bootstrap}`,
      `Kafka ${state.kafkaVersion}; topics ${state.topics.join(', ') || 'none'}`,
      ...nodes,
      ...state.notes.map((note) => `note: ${note}`),
    ].join('\n'),
  );
}
