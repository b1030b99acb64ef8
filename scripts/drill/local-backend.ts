import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { MusterError } from '../../constructs/model/error.js';
import { expandKeys } from '../../constructs/model/keys.js';
import { consumerContract, producerContract } from '../../workers/contract.js';
import { parseEvidence } from '../../workers/ledger.js';
import type { Host } from '../host.js';
import { connectAdmin, type ClusterAdmin } from '../kafka/admin.js';
import { startCluster } from '../kafka/cluster.js';
import { prepareKafka } from '../kafka/distribution.js';
import { planCluster, type PlannedTopic } from '../kafka/plan.js';
import { serviceResolver } from '../local/network.js';
import { LocalDeployment } from '../local/pods.js';
import { readChecked } from '../manifests.js';
import { openRun, type RunFolder } from '../run-folder.js';
import type { Backend, WorkerRole } from './backend.js';
import type { LogLine } from './events.js';
import { findWorker, settingOf } from './roles.js';

export interface LocalOptions {
  readonly environment: string;
  /** Folder of the manifests. */
  readonly manifests: string;
  readonly roles: 'declared' | 'compacted';
  /** A Kafka that already runs: the drill makes a topic and a group of its own there, and removes them. */
  readonly bootstrap?: string;
  /** Records a second, instead of the manifest's. */
  readonly rate?: number;
  /** Work a record in ms, instead of the manifest's. */
  readonly workMs?: number;
  readonly consumer?: string;
  readonly producer?: string;
  readonly tell: (text: string) => void;
  readonly abort: AbortSignal;
}

/** The Kafka a drill runs on, and how to leave it as it was. */
interface Target {
  readonly admin: ClusterAdmin;
  readonly bootstrap: string;
  readonly topic: PlannedTopic;
  readonly group: string;
  readonly notes: readonly string[];
  readonly leave: () => Promise<void>;
}

/** Runs the manifests of an environment on this machine: real brokers, and each replica a process. */
export async function localBackend(host: Host, options: LocalOptions): Promise<Backend> {
  const resources = readChecked(options.manifests);
  const plan = planCluster(resources);
  const consumer = findWorker(resources, 'consumer', options.consumer);
  const producer = findWorker(resources, 'producer', options.producer);
  const topicName = settingOf(consumer, consumerContract, 'KAFKA_TOPIC');
  const topic = plan.topics.find((t) => t.name === topicName);
  if (topic === undefined) {
    throw new MusterError(
      'bad-input',
      `${consumer.deployment} reads "${topicName}", but no KafkaTopic of the manifests makes it; there are ${plan.topics.map((t) => t.name).join(', ') || 'none'}`,
    );
  }
  const run = openRun(
    host.cwd,
    `drill-${String(process.pid)}-${randomBytes(3).toString('hex')}`,
    join(host.packageDir, 'build/scripts/watchdog.js'),
  );
  try {
    const group = settingOf(consumer, consumerContract, 'KAFKA_GROUP_ID');
    const target =
      options.bootstrap === undefined
        ? await ownCluster(host, run, plan, topic, group, options)
        : await borrowedCluster(
            options.bootstrap,
            plan.listeners.some((l) => l.secured),
            topic,
            group,
          );
    const overrides: Record<WorkerRole, Record<string, string>> = { producer: { HTTP_PORT: '0' }, consumer: { HTTP_PORT: '0' } };
    const told: string[] = [];
    const override = (role: WorkerRole, name: string, value: string): void => {
      overrides[role][name] = value;
      told.push(`${name}=${value} for the ${role} instead of the manifest's`);
    };
    for (const [role, template] of [
      ['producer', producer],
      ['consumer', consumer],
    ] as const) {
      const contract = role === 'producer' ? producerContract : consumerContract;
      if (settingOf(template, contract, 'EVIDENCE') !== 'stdout') override(role, 'EVIDENCE', 'stdout');
      if (settingOf(template, contract, 'KAFKA_SECURITY_PROTOCOL') !== 'PLAINTEXT') {
        override(role, 'KAFKA_SECURITY_PROTOCOL', 'PLAINTEXT');
        // What goes with it is in Secrets, which this machine does not have.
        for (const name of Object.keys(contract).filter((variable) => /^KAFKA_(SASL|SSL)_/.test(variable))) overrides[role][name] = '';
      }
      if (target.topic.name !== settingOf(template, contract, 'KAFKA_TOPIC')) override(role, 'KAFKA_TOPIC', target.topic.name);
    }
    if (target.group !== group) override('consumer', 'KAFKA_GROUP_ID', target.group);
    if (options.rate !== undefined) override('producer', 'PRODUCER_RATE', String(options.rate));
    if (options.workMs !== undefined) override('consumer', 'CONSUMER_WORK_MS', String(options.workMs));

    const pending: LogLine[] = [];
    const words = new Map<string, string[]>();
    const resolve = serviceResolver(plan, target.bootstrap);
    const deploymentOf = (role: WorkerRole): LocalDeployment =>
      new LocalDeployment(role === 'producer' ? producer : consumer, {
        runDir: run.dir,
        workingDir: host.packageDir,
        resolve,
        overrides: overrides[role],
        onLine: (pod, line) => {
          const evidence = parseEvidence(line);
          if (evidence !== undefined) pending.push(evidence);
          else words.set(pod, [...(words.get(pod) ?? []).slice(-19), line]);
        },
        onChange: (change) => {
          pending.push({ t: Date.now(), event: 'pod', role, ...change });
        },
      });
    const deployments: Record<WorkerRole, LocalDeployment> = { producer: deploymentOf('producer'), consumer: deploymentOf('consumer') };
    const poll = (): void => {
      deployments.producer.poll();
      deployments.consumer.poll();
    };
    const text = (name: keyof typeof consumerContract): string => overrides.consumer[name] ?? settingOf(consumer, consumerContract, name);
    const number = (name: keyof typeof consumerContract): number => Number(text(name));
    return {
      facts: {
        backend: 'local',
        environment: options.environment,
        topic: target.topic.name,
        partitions: target.topic.partitions,
        group: target.group,
        client: text('KAFKA_CLIENT'),
        protocol:
          text('CONSUMER_GROUP_PROTOCOL') === 'consumer'
            ? 'consumer'
            : text('CONSUMER_ASSIGNOR') === 'cooperative-sticky'
              ? 'cooperative'
              : 'eager',
        sessionTimeoutMs: number('CONSUMER_SESSION_TIMEOUT_MS'),
        heartbeatIntervalMs: number('CONSUMER_HEARTBEAT_INTERVAL_MS'),
        fetchMaxWaitMs: number('CONSUMER_FETCH_MAX_WAIT_MS'),
        rate: Number(overrides.producer['PRODUCER_RATE'] ?? settingOf(producer, producerContract, 'PRODUCER_RATE')),
        keys: expandKeys(settingOf(producer, producerContract, 'PRODUCER_KEYS')).length,
        workMs: number('CONSUMER_WORK_MS'),
        commit: settingOf(consumer, consumerContract, 'CONSUMER_COMMIT') === 'auto' ? 'auto' : 'manual',
        notes: [...target.notes, ...told],
      },
      scale: async (role, members) => {
        await deployments[role].scale(members);
      },
      pods: (role) => deployments[role].names(),
      crash: (pod, { replace }) => {
        deployments.consumer.kill(pod, 'SIGKILL', { replace });
      },
      stop: async (pod) => deployments.consumer.remove(pod),
      group: async () => target.admin.group(target.group, target.topic.name),
      offsets: async () => target.admin.offsets(target.group, target.topic.name),
      poll: () => {
        poll();
        return pending.splice(0);
      },
      lastWords: (pod) => {
        poll();
        return describe(words.get(pod) ?? []);
      },
      close: async () => {
        // Members that leave in order let a borrowed Kafka forget the group at once; our own brokers go with everything else.
        if (options.bootstrap !== undefined) await Promise.all([deployments.producer.scale(0), deployments.consumer.scale(0)]);
        deployments.producer.close();
        deployments.consumer.close();
        await target.leave().catch(() => undefined);
        await run.remove();
      },
    };
  } catch (error) {
    await run.remove();
    throw error;
  }
}

/** The last thing a worker said, out of its JSON log where it is one. */
function describe(lines: readonly string[]): string {
  const messages = lines.map((line) => {
    try {
      const { level, msg } = JSON.parse(line) as { level?: unknown; msg?: unknown };
      return { grave: Number(level) >= 50 || level === 'error' || level === 'fatal', text: String(msg) };
    } catch {
      return { grave: /error/i.test(line), text: line };
    }
  });
  const found = messages.findLast((m) => m.grave) ?? messages.at(-1);
  return found?.text.trim() ?? 'it said nothing';
}

async function ownCluster(
  host: Host,
  run: RunFolder,
  plan: ReturnType<typeof planCluster>,
  topic: PlannedTopic,
  group: string,
  options: LocalOptions,
): Promise<Target> {
  const distribution = await prepareKafka(host, plan.kafkaVersion, plan.metadataVersion, options.tell, options.abort);
  const from = Date.now();
  const cluster = await startCluster(run, distribution, plan, { roles: options.roles, abort: options.abort });
  options.tell(
    `Kafka ${plan.kafkaVersion}: ${String(cluster.brokers.length)} nodes and ${String(plan.topics.length)} topic${plan.topics.length === 1 ? '' : 's'} ready after ${((Date.now() - from) / 1000).toFixed(1)} s (${cluster.bootstrap})`,
  );
  return {
    admin: cluster.admin,
    bootstrap: cluster.bootstrap,
    topic,
    group,
    notes: [`Apache Kafka ${plan.kafkaVersion}, ${cluster.notes.join('; ')}`],
    leave: async () => cluster.admin.close(),
  };
}

/** On somebody's Kafka the drill touches nothing that was there: topic and group carry the user's name and a number of their own. */
async function borrowedCluster(bootstrap: string, secured: boolean, declared: PlannedTopic, group: string): Promise<Target> {
  const admin = await connectAdmin(bootstrap);
  const suffix = `${userInfo().username.replace(/[^a-zA-Z0-9._-]/g, '_')}-${randomBytes(3).toString('hex')}`;
  const topic = { ...declared, name: `${declared.name}.drill-${suffix}` };
  try {
    const brokers = (await admin.brokers()).length;
    if (brokers < topic.replicas) {
      throw new MusterError(
        'bad-input',
        `${declared.name} wants ${String(topic.replicas)} replicas, but the Kafka at ${bootstrap} has ${String(brokers)} broker${brokers === 1 ? '' : 's'}; take an environment made for it (--env crc has 1 broker)`,
      );
    }
    await admin.createTopics([topic]);
  } catch (error) {
    await admin.close();
    throw error;
  }
  const ownGroup = `${group}-drill-${suffix}`;
  return {
    admin,
    bootstrap,
    topic,
    group: ownGroup,
    notes: [
      `a Kafka that already ran, at ${bootstrap}; topic and group are the drill's own and are removed after it`,
      ...(secured ? ['the manifests declare a secured listener; this connection is plain'] : []),
    ],
    leave: async () => {
      await admin.deleteGroup(ownGroup).catch(() => undefined);
      await admin.deleteTopics([topic.name]).catch(() => undefined);
      await admin.close();
    },
  };
}
