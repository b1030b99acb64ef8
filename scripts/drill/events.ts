import type { Evidence } from '../../workers/ledger.js';
import type { Expectations, Prediction } from './expectations.js';

/**
 * The drill's event log: append-only, one JSON object a line, ordered by `t` (milliseconds since the epoch) when it is read.
 * It holds the drill's own events (field `event`) and the workers' evidence (field `evidence`), and is the only source of the verdict.
 */
interface Line {
  readonly t: number;
}

/**
 * First line: what was run, and everything that decides how its figures are to be read. Where several systems run side by side under the same
 * faults, each has a line of its own with its `lane`, and is judged by itself.
 */
export interface RunStarted extends Line {
  readonly event: 'run';
  readonly schemaVersion: 1;
  readonly scenario: string;
  readonly lane?: string;
  readonly backend: 'local' | 'cluster';
  readonly environment: string;
  readonly topic: string;
  /**
   * Topic of the producers that load this lane, where it reads what the members of another lane write: each record acknowledged there must come out
   * of `topic` once, under the same key, number and producer. @default topic
   */
  readonly source?: string;
  /** When the run began; it grows by a `change`. */
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
  /** The keys themselves, in the order in which the producer takes them, as PRODUCER_KEYS says them; a key that is there twice has twice the load. */
  readonly keyPatterns?: string;
  readonly workMs: number;
  readonly commit: 'manual' | 'auto';
  readonly autoCommitIntervalMs?: number;
  readonly guarantee?: 'at-most-once' | 'at-least-once' | 'exactly-once';
  readonly maxPollIntervalMs?: number;
  /** `acks` of the producer. */
  readonly acks?: 'all' | '1' | '0';
  readonly replicationFactor?: number;
  readonly minInsyncReplicas?: number;
  /** Where the evidence comes from. `coordinator`: strangers' workers, of which only group, lag and offsets are known. @default workers */
  readonly evidenceFrom?: 'workers' | 'coordinator';
  /** @default the strictest */
  readonly expect?: Expectations;
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
/** Of members: `sigkill` … `thaw`; of brokers the others. `broker-start` and the thaws end a fault. */
export type FaultKind =
  | 'sigkill'
  | 'sigterm'
  | 'force-delete'
  | 'freeze'
  | 'thaw'
  | 'producer-sigkill'
  | 'broker-sigkill'
  | 'broker-start'
  | 'broker-freeze'
  | 'broker-thaw';
/** Written just before the act. `replaced`: a new pod takes the place of the dead one at once. */
export interface FaultInjected extends Line {
  readonly event: 'fault';
  readonly kind: FaultKind;
  readonly pod: string;
  readonly replaced: boolean;
  /** Of a broker: its id. */
  readonly broker?: number;
}
/** Something else was changed on purpose, just before the act. */
export interface Changed extends Line {
  readonly event: 'change';
  readonly kind: 'partitions' | 'offsets' | 'rollout' | 'group-stopped' | 'group-started';
  readonly lane?: string;
  /** For a person: `6 → 8`, `to the beginning`, `maxSurge 1`. */
  readonly detail: string;
  /** The new number, of `partitions`. */
  readonly partitions?: number;
}
/** Who leads each partition of the lane's topic, and who is in sync; written on change. `leader` -1: nobody. */
export interface LeadersSeen extends Line {
  readonly event: 'leaders';
  readonly lane?: string;
  readonly partitions: readonly { readonly partition: number; readonly leader: number; readonly isr: readonly number[] }[];
  /** When the last look began that still saw what the line before tells, in ms since the epoch; absent in the first line of a step. */
  readonly sameUntil?: number;
}
/** What the model foretold, before it could be known. */
export interface Foretold extends Line, Prediction {
  readonly event: 'prediction';
  readonly lane?: string;
}
/**
 * How far a pod's clock is from the drill's: its `t` less ours lies between the two, in ms. Figures that compare times of two pods are no finer
 * than that.
 */
export interface ClockMeasured extends Line {
  readonly event: 'clock';
  readonly pod: string;
  readonly aheadAtLeastMs: number;
  readonly aheadAtMostMs: number;
}
/** A command the drill gave a cluster, as a person would type it. */
export interface CommandRun extends Line {
  readonly event: 'command';
  readonly command: string;
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
  readonly lane?: string;
}
/** The group as its coordinator describes it; written on change only. `clientId` is the name of the pod. */
export interface GroupSeen extends Line {
  readonly event: 'group';
  readonly lane?: string;
  readonly state: string;
  readonly members: readonly {
    readonly memberId: string;
    readonly clientId: string;
    readonly partitions: readonly number[];
  }[];
}
/**
 * The end of each partition and what the group has committed (-1: nothing). The last one is from after the drain; earlier ones are there where the
 * workers are strangers, once a second, and after a change of the offsets, before the group is started again: what is replayed begins there.
 */
export interface OffsetsRead extends Line {
  readonly event: 'offsets';
  readonly lane?: string;
  readonly partitions: readonly { readonly partition: number; readonly end: number; readonly committed: number }[];
}
/** Last line. Without it the run was cut short, and its verdict is `failed`. */
export interface RunEnded extends Line {
  readonly event: 'end';
}

/** What the drill itself did to the machine it measures on, after the end: a run that was cut short has none. */
export interface DrillOverhead extends Line {
  readonly event: 'overhead';
  /** Processor time of the drill's process, without brokers and workers, over `wallMs`. */
  readonly cpuMs: number;
  readonly wallMs: number;
  /** By how much its turns came late. */
  readonly lateP99Ms: number;
  readonly lateMaxMs: number;
}

export type DrillEvent =
  | RunStarted
  | StepStarted
  | StepsEnded
  | FaultInjected
  | Changed
  | LeadersSeen
  | Foretold
  | ClockMeasured
  | CommandRun
  | PodChanged
  | GroupSeen
  | OffsetsRead
  | RunEnded
  | DrillOverhead;
export type LogLine = DrillEvent | Evidence;
