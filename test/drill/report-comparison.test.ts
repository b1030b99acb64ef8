import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { comparisonMarkdown, comparisonTable, figureTable, inMarkdown } from '../../scripts/drill/compare-text.js';
import { compare, lanesCompared, type ComparedGroup, type ComparedRun } from '../../scripts/drill/compare.js';
import type { LogLine } from '../../scripts/drill/events.js';
import { renderComparison } from '../../scripts/drill/report/comparison-page.js';
import { renderPage } from '../../scripts/drill/report/page.js';
import { runMarkdown, spreadMarkdown } from '../../scripts/drill/report/summary.js';
import { writeComparison } from '../../scripts/drill/report/write.js';
import { spreadOf } from '../../scripts/drill/spread.js';
import { renderTable } from '../../scripts/drill/table.js';
import { judge } from '../../scripts/drill/verdict.js';
import { isEvent } from './histories.js';
import { simulate } from './simulate.js';

const runOf = (events: readonly LogLine[]): ComparedRun => ({ events, verdict: judge(events) });
const run = (seed: number): ComparedRun => runOf(simulate({ rate: 60, holdMs: 2_000, seed }));
const lossy = runOf(
  simulate({ rate: 60, holdMs: 2_000 }).filter((line) => isEvent(line) || line.evidence !== 'processed' || line.partition !== 2),
);
const groups: readonly ComparedGroup[] = [
  { label: 'eager', runs: [run(1), run(2), run(3)] },
  { label: 'cooperative <b>', runs: [run(4), lossy] },
];
const comparison = compare(groups);

describe('a comparison', () => {
  it('has a value a run, and the median and the ends over the runs', () => {
    const [eager, other] = comparison.variants;
    const recovery = eager?.figures.find(({ name }) => name === 'recovery');
    const values = (groups[0]?.runs ?? []).map(({ verdict }) => verdict.faults[0]?.recoveryMs ?? -1);
    expect(recovery?.values).toEqual(values);
    expect([recovery?.min, recovery?.median, recovery?.max]).toEqual([...values].sort((a, b) => a - b));
    expect([comparison.verdict, eager?.passed, other?.passed]).toEqual(['failed', 3, 1]);
    expect(eager?.settings).toMatchObject({ client: 'kafkajs 2.2.4', protocol: 'eager', sessionTimeoutMs: 10_000 });
  });

  it('is told on a page, in a terminal and in Markdown with the same figures', () => {
    const page = renderComparison(groups);
    const recovery = comparison.variants[0]?.figures.find(({ name }) => name === 'recovery')?.median ?? 0;
    const told = `${(recovery / 1_000).toFixed(1)} s`;
    const [table, markdown] = [comparisonTable(comparison), comparisonMarkdown(comparison)];
    for (const text of [page, table, markdown]) {
      expect(text).toContain(told);
      expect(text).toContain('3 of 3');
      expect(text).not.toMatch(/NaN|undefined|Infinity/);
    }
    expect(page).not.toContain('cooperative <b>');
    expect(page).not.toMatch(/<(script|link|img)\b/);
    expect(page.length).toBeLessThan(1_000_000);
    expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(markdown.split('\n').length).toBeLessThanOrEqual(40);
    expect(markdown).toContain('cooperative \\<b\\>');
  });

  it('bears no groups and no runs', () => {
    expect(compare([]).verdict).toBe('failed');
    for (const none of [[], [{ label: 'none', runs: [] }]]) expect(renderComparison(none)).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('is written with the log of every run', () => {
    const dir = mkdtempSync(join(tmpdir(), 'muster-compare-'));
    try {
      writeComparison(dir, groups);
      expect(readdirSync(dir).sort()).toEqual([
        'comparison.json',
        'events-cooperative-b--run-1.ndjson',
        'events-cooperative-b--run-2.ndjson',
        'events-eager-run-1.ndjson',
        'events-eager-run-2.ndjson',
        'events-eager-run-3.ndjson',
        'index.html',
        'summary.md',
      ]);
      expect(JSON.parse(readFileSync(join(dir, 'comparison.json'), 'utf8'))).toEqual(comparison);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe('the summary for a pull request', () => {
  it('has 40 lines at most, of one run and of several', () => {
    for (const text of [runMarkdown(lossy.verdict), spreadMarkdown(spreadOf([lossy.verdict, lossy.verdict]))]) {
      expect(text.split('\n').length).toBeLessThanOrEqual(40);
      expect(text).toContain('failed');
    }
    expect(runMarkdown(run(1).verdict)).toContain('| 6 → 8 | 8 | 6×1 + 2 idle |');
  });
  it('takes names as text', () => expect(inMarkdown('a|b\n@all <x> `y`')).toBe('a\\|b @\u200ball \\<x\\> \\`y\\`'));
});

describe('lanes, faults of brokers and what was expected', () => {
  const base = simulate({ rate: 60, holdMs: 2_000 });
  const at = base[0]?.t ?? 0;
  const end = base.at(-1)?.t ?? 0;
  const inLane = (lane: string): LogLine[] =>
    base.map((line) => {
      if ('evidence' in line) {
        const { member } = line;
        const moved = { ...line, member: `${lane}-${member}` };
        if (moved.evidence === 'assigned')
          return { ...moved, partitions: moved.partitions.map((one) => ({ ...one, topic: `${lane}.orders` })) };
        return 'topic' in moved ? { ...moved, topic: `${lane}.orders` } : moved;
      }
      if (line.event === 'run') return { ...line, lane, topic: `${lane}.orders`, group: lane, replicationFactor: 3 };
      if (line.event === 'pod') return { ...line, lane, pod: `${lane}-${line.pod}` };
      if (line.event === 'fault') return { ...line, pod: `${lane}-${line.pod}` };
      if (line.event === 'group')
        return { ...line, lane, members: line.members.map((one) => ({ ...one, clientId: `${lane}-${one.clientId}` })) };
      return line.event === 'offsets' ? { ...line, lane } : line;
    });
  const isShared = (line: LogLine): boolean => 'event' in line && ['step', 'end-of-steps', 'end'].includes(line.event);
  const events: LogLine[] = [
    ...inLane('eager'),
    ...inLane('kip-848').filter((line) => !isShared(line)),
    ...[0, 1].flatMap((n): LogLine[] => [
      {
        t: at + 10 + n * 9_000,
        event: 'leaders',
        partitions: [{ partition: 0, leader: n === 0 ? 1 : -1, isr: n === 0 ? [0, 1, 2] : [0, 2] }],
      },
    ]),
    { t: at + 8_000, event: 'fault', kind: 'broker-sigkill', pod: 'cluster-dual-1', replaced: false, broker: 1 },
    { t: at + 12_000, event: 'fault', kind: 'broker-start', pod: 'cluster-dual-1', replaced: false, broker: 1 },
    { t: at + 13_000, event: 'change', kind: 'partitions', detail: '6 → 8 <i>', partitions: 8 },
    { t: at + 14_000, event: 'command', command: 'oc scale deployment/<x> --replicas=6 -n kafka' },
    { t: at + 15_000, event: 'prediction', of: 'recovery', at: 'SIGKILL, 2 → 1', unit: 'ms', atMost: 1, because: 'session <0>' },
    { t: end - 1, event: 'clock', pod: 'eager-inventory-service-5d8f-b', aheadAtLeastMs: -3, aheadAtMostMs: 4 },
  ];
  const verdict = judge(events);
  const page = renderPage(events, verdict);

  it('are all on the page, each lane by itself', () => {
    expect(verdict.lanes?.map(({ lane }) => lane)).toEqual(['eager', 'kip-848']);
    for (const text of ['<h2>eager</h2>', '<h2>kip-848</h2>', 'Who led each partition', 'no leader', 'broker 1 killed', 'partitions 6 → 8'])
      expect(page).toContain(text);
    for (const text of [
      'Foretold and measured',
      'not held',
      'What was run',
      'oc scale deployment/&lt;x&gt;',
      'wrong against each other by',
    ])
      expect(page).toContain(text);
    expect(page).not.toMatch(/8 <i>|<x>|<0>|NaN|undefined|Infinity/);
    expect(page.length).toBeLessThan(1_000_000);
  });
  it('are in the table within 100 columns', () => {
    const table = renderTable(verdict);
    expect(table).toContain('eager: ');
    expect(table).toContain('predictions: ');
    expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });
  it('stand side by side in a terminal, on the page and in Markdown, each with its own figures', () => {
    const beside = lanesCompared([verdict]);
    expect(beside?.variants.map(({ label, runs }) => [label, runs])).toEqual([
      ['eager', 1],
      ['kip-848', 1],
    ]);
    const stops = verdict.lanes?.map((lane) => lane.stops.unmoved?.p50);
    expect(beside?.variants.map(({ figures }) => figures.find(({ name }) => name === 'stop, stayed')?.median)).toEqual(stops);
    expect(stops?.filter((one) => one !== undefined)).toHaveLength(2);
    const text = beside === undefined ? '' : figureTable(beside);
    expect(text.split('\n')[0]).toMatch(/^side by side +eager +kip-848/);
    expect(text).toMatch(/stop, stayed/);
    expect(renderPage(events, verdict)).toContain('Side by side');
    expect(runMarkdown(verdict)).toMatch(/\| side by side \| eager \| kip-848 \|/);
    expect(lanesCompared([verdict.lanes?.[0] ?? verdict])).toBeUndefined();
  });
});
