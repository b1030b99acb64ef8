import { describe, expect, it } from '@jest/globals';
import { claims } from '../../scripts/claims/catalogue.js';
import type { Evidence } from '../../scripts/claims/claim.js';
import { handOverMs, stepRates } from '../../scripts/claims/figures.js';
import { renderClaims } from '../../scripts/claims/page.js';
import { range } from '../../scripts/claims/words.js';
import { medianOf } from '../../scripts/drill/spread.js';
import type { LogLine } from '../../scripts/drill/events.js';

const nothing: Evidence = { runs: () => [], measures: {} };
const rulingOf = (id: string, evidence = nothing): ReturnType<(typeof claims)[number]['judge']> => {
  const claim = claims.find((one) => one.id === id);
  if (claim === undefined) throw new Error(`no claim ${id}`);
  return claim.judge(evidence);
};

describe('the claims', () => {
  it('have ids of their own, and each says what settles it', () => {
    expect(new Set(claims.map(({ id }) => id)).size).toBe(claims.length);
    expect(claims).toHaveLength(20);
  });

  it.each(claims.filter(({ drills, measures }) => drills !== undefined || measures !== undefined).map(({ id }) => id))(
    '%s is not measured where nothing was',
    (id) => {
      expect(rulingOf(id).is).toBe('not measured');
    },
  );

  it('round-robin gives 12 partitions to 5 members as 3-3-2-2-2', () => {
    expect(rulingOf('round-robin-counts')).toMatchObject({ is: 'false', figure: expect.stringContaining('3-3-2-2-2') });
  });

  it('customer-A is on partition 1 of 6, as test/model has it from Kafka’s own code', () => {
    expect(rulingOf('customer-a-partition')).toMatchObject({ is: 'false', figure: expect.stringContaining('partition 1 of 6') });
  });

  it('the absolute value sends about half of the keys elsewhere', () => {
    const { is, figure } = rulingOf('absolute-hash');
    expect(is).toBe('false');
    const different = Number(/6 partitions (\d+) go elsewhere/.exec(figure)?.[1]);
    // A hash is negative for one key of two; the absolute value of those agrees with the cleared bit for one in three of them at most.
    expect(different).toBeGreaterThan(300);
    expect(different).toBeLessThan(600);
  });

  it('50 restaurants leave partitions of 24 empty', () => {
    expect(rulingOf('restaurants-spread').figure).toMatch(/Of 24 partitions [1-9]\d* get no restaurant and the fullest gets [4-9]/);
  });

  it('offsets live as long as Kafka’s jars say', () => {
    expect(rulingOf('offsets-retention').figure).toContain('10 080, which is 7 days');
  });
});

describe('figures out of an event log', () => {
  const step = (t: number, members: number): LogLine => ({ t, event: 'step', name: String(members), members });
  const acked = (t: number, offset: number): LogLine => ({
    t,
    evidence: 'acked',
    member: 'p',
    topic: 'a',
    partition: 0,
    key: 'k',
    seq: offset,
    producer: 'p',
    offset,
  });
  const processed = (t: number, offset: number): LogLine => ({
    t,
    evidence: 'processed',
    member: 'c',
    topic: 'a',
    partition: 0,
    offset,
    key: 'k',
  });

  it('a record is handed over once, whoever does it again', () => {
    expect(handOverMs([acked(100, 0), processed(130, 0), processed(900, 0), processed(905, 7)])).toEqual([30]);
  });

  it('the rate of a step is that of its last two thirds', () => {
    const events: LogLine[] = [
      step(0, 1),
      ...Array.from({ length: 30 }, (_, i) => processed(i * 100, i)),
      step(3_000, 2),
      { t: 6_000, event: 'end-of-steps' },
    ];
    expect(stepRates(events)).toEqual([
      { members: 1, perSecond: 10 },
      { members: 2, perSecond: 0 },
    ]);
  });
});

describe('the page', () => {
  it('has a row a claim and counts them', () => {
    const page = renderClaims(
      claims.map((claim) => ({ claim, ruling: claim.judge(nothing) })),
      { kafkaVersion: '4.3.1', date: '2026-11-21', machine: 'a machine' },
    );
    expect(page.split('\n').filter((line) => line.startsWith('| '))).toHaveLength(claims.length + 2);
    expect(page).toContain(`${String(claims.length)} claims: `);
  });
});

describe('words', () => {
  it('a range is one figure where its ends are alike', () => {
    expect(range([11_600, 11_650])).toBe('11.7 s');
    expect(range([400, 1_200])).toBe('0.4–1.2 s');
  });

  it('the median of an even number is between the two in the middle', () => {
    expect(medianOf([1, 9, 3, 5])).toBe(4);
  });
});
