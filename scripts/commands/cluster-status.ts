import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import '../../workers/kafkajs/codecs.js';
import { MusterError } from '../../constructs/model/error.js';
import { at, listAt, numberAt, textAt, type Resource } from '../../constructs/model/resource.js';
import { podOf } from '../cluster/pod-watch.js';
import { findTool, isSilence, itemsOf, type ClusterTool } from '../cluster/tool.js';
import { openTunnel } from '../cluster/tunnel.js';
import type { Context } from '../context.js';
import { manifestsOf } from '../environments.js';
import { connectAdmin, type ClusterAdmin } from '../kafka/admin.js';
import { readClientProperties } from '../kafka/client-properties.js';
import type { NodesSecurity } from '../kafka/nodes.js';
import { planCluster, type ClusterPlan, type Role } from '../kafka/plan.js';
import { readTopic } from '../kafka/read-topic.js';
import { readResources } from '../manifests.js';
import { openRun } from '../run-folder.js';

export interface ClusterStatusArgs {
  env: string;
  dir: string;
  context?: string;
  namespace?: string;
  bootstrap?: string;
  'command-config'?: string;
  json: boolean;
}

/** One line of the list. `ok` null: it cannot be told here, and `seen` says why. */
export interface Check {
  readonly check: string;
  readonly ok: boolean | null;
  readonly seen: string;
}

/** Ticks the validation list of a cluster against the manifests of its environment. Exit code 1 when one fails, 3 when nothing answers. */
export async function clusterStatus({ host, terminal }: Context, args: ClusterStatusArgs): Promise<number> {
  const resources = readResources(manifestsOf(host.cwd, args.dir, args.env));
  const plan = planCluster(resources);
  const named = { ...(args.context === undefined ? {} : { context: args.context }) };
  const namespace = args.namespace ?? plan.namespace;
  const tool = await findTool(host, { ...named, ...(namespace === undefined ? {} : { namespace }) });
  const run = openRun(
    host.cwd,
    `status-${String(process.pid)}-${randomBytes(3).toString('hex')}`,
    join(host.packageDir, 'build/scripts/watchdog.js'),
  );
  try {
    const checks = [
      ...(await nodesRun(tool, plan)),
      await entityOperatorRuns(tool, plan, resources),
      await operatorIsContent(tool, plan),
      ...(await kafkaAnswers(tool, plan, run.dir, host.cwd, args)),
    ];
    if (args.json)
      terminal.data(JSON.stringify({ schemaVersion: 1, context: tool.context ?? null, namespace: tool.namespace, checks }, undefined, 2));
    else
      terminal.data(
        [
          `context ${tool.context ?? '(none)'}, namespace ${tool.namespace}, by ${tool.name}`,
          ...checks.map(({ check, ok, seen }) => `${ok === null ? '?' : ok ? '✓' : '✗'} ${check}: ${seen}`),
        ].join('\n'),
      );
    return checks.some(({ ok }) => ok === false) ? 1 : 0;
  } finally {
    await run.remove();
  }
}

async function nodesRun(tool: ClusterTool, plan: ClusterPlan): Promise<Check[]> {
  const checks: Check[] = [];
  for (const role of ['broker', 'controller'] as const satisfies readonly Role[]) {
    const wanted = plan.nodes.filter(({ roles }) => roles.includes(role)).map(({ pod }) => pod);
    const label = `strimzi.io/cluster=${plan.name},strimzi.io/${role}-role=true`;
    const pods = itemsOf(await tool.json(['get', 'pods', '-n', tool.namespace, '-l', label])).flatMap(
      (pod) => podOf({ ...(pod as object), kind: 'Pod' }) ?? [],
    );
    const ready = pods.filter(({ isReady }) => isReady).map(({ name }) => name);
    const missing = wanted.filter((name) => !ready.includes(name));
    checks.push({
      check: `${String(wanted.length)} ${role}${wanted.length === 1 ? '' : 's'} Running and ready`,
      ok: missing.length === 0,
      seen: `${String(ready.length)} ready (${ready.join(', ') || 'none'})${missing.length === 0 ? '' : `; missing ${missing.join(', ')}`}`,
    });
  }
  return checks;
}

async function entityOperatorRuns(tool: ClusterTool, plan: ClusterPlan, resources: readonly Resource[]): Promise<Check> {
  const check = 'entity operator Running and ready';
  const kafka = resources.find((one) => one.kind === 'Kafka');
  if (at(kafka, 'spec', 'entityOperator') === undefined) return { check, ok: null, seen: 'the manifests declare none' };
  const name = `${plan.name}-entity-operator`;
  const found = await objectOrNone(tool, ['get', `deployment/${name}`]);
  if (found === undefined)
    return {
      check,
      ok: (await hasStrimzi(tool)) ? false : null,
      seen: `there is no Deployment ${name}${(await hasStrimzi(tool)) ? '' : ': Strimzi does not run here'}`,
    };
  const ready = numberAt(found, 'status', 'readyReplicas') ?? 0;
  return { check, ok: ready > 0, seen: `${name}: ${String(ready)} of ${String(numberAt(found, 'spec', 'replicas') ?? 1)} ready` };
}

async function operatorIsContent(tool: ClusterTool, plan: ClusterPlan): Promise<Check> {
  const check = `Kafka ${plan.name} Ready, says the operator`;
  if (!(await hasStrimzi(tool)))
    return { check, ok: null, seen: 'the cluster knows no kafkas.kafka.strimzi.io: Strimzi does not run here' };
  const found = await objectOrNone(tool, ['get', `kafkas.kafka.strimzi.io/${plan.name}`]);
  if (found === undefined) return { check, ok: false, seen: `there is no Kafka ${plan.name} in namespace ${tool.namespace}` };
  const conditions = listAt(found, 'status', 'conditions');
  if (conditions.length === 0) return { check, ok: null, seen: 'the Kafka resource has no status: no operator has looked at it' };
  const ready = conditions.find((one) => textAt(one, 'type') === 'Ready');
  const why = conditions.map((one) => textAt(one, 'message')).filter((text) => text !== undefined)[0];
  return {
    check,
    ok: textAt(ready, 'status') === 'True',
    seen: `Ready=${textAt(ready, 'status') ?? 'not told'}${why === undefined ? '' : `: ${why}`}`,
  };
}

const hasStrimzi = async (tool: ClusterTool): Promise<boolean> =>
  (await tool.run(['api-resources', '--api-group=kafka.strimzi.io', '-o', 'name'])).includes('kafkas.');

/** The object; undefined when there is none, or nobody may say. */
async function objectOrNone(tool: ClusterTool, args: readonly string[]): Promise<unknown> {
  try {
    return await tool.json([...args, '-n', tool.namespace]);
  } catch (error) {
    if (isSilence(error)) throw error;
    return undefined;
  }
}

async function kafkaAnswers(tool: ClusterTool, plan: ClusterPlan, runDir: string, cwd: string, args: ClusterStatusArgs): Promise<Check[]> {
  const security: NodesSecurity = args['command-config'] === undefined ? {} : readClientProperties(cwd, args['command-config']);
  const listener = plan.listeners.find(({ secured }) => !secured) ?? plan.listeners[0];
  const bootstrap = args.bootstrap ?? `${plan.name}-kafka-bootstrap:${String(listener?.port ?? 9092)}`;
  const pods = new Set(itemsOf(await tool.json(['get', 'pods', '-n', tool.namespace])).map((pod) => textAt(pod, 'metadata', 'name')));
  const tunnel =
    args.bootstrap === undefined
      ? openTunnel(
          tool,
          runDir,
          async (name) => Promise.resolve(pods.has(name)),
          () => undefined,
        )
      : undefined;
  const way: NodesSecurity = tunnel === undefined ? security : { ...security, socketFactory: tunnel.socketFactory };
  try {
    let admin: ClusterAdmin;
    try {
      admin = await connectAdmin(bootstrap, 15_000, way);
    } catch (error) {
      if (!(error instanceof MusterError)) throw error;
      return [{ check: 'Kafka answers', ok: false, seen: error.message }];
    }
    try {
      return [...(await topicsAre(admin, plan)), await recordPasses(admin, plan, bootstrap, way)];
    } finally {
      await admin.close();
    }
  } finally {
    tunnel?.close();
  }
}

async function topicsAre(admin: ClusterAdmin, plan: ClusterPlan): Promise<Check[]> {
  const names = new Set(await admin.topics());
  const shape: string[] = [];
  const behind: string[] = [];
  const lopsided: string[] = [];
  let partitions = 0;
  const brokers = plan.nodes.filter(({ roles }) => roles.includes('broker')).length;
  for (const topic of plan.topics) {
    if (!names.has(topic.name)) {
      shape.push(`${topic.name} is not there`);
      continue;
    }
    const found = await admin.leaders(topic.name);
    partitions += found.length;
    const replicas = found[0]?.replicas.length ?? 0;
    if (found.length !== topic.partitions || replicas !== topic.replicas)
      shape.push(
        `${topic.name} has ${String(found.length)} partitions × ${String(replicas)}, not ${String(topic.partitions)} × ${String(topic.replicas)}`,
      );
    const short = found.filter((one) => one.isr.length < one.replicas.length || one.leader < 0).map(({ partition }) => partition);
    if (short.length > 0) behind.push(`${topic.name}: ${short.join(' ')}`);
    const leading = new Map<number, number>();
    for (const { leader } of found) leading.set(leader, (leading.get(leader) ?? 0) + 1);
    const fair = Math.ceil(found.length / Math.max(1, brokers));
    if (Math.max(0, ...leading.values()) > fair + 1)
      lopsided.push(`${topic.name}: ${[...leading].map(([id, count]) => `broker ${String(id)} leads ${String(count)}`).join(', ')}`);
  }
  const list = (wrong: readonly string[], good: string): string =>
    wrong.length === 0 ? good : wrong.slice(0, 5).join('; ') + (wrong.length > 5 ? `; and ${String(wrong.length - 5)} more` : '');
  return [
    {
      check: 'topics have their partitions and replicas',
      ok: shape.length === 0,
      seen: list(shape, `${String(plan.topics.length)} topics, ${String(partitions)} partitions`),
    },
    { check: 'every partition led, its replicas in sync', ok: behind.length === 0, seen: list(behind, 'all') },
    brokers < 2
      ? { check: 'leaders spread over the brokers', ok: null, seen: 'there is one broker' }
      : { check: 'leaders spread over the brokers', ok: lopsided.length === 0, seen: list(lopsided, `over ${String(brokers)} brokers`) },
  ];
}

/** Through a topic made for it, which is removed: nobody's data is touched. */
async function recordPasses(admin: ClusterAdmin, plan: ClusterPlan, bootstrap: string, way: NodesSecurity): Promise<Check> {
  const check = 'a record produced (acks all) and consumed';
  const suffix = randomBytes(4).toString('hex');
  const topic = `muster-status-${suffix}`;
  const kafka = new Kafka({ clientId: 'muster', brokers: bootstrap.split(','), logLevel: logLevel.NOTHING, retry: { retries: 5 }, ...way });
  const producer = kafka.producer();
  const from = Date.now();
  try {
    const replicas = Math.min(3, plan.nodes.filter(({ roles }) => roles.includes('broker')).length);
    await admin.createTopics([{ name: topic, partitions: 1, replicas, config: {} }]);
    await producer.connect();
    await producer.send({ topic, acks: -1, messages: [{ value: suffix }] });
    const sentMs = Date.now() - from;
    let isRead = false;
    await readTopic(kafka, topic, new Map(), AbortSignal.timeout(recordWithinMs), ({ message }) => {
      isRead = message.value?.toString() === suffix;
      return !isRead;
    });
    const seen = `written after ${String(sentMs)} ms, ${isRead ? `read after ${String(Date.now() - from)} ms` : 'and not there to be read'}, on a topic of its own`;
    return { check, ok: isRead, seen };
  } catch (error) {
    return { check, ok: false, seen: (error as Error).message };
  } finally {
    await producer.disconnect().catch(() => undefined);
    await admin.deleteTopics([topic]).catch(() => undefined);
  }
}

const recordWithinMs = 30_000;
