import type { GroupState, PartitionLeader } from '../kafka/admin.js';
import type { LogLine, RunStarted } from './events.js';
import type { Step } from './scenario.js';

export type WorkerRole = 'producer' | 'consumer';

/** What a run's first line says of one lane. */
export type LaneFacts = Omit<RunStarted, 't' | 'event' | 'schemaVersion' | 'scenario' | 'expect'>;

export interface BrokerState {
  readonly id: number;
  readonly pod: string;
  readonly isUp: boolean;
  readonly isController: boolean;
}

/**
 * Where a drill happens. The local backend runs the manifests as processes of this machine; a cluster's does the same through
 * `oc` or `kubectl`. A scenario knows neither.
 */
export interface Backend {
  /** At least one; where there are several each has its `lane`. */
  readonly lanes: readonly LaneFacts[];
  /** The steps it can take, by their `do`. A scenario with another is refused before it starts, with the sentence this gives. */
  readonly cannot: (step: Step) => string | undefined;
  /** Starts or ends pods until there are as many as asked for; resolves when those that had to go are gone. */
  scale(role: WorkerRole, members: number, lane?: string): Promise<void>;
  /** Names of the pods that run, the oldest first. */
  pods(role: WorkerRole, lane?: string): string[];
  /** SIGKILL, without a word to the pod. `replace` false: nobody takes its place. */
  kill(pod: string, options: { readonly replace: boolean }): Promise<void>;
  /** SIGTERM and its grace period; resolves when the pod is gone. Nobody takes its place. */
  stop(pod: string): Promise<void>;
  /** As `kubectl delete pod --force --grace-period=0`; somebody takes its place. */
  forceDelete(pod: string): Promise<void>;
  freeze(pod: string): Promise<void>;
  thaw(pod: string): Promise<void>;
  /** Replaces every consumer by a new one, as the Deployment would with this strategy; resolves when the last is ready. */
  rollout(options: { readonly maxSurge: 0 | 1 }, lane?: string): Promise<void>;
  brokers(): Promise<readonly BrokerState[]>;
  /** Who leads each partition of a lane's topic, and who is in sync, as far as the brokers that answer have heard. */
  leaders(lane?: string): Promise<readonly PartitionLeader[]>;
  /** Brokers that hold a partition of a lane's topic: the leader first, then the others that are in sync. */
  replicas(partition: number, lane?: string): Promise<readonly number[]>;
  /** Broker id of the group's coordinator. */
  coordinator(lane?: string): Promise<number>;
  broker(id: number, act: 'kill' | 'start' | 'freeze' | 'thaw'): Promise<void>;
  /** Somebody else starts a killed broker again: `start` waits until it is ready, and `poll` tells when it was started. @default false */
  readonly restartsBrokers?: boolean;
  addPartitions(to: number, lane?: string): Promise<void>;
  /** Only while the group has no members. `at`: ms since the epoch. */
  resetGroup(to: 'beginning' | { readonly at: number }, lane?: string): Promise<void>;
  /** The group as its coordinator sees it now. */
  group(lane?: string): Promise<GroupState>;
  offsets(lane?: string): Promise<{ partition: number; end: number; committed: number }[]>;
  /** Evidence and changes of pods since the last call. */
  poll(): readonly LogLine[];
  /** The last things a pod said that are no evidence: why it ended. */
  lastWords(pod: string): string;
  /** Ends everything the backend started, and removes it; puts back what it changed. */
  close(): Promise<void>;
}
