import type { Backend } from './backend.js';
import type { DrillEvent, FaultInjected } from './events.js';
import type { LaneWatch } from './lane-watch.js';
import type { PlannedStep } from './step-plan.js';

/** A Distributive Omit, so that each kind of event keeps its own fields. */
export type Untimed<E> = E extends unknown ? Omit<E, 't'> : never;

/** The running drill, as its steps see it. Every act is written to the event log just before it, everything seen before it is used. */
export interface Stage {
  readonly backend: Backend;
  /** At least one. */
  readonly lanes: readonly LaneWatch[];
  readonly abort: AbortSignal;
  log(event: Untimed<DrillEvent>): void;
  /** A line for the person who watches, with the time since the start. */
  say(text: string): void;
  /** The step has begun: to be called before its first act. */
  begin(planned: PlannedStep): void;
  fault(kind: FaultInjected['kind'], pod: string, more?: { readonly replaced?: boolean; readonly broker?: number }): void;
  /** Looks at pods and groups until the condition holds or time is up; says whether it held. */
  until(condition: () => boolean, withinMs: number): Promise<boolean>;
  /** Goes on looking while work is done. */
  during<T>(work: Promise<T>): Promise<T>;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
  /**
   * Waits until each lane's partitions are covered exactly by the step's members and each has moved since `from`, for `boundMs` at most; then
   * holds the load. @param from ms since the epoch
   */
  settle(planned: PlannedStep, from: number, boundMs: number): Promise<void>;
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
