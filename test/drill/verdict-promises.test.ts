import { describe, expect, it } from '@jest/globals';
import type { LogLine } from '../../scripts/drill/events.js';
import type { Expectations } from '../../scripts/drill/expectations.js';
import { judge } from '../../scripts/drill/verdict.js';
import { acked, assigned, kill, processed, revoked, run } from './histories.js';

const step = (t: number, name: string, members: number): LogLine => ({ t, event: 'step', name, members });
const about = (words: RegExp, expectations: Expectations, lines: readonly LogLine[]): string[] =>
  judge([run({ partitions: 2, expect: expectations }), ...lines]).reasons.filter((reason) => words.test(reason));

describe('unmoved: kept', () => {
  const keeps = (words: readonly LogLine[], asked: Expectations = { unmoved: 'kept' }): string[] =>
    about(/gave up/, asked, [
      step(0, 'one', 1),
      assigned(100, 'a', [0, 1]),
      step(1_000, 'two', 2),
      ...words,
      { t: 3_000, event: 'end-of-steps' },
    ]);
  const eager = [revoked(1_100, 'a'), assigned(1_500, 'a', [0]), assigned(1_500, 'b', [1])];

  it('fails a member that gives up what it gets back, and names it', () => {
    expect(keeps(eager)).toEqual([
      'step "two": members gave up partitions that stayed with them, 1 in all: a partition 0; a cooperative group stops only what moves',
    ]);
  });
  it('is asked of nobody by itself', () => {
    expect(keeps(eager, {})).toEqual([]);
  });
  it('lets go what moves, and what comes back after somebody had it', () => {
    expect(keeps([assigned(1_100, 'a', [0]), assigned(1_500, 'b', [1])])).toEqual([]);
    const lent = [assigned(1_100, 'a', [0]), assigned(1_300, 'b', [1]), revoked(1_500, 'b'), assigned(1_600, 'a', [0, 1])];
    expect(keeps(lent)).toEqual([]);
  });
  it('does not hold a crash against a member, nor the start', () => {
    expect(keeps([kill(1_100, 'a'), assigned(1_500, 'a', [0, 1])])).toEqual([]);
    const start = [step(0, 'one', 1), assigned(100, 'a', [0]), revoked(200, 'a'), assigned(300, 'a', [0, 1])];
    expect(about(/gave up/, { unmoved: 'kept' }, start)).toEqual([]);
  });
});

describe('leastInSync', () => {
  const leaders = (t: number, isr: readonly number[], sameUntil?: number): LogLine => ({
    t,
    event: 'leaders',
    partitions: [0, 1].map((partition) => ({ partition, leader: 1, isr: partition === 0 ? isr : [1, 2, 3] })),
    ...(sameUntil === undefined ? {} : { sameUntil }),
  });
  const alone = (least: number, ...records: readonly LogLine[]): string[] =>
    about(/in sync/, { leastInSync: least }, [
      step(0, 'all but one lost', 1),
      leaders(100, [1, 2, 3]),
      leaders(10_000, [1], 9_900),
      ...records,
      leaders(25_000, [1, 2], 24_000),
    ]);

  it('fails what was acknowledged by fewer, and says what to set', () => {
    expect(alone(2, acked(15_000, 4, 4), acked(15_001, 4, 4, { partition: 1 }), acked(16_000, 5, 5))).toEqual([
      '2 records were acknowledged while fewer than 2 replicas were in sync: partition/offset 0/4 (k #4) with 1; with that broker they are gone. Set min.insync.replicas of the topic to 2, and acks to all',
    ]);
  });
  it('asks nothing by itself', () => {
    expect(alone(0, acked(15_000, 4, 4))).toEqual([]);
    expect(alone(1, acked(15_000, 4, 4))).toEqual([]);
  });
  it('judges nothing that was on its way, nothing after the last look that saw so few, and no send without an answer', () => {
    expect(alone(2, acked(12_900, 4, 4), acked(24_100, 5, 5), acked(15_000, -1, 6))).toEqual([]);
  });
});

describe('throughput: foretold', () => {
  const slow = (asked: Expectations, everyMs: number): string[] =>
    about(/foretold/, asked, [
      step(0, 'two', 2),
      { t: 1, event: 'prediction', of: 'throughput', at: 'two', unit: 'records/s', atLeast: 90, atMost: 200, because: 'work' },
      ...Array.from({ length: 4_000 / everyMs }, (_, n) => processed(n * everyMs, 'a', n, n)),
      { t: 4_000, event: 'end-of-steps' },
    ]);

  it('fails a group that does less', () => {
    expect(slow({ throughput: 'foretold' }, 20)).toEqual([
      'step "two": 50 records/s were processed, foretold were 90 to 200 records/s (work)',
    ]);
  });
  it('passes one that does as much, or more, and is asked of nobody by itself', () => {
    expect(slow({ throughput: 'foretold' }, 10)).toEqual([]);
    expect(slow({ throughput: 'foretold' }, 4)).toEqual([]);
    expect(slow({}, 20)).toEqual([]);
  });
});
