import type { Expectations } from './expectations.js';

/**
 * A drill as data, so that one engine runs it on any backend and a person can write one in a file. What it proves is for the verdict to say.
 */
export interface Scenario {
  /** Kebab-case. */
  readonly name: string;
  /** One line, for the list of drills. */
  readonly summary: string;
  /** What it shows and why it matters, in a few sentences; for the report. */
  readonly about?: string;
  /**
   * What it cannot do without; a run without it is refused before anything starts. `roles: declared`: controllers that do not go with the brokers; where
   * the drill starts them each declared node is a process, whatever `--roles` says.
   */
  readonly needs?: { readonly client?: 'librdkafka'; readonly brokers?: number; readonly roles?: 'declared' };
  /** Settings instead of the manifests', by environment variable of the workers' contract. */
  readonly producer?: Settings;
  readonly consumer?: Settings;
  readonly topic?: TopicChanges;
  /** Options of the brokers instead of the manifests'; only where the drill starts them. */
  readonly broker?: Settings;
  /** Systems side by side under the same steps and faults, each with a topic, a group and a load of its own. @default one, of the above */
  readonly lanes?: readonly Lane[];
  /** How long each step lasts after the group has settled, in ms. @default 8000 */
  readonly holdMs?: number;
  readonly steps: readonly Step[];
  /** @default the strictest */
  readonly expect?: Expectations;
}

export interface Lane {
  /** A word: `acks-1`. */
  readonly name: string;
  /**
   * Reads what the members of the lane of this name write (their CONSUMER_OUTPUT_TOPIC), and has no load of its own: each record of that lane must come out
   * once.
   */
  readonly reads?: string;
  readonly producer?: Settings;
  readonly consumer?: Settings;
  readonly topic?: TopicChanges;
  /** @default those of the scenario */
  readonly expect?: Expectations;
}

export type Settings = Readonly<Record<string, string>>;
export interface TopicChanges {
  readonly partitions?: number;
  readonly config?: Settings;
}

/** One step. All of them happen to each lane, but for those that are about brokers. `name` is for people; each has one of its own. */
export type Step = MemberStep | BrokerStep | TopicStep;

interface Named {
  readonly name?: string;
  /** How long it lasts after the group has settled, in ms. @default the scenario's */
  readonly holdMs?: number;
}
/** It happens to the lane of this name alone. @default each lane */
interface InLane {
  readonly lane?: string;
}
export type MemberStep =
  | (Named & { readonly do: 'scale'; readonly members: number })
  /** SIGKILL: a crash. `replaced`: a newcomer takes the place at once, as a Deployment does. */
  /** `afterAssignedMs`: not before so many ms after the last assignment of any member, for what goes by the clock of a member. @default 0 */
  | (Named & InLane & { readonly do: 'kill'; readonly member?: Which; readonly replaced?: boolean; readonly afterAssignedMs?: number })
  /** SIGTERM and the grace period: nobody takes the place. */
  | (Named & { readonly do: 'stop'; readonly member?: Which })
  /** A pod deleted with `--force --grace-period=0`: it still gets SIGTERM and a short grace, and is replaced. */
  | (Named & { readonly do: 'force-delete'; readonly member?: Which })
  /** SIGSTOP, after `forMs` SIGCONT. @default forMs past the session: a zombie */
  | (Named & { readonly do: 'freeze'; readonly member?: Which; readonly forMs?: number })
  /** Every member replaced by a new one, as a Deployment does it. */
  | (Named & { readonly do: 'rollout'; readonly maxSurge: 0 | 1 })
  /** All members stopped, the load going on, and as many started again after `downMs`: lag and catch-up time. */
  | (Named & { readonly do: 'restart-group'; readonly downMs: number })
  | (Named & { readonly do: 'kill-producer' })
  /** Nothing but the load. */
  | (Named & { readonly do: 'hold' });

/** `leader`: of partition 0 of the (first) topic. `coordinator`: of the group. A number: the broker's id. */
export type WhichBroker = 'leader' | 'follower' | 'coordinator' | 'controller' | number;
export type BrokerStep =
  /** SIGKILL, and after `backAfterMs` started again on its own data. */
  | (Named & { readonly do: 'kill-broker'; readonly broker: WhichBroker; readonly backAfterMs: number })
  | (Named & { readonly do: 'freeze-broker'; readonly broker: WhichBroker; readonly forMs: number })
  /** All brokers but one are gone for a while. */
  | (Named & { readonly do: 'lose-brokers'; readonly left: 1; readonly backAfterMs: number })
  /** The followers of partition 0 stand still, then its leader is killed and the followers go on: what acks=1 does not survive. */
  | (Named & { readonly do: 'kill-leader-ahead'; readonly frozenMs: number; readonly backAfterMs: number });

export type TopicStep =
  | (Named & { readonly do: 'add-partitions'; readonly to: number })
  /** The group is stopped, its offsets are set, and it is started again. */
  | (Named & { readonly do: 'reset'; readonly to: 'beginning' | { readonly secondsAgo: number } });

export type Which = 'oldest' | 'youngest';
