import { describe, expect, it } from '@jest/globals';
import type { LogLine } from '../../scripts/drill/events.js';
import { judge } from '../../scripts/drill/verdict.js';
import { acked, assigned, committed, failed, kill, processed, run, sent, stranger } from './histories.js';

const verdictOf = (...lines: readonly LogLine[]) => judge([run({ partitions: 2 }), ...lines]);
const reasonsOf = (...lines: readonly LogLine[]): string => verdictOf(...lines).reasons.join('\n');

describe('lost', () => {
  it('is what was acknowledged and never processed', () => {
    const verdict = verdictOf(acked(1, 0, 0), acked(2, 1, 1), processed(3, 'a', 0, 0));
    expect(verdict).toMatchObject({ acknowledged: 2, processed: 1, lost: 1 });
    expect(verdict.examples.lost).toEqual([{ partition: 0, offset: 1, key: 'k', seq: 1, t: 2, pod: 'producer' }]);
    expect(verdict.reasons[0]).toBe('1 of 2 acknowledged records was lost: partition/offset 0/1 (k #1) never processed');
  });

  it('is not what any member processed, at any time, under whatever offset', () => {
    expect(verdictOf(acked(9, 0, 0), processed(3, 'a', 0, 0)).lost).toBe(0);
    expect(verdictOf(acked(1, 5, 0), processed(3, 'a', 7, 0)).lost).toBe(0);
  });

  it('is not what nobody acknowledged: acks 0, given up, refused, in flight', () => {
    const verdict = verdictOf(
      sent(1, 0),
      acked(2, -1, 0),
      sent(3, 1),
      failed(4, 1, 'indeterminate'),
      sent(5, 2),
      sent(6, 3),
      failed(7, 3, 'rejected'),
    );
    expect(verdict).toMatchObject({ produced: 4, acknowledged: 0, indeterminate: 3, lost: 0 });
  });

  it('does not mind an indeterminate record that shows up', () => {
    const verdict = verdictOf(sent(1, 0), failed(2, 0, 'indeterminate'), processed(3, 'a', 0, 0));
    expect(verdict).toMatchObject({ lost: 0, duplicates: 0, reordered: 0, processed: 1 });
    expect(verdict.reasons.join()).not.toContain('refused');
  });

  it('minds a refused record that shows up', () => {
    expect(reasonsOf(sent(1, 0), failed(2, 0, 'rejected'), processed(3, 'a', 0, 0))).toContain(
      '1 record was processed although a broker had refused it: partition/offset 0/0 (k #0)',
    );
  });

  it('ignores strangers, but takes their offsets as processed', () => {
    const verdict = verdictOf(acked(1, 0, 0), stranger(2, 'a', 0), stranger(3, 'a', 1), stranger(4, 'a', 1));
    expect(verdict).toMatchObject({ processed: 0, lost: 0, duplicates: 0, reordered: 0 });
  });

  it('ignores other topics', () => {
    const elsewhere = { topic: 'orders.dlq' };
    expect(verdictOf(acked(1, 0, 0, elsewhere), processed(2, 'a', 9, 4, elsewhere))).toMatchObject({
      acknowledged: 0,
      processed: 0,
      lost: 0,
    });
  });

  it('tells an offset that was given to two records', () => {
    expect(reasonsOf(acked(1, 0, 0), acked(2, 0, 1), processed(3, 'a', 0, 1))).toContain('the log was cut after the acknowledgement');
  });
});

describe('duplicates', () => {
  it('counts every time but the first, and who did it', () => {
    const lines = [processed(1, 'a', 0, 0), processed(2, 'b', 0, 0), processed(3, 'c', 0, 0), processed(4, 'c', 0, 0)];
    const verdict = verdictOf(acked(0, 0, 0), ...lines);
    expect(verdict).toMatchObject({ processed: 1, duplicates: 3 });
    expect(verdict.duplicatesByPod).toEqual([
      { pod: 'c', duplicates: 2 },
      { pod: 'b', duplicates: 1 },
    ]);
    expect(verdict.examples.duplicates[0]).toMatchObject({ pod: 'b', before: 'a' });
  });

  it('counts a record that the producer stored twice', () => {
    expect(verdictOf(acked(0, 1, 0), processed(1, 'a', 0, 0), processed(2, 'a', 1, 0)).duplicates).toBe(1);
  });

  const crash = (...after: readonly LogLine[]) => [
    assigned(5, 'a', [0]),
    ...[0, 1, 2, 3].map((n) => acked(10 + n, n, n)),
    ...[0, 1, 2, 3].map((n) => processed(20 + n, 'a', n, n)),
    committed(24, 'a', 2),
    kill(100, 'a'),
    ...after,
  ];

  it('excuses what the dead member had processed and not committed', () => {
    const verdict = verdictOf(...crash(processed(200, 'b', 2, 2), processed(201, 'b', 3, 3)));
    expect(verdict).toMatchObject({ duplicates: 2, duplicatesBound: 2, reordered: 0 });
    expect(verdict.reasons.join()).not.toContain('again');
  });

  it('does not excuse what it had committed', () => {
    expect(reasonsOf(...crash(processed(200, 'b', 1, 1), processed(201, 'b', 2, 2)))).toContain(
      '1 record was processed again though no crash excuses it (a then b 1): partition/offset 0/1',
    );
  });

  it('does not excuse a second repeat, by members that live', () => {
    const lines = [processed(200, 'b', 2, 2), processed(300, 'c', 2, 2)];
    expect(reasonsOf(...crash(...lines))).toContain('(b then c 1)');
  });

  it('allows none after a clean stop', () => {
    const clean = crash(processed(200, 'b', 2, 2)).map((line) =>
      'event' in line && line.event === 'fault' ? { ...line, kind: 'sigterm' as const } : line,
    );
    const verdict = verdictOf(...clean);
    expect(verdict.duplicatesBound).toBe(0);
    expect(verdict.reasons.join()).toContain('1 record was processed again though no crash excuses it');
  });

  it('bounds them by rate × time since the last commit', () => {
    // 100 records/s to the partition, last commit 500 ms before the kill: 50, whatever fewer were really processed since.
    const load = Array.from({ length: 200 }, (_, n) => sent(n * 10, n));
    const lines = [assigned(0, 'a', [0]), ...load, processed(1_400, 'a', 0, 0), committed(1_500, 'a', 1), kill(2_000, 'a')];
    expect(verdictOf(...lines).duplicatesBound).toBe(50);
  });

  it('holds the bound while a backlog makes a member faster than the rate', () => {
    const backlog = Array.from({ length: 300 }, (_, n) => processed(1_501 + n, 'a', n, n));
    expect(verdictOf(assigned(0, 'a', [0]), sent(0, 0), ...backlog, kill(2_000, 'a')).duplicatesBound).toBe(300);
  });
});

describe('reordered', () => {
  it('is a record processed for the first time after a later one of its key', () => {
    const verdict = verdictOf(processed(1, 'a', 0, 0), processed(2, 'a', 2, 2), processed(3, 'a', 1, 1), processed(4, 'a', 3, 3));
    expect(verdict).toMatchObject({ reordered: 1, duplicates: 0 });
    expect(verdict.reasons[0]).toBe('1 record was processed after a later one of the same key: partition/offset 0/1 (k #1)');
  });

  it('is not a replay', () => {
    const first = [0, 1, 2, 3].map((n) => processed(1 + n, 'a', n, n));
    const again = [1, 2, 3].map((n) => processed(10 + n, 'b', n, n));
    expect(verdictOf(...first, ...again)).toMatchObject({ reordered: 0, duplicates: 3 });
  });

  it('is not a gap, nor another key, nor another producer of the same key', () => {
    expect(verdictOf(processed(1, 'a', 0, 0), processed(2, 'a', 5, 4)).reordered).toBe(0);
    expect(verdictOf(processed(1, 'a', 0, 7), processed(2, 'a', 1, 3, { key: 'other' })).reordered).toBe(0);
    expect(verdictOf(processed(1, 'a', 0, 7), processed(2, 'a', 1, 0, { producer: 'p/2' })).reordered).toBe(0);
  });

  it('follows a key that moved because the topic grew', () => {
    const moved = [processed(1, 'a', 5, 5), processed(2, 'b', 0, 6, { partition: 1 })];
    expect(verdictOf(...moved).reordered).toBe(0);
    expect(verdictOf(...[...moved].reverse().map((line, t) => ({ ...line, t: t + 1 }))).reordered).toBe(1);
  });

  it('blames nobody for the order of two members within one millisecond, but a member for its own', () => {
    expect(verdictOf(processed(1, 'b', 0, 0), processed(1, 'a', 1, 1)).reordered).toBe(0);
    expect(verdictOf(processed(1, 'a', 1, 1), processed(1, 'a', 0, 0)).reordered).toBe(1);
  });
});

describe('committed before processed', () => {
  const records = [0, 1, 2].map((n) => acked(n, n, n));

  it('accepts a commit after the work, at the same millisecond too', () => {
    const verdict = verdictOf(...records, ...[0, 1, 2].map((n) => processed(10, 'b', n, n)), committed(10, 'a', 3));
    expect(verdict.commitsAhead).toBe(0);
  });

  it('counts each record that a commit passed, once', () => {
    const verdict = verdictOf(...records, processed(10, 'a', 0, 0), committed(11, 'a', 3), processed(12, 'a', 1, 1), committed(13, 'a', 3));
    expect(verdict.commitsAhead).toBe(2);
    expect(verdict.examples.commitsAhead[0]).toEqual({ partition: 0, offset: 1, committed: 3, pod: 'a', t: 11 });
    expect(verdict.reasons.join()).toContain(
      '2 records were committed before anybody had processed them: a committed 3 on partition 0 while offset 1 was open',
    );
  });

  it('counts a record whose acknowledgement was written later', () => {
    expect(verdictOf(committed(5, 'a', 1), acked(9, 0, 0), processed(10, 'a', 0, 0)).commitsAhead).toBe(1);
  });

  it('asks for no offset that nobody knows', () => {
    expect(verdictOf(acked(1, 0, 0), processed(2, 'a', 0, 0), committed(3, 'a', 50)).commitsAhead).toBe(0);
  });
});

describe('lag at the end', () => {
  const offsets = (end: number, committedOffset: number): LogLine => ({
    t: 99,
    event: 'offsets',
    partitions: [{ partition: 1, end, committed: committedOffset }],
  });

  it('is the end less the committed offset, and must be 0', () => {
    expect(verdictOf(offsets(10, 10)).lag).toBe(0);
    expect(verdictOf(offsets(10, 7)).lag).toBe(3);
    expect(reasonsOf(offsets(10, 7))).toContain(
      'after the drain the group lags by 3 records: partition 1 by 3; committed must equal the end',
    );
    expect(verdictOf(offsets(10, -1)).lag).toBe(10);
    expect(reasonsOf(offsets(10, 12))).toContain('partition 1 by -2');
  });

  it('is none where nothing is', () => expect(verdictOf(offsets(0, -1)).lag).toBe(0));

  it('is unknown when it was not read, and that is no proof', () => {
    expect(verdictOf().lag).toBeNull();
    expect(reasonsOf()).toContain('the committed offsets were not read after the drain');
  });
});
