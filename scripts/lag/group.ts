import { AssignerProtocol } from 'kafkajs';
import { consumerGroupDescribe } from '../kafka/consumer-group-describe.js';
import { askFlexible, knows } from '../kafka/flexible.js';
import type { Nodes } from '../kafka/nodes.js';
import { ask, mustBeNone } from '../kafka/protocol.js';

export interface DescribedMember {
  readonly id: string;
  readonly clientId: string;
  readonly assigned: readonly TopicPartition[];
}
interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}
export interface DescribedGroup {
  /** Node id. */
  readonly coordinator: number;
  readonly state: string;
  readonly members: readonly DescribedMember[];
}

/** A group of either protocol, with all its topics; undefined when its coordinator knows none of that name. */
export async function describeGroup(nodes: Nodes, group: string): Promise<DescribedGroup | undefined> {
  const found = await nodes.any(async (broker) => ask(broker, 'GroupCoordinator', { groupId: group }));
  mustBeNone(found.errorCode);
  nodes.learn([found.coordinator]);
  const coordinator = found.coordinator.nodeId;
  return nodes.one(coordinator, async (broker) => {
    const [classic] = (await ask(broker, 'DescribeGroups', { groupIds: [group] })).groups;
    mustBeNone(classic?.errorCode ?? 0);
    if (classic !== undefined && classic.state !== 'Dead')
      return {
        coordinator,
        state: classic.state,
        members: classic.members.map(({ memberId, clientId, memberAssignment }) => ({
          id: memberId,
          clientId,
          // Kafka Connect and others use the same groups with words of their own.
          assigned: classic.protocolType === 'consumer' ? assignedBy(memberAssignment) : [],
        })),
      };
    // "Dead" is what a coordinator says of a group that it does not know; and of one whose protocol is newer than the question.
    const request = consumerGroupDescribe(group);
    if (!knows(broker, request)) return undefined;
    const { errorCode, state, members } = await askFlexible(broker, request);
    if (errorCode === groupIdNotFound) return undefined;
    mustBeNone(errorCode);
    return {
      coordinator,
      state,
      members: members.map(({ memberId, clientId, assigned }) => ({
        id: memberId,
        clientId,
        assigned: [...assigned].flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition }))),
      })),
    };
  });
}

const groupIdNotFound = 69;

function assignedBy(assignment: Buffer): TopicPartition[] {
  if (assignment.length === 0) return [];
  const topics = AssignerProtocol.MemberAssignment.decode(assignment)?.assignment ?? {};
  return Object.entries(topics).flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition })));
}

/** Names of all groups: each broker knows those that it coordinates. A broker that does not answer is left out. */
export async function groupsOf(nodes: Nodes): Promise<string[]> {
  const { brokers } = await nodes.any(async (broker) => ask(broker, 'Metadata', { topics: [], allowAutoTopicCreation: false }));
  nodes.learn(brokers);
  const lists = await Promise.all(
    brokers.map(async ({ nodeId }) =>
      nodes
        .one(nodeId, async (broker) => ask(broker, 'ListGroups', {}))
        .then(
          ({ groups }) => groups.map(({ groupId }) => groupId),
          () => [],
        ),
    ),
  );
  return lists.flat().sort();
}
