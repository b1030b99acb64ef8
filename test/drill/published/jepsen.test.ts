import { describe, expect, it } from '@jest/globals';
import { judge, type Verdict } from '../../../scripts/drill/verdict.js';
import { jepsenHistories, type Anomaly } from './jepsen.js';
import { logOf } from './jepsen-log.js';

const told = (verdict: Verdict, words: RegExp): number =>
  verdict.reasons.map((reason) => words.exec(reason)?.[1]).reduce((sum, count) => sum + Number(count ?? 0), 0);

function figuresOf(verdict: Verdict) {
  return {
    lost: verdict.lost,
    duplicates: verdict.duplicates,
    reordered: verdict.reordered,
    refusedSeen: told(verdict, /^(\d+) records? (?:was|were) processed although a broker had refused/),
    cut: told(verdict, /^(\d+) records? (?:was|were) acknowledged under an offset that holds another record/),
    reworked: verdict.reworked,
  };
}
type Figure = Exclude<keyof ReturnType<typeof figuresOf>, 'reworked'>;

/** By which of our figures an anomaly shows. */
const shows: Partial<Record<Anomaly, readonly Figure[]>> = {
  'lost-write': ['lost'],
  G1a: ['refusedSeen'],
  'inconsistent-offsets': ['cut'],
  'poll-skip': ['lost'],
  'int-poll-skip': ['lost', 'reordered'],
  'int-send-skip': ['lost', 'reordered'],
  'nonmonotonic-poll': ['duplicates'],
  'int-nonmonotonic-poll': ['reordered', 'duplicates'],
  'nonmonotonic-send': ['reordered'],
  'int-nonmonotonic-send': ['reordered'],
  duplicate: ['duplicates', 'cut'],
};
const none = { lost: 0, duplicates: 0, reordered: 0, refusedSeen: 0, cut: 0, reworked: 0 };

describe("the histories of Jepsen's Kafka checker", () => {
  it.each(jepsenHistories)('$of: $name', (history) => {
    const figures = figuresOf(judge(logOf(history)));
    expect(figures).toEqual({ ...none, ...history.ours });
    const found = (Object.keys(none) as (keyof typeof none)[]).filter((figure) => figure !== 'reworked' && figures[figure] > 0) as Figure[];
    const agrees =
      history.anomalies.length === 0
        ? found.length === 0
        : history.anomalies.every((anomaly) => shows[anomaly]?.some((figure) => found.includes(figure)) ?? false);
    // Where we judge otherwise there is a reason, and only there.
    expect(history.differs === undefined).toBe(agrees);
  });

  it('empty-history-test: a history in which nothing happened is not valid', () => {
    const verdict = judge(logOf({ name: '', of: '', ops: [], anomalies: [], ours: {} }));
    expect(verdict.verdict).toBe('failed');
    expect(verdict.reasons).toContain('no step was run');
  });
});
