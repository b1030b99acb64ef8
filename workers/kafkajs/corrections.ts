/**
 * What kafkajs 2.2.4 does wrong and does not let us mend from outside; its last code is of 2023, so the corrections live here, each with
 * its reason. Importing this file applies them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { PartitionAssigners, type PartitionAssigner } from 'kafkajs';
import Broker from 'kafkajs/src/broker/index.js';
import Cluster from 'kafkajs/src/cluster/index.js';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import Connection from 'kafkajs/src/network/connection.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { backOff } from '../backoff.js';
import { causeOf, protocolType } from '../errors.js';
import { hideAborted } from './aborted.js';

export type Group = ConsumerGroup;

/** What a member of a group wants to know before kafkajs acts for it. */
export interface MemberHooks {
  /** Called, and waited for, before each join: the place to end the work in hand and commit it. False: do not join any more. */
  beforeJoin(group: Group): Promise<boolean>;
  /** Called, and waited for, when it has its assignment, before anything is fetched. */
  afterJoin(group: Group): Promise<void>;
  /** Number of the present assignment; a batch carries that of the moment it was asked for. */
  generation(): number;
}

const hooksOf = new WeakMap<object, MemberHooks>();
const generationOf = new WeakMap<object, number>();

/** Eager round-robin, and the thread that ties kafkajs' inner group to our hooks. */
export function roundRobinWith(hooks: MemberHooks): PartitionAssigner {
  return (config) => {
    const assigner = PartitionAssigners.roundRobin(config);
    hooksOf.set(assigner, hooks);
    return assigner;
  };
}

/** The assignment in which a batch was fetched; kafkajs may hand out a batch of the one before. */
export function fetchedIn(batch: object): number | undefined {
  return generationOf.get(batch);
}

function hooksFor(group: Group): MemberHooks | undefined {
  for (const assigner of group.assigners) {
    const hooks = hooksOf.get(assigner);
    if (hooks !== undefined) return hooks;
  }
  return undefined;
}

/** Errors that mean: ask again, perhaps another broker, where the group lives. The membership itself is unharmed. */
export function isCoordinatorGone(error: unknown): boolean {
  const cause = causeOf(error);
  return coordinatorGone.has(protocolType(cause) ?? cause.name);
}
const coordinatorGone = new Set([
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSBrokerNotFound',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSRequestTimeoutError',
]);

/** Points a group at its present coordinator, without joining again. */
export async function findCoordinator(group: Group): Promise<void> {
  await group.cluster.refreshMetadata();
  group.coordinator = await group.cluster.findGroupCoordinator({ groupId: group.groupId });
  if (group.offsetManager !== null) group.offsetManager.coordinator = group.coordinator;
}

// With nothing pending it sets a timer at a negative time: a spin of 1 ms a connection, and a TimeoutNegativeWarning on newer Node.
// A request that comes while throttled schedules its own check.
const schedule = RequestQueue.prototype.scheduleCheckPendingRequests;
RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
  if (this.pending.length > 0) schedule.call(this);
};

// It joins again from several places, some without a word and some at the same time; what was done must be committed before. And while a
// coordinator loads its groups it would give up and start anew as another member, leaving the old one to its session timeout.
const joinAndSync = ConsumerGroup.prototype.joinAndSync;
const joining = new WeakMap<Group, Promise<void>>();
async function joinWith(group: Group, hooks: MemberHooks): Promise<void> {
  for (let attempt = 0; await hooks.beforeJoin(group); attempt += 1) {
    try {
      await joinAndSync.call(group);
      await hooks.afterJoin(group);
      return;
    } catch (error) {
      if (!isCoordinatorGone(error)) throw error;
      await backOff(attempt);
    }
  }
}
ConsumerGroup.prototype.joinAndSync = async function (this: Group): Promise<void> {
  const hooks = hooksFor(this);
  if (hooks === undefined) {
    await joinAndSync.call(this);
    return;
  }
  const join =
    joining.get(this) ??
    joinWith(this, hooks).finally(() => {
      joining.delete(this);
    });
  joining.set(this, join);
  await join;
};

const fetch = ConsumerGroup.prototype.fetch;
ConsumerGroup.prototype.fetch = async function (this: Group, nodeId: string): Promise<object[]> {
  const generation = hooksFor(this)?.generation();
  const batches = await fetch.call(this, nodeId);
  if (generation !== undefined) for (const batch of batches) generationOf.set(batch, generation);
  return batches;
};

// A new leader of a partition is no change of the group, but it would join again and so stop every member.
const leaderMoved = ['LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION', 'FENCED_LEADER_EPOCH', 'UNKNOWN_LEADER_EPOCH'];
const recoverFromFetch = ConsumerGroup.prototype.recoverFromFetch;
ConsumerGroup.prototype.recoverFromFetch = async function (this: Group, error: Error): Promise<void> {
  if ('type' in error && leaderMoved.includes(String(error.type))) {
    await sleep(100);
    await this.cluster.refreshMetadata();
    return;
  }
  await recoverFromFetch.call(this, error);
};

// It keeps asking a coordinator that is dead or no longer one, until it gives up and joins anew. The membership is unharmed: the next
// heartbeat goes to the new coordinator, or to the one after.
const heartbeat = ConsumerGroup.prototype.heartbeat;
ConsumerGroup.prototype.heartbeat = async function (this: Group, options: { interval: number }): Promise<void> {
  try {
    await heartbeat.call(this, options);
  } catch (error) {
    if (!isCoordinatorGone(error)) throw error;
    try {
      await sleep(100);
      await findCoordinator(this);
      await heartbeat.call(this, options);
    } catch (again) {
      if (!isCoordinatorGone(again)) throw again;
    }
  }
};

// It hands out records of aborted transactions; once they are hidden, it has nothing to look for.
const fetchFrom = Broker.prototype.fetch;
Broker.prototype.fetch = async function (this: Broker, request: object) {
  const answer = await fetchFrom.call(this, request);
  for (const partition of answer.responses.flatMap(({ partitions }) => partitions)) {
    if ((partition.abortedTransactions?.length ?? 0) === 0) continue;
    hideAborted(partition.messages, partition.abortedTransactions ?? []);
    partition.abortedTransactions = [];
  }
  return answer;
};

// Asking for a coordinator, it swallows why it was refused, and says that there is none: a member without authorisation would try for ever.
const refusals = new Map<string, Error>();
const askForCoordinator = Broker.prototype.findGroupCoordinator;
Broker.prototype.findGroupCoordinator = async function (this: Broker, request: { groupId: string }) {
  try {
    const answer = await askForCoordinator.call(this, request);
    refusals.delete(request.groupId);
    return answer;
  } catch (error) {
    if (error instanceof Error && (protocolType(error) ?? '').endsWith('_AUTHORIZATION_FAILED')) refusals.set(request.groupId, error);
    throw error;
  }
};
const findCoordinatorOf = Cluster.prototype.findGroupCoordinatorMetadata;
Cluster.prototype.findGroupCoordinatorMetadata = async function (this: Cluster, request: { groupId: string }) {
  try {
    return await findCoordinatorOf.call(this, request);
  } catch (error) {
    throw refusals.get(request.groupId) ?? error;
  }
};

// It disconnects a connection again and again while its broker is away, and each time unrefs the socket of long ago, which then waits for ever to be
// connected: one more listener each time.
const disconnect = Connection.prototype.disconnect;
Connection.prototype.disconnect = async function (this: Connection): Promise<boolean> {
  if (this.socket?.destroyed === true) this.socket = undefined;
  return disconnect.call(this);
};
