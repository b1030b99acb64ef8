import { join, resolve as resolvePath } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError } from '../../constructs/model/error.js';
import { parseEvidence } from '../../workers/ledger.js';
import type { Context } from '../context.js';
import { manifestsOf } from '../environments.js';
import { connectAdmin, type ClusterAdmin } from '../kafka/admin.js';
import { startCluster } from '../kafka/cluster.js';
import { prepareKafka } from '../kafka/distribution.js';
import { planCluster, type ClusterPlan } from '../kafka/plan.js';
import { valueOf, type PodTemplate } from '../local/deployment.js';
import { lookAt } from '../local/environment.js';
import { serviceResolver } from '../local/network.js';
import { LocalDeployment } from '../local/pods.js';
import { readChecked } from '../manifests.js';
import { between } from '../option-values.js';
import { cleanLeftovers, openRun, type RunFolder } from '../run-folder.js';
import { readableLine } from '../run/log-line.js';
import { overridesOf, replicasOf } from '../run/overrides.js';
import { systemsOf, workersOf } from '../run/systems.js';
import { runTable, type GroupEnd } from '../run/table.js';
import { createTally } from '../run/tally.js';

export interface RunArgs {
  system?: string;
  env: string;
  dir: string;
  bootstrap?: string;
  seconds?: number;
  replicas?: string[];
  set?: string[];
  secret?: string[];
  quiet: boolean;
  json: boolean;
}

const lookMs = 100;
/** Longest wait for the consumers to read what is left, when the producers have stopped. */
const drainMs = 30_000;

/** `muster run`: one system's workers as the manifests say, on real brokers of this machine, until a person has seen enough. */
export async function runSystem(context: Context, args: RunArgs): Promise<number> {
  const { host, terminal, abort } = context;
  const resources = readChecked(manifestsOf(host.cwd, args.dir, args.env));
  if (args.system === undefined) {
    const systems = [...systemsOf(resources)].sort(([a], [b]) => (a < b ? -1 : 1));
    if (args.json)
      terminal.data(
        JSON.stringify({
          schemaVersion: 1,
          systems: systems.map(([system, workers]) => ({ system, workers: workers.map((w) => w.metadata.name) })),
        }),
      );
    else for (const [system, workers] of systems) terminal.data(`${system.padEnd(18)} ${workers.map((w) => w.metadata.name).join(', ')}`);
    return 0;
  }
  if (args.seconds !== undefined) between('--seconds', args.seconds, 1, 86_400);
  const workers = workersOf(resources, args.system);
  const overrides = overridesOf(workers, args.set ?? []);
  const replicas = replicasOf(workers, args.replicas ?? []);
  const secrets = secretsOf(host.cwd, args.secret ?? []);
  const plan = planCluster(resources);
  await cleanLeftovers(host.cwd);
  const run = openRun(host.cwd, `run-${String(process.pid)}`, join(host.packageDir, 'build/scripts/watchdog.js'));
  try {
    const kafka = await kafkaFor(context, args, run, plan);
    terminal.say(`Kafka at ${kafka.bootstrap}${kafka.isOurs ? ', which ends with this run' : ''}`);
    const tally = createTally();
    const resolve = serviceResolver(plan, kafka.bootstrap);
    const deployments = workers.map((template) => ({
      template,
      deployment: new LocalDeployment(template, {
        runDir: run.dir,
        workingDir: host.packageDir,
        resolve,
        secrets,
        overrides: { ...hereOf(template), ...overrides.get(template.deployment) },
        onLine: (pod, line) => {
          const evidence = parseEvidence(line);
          if (evidence !== undefined) tally.add(pod, template.component ?? '', evidence);
          else if (!args.quiet) terminal.say(readableLine(pod, line, terminal.colour));
        },
        onChange: ({ pod, state, code, signal, asked }) => {
          if (state === 'exited' && asked !== true && code !== 0) terminal.say(`${pod} ended with ${signal ?? `code ${String(code)}`}`);
        },
      }),
    }));
    const poll = (): void => {
      for (const { deployment } of deployments) deployment.poll();
    };
    const started = Date.now();
    await Promise.all(deployments.map(async ({ template, deployment }) => deployment.scale(replicas.get(template.deployment) ?? 1)));
    terminal.say(`${String(workers.length)} workers of ${args.system} run; Ctrl-C ends them`);
    const isOver = (): boolean =>
      abort.aborted ||
      (args.seconds !== undefined && Date.now() - started > args.seconds * 1000) ||
      deployments.every(({ deployment }) => deployment.isFinished());
    while (!isOver()) {
      poll();
      const pods = tally.pods();
      const sum = (of: 'acked' | 'processed'): number => pods.reduce((total, pod) => total + pod[of], 0);
      terminal.status(`${String(sum('acked'))} acknowledged, ${String(sum('processed'))} processed`);
      await sleep(lookMs);
    }
    const stop = async (who: 'consumers' | 'others'): Promise<void> => {
      const those = deployments.filter(({ template }) => (template.component === 'consumer') === (who === 'consumers'));
      await Promise.all(those.map(async ({ deployment }) => deployment.scale(0)));
    };
    // Who writes goes first, so that who reads may still read it.
    await stop('others');
    const deadline = Date.now() + drainMs;
    // What one worker reads makes another one write: all of it read at two looks in a row.
    for (let quiet = 0; quiet < 2 && !abort.aborted && Date.now() < deadline; await sleep(5 * lookMs)) {
      poll();
      quiet = (await endsOf(kafka.admin, workers)).every(({ lag }) => lag === 0) ? quiet + 1 : 0;
    }
    await stop('consumers');
    poll();
    const groups = await endsOf(kafka.admin, workers);
    await kafka.admin.close();
    if (args.json) terminal.data(JSON.stringify({ schemaVersion: 1, system: args.system, pods: tally.pods(), groups }, undefined, 2));
    else terminal.data(runTable(tally.pods(), groups));
    abort.throwIfAborted();
    return 0;
  } finally {
    await run.remove();
  }
}

/** What every worker is told here and not on a cluster: a free port, evidence to count by, no user. */
function hereOf(template: PodTemplate): Record<string, string> {
  const open: Record<string, string> = { HTTP_PORT: '0', EVIDENCE: 'stdout' };
  if ((valueOf(template, 'KAFKA_SECURITY_PROTOCOL') ?? 'PLAINTEXT') === 'PLAINTEXT') return open;
  const names = template.env.map(({ name }) => name).filter((name) => /^KAFKA_(SASL|SSL)_/.test(name));
  return { ...open, KAFKA_SECURITY_PROTOCOL: 'PLAINTEXT', ...Object.fromEntries(names.map((name) => [name, ''])) };
}

function secretsOf(cwd: string, given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name = '', folder = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
      if (name === '')
        throw new MusterError('bad-input', `--secret ${text} cannot be: write NAME=FOLDER, a folder that holds the Secret's keys as files`);
      return [name, resolvePath(cwd, folder)];
    }),
  );
}

interface RunKafka {
  readonly bootstrap: string;
  readonly admin: ClusterAdmin;
  readonly isOurs: boolean;
}

/** The Kafka that is named; else the environment that is up here; else brokers of the run's own. */
async function kafkaFor({ host, terminal, abort }: Context, args: RunArgs, run: RunFolder, plan: ClusterPlan): Promise<RunKafka> {
  const up = lookAt(host.cwd, args.env);
  const there = args.bootstrap ?? (up.is === 'running' ? up.state.bootstrap : undefined);
  if (there !== undefined) {
    const admin = await connectAdmin(there);
    const topics = await admin.topics();
    // Of a Kafka that somebody named nothing is changed without a word: topics that are missing are missing.
    const missing = plan.topics.filter(({ name }) => !topics.includes(name)).map(({ name }) => name);
    if (missing.length > 0) terminal.say(`topics of the manifests that are not there: ${missing.join(', ')}`);
    return { bootstrap: there, admin, isOurs: false };
  }
  const distribution = await prepareKafka(host, plan.kafkaVersion, plan.metadataVersion, terminal.say, abort);
  const cluster = await startCluster(run, distribution, plan, { abort });
  return { bootstrap: cluster.bootstrap, admin: cluster.admin, isOurs: true };
}

async function endsOf(admin: ClusterAdmin, workers: readonly PodTemplate[]): Promise<GroupEnd[]> {
  const ends: GroupEnd[] = [];
  for (const worker of workers) {
    const group = valueOf(worker, 'KAFKA_GROUP_ID');
    if (group === undefined) continue;
    for (const topic of (valueOf(worker, 'KAFKA_TOPIC') ?? '').split(',')) {
      if (ends.some((end) => end.group === group && end.topic === topic)) continue;
      const partitions = await admin.offsets(group, topic).catch(() => []);
      ends.push({ group, topic, lag: partitions.reduce((sum, { end, committed }) => sum + Math.max(0, end - Math.max(0, committed)), 0) });
    }
  }
  return ends;
}
