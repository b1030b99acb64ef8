import type { LogLine } from './events.js';

/** How one step went: cli.md's `steps[]`, with what a person needs beside it. */
export interface StepResult {
  readonly name: string;
  /** Members asked for. */
  readonly members: number;
  /** Who owned what when the step ended, sorted by member; idle members have an empty list. */
  readonly assignment: readonly { readonly member: string; readonly partitions: readonly number[] }[];
  /** `covered`: an exact cover within the bound; `inconclusive`: some partition saw too few records to tell. */
  readonly outcome: 'covered' | 'not-covered' | 'inconclusive';
  /** From the first sign of the change (a join, a leave, a removal) until every member had its assignment, in ms. */
  readonly rebalanceMs: number | null;
  readonly partitions: readonly PartitionStop[];
}
export interface PartitionStop {
  readonly partition: number;
  /** Longest gap between two processed records, less the gap in production, in ms. */
  readonly stopMs: number;
  /** The owner after the step is not the owner before it. */
  readonly moved: boolean;
}
export interface FaultResult {
  readonly kind: string;
  readonly pod: string;
  /** Fault → the coordinator no longer lists the member. */
  readonly detectionMs: number | null;
  /** Removal → every remaining member has its assignment. */
  readonly rebalanceMs: number | null;
  /** Fault → the first record processed again, on the slowest of the partitions the member owned. */
  readonly recoveryMs: number | null;
}
export interface Verdict {
  readonly schemaVersion: 1;
  readonly scenario: string;
  readonly verdict: 'passed' | 'failed';
  /** Why it failed, worst first; empty when it passed. */
  readonly reasons: readonly string[];
  readonly produced: number;
  readonly acknowledged: number;
  readonly indeterminate: number;
  /** Distinct records processed. */
  readonly processed: number;
  readonly lost: number;
  readonly duplicates: number;
  /** Most duplicates the run may have: rate × time since the last commit, summed over its crashes. */
  readonly duplicatesBound: number;
  readonly reordered: number;
  /** Records processed by a member while another owned the partition. */
  readonly zombies: number;
  readonly steps: readonly StepResult[];
  readonly faults: readonly FaultResult[];
}

export declare function judge(events: readonly LogLine[]): Verdict;
