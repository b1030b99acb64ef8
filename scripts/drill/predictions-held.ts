import type { CatchUp } from './catch-up.js';
import type { Delivery } from './delivery.js';
import type { Foretold } from './events.js';
import type { Prediction } from './expectations.js';
import type { History, StepSpan } from './history.js';
import { progressOf } from './progress.js';
import { rebalancesIn } from './rebalances.js';
import type { PartitionStop } from './step-results.js';

/** What the model foretold beside what was measured. */
export interface PredictionResult extends Prediction {
  /** As a person reads it: `at most 13000 ms`. */
  readonly predicted: string;
  /** Null where the run does not tell. */
  readonly measured: number | null;
  readonly held: boolean | null;
}

/** What predictions are about. */
export interface Measured {
  readonly history: History;
  readonly delivery: Delivery;
  readonly catchUps: readonly CatchUp[];
  readonly steps: readonly {
    readonly name: string;
    readonly assignment: readonly { readonly partitions: readonly number[] }[];
    readonly partitions: readonly PartitionStop[];
  }[];
  readonly faults: readonly { readonly at: number; readonly partitions: readonly unknown[]; readonly recoveryMs: number | null }[];
}

export function heldPredictions(measured: Measured): PredictionResult[] {
  return measured.history.predictions.map((prediction) => {
    const { of, at, unit, atLeast, atMost, because } = prediction;
    const figure = figureOf(prediction, measured);
    return {
      of,
      at,
      unit,
      ...(atLeast !== undefined && { atLeast }),
      ...(atMost !== undefined && { atMost }),
      because,
      predicted: predictedOf(prediction),
      measured: figure,
      held: figure === null ? null : figure >= (atLeast ?? -Infinity) && figure <= (atMost ?? Infinity),
    };
  });
}

/** A sentence for each that did not hold. */
export function findingsOf(results: readonly PredictionResult[]): string[] {
  return results
    .filter((one) => one.held === false)
    .map(
      (one) =>
        `step "${one.at}": ${one.of} was ${shown(one.measured ?? 0)} ${one.unit}, foretold was ${one.predicted} (${one.because}); the model or the run is not what it is taken for`,
    );
}

function predictedOf({ atLeast, atMost, unit }: Prediction): string {
  if (atLeast !== undefined && atLeast === atMost) return `${shown(atLeast)} ${unit}`;
  if (atMost === undefined) return `at least ${shown(atLeast ?? 0)} ${unit}`;
  if (atLeast === undefined || atLeast === 0) return `at most ${shown(atMost)} ${unit}`;
  return `${shown(atLeast)} to ${shown(atMost)} ${unit}`;
}

const shown = (value: number): string => String(Math.round(value * 10) / 10);

function figureOf(prediction: Foretold, measured: Measured): number | null {
  const { history, delivery } = measured;
  const index = history.steps.findIndex((step) => step.name === prediction.at);
  const span = history.steps[index];
  const step = measured.steps[index];
  if (span === undefined || step === undefined) return null;
  const isStrange = history.run?.evidenceFrom === 'coordinator';
  switch (prediction.of) {
    case 'assignment':
      return step.assignment.length === 0 ? null : Math.max(...step.assignment.map((one) => one.partitions.length));
    case 'idle':
      return step.assignment.length === 0 ? null : step.assignment.filter((one) => one.partitions.length === 0).length;
    case 'recovery': {
      const times = measured.faults.filter((one) => isIn(span, one.at) && one.partitions.length > 0).map((one) => one.recoveryMs);
      return times.length === 0 || times.includes(null) ? null : Math.max(...times.map((time) => time ?? 0));
    }
    case 'stop':
      return step.partitions.length === 0 ? null : Math.max(...step.partitions.map((one) => one.stopMs));
    case 'catch-up':
      return measured.catchUps.find((one) => one.step === span.name)?.catchUpMs ?? null;
    case 'rebalances':
      return rebalancesIn(history, span);
    case 'throughput':
      return throughput(history, span);
    case 'lag-growth':
      return isStrange ? null : lagGrowth(history, span);
    case 'duplicates':
      return isStrange ? null : delivery.repeats.filter((repeat) => isIn(span, repeat.t)).length;
    case 'lost':
      // A loss has no time of its own: that of its acknowledgement is nearest.
      return isStrange ? null : delivery.lost.length;
    case 'moved-keys':
      return isStrange ? null : delivery.movedKeys;
  }
}

const isIn = (span: StepSpan, t: number): boolean => t >= span.from && t < span.to;

/** Records a second by which the partition that falls behind most was written faster than it was worked off, over the second half of the step. */
function lagGrowth(history: History, span: StepSpan): number | null {
  const from = (span.from + span.to) / 2;
  const isWithin = ({ t }: { readonly t: number }): boolean => t >= from && t < span.to;
  const growth = new Map<number, number>();
  const add = (partition: number, by: number): unknown => growth.set(partition, (growth.get(partition) ?? 0) + by);
  for (const line of history.acked.filter(isWithin)) add(line.partition, 1);
  for (const line of progressOf(history).filter(isWithin)) add(line.partition, -1);
  return growth.size === 0 || span.to <= from ? null : (Math.max(...growth.values()) * 1000) / (span.to - from);
}

/** Over the second half of the step, when the group has settled. */
function throughput(history: History, span: StepSpan): number | null {
  if (history.run?.evidenceFrom === 'coordinator') return null;
  const from = (span.from + span.to) / 2;
  const count = progressOf(history).filter((line) => line.t >= from && line.t < span.to).length;
  return span.to > from ? (count * 1000) / (span.to - from) : null;
}
