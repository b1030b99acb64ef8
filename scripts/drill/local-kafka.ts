import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { MusterError } from '../../constructs/model/error.js';
import type { Host } from '../host.js';
import { connectAdmin, type ClusterAdmin } from '../kafka/admin.js';
import { startCluster, type LocalCluster } from '../kafka/cluster.js';
import { prepareKafka } from '../kafka/distribution.js';
import type { ClusterPlan, PlannedTopic } from '../kafka/plan.js';
import type { RunFolder } from '../run-folder.js';
import type { Settings } from './scenario.js';

/** The Kafka a drill runs on, and how to leave it as it was. */
export interface DrillKafka {
  readonly admin: ClusterAdmin;
  readonly bootstrap: string;
  /** The nodes, where they are the drill's own. */
  readonly cluster?: LocalCluster;
  /** Ends the names of topics and groups on a Kafka that is somebody else's. @default '' */
  readonly suffix: string;
  readonly notes: readonly string[];
  /** Removes what the drill made there. */
  readonly leave: (made: { readonly topics: readonly string[]; readonly groups: readonly string[] }) => Promise<void>;
}

export interface OwnKafkaOptions {
  readonly roles: 'declared' | 'compacted';
  /** Options instead of the manifests'. */
  readonly config: Settings;
  /** Made before the drill begins. */
  readonly topics: readonly PlannedTopic[];
  readonly tell: (text: string) => void;
  readonly abort: AbortSignal;
}

/** Starts the brokers of the manifests, for this drill alone. */
export async function ownKafka(host: Host, run: RunFolder, plan: ClusterPlan, options: OwnKafkaOptions): Promise<DrillKafka> {
  const distribution = await prepareKafka(host, plan.kafkaVersion, plan.metadataVersion, options.tell, options.abort);
  const from = Date.now();
  const { topics } = options;
  const cluster = await startCluster(
    run,
    distribution,
    { ...plan, config: { ...plan.config, ...options.config }, topics },
    { roles: options.roles, abort: options.abort },
  );
  options.tell(
    `Kafka ${plan.kafkaVersion}: ${String(cluster.brokers.length)} nodes and ${String(topics.length)} topic${topics.length === 1 ? '' : 's'} ready after ${((Date.now() - from) / 1000).toFixed(1)} s (${cluster.bootstrap})`,
  );
  return {
    admin: cluster.admin,
    bootstrap: cluster.bootstrap,
    cluster,
    suffix: '',
    notes: [
      `Apache Kafka ${plan.kafkaVersion}, ${cluster.notes.join('; ')}`,
      ...Object.entries(options.config).map(([name, value]) => `${name}=${value} on the brokers instead of the manifests'`),
    ],
    leave: async () => cluster.admin.close(),
  };
}

/** On somebody's Kafka the drill touches nothing that was there: topics and groups carry the user's name and a number of their own. */
export async function borrowedKafka(
  bootstrap: string,
  secured: boolean,
  topics: (suffix: string) => readonly PlannedTopic[],
): Promise<DrillKafka> {
  const admin = await connectAdmin(bootstrap);
  const suffix = `drill-${userInfo().username.replace(/[^a-zA-Z0-9._-]/g, '_')}-${randomBytes(3).toString('hex')}`;
  const wanted = topics(suffix);
  try {
    const brokers = (await admin.brokers()).length;
    const tooMany = wanted.find((topic) => topic.replicas > brokers);
    if (tooMany !== undefined) {
      throw new MusterError(
        'bad-input',
        `${tooMany.name.replace(`.${suffix}`, '')} wants ${String(tooMany.replicas)} replicas, but the Kafka at ${bootstrap} has ${String(brokers)} broker${brokers === 1 ? '' : 's'}; take an environment made for it (--env crc has 1 broker)`,
      );
    }
    await admin.createTopics(wanted);
  } catch (error) {
    await admin.close();
    throw error;
  }
  return {
    admin,
    bootstrap,
    suffix,
    notes: [
      `a Kafka that already ran, at ${bootstrap}; topics and groups are the drill's own and are removed after it`,
      ...(secured ? ['the manifests declare a secured listener; this connection is plain'] : []),
    ],
    leave: async ({ topics: made, groups }) => {
      for (const group of groups) await admin.deleteGroup(group).catch(() => undefined);
      await admin.deleteTopics(made).catch(() => undefined);
      await admin.close();
    },
  };
}
