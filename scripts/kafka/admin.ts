import { AssignerProtocol, Kafka, logLevel, type Admin } from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError } from '../../constructs/model/error.js';
import type { PlannedTopic } from './plan.js';

/** What the tools ask of a running Kafka, through kafkajs' admin client. */
export interface ClusterAdmin {
  /** Node ids of the brokers that are up. */
  brokers(): Promise<number[]>;
  createTopics(topics: readonly PlannedTopic[]): Promise<void>;
  deleteTopics(names: readonly string[]): Promise<void>;
  topics(): Promise<string[]>;
  /** The group as its coordinator sees it now. */
  group(id: string, topic: string): Promise<GroupState>;
  deleteGroup(id: string): Promise<void>;
  /** End of each partition and the group's committed offset (-1: none). */
  offsets(group: string, topic: string): Promise<{ partition: number; end: number; committed: number }[]>;
  close(): Promise<void>;
}
export interface GroupState {
  readonly state: string;
  readonly members: readonly { readonly memberId: string; readonly clientId: string; readonly partitions: readonly number[] }[];
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Connects to a Kafka and stays connected.
 * @throws MusterError `not-reachable` when no broker answers within `withinMs`.
 */
export async function connectAdmin(bootstrap: string, withinMs = 10_000): Promise<ClusterAdmin> {
  const kafka = new Kafka({
    clientId: 'muster',
    brokers: bootstrap.split(','),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2_000,
    retry: { retries: 3, initialRetryTime: 100 },
  });
  const admin = kafka.admin();
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      await admin.connect();
      return wrap(admin);
    } catch (cause) {
      if (Date.now() > deadline)
        throw new MusterError(
          'not-reachable',
          `no Kafka answers at ${bootstrap}: ${reason(cause)}; check the address and that the cluster runs`,
          { cause },
        );
      await sleep(100);
    }
  }
}

function wrap(admin: Admin): ClusterAdmin {
  return {
    brokers: async () => (await admin.describeCluster()).brokers.map((b) => b.nodeId).sort((a, b) => a - b),
    topics: async () => admin.listTopics(),
    createTopics: async (topics) => {
      for (const topic of topics) await createTopic(admin, topic);
      // Brokers learn of a new topic one after the other: it is there when the leader of every partition answers.
      for (const { name } of topics) await persist(async () => admin.fetchTopicOffsets(name));
    },
    deleteTopics: async (names) => {
      await admin.deleteTopics({ topics: [...names] });
    },
    group: async (id, topic) => {
      const [group] = (await admin.describeGroups([id])).groups;
      if (group === undefined) return { state: 'Unknown', members: [] };
      return {
        state: group.state,
        members: group.members.map(({ memberId, clientId, memberAssignment }) => ({
          memberId,
          clientId,
          partitions: assigned(memberAssignment, topic),
        })),
      };
    },
    deleteGroup: async (id) => {
      await admin.deleteGroups([id]);
    },
    offsets: async (group, topic) => {
      const ends = await persist(async () => admin.fetchTopicOffsets(topic));
      const committed = (await persist(async () => admin.fetchOffsets({ groupId: group, topics: [topic] })))[0]?.partitions ?? [];
      return ends
        .map(({ partition, high }) => ({
          partition,
          end: Number(high),
          committed: Number(committed.find((c) => c.partition === partition)?.offset ?? -1),
        }))
        .sort((a, b) => a.partition - b.partition);
    },
    close: async () => admin.disconnect(),
  };
}

function assigned(assignment: Buffer, topic: string): number[] {
  if (assignment.length === 0) return [];
  return [...(AssignerProtocol.MemberAssignment.decode(assignment)?.assignment[topic] ?? [])].sort((a, b) => a - b);
}

/** Repeats what Kafka says to repeat: leaders and coordinators move, and load after a move. @param withinMs how long */
export async function persist<T>(work: () => Promise<T>, withinMs = 30_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if ((error as { retriable?: boolean }).retriable !== true || Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
}

async function createTopic(admin: Admin, topic: PlannedTopic): Promise<void> {
  try {
    await persist(async () =>
      admin.createTopics({
        // The caller waits for the leaders, and better: this client takes a broker that does not know the topic yet for a refusal.
        waitForLeaders: false,
        topics: [
          {
            topic: topic.name,
            numPartitions: topic.partitions,
            replicationFactor: topic.replicas,
            configEntries: Object.entries(topic.config).map(([name, value]) => ({ name, value })),
          },
        ],
      }),
    );
  } catch (cause) {
    const inner = cause instanceof AggregateError ? (cause.errors[0] as unknown) : (cause as { errors?: unknown[] }).errors?.[0];
    throw new MusterError(
      'bad-input',
      `Kafka refuses the topic ${topic.name} (${String(topic.partitions)} partitions, ${String(topic.replicas)} replicas): ${reason(inner ?? cause)}`,
      { cause },
    );
  }
}
