import { AssignerProtocol } from 'kafkajs';
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError } from '../../constructs/model/error.js';
import { consumerGroupDescribe } from './consumer-group-describe.js';
import { describeQuorum } from './describe-quorum.js';
import { askFlexible, knows } from './flexible.js';
import { connectNodes, type Nodes, type NodesSecurity } from './nodes.js';
import type { PlannedTopic } from './plan.js';
import { ask, mustBeNone } from './protocol.js';

/**
 * What the tools ask of a running Kafka. Every question ends within seconds, whichever broker is dead or frozen; what only one broker can
 * answer (a group its coordinator, an end its leader) is refused meanwhile with an error that is `retriable`, or asked again where it says so.
 */
export interface ClusterAdmin {
  /** Node ids of the brokers that are up. */
  brokers(): Promise<number[]>;
  /** Node id of the active controller; -1: none at present. */
  controller(): Promise<number>;
  createTopics(topics: readonly PlannedTopic[]): Promise<void>;
  deleteTopics(names: readonly string[]): Promise<void>;
  topics(): Promise<string[]>;
  /** Who leads and who is in sync, as the first broker that answers has heard. Cheap: one request. `leader` -1: nobody. */
  leaders(topic: string): Promise<PartitionLeader[]>;
  /** Resolves when each partition has a leader and all its replicas are in sync; false when that takes longer. */
  inSync(topic: string, withinMs: number): Promise<boolean>;
  /** Gives a topic more partitions, and waits until each has a leader. */
  addPartitions(topic: string, to: number): Promise<void>;
  /** Node id of the group's coordinator, as far as brokers have heard: it may be dead. */
  coordinator(group: string): Promise<number>;
  /** The group as its coordinator sees it now, of either protocol. */
  group(id: string, topic: string): Promise<GroupState>;
  deleteGroup(id: string): Promise<void>;
  /**
   * Sets the group's offsets: to the first record of each partition, or to the first that is as young as `at` (ms since the epoch), where there is none to
   * the end. @throws MusterError `bad-input` while the group has members
   */
  resetOffsets(group: string, topic: string, to: 'beginning' | { readonly at: number }): Promise<void>;
  /** End of each partition and the group's committed offset (-1: none). Repeats the question for up to 30 s. */
  offsets(group: string, topic: string): Promise<{ partition: number; end: number; committed: number }[]>;
  close(): Promise<void>;
}
export interface PartitionLeader {
  readonly partition: number;
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
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
export async function connectAdmin(bootstrap: string, withinMs = 10_000, security: NodesSecurity = {}): Promise<ClusterAdmin> {
  const nodes = connectNodes(bootstrap, security);
  const admin = adminOf(nodes);
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      await admin.brokers();
      return admin;
    } catch (cause) {
      if (Date.now() > deadline) {
        nodes.close();
        throw new MusterError(
          'not-reachable',
          `no Kafka answers at ${bootstrap}: ${reason(cause)}; check the address and that the cluster runs`,
          { cause },
        );
      }
      await sleep(100);
    }
  }
}

const groupIdNotFound = 69;
/** Timestamps that ListOffsets takes for a place. */
const endOfPartition = -1;
const beginningOfPartition = -2;
/** The end is the high watermark: with an open transaction the last stable offset stands still before it. */
const readUncommitted = 0;

function adminOf(nodes: Nodes): ClusterAdmin {
  const coordinators = new Map<string, number>();
  /** Groups that were found to be of the protocol `consumer`: each is asked for by its own request. */
  const consumerGroups = new Set<string>();

  const metadata = async (topics: readonly string[]) => {
    const answer = await nodes.any(async (broker) => ask(broker, 'Metadata', { topics, allowAutoTopicCreation: false }));
    nodes.learn(answer.brokers);
    return answer;
  };
  const leaders = async (topic: string): Promise<PartitionLeader[]> => {
    const [found] = (await metadata([topic])).topicMetadata;
    mustBeNone(found?.topicErrorCode ?? unknownTopic);
    return (found?.partitionMetadata ?? [])
      .map(({ partitionId, leader, replicas, isr }) => ({ partition: partitionId, leader, replicas, isr }))
      .sort((a, b) => a.partition - b.partition);
  };
  const lead = (partitions: readonly PartitionLeader[]): void => {
    if (partitions.length === 0 || partitions.some(({ leader }) => leader < 0)) throw createErrorFromCode(leaderNotAvailable);
  };

  const coordinator = async (group: string): Promise<number> => {
    const answer = await nodes.any(async (broker) => ask(broker, 'GroupCoordinator', { groupId: group }));
    mustBeNone(answer.errorCode);
    nodes.learn([answer.coordinator]);
    coordinators.set(group, answer.coordinator.nodeId);
    return answer.coordinator.nodeId;
  };
  const atCoordinator = async <T>(group: string, question: Parameters<typeof nodes.one<T>>[1]): Promise<T> => {
    try {
      return await nodes.one(coordinators.get(group) ?? (await coordinator(group)), question);
    } catch (error) {
      coordinators.delete(group);
      throw error;
    }
  };

  /** Offset of each partition at a place, asked of its leader. */
  const offsetsAt = async (topic: string, timestamp: number): Promise<Map<number, number>> => {
    const partitions = await leaders(topic);
    lead(partitions);
    const found = new Map<number, number>();
    const ids = [...new Set(partitions.map(({ leader }) => leader))];
    await Promise.all(
      ids.map(async (id) => {
        const led = partitions.filter(({ leader }) => leader === id).map(({ partition }) => ({ partition, timestamp }));
        const request = { replicaId: -1, isolationLevel: readUncommitted, topics: [{ topic, partitions: led }] };
        const { responses } = await nodes.one(id, async (broker) => ask(broker, 'ListOffsets', request));
        for (const { partition, offset, errorCode } of responses.flatMap((response) => response.partitions)) {
          mustBeNone(errorCode);
          found.set(partition, Number(offset));
        }
      }),
    );
    return found;
  };
  const committed = async (group: string, topic: string, partitions: readonly number[]): Promise<Map<number, number>> => {
    const request = { groupId: group, topics: [{ topic, partitions: partitions.map((partition) => ({ partition })) }] };
    const { errorCode, responses } = await atCoordinator(group, async (broker) => {
      const answer = await ask(broker, 'OffsetFetch', request);
      mustBeNone(answer.errorCode);
      for (const one of answer.responses.flatMap((response) => response.partitions)) mustBeNone(one.errorCode);
      return answer;
    });
    mustBeNone(errorCode);
    return new Map(responses.flatMap((response) => response.partitions).map((p) => [p.partition, Number(p.offset)]));
  };

  const classicGroup = async (id: string, topic: string): Promise<GroupState> =>
    atCoordinator(id, async (broker) => {
      const [group] = (await ask(broker, 'DescribeGroups', { groupIds: [id] })).groups;
      if (group === undefined) return { state: 'Unknown', members: [] };
      mustBeNone(group.errorCode);
      return {
        state: group.state,
        members: group.members.map(({ memberId, clientId, memberAssignment }) => ({
          memberId,
          clientId,
          partitions: assigned(memberAssignment, topic),
        })),
      };
    });
  /** Undefined where there is no such group of this protocol, or the broker is older than it. */
  const consumerGroup = async (id: string, topic: string): Promise<GroupState | undefined> =>
    atCoordinator(id, async (broker) => {
      const request = consumerGroupDescribe(id);
      if (!knows(broker, request)) return undefined;
      const { errorCode, state, members } = await askFlexible(broker, request);
      if (errorCode === groupIdNotFound) return undefined;
      mustBeNone(errorCode);
      return {
        state,
        members: members.map((member) => ({
          memberId: member.memberId,
          clientId: member.clientId,
          partitions: [...(member.assigned.get(topic) ?? [])].sort((a, b) => a - b),
        })),
      };
    });
  const group = async (id: string, topic: string): Promise<GroupState> => {
    if (!consumerGroups.has(id)) {
      const classic = await classicGroup(id, topic);
      // To the older request a group of the newer protocol is dead, as one that never was.
      if (classic.state !== 'Dead') return classic;
    }
    const found = await consumerGroup(id, topic);
    if (found === undefined) {
      consumerGroups.delete(id);
      return { state: 'Dead', members: [] };
    }
    consumerGroups.add(id);
    return found;
  };

  return {
    brokers: async () => (await metadata([])).brokers.map((b) => b.nodeId).sort((a, b) => a - b),
    controller: async () => nodes.any(async (broker) => askFlexible(broker, describeQuorum)),
    topics: async () => (await metadata([])).topicMetadata.map(({ topic }) => topic),
    leaders,
    inSync: async (topic, withinMs) => {
      const deadline = Date.now() + withinMs;
      for (;;) {
        const partitions = await leaders(topic).catch(() => []);
        if (partitions.length > 0 && partitions.every(({ leader, isr, replicas }) => leader >= 0 && isr.length === replicas.length))
          return true;
        if (Date.now() > deadline) return false;
        await sleep(100);
      }
    },
    createTopics: async (topics) => {
      for (const topic of topics) await createTopic(nodes, topic);
      // Brokers learn of a new topic one after the other: it is there when the leader of every partition answers.
      for (const { name } of topics) await persist(async () => offsetsAt(name, endOfPartition));
    },
    deleteTopics: async (names) => {
      const request = { topics: names, timeout: requestMs };
      const { topicErrors } = await nodes.inTurn(async (broker) => ask(broker, 'DeleteTopics', request));
      for (const { errorCode } of topicErrors) mustBeNone(errorCode);
    },
    addPartitions: async (topic, to) => {
      const request = { topicPartitions: [{ topic, count: to }], timeout: requestMs };
      const { topicErrors } = await nodes.inTurn(async (broker) => ask(broker, 'CreatePartitions', request));
      for (const { errorCode, errorMessage } of topicErrors) {
        if (errorCode !== 0)
          throw new MusterError(
            'bad-input',
            `Kafka refuses ${String(to)} partitions for ${topic}: ${errorMessage ?? createErrorFromCode(errorCode).message}`,
          );
      }
      await persist(async () => {
        if ((await offsetsAt(topic, endOfPartition)).size !== to) throw createErrorFromCode(leaderNotAvailable);
      });
    },
    coordinator,
    group,
    deleteGroup: async (id) => {
      const { results } = await atCoordinator(id, async (broker) => ask(broker, 'DeleteGroups', [id]));
      for (const { errorCode } of results) mustBeNone(errorCode);
    },
    resetOffsets: async (id, topic, to) => {
      const { state, members } = await persist(async () => group(id, topic));
      if (members.length > 0)
        throw new MusterError(
          'bad-input',
          `the offsets of ${id} cannot be set: it has ${String(members.length)} members (${state}); stop them first, for a member goes on from where it is`,
        );
      const ends = await persist(async () => offsetsAt(topic, endOfPartition));
      const wanted = await persist(async () => offsetsAt(topic, to === 'beginning' ? beginningOfPartition : to.at));
      const partitions = [...ends].map(([partition, end]) => {
        const offset = wanted.get(partition) ?? -1;
        return { partition, offset: String(offset < 0 ? end : offset) };
      });
      await persist(async () =>
        atCoordinator(id, async (broker) => {
          const request = { groupId: id, groupGenerationId: -1, memberId: '', retentionTime: -1, topics: [{ topic, partitions }] };
          const { responses } = await ask(broker, 'OffsetCommit', request);
          for (const one of responses.flatMap((response) => response.partitions)) mustBeNone(one.errorCode);
        }),
      );
    },
    offsets: async (id, topic) => {
      const ends = await persist(async () => offsetsAt(topic, endOfPartition));
      const done = await persist(async () => committed(id, topic, [...ends.keys()]));
      return [...ends]
        .map(([partition, end]) => ({ partition, end, committed: done.get(partition) ?? -1 }))
        .sort((a, b) => a.partition - b.partition);
    },
    close: async () => {
      nodes.close();
      return Promise.resolve();
    },
  };
}

const unknownTopic = 3;
const leaderNotAvailable = 5;
/** How long a broker may take over a change of topics, in ms. */
const requestMs = 2_500;

function assigned(assignment: Buffer, topic: string): number[] {
  if (assignment.length === 0) return [];
  return [...(AssignerProtocol.MemberAssignment.decode(assignment)?.assignment[topic] ?? [])].sort((a, b) => a - b);
}

/** Repeats what Kafka says to repeat (leaders and coordinators move, and load after a move), and what nobody answered. @param withinMs how long */
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

const topicExists = 36;

async function createTopic(nodes: Nodes, topic: PlannedTopic): Promise<void> {
  const request = {
    topics: [
      {
        topic: topic.name,
        numPartitions: topic.partitions,
        replicationFactor: topic.replicas,
        configEntries: Object.entries(topic.config).map(([name, value]) => ({ name, value })),
      },
    ],
    timeout: requestMs,
  };
  await persist(async () => {
    const { topicErrors } = await nodes.inTurn(async (broker) => ask(broker, 'CreateTopics', request));
    for (const { errorCode, errorMessage } of topicErrors) {
      if (errorCode === 0 || errorCode === topicExists) continue;
      const error = createErrorFromCode(errorCode);
      if ((error as { retriable?: boolean }).retriable === true) throw error;
      throw new MusterError(
        'bad-input',
        `Kafka refuses the topic ${topic.name} (${String(topic.partitions)} partitions, ${String(topic.replicas)} replicas): ${errorMessage ?? error.message}`,
        { cause: error },
      );
    }
  });
}
