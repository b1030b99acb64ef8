import type { DeadLettered, FailedSends, Verdict } from './verdict.js';

/** Several lanes as one verdict: passed only if all passed, counts added up, sentences and steps with the lane before them. */
export function joined(lanes: readonly Verdict[]): Verdict {
  const total = (read: (lane: Verdict) => number): number => lanes.reduce((sum, lane) => sum + read(lane), 0);
  const all = <T>(read: (lane: Verdict) => readonly T[]): T[] => lanes.flatMap((lane) => read(lane));
  const said = (read: (lane: Verdict) => readonly string[]): string[] =>
    lanes.flatMap((lane) => read(lane).map((sentence) => `${lane.lane ?? ''}: ${sentence}`));
  const worst = (read: (lane: Verdict) => number): number => Math.max(0, ...lanes.map(read));
  const lags = lanes.map((lane) => lane.lag).filter((lag) => lag !== null);
  return {
    schemaVersion: 1,
    scenario: lanes[0]?.scenario ?? 'unknown',
    lanes,
    verdict: lanes.length > 0 && lanes.every((lane) => lane.verdict === 'passed') ? 'passed' : 'failed',
    reasons: said((lane) => lane.reasons),
    expected: said((lane) => lane.expected),
    findings: said((lane) => lane.findings),
    unproved: [...new Set(all((lane) => lane.unproved))],
    predictions: lanes.flatMap((lane) => lane.predictions.map((one) => ({ ...one, at: `${lane.lane ?? ''}: ${one.at}` }))),
    produced: total((lane) => lane.produced),
    acknowledged: total((lane) => lane.acknowledged),
    indeterminate: total((lane) => lane.indeterminate),
    processed: total((lane) => lane.processed),
    lost: total((lane) => lane.lost),
    duplicates: total((lane) => lane.duplicates),
    duplicatesBound: total((lane) => lane.duplicatesBound),
    duplicatesByPod: all((lane) => lane.duplicatesByPod).sort((a, b) => b.duplicates - a.duplicates || (a.pod < b.pod ? -1 : 1)),
    replayed: total((lane) => lane.replayed),
    replays: all((lane) => lane.replays),
    reworked: total((lane) => lane.reworked),
    deadLettered: deadLettered(lanes.map((lane) => lane.deadLettered)),
    failedSends: failedSends(lanes.map((lane) => lane.failedSends)),
    reordered: total((lane) => lane.reordered),
    movedKeys: total((lane) => lane.movedKeys),
    zombies: total((lane) => lane.zombies),
    commitsAhead: total((lane) => lane.commitsAhead),
    lag: lags.length < lanes.length ? null : lags.reduce((sum, lag) => sum + lag, 0),
    markers: total((lane) => lane.markers),
    load: {
      declared: total((lane) => lane.load.declared),
      measured: total((lane) => lane.load.measured),
      longestGapMs: worst((lane) => lane.load.longestGapMs),
    },
    catchUps: lanes.flatMap((lane) => lane.catchUps.map((one) => ({ ...one, step: `${lane.lane ?? ''}: ${one.step}` }))),
    rebalances: total((lane) => lane.rebalances),
    // Quantiles of quantiles say nothing: each lane has its own.
    stops: { moved: null, unmoved: null },
    durationMs: worst((lane) => lane.durationMs),
    clockUncertaintyMs: worst((lane) => lane.clockUncertaintyMs),
    // One process watches all lanes.
    overhead: lanes[0]?.overhead ?? null,
    examples: {
      lost: all((lane) => lane.examples.lost),
      duplicates: all((lane) => lane.examples.duplicates),
      reordered: all((lane) => lane.examples.reordered),
      zombies: all((lane) => lane.examples.zombies),
      commitsAhead: all((lane) => lane.examples.commitsAhead),
      deadLetters: all((lane) => lane.examples.deadLetters),
    },
    steps: lanes.flatMap((lane) => lane.steps.map((step) => ({ ...step, name: `${lane.lane ?? ''}: ${step.name}` }))),
    faults: all((lane) => lane.faults),
  };
}

function deadLettered(parts: readonly DeadLettered[]): DeadLettered {
  const total = (read: (part: DeadLettered) => number): number => parts.reduce((sum, part) => sum + read(part), 0);
  return {
    count: total((part) => part.count),
    repeated: total((part) => part.repeated),
    alsoProcessed: total((part) => part.alsoProcessed),
    to: { topic: total((part) => part.to.topic), file: total((part) => part.to.file) },
    byReason: parts.flatMap((part) => part.byReason),
  };
}

function failedSends(parts: readonly FailedSends[]): FailedSends {
  const total = (read: (part: FailedSends) => number): number => parts.reduce((sum, part) => sum + read(part), 0);
  return {
    rejected: total((part) => part.rejected),
    indeterminate: total((part) => part.indeterminate),
    keptIn: parts.flatMap((part) => part.keptIn),
  };
}
