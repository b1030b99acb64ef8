import type { ClusterAdmin } from '../../kafka/admin.js';
import type { ClusterTool } from '../../cluster/tool.js';
import { consumerContract, producerContract } from '../../../workers/contract.js';
import type { LaneFacts, WorkerRole } from '../backend.js';
import { checkProtocol, factsOf } from '../lane-facts.js';
import { planLanes, type RunOverrides } from '../lane-plan.js';
import { settingOf } from '../roles.js';
import type { Scenario, Settings, Step } from '../scenario.js';
import type { ClusterTarget } from './target.js';
import { whatItIs } from './what-it-is.js';

/** Kafka's own default of `session.timeout.ms`. */
const usualSessionMs = 45_000;

/** What has to be set on the two Deployments for this run, beside what they say already. */
export function settingsFor(
  scenario: Scenario,
  { consumer, producer, areStrangers }: ClusterTarget,
  overrides: RunOverrides,
): Record<WorkerRole, Settings> {
  if (areStrangers) return { consumer: {}, producer: {} };
  const [lane] = planLanes(scenario, overrides);
  const differing = (role: WorkerRole): Settings => {
    const template = (role === 'consumer' ? consumer : producer)?.template;
    if (template === undefined) return {};
    const contract = role === 'consumer' ? consumerContract : producerContract;
    const all: Settings = { ...(role === 'consumer' ? lane?.consumer : lane?.producer), EVIDENCE: 'stdout' };
    return Object.fromEntries(Object.entries(all).filter(([name, value]) => settingOf(template, contract, name) !== value));
  };
  return { consumer: differing('consumer'), producer: differing('producer') };
}

/** What the run's first line says. */
export async function clusterFacts(
  tool: ClusterTool,
  target: ClusterTarget,
  settings: Record<WorkerRole, Settings>,
  admin: ClusterAdmin,
  kafkaNote: string,
  { sessionTimeoutMs = usualSessionMs, steps }: { readonly sessionTimeoutMs?: number; readonly steps: readonly Step[] },
): Promise<LaneFacts> {
  const { consumer, producer, topic, group } = target;
  const leaders = await admin.leaders(topic);
  const replicas = Math.max(1, ...leaders.map((one) => one.replicas.length));
  const set = (['producer', 'consumer'] as const).flatMap((role) =>
    Object.entries(settings[role]).map(([name, value]) => `${name}=${value} for the ${role} instead of its Deployment's`),
  );
  const where = {
    backend: 'cluster' as const,
    environment: `${tool.context ?? 'this cluster'}/${tool.namespace}`,
    notes: [
      `context ${tool.context ?? '(none)'}, namespace ${tool.namespace}, by ${tool.name}; ${kafkaNote}`,
      `Deployments ${[producer?.name, consumer.name].filter(Boolean).join(' and ')}`,
      ...new Set(steps.flatMap((step) => whatItIs(step) ?? [])),
      ...set,
    ],
  };
  if (producer !== undefined && !target.areStrangers) {
    const workers = { producer: producer.template, consumer: consumer.template, overrides: settings };
    checkProtocol(workers);
    return factsOf(workers, { ...where, lane: undefined, topic: { name: topic, partitions: leaders.length, replicas, config: {} }, group });
  }
  return {
    ...where,
    evidenceFrom: 'coordinator',
    topic,
    partitions: leaders.length,
    group,
    client: 'unknown',
    protocol: 'eager',
    sessionTimeoutMs,
    heartbeatIntervalMs: 3_000,
    fetchMaxWaitMs: 500,
    rate: 0,
    keys: 0,
    workMs: 0,
    commit: 'auto',
    replicationFactor: replicas,
    notes: [
      ...where.notes,
      `the members' session is taken for ${String(sessionTimeoutMs / 1000)} s, and their protocol, heartbeat and load are not known`,
      'of strangers only assignment, lag and committed offsets are known: nothing can be said of lost, repeated or reordered records',
    ],
  };
}
