/**
 * What a scenario says that its run must show. It stands in the first line of the event log, because the verdict depends on nothing else.
 * Where a field is left out the strictest holds: nothing lost, nothing repeated but by a crash and within its bound, nothing reordered.
 */
export interface Expectations {
  /**
   * Acknowledged records that were never processed. `none`: each is a failure. `some`: the scenario is there to show a loss, and a run without
   * one is a surprise to report. `any`: counted, and judged by nobody. @default none
   */
  readonly lost?: 'none' | 'some' | 'any';
  /**
   * Records processed more than once. `none`: each is a failure, whatever excuses it. `bounded`: as many as the killed members had worked on
   * since their last commit. `some`: a run without one is a surprise. `any`: counted only. @default bounded
   */
  readonly duplicates?: 'none' | 'bounded' | 'some' | 'any';
  /** Records of one key processed for the first time after a later one. @default none */
  readonly reordered?: 'none' | 'some' | 'any';
  /**
   * Records processed by a member that does not own their partition any more. `in-hand`: one a partition, which a member had begun before it was
   * frozen and ends when it is thawed; no member can help that. @default none
   */
  readonly zombies?: 'none' | 'in-hand' | 'some' | 'any';
  /** Commits of records that nobody had processed. @default none */
  readonly commitsAhead?: 'none' | 'some' | 'any';
  /** Records set aside in a dead-letter topic or a failure log. `some`: at least one. @default none */
  readonly deadLetters?: 'none' | 'some' | 'any';
  /** Sends that a broker or the client refused for certain, or that nobody knows of. @default any: neither is a promise */
  readonly failedSends?: 'none' | 'some' | 'any';
  /** Whether steps without a change of members may rebalance the group: killing a broker must not. @default any */
  readonly rebalances?: 'none' | 'any';
  /**
   * Partitions whose owner after a step is the one before it. `kept`: it never gives them up in between, as a cooperative protocol promises.
   * @default any
   */
  readonly unmoved?: 'kept' | 'any';
  /** Fewest replicas in sync, itself included, with which a leader may acknowledge a record: min.insync.replicas where acks is all. @default 0: not asked */
  readonly leastInSync?: number;
  /** Whether what the model foretells of the throughput must be reached. @default any: a finding where it is not */
  readonly throughput?: 'foretold' | 'any';
  /** Longest time, in ms, in which nothing may be produced (brokers are away). @default 1000 */
  readonly longestPauseMs?: number;
  /** Least part of the declared load, 0–1, that must have been produced. @default 0.8 */
  readonly leastLoad?: number;
  /** Longest time, in ms, from a fault to the first record processed again. @default 2 × session + 5 s after a crash, the session after a clean stop */
  readonly recoveryMs?: number;
  /** Whether all partitions must be owned by somebody at the end of each step. `any` for steps that end before the group has settled. @default exact */
  readonly cover?: 'exact' | 'any';
  /** Lag after the drain. @default none */
  readonly lag?: 'none' | 'any';
}

/**
 * What is foretold, and what is measured beside it: `assignment`, the most partitions of one member; `idle`, members without any; `recovery` and
 * `duplicates` of the faults in the step; `stop`, the longest of any partition; `catch-up` after a stop of the group; `moved-keys`, keys that were
 * written to two partitions; `lost` over the whole run; `throughput`, records processed a second; `lag-growth`, by how much faster the partition that
 * falls behind most is written than worked off; `rebalances` in the step.
 */
export type PredictionOf =
  | 'assignment'
  | 'idle'
  | 'recovery'
  | 'duplicates'
  | 'stop'
  | 'catch-up'
  | 'moved-keys'
  | 'lost'
  | 'throughput'
  | 'lag-growth'
  | 'rebalances';

/** A figure the model foretold before the run, written to the log at the step or fault it is about; the verdict sets what was measured beside it. */
export interface Prediction {
  readonly of: PredictionOf;
  /** Name of the step. */
  readonly at: string;
  readonly unit: 'ms' | 'records' | 'members' | 'keys' | 'records/s' | 'partitions' | 'rebalances';
  readonly atLeast?: number;
  readonly atMost?: number;
  /** The formula with its figures, for a person: `session 10 s + rebalance 2 s`. */
  readonly because: string;
}

/** Expectations with nothing left out. */
export type Expected = Required<Omit<Expectations, 'recoveryMs'>> & Pick<Expectations, 'recoveryMs'>;

const strictest: Expected = {
  lost: 'none',
  duplicates: 'bounded',
  reordered: 'none',
  zombies: 'none',
  commitsAhead: 'none',
  deadLetters: 'none',
  failedSends: 'any',
  rebalances: 'any',
  unmoved: 'any',
  leastInSync: 0,
  throughput: 'any',
  longestPauseMs: 1_000,
  leastLoad: 0.8,
  cover: 'exact',
  lag: 'none',
};

/** What a run must show: what its scenario says, and the strictest of what it does not say. */
export function expectedOf(given: Expectations = {}): Expected {
  return { ...strictest, ...given };
}
