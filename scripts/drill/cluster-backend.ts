import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { nodeAccess } from '../cluster/node-access.js';
import { refuseWithout } from '../cluster/rights.js';
import { findTool } from '../cluster/tool.js';
import type { Host } from '../host.js';
import { openRun, type RunFolder } from '../run-folder.js';
import type { Backend } from './backend.js';
import { closedAfter } from './closing.js';
import { applyWorkers } from './cluster/apply.js';
import { brokerActs } from './cluster/broker-acts.js';
import { cannotOnCluster, refuseScenario, rightsFor } from './cluster/commands.js';
import { clusterFacts, settingsFor } from './cluster/facts.js';
import { breaksBrokers, brokerPods, brokersPlace, refuseWithoutBrokers } from './cluster/broker-pods.js';
import { kafkaAccess, type KafkaAccess } from './cluster/kafka-access.js';
import { openLookout, type Lookout } from './cluster/lookout.js';
import { memberActs } from './cluster/member-acts.js';
import { bringToRest, mark, refuseTarget, setEnv } from './cluster/prepare.js';
import { openSession, type Session } from './cluster/session.js';
import { podSignals } from './cluster/signals.js';
import { findTarget, type ClusterTarget, type TargetOptions } from './cluster/target.js';
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

/** What is opened on the way, and closed whatever happens. */
interface Opened {
  readonly session: Session;
  readonly run: RunFolder;
  kafka?: KafkaAccess;
  lookout?: Lookout;
}

/** Runs a scenario on what is deployed on a cluster, through `oc` or `kubectl`, and leaves it as it was. */
export async function clusterBackend(host: Host, scenario: Scenario, options: ClusterOptions): Promise<Backend> {
  const tool = await findTool(host, options);
  options.tell(`context ${tool.context ?? '(that of this pod)'}, namespace ${tool.namespace}, by ${tool.name}`);
  const opened: Opened = {
    session: openSession(tool, { tell: options.tell, restoreWithinMs: options.restoreWithinMs ?? 120_000 }),
    run: openRun(
      host.cwd,
      `drill-${String(process.pid)}-${randomBytes(3).toString('hex')}`,
      join(host.packageDir, 'build/scripts/watchdog.js'),
    ),
  };
  const close = async (): Promise<void> => {
    opened.lookout?.stop();
    try {
      await opened.session.end();
    } finally {
      await opened.kafka?.close().catch(() => undefined);
      await opened.run.remove();
    }
  };
  try {
    const target = await agreed(scenario, options, opened);
    return { ...(await prepared(host, scenario, target, options, opened)), close };
  } catch (error) {
    throw await closedAfter(error, close);
  }
}

/** Everything that may be refused is refused before anything is changed; but for what `--apply` has to make first. */
async function agreed(scenario: Scenario, options: ClusterOptions, { session }: Opened): Promise<ClusterTarget> {
  const { tool } = session;
  const target = options.apply === undefined ? await findTarget(tool, options) : await applyWorkers(session, options.apply, options);
  refuseScenario(scenario, target.producer);
  if (options.apply === undefined) await refuseTarget(tool, target);
  const settings = settingsFor(scenario, target, options);
  await refuseWithout(
    tool,
    rightsFor({
      steps: scenario.steps,
      nodeNamespace: options.nodeShell === undefined ? (options.nodeNamespace ?? 'default') : undefined,
      brokersNamespace: brokersPlace(tool, target.bootstrap).namespace,
      changesTemplate: Object.values(settings).some((of) => Object.keys(of).length > 0),
      tunnels: options.bootstrap === undefined,
      readsLogs: !target.areStrangers,
      applies: options.apply !== undefined,
    }),
  );
  await refuseWithoutBrokers(tool, scenario, target.bootstrap);
  options.abort.throwIfAborted();
  return target;
}

async function prepared(
  host: Host,
  scenario: Scenario,
  target: ClusterTarget,
  options: ClusterOptions,
  opened: Opened,
): Promise<Omit<Backend, 'close'>> {
  const { session, run } = opened;
  const { tool } = session;
  const { consumer, producer, areStrangers } = target;
  const readyWithinMs = options.readyWithinMs ?? 120_000;
  const settings = settingsFor(scenario, target, options);
  const kafka = await kafkaAccess(tool, run.dir, target.bootstrap, { ...options, cwd: host.cwd }, session.noted);
  opened.kafka = kafka;
  const { admin } = kafka;
  const facts = await clusterFacts(tool, target, settings, admin, kafka.note, { ...options, steps: scenario.steps });

  await mark(session, target);
  if (!areStrangers) {
    const unread = await bringToRest(session, target, admin, { ...options, sessionTimeoutMs: facts.sessionTimeoutMs });
    if (unread > 0) options.tell(`note: ${String(unread)} records wait in ${target.topic} from before; they will be processed too`);
    if (producer !== undefined) await setEnv(session, producer, settings.producer);
    await setEnv(session, consumer, settings.consumer);
  }

  const nodes = nodeAccess(tool, {
    namespace: options.nodeNamespace ?? 'default',
    image: options.nodeImage ?? consumer.image,
    acted: session.acted,
    ...(options.nodeShell === undefined ? {} : { shell: options.nodeShell }),
  });
  const signals = podSignals(session, nodes);
  const lookout = openLookout(session, target, { runDir: run.dir, readyWithinMs, abort: options.abort });
  opened.lookout = lookout;
  if (breaksBrokers(scenario)) await signals.open([...(await brokerPods(tool, target.bootstrap)).values()].map(({ node }) => node));

  return {
    lanes: [facts],
    cannot: (step) => cannotOnCluster(step, producer),
    ...memberActs(session, lookout, signals, { scenario, readyWithinMs }),
    ...brokerActs(session, lookout, signals, admin, target, { readyWithinMs, abort: options.abort }),
    addPartitions: async () => Promise.reject(new Error('refused before')),
    resetGroup: async () => Promise.reject(new Error('refused before')),
    group: async () => admin.group(target.group, target.topic),
    offsets: async () => admin.offsets(target.group, target.topic),
    poll: lookout.poll,
    lastWords: lookout.lastWords,
  };
}
