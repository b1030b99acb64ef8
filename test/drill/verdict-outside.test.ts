import { describe, expect, it } from '@jest/globals';
import type { LogLine } from '../../scripts/drill/events.js';
import { isExactCover } from '../../scripts/drill/ownership.js';
import { judge } from '../../scripts/drill/verdict.js';
import { acked, assigned, committed, kill, processed, run } from './histories.js';

/** Invariants that Kafka's own system tests assert, told in our events. Histories that were published as data stand in `published`. */
const verdictOf = (...lines: readonly LogLine[]) => judge([run(), ...lines]);

describe('apache/kafka, tests/kafkatest', () => {
  it('services/verifiable_consumer.py: a committed offset is never ahead of the position', () => {
    const read = [0, 1, 2].map((n) => processed(n, 'p', n, n));
    expect(verdictOf(...read, committed(3, 'p', 3)).commitsAhead).toBe(0);
    expect(verdictOf(...read, acked(1, 3, 3), committed(3, 'p', 4)).commitsAhead).toBe(1);
  });

  it('services/verifiable_consumer.py: a position never gets behind the committed offset, even after a crash', () => {
    const crashed = [assigned(0, 'p', [0]), ...[0, 1, 2].map((n) => processed(1 + n, 'p', n, n)), committed(5, 'p', 2), kill(9, 'p')];
    expect(verdictOf(...crashed, processed(20, 'q', 2, 2)).reasons.join()).not.toContain('no crash excuses');
    expect(verdictOf(...crashed, processed(20, 'q', 1, 1)).reasons.join()).toContain('no crash excuses');
  });

  it('tests/client/consumer_test.py: total consumed equals the position after a clean shutdown, and may exceed it after a hard one', () => {
    const stretch = [assigned(0, 'p', [0]), ...[0, 1, 2].map((n) => processed(1 + n, 'p', n, n))];
    expect(verdictOf(...stretch, kill(9, 'p', 'sigterm'), processed(20, 'q', 2, 2)).reasons.join()).toContain('no crash excuses');
    expect(verdictOf(...stretch, kill(9, 'p', 'sigkill'), processed(20, 'q', 2, 2)).reasons.join()).not.toContain('no crash excuses');
  });

  it('tests/verifiable_consumer_test.py: an assignment is valid when it is all partitions, each once', () => {
    expect(isExactCover([[0, 2], [1]], 3)).toBe(true);
    expect(isExactCover([[0, 2], [1], []], 3)).toBe(true);
    expect(isExactCover([[0, 1], [1]], 3)).toBe(false);
    expect(
      isExactCover(
        [
          [0, 1],
          [1, 2],
        ],
        3,
      ),
    ).toBe(false);
    expect(isExactCover([[0, 1, 3]], 3)).toBe(false);
  });
});
