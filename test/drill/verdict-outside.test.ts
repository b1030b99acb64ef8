import { describe, expect, it } from '@jest/globals';
import type { LogLine } from '../../scripts/drill/events.js';
import { isExactCover } from '../../scripts/drill/ownership.js';
import { judge } from '../../scripts/drill/verdict.js';
import { acked, assigned, committed, failed, kill, processed, run, sent } from './histories.js';

/**
 * Histories that others published as tests of their checkers, told in our events. A value a, b, c, … sent by one process to one
 * key is here sequence 0, 1, 2, … of that key; what Jepsen calls a key is a partition.
 */
const verdictOf = (...lines: readonly LogLine[]) => judge([run(), ...lines]);
const [a, b, c, d] = [0, 1, 2, 3] as const;

describe('jepsen-io/jepsen, jepsen/test/jepsen/tests/kafka_test.clj', () => {
  it('lost-write, consistent: a, b and d acknowledged, only c read', () => {
    const writes = [acked(1, 0, a), acked(3, 1, b), acked(3, 3, d), failed(5, c, 'indeterminate')];
    // Jepsen leaves d open, for it lies above what was read; after our drain it is lost like the others.
    expect(verdictOf(...writes, processed(7, 'p', 2, c)).lost).toBe(3);
    const read = verdictOf(...writes, processed(7, 'p', 2, c), processed(8, 'p', 3, d));
    expect(read.examples.lost.map((one) => one.seq)).toEqual([a, b]);
  });

  it('lost-write, inconsistent: b overwrote a at offset 0', () => {
    const verdict = verdictOf(acked(1, 0, a), acked(3, 0, b), acked(3, 2, c), processed(5, 'p', 0, b), processed(5, 'p', 2, c));
    expect(verdict.examples.lost.map((one) => one.seq)).toEqual([a]);
    expect(verdict.reasons.join()).toContain('under an offset that holds another record');
  });

  it('version-orders, a real-world example: 641 and 645 both acknowledged at offset 537', () => {
    const verdict = verdictOf(sent(280_153, 641), acked(280_169, 537, 641), sent(283_654, 645), acked(287_474, 537, 645));
    expect(verdict.lost).toBe(2);
    expect(verdict.reasons.join()).toContain('1 record was acknowledged under an offset that holds another record: partition/offset 0/537');
  });

  it('G1a: a failed write is read', () => {
    const verdict = verdictOf(failed(1, 2, 'rejected'), failed(1, 3, 'rejected', { partition: 1 }), processed(3, 'p', 0, 2));
    expect(verdict.reasons.join()).toContain('1 record was processed although a broker had refused it');
  });

  it('poll-skip: one process reads 1, 2, 4, 7, another 3; 6 was written, 5 may be a gap', () => {
    const offsets = [1, 2, 4, 7];
    const lines = [
      ...[1, 2, 3, 4, 6, 7].map((offset) => acked(offset, offset, offset)),
      processed(30, 'q', 3, 3),
      ...offsets.map((offset) => processed(30 + offset, 'p', offset, offset)),
      committed(50, 'p', 8),
    ];
    const verdict = verdictOf(...lines);
    expect(verdict.examples.lost.map((one) => one.offset)).toEqual([6]);
    expect(verdict.examples.commitsAhead.map((one) => one.offset)).toEqual([6]);
  });

  it('nonmonotonic-poll: a process reads 1 2 3 and then goes back to 2 3 4', () => {
    const first = [1, 2, 3].map((offset) => processed(offset, 'p', offset, offset));
    const second = [2, 3, 4].map((offset) => processed(5 + offset, 'p', offset, offset));
    const verdict = verdictOf(...[1, 2, 3, 4].map((offset) => acked(0, offset, offset)), ...first, ...second);
    expect(verdict).toMatchObject({ lost: 0, duplicates: 2, reordered: 0 });
    expect(verdict.reasons.join()).toContain('2 records were processed again though no crash excuses it');
  });

  it('int-nonmonotonic-poll: c at offset 3 is read before a at offset 1', () => {
    const verdict = verdictOf(...[a, b, c].map((seq) => failed(1, seq, 'indeterminate')), processed(3, 'p', 3, c), processed(4, 'p', 1, a));
    expect(verdict.examples.reordered.map((one) => one.seq)).toEqual([a]);
    const again = verdictOf(processed(5, 'p', 2, b), processed(6, 'p', 3, c), processed(7, 'p', 3, c));
    expect(again).toMatchObject({ duplicates: 1, reordered: 0 });
  });

  it('nonmonotonic-send: the later send of a process lies before its earlier one in the log', () => {
    const sends = [acked(1, 3, 0), acked(1, 4, 1), acked(11, 1, 2), acked(11, 2, 3)];
    const reads = [processed(21, 'p', 1, 2), processed(22, 'p', 2, 3), processed(23, 'p', 3, 0), processed(24, 'p', 4, 1)];
    expect(verdictOf(...sends, ...reads)).toMatchObject({ lost: 0, reordered: 2 });
  });

  it('duplicate: a was acknowledged at 1 and is read at 3, so the log holds it twice', () => {
    const lines = [acked(1, 1, a), failed(3, b, 'indeterminate'), processed(5, 'p', 2, b), processed(5, 'p', 3, a)];
    // Read once it harms nobody; that offset 1 was passed over is seen when it is committed, and a second reading is a duplicate.
    expect(verdictOf(...lines)).toMatchObject({ lost: 0, duplicates: 0 });
    expect(verdictOf(...lines, committed(6, 'p', 4)).commitsAhead).toBe(1);
    expect(verdictOf(...lines, processed(4, 'p', 1, a)).duplicates).toBe(1);
  });

  it('duplicate, hash-insensitive: ten values all acknowledged at 0 and read at 1', () => {
    const values = Array.from({ length: 10 }, (_, value) => value);
    const verdict = verdictOf(...values.flatMap((value) => [acked(4 * value, 0, value), processed(4 * value + 2, 'p', 1, value)]));
    expect(verdict.lost).toBe(0);
    expect(verdict.reasons.join()).toContain('9 records were acknowledged under an offset that holds another record');
  });
});

describe('apache/kafka, tests/kafkatest', () => {
  /** utils/util.py, validate_delivery(acked, consumed): missing = set(acked) − set(consumed); duplicates = len − len(set). */
  const validate = (ackedValues: readonly number[], consumed: readonly number[]) =>
    verdictOf(
      ...ackedValues.map((value, n) => acked(n, value, value)),
      ...consumed.map((value, n) => processed(100 + n, 'p', value, value)),
    );

  it.each([
    { acked: [1, 2, 3], consumed: [1, 2, 3], missing: 0, duplicates: 0 },
    { acked: [1, 2, 3], consumed: [1, 3], missing: 1, duplicates: 0 },
    { acked: [1, 2, 3], consumed: [], missing: 3, duplicates: 0 },
    { acked: [1, 2], consumed: [1, 2, 3], missing: 0, duplicates: 0 },
    { acked: [1, 2], consumed: [1, 1, 2, 2, 2], missing: 0, duplicates: 3 },
    { acked: [], consumed: [], missing: 0, duplicates: 0 },
  ])('validate_delivery: acked $acked, consumed $consumed', (given) => {
    expect(validate(given.acked, given.consumed)).toMatchObject({ lost: given.missing, duplicates: given.duplicates });
  });

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
