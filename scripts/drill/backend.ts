import type { GroupState } from '../kafka/admin.js';
import type { LogLine, RunStarted } from './events.js';

export type WorkerRole = 'producer' | 'consumer';

/**
 * Where a drill happens. The local backend runs the manifests as processes of this machine; a cluster's does the same through
 * `oc` or `kubectl`. A scenario knows neither.
 */
export interface Backend {
  /** What the run's first line says of it. */
  readonly facts: Omit<RunStarted, 't' | 'event' | 'schemaVersion' | 'scenario'>;
  /** Starts or ends pods until there are as many as asked for; resolves when those that had to go are gone. */
  scale(role: WorkerRole, members: number): Promise<void>;
  /** Names of the pods that run, the oldest first. */
  pods(role: WorkerRole): string[];
  /** SIGKILL, without a word to the pod. `replace` false: nobody takes its place. */
  crash(pod: string, options: { readonly replace: boolean }): void;
  /** SIGTERM and its grace period; resolves when the pod is gone. Nobody takes its place. */
  stop(pod: string): Promise<void>;
  /** The group as its coordinator sees it now. */
  group(): Promise<GroupState>;
  offsets(): Promise<{ partition: number; end: number; committed: number }[]>;
  /** Evidence and changes of pods since the last call. */
  poll(): readonly LogLine[];
  /** The last things a pod said that are no evidence: why it ended. */
  lastWords(pod: string): string;
  /** Ends everything the backend started, and removes it. */
  close(): Promise<void>;
}
