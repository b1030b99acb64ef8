import type { Evidence } from '../../workers/ledger.js';

/**
 * The drill's event log: append-only, one JSON object a line, ordered by `t` (milliseconds since the epoch) when it is read.
 * It holds the drill's own events (field `event`) and the workers' evidence (field `evidence`), and is the only source of the verdict.
 */
interface Line {
  readonly t: number;
}

/** First line: what was run, and everything that decides how its figures are to be read. */
export interface RunStarted extends Line {
  readonly event: 'run';
  readonly schemaVersion: 1;
  readonly scenario: string;
  readonly backend: 'local' | 'cluster';
  readonly environment: string;
  readonly topic: string;
  readonly partitions: number;
  readonly group: string;
  readonly client: string;
  readonly protocol: 'eager' | 'cooperative' | 'consumer';
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** Longest wait of a fetch: with kafkajs an idle member only beats when its fetch returns. */
  readonly fetchMaxWaitMs: number;
  /** Declared load: records a second, number of keys, work a record in ms. */
  readonly rate: number;
  readonly keys: number;
  readonly workMs: number;
  readonly commit: 'manual' | 'auto';
  /** Facts for the reader: Kafka version, nodes and their roles, overridden settings. */
  readonly notes: readonly string[];
}
/** The drill asked for this many members; the step lasts until the next `step` or `end-of-steps`. */
export interface StepStarted extends Line {
  readonly event: 'step';
  readonly name: string;
  readonly members: number;
}
/** The drill stopped stepping: from here on the producers end and the group drains. */
export interface StepsEnded extends Line {
  readonly event: 'end-of-steps';
}
/** Written just before the act. `replaced`: a new pod takes the place of the dead one at once. */
export interface FaultInjected extends Line {
  readonly event: 'fault';
  readonly kind: 'sigkill' | 'sigterm';
  readonly pod: string;
  readonly replaced: boolean;
}
/** A worker's process as the backend sees it. `asked`: the drill ended it, so its end is no accident. */
export interface PodChanged extends Line {
  readonly event: 'pod';
  readonly pod: string;
  readonly role: 'producer' | 'consumer';
  readonly state: 'started' | 'exited';
  readonly code?: number | null;
  readonly signal?: string | null;
  readonly asked?: boolean;
}
/** The group as its coordinator describes it; written on change only. `clientId` is the name of the pod. */
export interface GroupSeen extends Line {
  readonly event: 'group';
  readonly state: string;
  readonly members: readonly {
    readonly memberId: string;
    readonly clientId: string;
    readonly partitions: readonly number[];
  }[];
}
/** After the drain: the end of each partition and what the group has committed (-1: nothing). */
export interface OffsetsRead extends Line {
  readonly event: 'offsets';
  readonly partitions: readonly { readonly partition: number; readonly end: number; readonly committed: number }[];
}
/** Last line. Without it the run was cut short, and its verdict is `failed`. */
export interface RunEnded extends Line {
  readonly event: 'end';
}

export type DrillEvent = RunStarted | StepStarted | StepsEnded | FaultInjected | PodChanged | GroupSeen | OffsetsRead | RunEnded;
export type LogLine = DrillEvent | Evidence;
