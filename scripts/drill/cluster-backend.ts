import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError } from '../../constructs/model/error.js';
import { nodeAccess, type NodeSignal } from '../cluster/node-access.js';
import type { PodSeen } from '../cluster/pod-watch.js';
import { refuseWithout } from '../cluster/rights.js';
import { findTool } from '../cluster/tool.js';
import type { Host } from '../host.js';
import { openRun, type RunFolder } from '../run-folder.js';
import type { Backend, WorkerRole } from './backend.js';
import { applyWorkers, type Applied } from './cluster/apply.js';
import {
  cannotOnCluster,
  chooseCommand,
  forceDeleteCommand,
  hasSurge,
  needsNode,
  refuseScenario,
  restartCommand,
  rightsFor,
  scaleCommand,
  strategyCommand,
  surgeStrategy,
} from './cluster/commands.js';
import { measureClocks } from './cluster/clocks.js';
import { clusterFacts, settingsFor } from './cluster/facts.js';
import { brokerPods, kafkaAccess, type KafkaAccess } from './cluster/kafka-access.js';
import { followMembers, type Members } from './cluster/members.js';
import { bringToRest, mark, refuseTarget, setEnv, willChangeTemplate } from './cluster/prepare.js';
import { openSession, undoRanks, type Session } from './cluster/session.js';
import { findTarget, type DeploymentNow, type TargetOptions } from './cluster/target.js';
import type { LogLine } from './events.js';
import type { RunOverrides } from './lane-plan.js';
import type { Scenario } from './scenario.js';

export interface ClusterOptions extends RunOverrides, TargetOptions {
  readonly context?: string;
  readonly namespace?: string;
  /** HOST:PORT of Kafka as it is reached from here. @default a port-forward to each broker */
  readonly bootstrap?: string;
  readonly commandConfig?: string;
  /** Command that runs a shell as root on the node `{node}`. @default a privileged pod */
  readonly nodeShell?: string;
  /** Image of that pod. @default the consumers' */
  readonly nodeImage?: string;
  /** Where that pod is made. @default default */
  readonly nodeNamespace?: string;
  /** Folder of manifests: those of the two workers that are not there are applied, and removed at the end. */
  readonly apply?: string;
  /** Of strangers' members, in ms, which nobody can be asked for. @default 45000, Kafka's own */
  readonly sessionTimeoutMs?: number;
  /** How long pods may take to run, and to be ready, in ms. @default 120000 */
  readonly readyWithinMs?: number;
  /** How long it is tried to put things back while the API server is silent, in ms. @default 120000 */
  readonly restoreWithinMs?: number;
  readonly tell: (text: string) => void;
  readonly abort: AbortSignal;
}

/** So long may the API server be silent before the drill is given up, in ms. */
const silenceAtMostMs = 15_000;
/** For the last lines of a log that has ended, in ms. */
const readWithinMs = 15_000;
/** For a pod that was asked to end, in ms. */
const goneWithinMs = 90_000;

/** Runs a scenario on what is deployed on a cluster, through `oc` or `kubectl`, and leaves it as it was. */
export async function clusterBackend(host: Host, scenario: Scenario, options: ClusterOptions): Promise<Backend> {
  const tool = await findTool(host, options);
  options.tell(`context ${tool.context ?? '(that of this pod)'}, namespace ${tool.namespace}, by ${tool.name}`);
  const session = openSession(tool, { tell: options.tell, restoreWithinMs: options.restoreWithinMs ?? 120_000 });
  const run = openRun(
    host.cwd,
    `drill-${String(process.pid)}-${randomBytes(3).toString('hex')}`,
    join(host.packageDir, 'build/scripts/watchdog.js'),
  );
  const opened: { kafka?: KafkaAccess; members: Members[] } = { members: [] };
  const close = async (): Promise<void> => {
    for (const members of opened.members.splice(0)) members.stop();
    try {
      await session.end();
    } finally {
      await opened.kafka?.close().catch(() => undefined);
      await run.remove();
    }
  };
  try {
    return await prepared(host, scenario, options, { session, run, opened, close });
  } catch (error) {
    await close();
    throw error;
  }
}

async function prepared(
  host: Host,
  scenario: Scenario,
  options: ClusterOptions,
  own: {
    readonly session: Session;
    readonly run: RunFolder;
    readonly opened: { kafka?: KafkaAccess; members: Members[] };
    readonly close: () => Promise<void>;
  },
): Promise<Backend> {
  const { session, run, opened } = own;
  const { tool, undo } = session;
  const { namespace } = tool;
  const readyWithinMs = options.readyWithinMs ?? 120_000;
  const applied: Applied | undefined = options.apply === undefined ? undefined : await applyWorkers(session, options.apply, options);
  const target = applied?.target ?? (await findTarget(tool, options));
  const { consumer, producer, areStrangers } = target;
  refuseScenario(scenario, producer);
  if (applied === undefined) await refuseTarget(tool, target);
  const settings = settingsFor(scenario, target, options);
  const changesTemplate = Object.values(settings).some((of) => Object.keys(of).length > 0);
  const nodeNamespace = options.nodeNamespace ?? 'default';
  await refuseWithout(
    tool,
    rightsFor({
      steps: scenario.steps,
      nodeNamespace: options.nodeShell === undefined ? nodeNamespace : undefined,
      changesTemplate,
      tunnels: options.bootstrap === undefined,
      readsLogs: !areStrangers,
      applies: applied !== undefined,
    }),
  );
  options.abort.throwIfAborted();

  const kafka = await kafkaAccess(tool, run.dir, target.bootstrap, { ...options, cwd: host.cwd }, session.noted);
  opened.kafka = kafka;
  const { admin } = kafka;
  const facts = await clusterFacts(tool, target, settings, admin, kafka.note, options);

  await mark(session, target);
  if (!areStrangers) {
    const unread = await bringToRest(session, target, admin, { ...options, sessionTimeoutMs: facts.sessionTimeoutMs });
    if (unread > 0) options.tell(`note: ${String(unread)} records wait in ${target.topic} from before; they will be processed too`);
    if (producer !== undefined) await setEnv(session, producer, settings.producer);
    await setEnv(session, consumer, settings.consumer);
  }

  const membersOf = (role: WorkerRole, { selector, container }: DeploymentNow): Members => {
    const members = followMembers(tool, run.dir, role, { selector, container, readLogs: !areStrangers });
    session.noted(tool.spell(['get', 'pods', '-n', namespace, '-l', selector, '--watch', '-o', 'json', '--output-watch-events']));
    opened.members.push(members);
    return members;
  };
  const consumers = membersOf('consumer', consumer);
  const producers = producer === undefined ? undefined : membersOf('producer', producer);
  const both = producers === undefined ? [consumers] : [producers, consumers];
  const deploymentOf = (role: WorkerRole): DeploymentNow | undefined => (role === 'consumer' ? consumer : producer);
  const of = (role: WorkerRole): Members | undefined => (role === 'consumer' ? consumers : producers);
  const nodes = nodeAccess(tool, {
    namespace: nodeNamespace,
    image: options.nodeImage ?? consumer.image,
    acted: session.acted,
    ...(options.nodeShell === undefined ? {} : { shell: options.nodeShell }),
  });
  const wanted: Record<WorkerRole, number> = { consumer: consumer.replicas, producer: producer?.replicas ?? 0 };

  const pending: LogLine[] = [];
  const look = (): void => {
    for (const members of both) pending.push(...members.poll());
    pending.push(...session.poll());
  };
  /** Looks until it holds; false when time is up. */
  const until = async (holds: () => boolean, withinMs: number): Promise<boolean> => {
    for (const deadline = Date.now() + withinMs; ; await sleep(50)) {
      options.abort.throwIfAborted();
      look();
      refuseSilence();
      if (holds()) return true;
      if (Date.now() > deadline) return false;
    }
  };
  const refuseSilence = (): void => {
    const since = Math.max(0, ...both.map(({ silentSince }) => silentSince ?? 0));
    if (since > 0 && Date.now() - since > silenceAtMostMs)
      throw new MusterError(
        'not-reachable',
        `the cluster of context ${tool.context ?? '(none)'} has not answered for ${String(silenceAtMostMs / 1000)} s, and a drill that cannot see is no drill`,
      );
  };
  const find = (pod: string): { seen: PodSeen; role: WorkerRole } => {
    for (const role of ['consumer', 'producer'] as const) {
      const seen = of(role)?.find(pod);
      if (seen !== undefined) return { seen, role };
    }
    throw new MusterError('bad-input', `there is no pod ${pod} any more`);
  };
  const signal = async (seen: PodSeen, name: NodeSignal): Promise<void> => {
    await openNodes([seen.node]);
    await session.through(async () => {
      if (name === 'STOP')
        undo.add(`thaw ${seen.name}`, undoRanks.thaw, `${seen.name} goes on`, [
          'delete',
          `pod/${seen.name}`,
          '--force',
          '--grace-period=0',
          '--ignore-not-found',
          '-n',
          namespace,
        ]);
      await nodes.signal({ node: seen.node, containerId: seen.containerId ?? '' }, name);
      if (name !== 'STOP') undo.drop(`thaw ${seen.name}`);
    });
  };
  /** Before they are needed: what a fault does must not wait for a pod to start. */
  const openNodes = async (names: readonly string[]): Promise<void> => {
    if (options.nodeShell !== undefined) return;
    await session.through(async () => {
      for (const node of new Set(names)) {
        const opening = nodes.open(node);
        for (const args of nodes.leftovers()) undo.add(args.join(' '), undoRanks.pods, 'the pod on the node', args);
        await opening;
      }
    });
  };
  const troubles = async (role: WorkerRole, count: number): Promise<MusterError> => {
    const name = deploymentOf(role)?.name ?? '';
    const members = of(role);
    const waiting = members?.present().find((pod) => !pod.isRunning && !pod.isEnding);
    const reason = waiting !== undefined ? `${waiting.name}: ${waiting.trouble ?? 'it does not start'}` : await replicaFailure(name);
    return new MusterError(
      'not-reachable',
      `only ${String(members?.running().length ?? 0)} of ${String(count)} pods of ${name} run after ${String(readyWithinMs / 1000)} s; ${reason}`,
    );
  };
  const replicaFailure = async (name: string): Promise<string> => {
    const path = '{.status.conditions[?(@.type=="ReplicaFailure")].message}';
    const said = await tool.run(['get', `deployment/${name}`, '-n', namespace, '-o', `jsonpath=${path}`]).catch(() => '');
    return said === '' ? 'no pod says why' : said;
  };
  const scale = async (role: WorkerRole, count: number): Promise<void> => {
    const deployment = deploymentOf(role);
    const members = of(role);
    if (deployment === undefined || members === undefined) return;
    // The load ends: nothing that is measured is disturbed any more, and every node still has somebody to ask.
    if (role === 'producer' && count === 0) pending.push(...(await session.through(async () => measureClocks(tool, both, session.noted))));
    wanted[role] = count;
    members.madeAfter(Date.now());
    try {
      await session.act(scaleCommand(deployment.name, count, namespace));
      const isThere = (): boolean => {
        const left = members.present();
        return left.length === count && left.every((pod) => pod.isRunning && !pod.isEnding);
      };
      if (!(await until(isThere, Math.max(readyWithinMs, count === 0 ? goneWithinMs : 0)))) throw await troubles(role, count);
      await until(() => !members.isReading(), readWithinMs);
      if (scenario.steps.some(needsNode)) await openNodes(members.running().map(({ node }) => node));
    } finally {
      members.madeAfter(undefined);
    }
  };
  /** One fewer, and this pod is the one that goes. */
  const without = async (pod: string, role: WorkerRole): Promise<void> => {
    const deployment = deploymentOf(role);
    if (deployment === undefined) return;
    of(role)?.ask(pod);
    wanted[role] -= 1;
    await session.act(chooseCommand(pod, namespace));
    await session.act(scaleCommand(deployment.name, wanted[role], namespace));
  };
  const isGone = (pod: string, role: WorkerRole) => (): boolean => of(role)?.find(pod) === undefined && of(role)?.isReading() === false;
  if (scenario.steps.some((step) => step.do === 'kill-broker' || step.do === 'freeze-broker'))
    await openNodes([...(await brokerPods(tool, target.bootstrap)).values()].map(({ node }) => node));

  return {
    lanes: [facts],
    cannot: (step) => cannotOnCluster(step, producer),
    scale,
    pods: (role) =>
      of(role)
        ?.running()
        .map(({ name }) => name) ?? [],
    kill: async (pod, { replace }) => {
      const { seen, role } = find(pod);
      of(role)?.ask(pod);
      if (replace) return signal(seen, 'KILL');
      // Stopped first, so that it hears nothing of its end: the SIGTERM of a pod that is to go would make it leave in order.
      await signal(seen, 'STOP');
      await without(pod, role);
      await signal(seen, 'KILL');
      if (!(await until(isGone(pod, role), goneWithinMs))) throw new MusterError('not-reachable', `${pod} was killed, and is still there`);
    },
    stop: async (pod) => {
      const { role } = find(pod);
      await without(pod, role);
      if (!(await until(isGone(pod, role), goneWithinMs)))
        throw new MusterError('not-reachable', `${pod} was not the pod that ${deploymentOf(role)?.name ?? ''} gave up, or it does not end`);
    },
    forceDelete: async (pod) => {
      find(pod);
      await session.act(forceDeleteCommand(pod, namespace));
    },
    freeze: async (pod) => signal(find(pod).seen, 'STOP'),
    thaw: async (pod) => {
      const seen = of('consumer')?.find(pod) ?? of('producer')?.find(pod);
      // What its liveness probe ended meanwhile needs no thaw.
      if (seen !== undefined) await signal(seen, 'CONT').catch(() => undefined);
    },
    rollout: async ({ maxSurge }) => {
      willChangeTemplate(session, consumer);
      if (!hasSurge(consumer, maxSurge)) {
        undo.add(
          'strategy',
          undoRanks.strategy,
          `strategy of ${consumer.name}`,
          strategyCommand(consumer.name, consumer.declaredStrategy, namespace),
        );
        await session.act(strategyCommand(consumer.name, surgeStrategy(maxSurge), namespace));
      }
      const old = new Set(consumers.present().map(({ uid }) => uid));
      await session.act(restartCommand(consumer.name, namespace));
      const isOver = (): boolean => {
        const left = consumers.present();
        return left.length === wanted.consumer && left.every((pod) => !old.has(pod.uid) && pod.isReady && !pod.isEnding);
      };
      const withinMs = readyWithinMs * Math.max(1, wanted.consumer);
      if (!(await until(isOver, withinMs))) throw await troubles('consumer', wanted.consumer);
    },
    brokers: async () => {
      const [up, controller, pods] = await Promise.all([admin.brokers(), admin.controller(), brokerPods(tool, target.bootstrap)]);
      return [...pods].map(([id, { name }]) => ({ id, pod: name, isUp: up.includes(id), isController: id === controller }));
    },
    leaders: async () => admin.leaders(target.topic),
    replicas: async (partition) => {
      const found = (await admin.leaders(target.topic)).find((one) => one.partition === partition);
      return found === undefined ? [] : [found.leader, ...found.isr.filter((id) => id !== found.leader)];
    },
    coordinator: async () => admin.coordinator(target.group),
    broker: async (id, act) => {
      const pod = async (): Promise<PodSeen> => {
        const seen = (await brokerPods(tool, target.bootstrap)).get(id);
        if (seen === undefined)
          throw new MusterError('bad-input', `broker ${String(id)} has no pod in namespace ${namespace} (label strimzi.io/broker-role)`);
        return seen;
      };
      if (act !== 'start') return signal(await pod(), act === 'kill' ? 'KILL' : act === 'freeze' ? 'STOP' : 'CONT');
      // The kubelet has started it again by itself.
      for (const deadline = Date.now() + readyWithinMs; !(await pod()).isReady; await sleep(500)) {
        options.abort.throwIfAborted();
        if (Date.now() > deadline)
          throw new MusterError('not-reachable', `broker ${String(id)} is not ready again after ${String(readyWithinMs / 1000)} s`);
      }
    },
    addPartitions: async () => Promise.reject(new Error('refused before')),
    resetGroup: async () => Promise.reject(new Error('refused before')),
    group: async () => admin.group(target.group, target.topic),
    offsets: async () => admin.offsets(target.group, target.topic),
    poll: () => {
      look();
      refuseSilence();
      for (const members of both) {
        const late = members.neverReady(readyWithinMs);
        if (late !== undefined)
          throw new MusterError(
            'not-reachable',
            `${late.pod} runs and is not ready after ${String(readyWithinMs / 1000)} s; it says: ${late.words}`,
          );
      }
      return pending.splice(0);
    },
    lastWords: (pod) => {
      look();
      return (of('consumer')?.find(pod) === undefined ? of('producer') : consumers)?.lastWords(pod) ?? 'it said nothing';
    },
    close: own.close,
  };
}
