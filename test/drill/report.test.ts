import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEventLog } from '../../scripts/drill/event-log.js';
import type { LogLine } from '../../scripts/drill/events.js';
import { sceneOf } from '../../scripts/drill/report/cast.js';
import { renderPage } from '../../scripts/drill/report/page.js';
import { lagOf, ratesOf } from '../../scripts/drill/report/series.js';
import { el, escape, ticks, verbatim } from '../../scripts/drill/report/svg.js';
import { renderTimelineSvg, unowned } from '../../scripts/drill/report/timeline.js';
import { prepareReport, writeReport } from '../../scripts/drill/report/write.js';
import { judge } from '../../scripts/drill/verdict.js';
import { isEvent } from './histories.js';
import { simulate } from './simulate.js';

const events = simulate({ rate: 60, holdMs: 3_000 });
const verdict = judge(events);
const run = { events, verdict };

/** Tags in order must close as they opened: the page and the pictures are written by hand. */
function unbalanced(markup: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  const empty = new Set(['meta', '!doctype']);
  for (const [, close, name = '', self] of markup
    .replace(/<style>.*?<\/style>/gs, '')
    .matchAll(/<(\/?)([a-zA-Z!][\w-]*)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (self === '/' || empty.has(name.toLowerCase())) continue;
    if (close !== '/') open.push(name);
    else if (open.pop() !== name) wrong.push(name);
  }
  return [...wrong, ...open];
}

describe('svg', () => {
  it('escapes what it is given, and drops what XML does not know', () => {
    expect(el('text', { x: 1.23456, 'aria-label': `a"b'<&` }, '<b> & "c"\u0000\ud800').markup).toBe(
      '<text x="1.23" aria-label="a&quot;b&#39;&lt;&amp;">&lt;b&gt; &amp; &quot;c&quot;\ufffd\ufffd</text>',
    );
    expect(escape('é → 😀')).toBe('é → 😀');
  });
  it('leaves out what is undefined, and writes no NaN', () =>
    expect(el('rect', { x: NaN, y: Infinity, rx: undefined }, verbatim('')).markup).toBe('<rect x="0" y="0"/>'));
  it('has round ticks', () => {
    expect(ticks(61, 14)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60]);
    expect(ticks(0.3, 3)).toHaveLength(4);
    expect([0, -1, NaN, Infinity].map((max) => ticks(max, 5))).toEqual([[0], [0], [0], [0]]);
  });
});

describe('the page', () => {
  const page = renderPage(events, verdict);

  it('is one file: it loads nothing and runs nothing', () => {
    expect(page).not.toMatch(/<(script|link|img|iframe|object)\b/);
    expect(page).not.toMatch(/\b(?:src|href)=/);
    expect(page).not.toMatch(/@import|url\((?!#)/);
    expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toContain('://');
  });
  it('is well formed', () => {
    expect(unbalanced(page)).toEqual([]);
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });
  it('says the verdict in words, and each figure', () => {
    expect(page).toContain('<h1>Passed</h1>');
    expect(page).toContain('acknowledged records were processed, each key in its order');
    for (const step of verdict.steps) expect(page).toContain(escape(step.name));
    expect(page).toContain('killed at');
    expect(page).toContain('250 ms (an idle kafkajs member beats only when its fetch returns)');
    expect(page).toContain('a simulated run: no broker was there');
  });
  it('lists every reason of a failure', () => {
    const bad = events.filter((line) => isEvent(line) || line.evidence !== 'processed' || line.partition !== 2 || line.offset < 300);
    const failed = judge(bad);
    const told = renderPage(bad, failed);
    expect(told).toContain('<h1>Failed</h1>');
    for (const reason of failed.reasons) expect(told).toContain(`<li>${escape(reason)}</li>`);
    expect(unbalanced(told)).toEqual([]);
  });
  it('takes names as text, never as markup', () => {
    const nasty = JSON.parse(
      JSON.stringify(events)
        .replaceAll('inventory-service-5d8f-b', '<img src=x onerror=alert(1)>')
        .replaceAll('customer-001', '</style><b>'),
    ) as LogLine[];
    const told = renderPage(nasty, judge(nasty)) + renderTimelineSvg(nasty, judge(nasty));
    expect(told).not.toMatch(/<img|<\/style><b>/);
    expect(told).toContain('&lt;img src=x onerror=alert(1)&gt;');
  });
  it('bears a log that was cut anywhere', () => {
    for (const length of [0, 1, 5, 300, 2_000]) {
      const cut = events.slice(0, length);
      const told = renderPage(cut, judge(cut)) + renderTimelineSvg(cut, judge(cut));
      expect(unbalanced(told)).toEqual([]);
      expect(told).not.toMatch(/NaN|undefined|Infinity/);
    }
  });
  it('bears more members than colours', () => {
    const many = Array.from({ length: 40 }, (_, n): LogLine => ({
      t: 1_763_700_000_900,
      evidence: 'assigned',
      member: `pod-${String(n)}`,
      memberId: 'x',
      partitions: [],
    }));
    expect(unbalanced(renderPage([...events, ...many], judge([...events, ...many])))).toEqual([]);
  });
});

describe('the timeline', () => {
  const svg = renderTimelineSvg(events, verdict);

  it('is an SVG file of its own', () => {
    expect(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"')).toBe(true);
    expect(unbalanced(svg)).toEqual([]);
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg).toContain('scale-and-crash: passed');
  });
  it('names steps, the kill and the partitions without owner', () => {
    for (const text of ['1 → 2', '6 → 8', 'SIGKILL A', 'no running owner 10.4 s', 'partition 5']) expect(svg).toContain(text);
  });
  it('gives the first member the first letter, and the same one everywhere', () => {
    const { cast } = sceneOf(events);
    expect([...cast.values()].map((role) => role.letter)).toEqual(['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I']);
    expect(cast.get('inventory-service-5d8f-a')?.killedAt).toBeDefined();
  });
  it('hatches a partition from the kill to its next owner', () => {
    const scene = sceneOf(events);
    const kill = scene.history.faults[0]?.t;
    expect(unowned(scene, 0).filter((gap) => gap.from === kill)).toHaveLength(1);
    expect(unowned(scene, 1).filter((gap) => gap.to - gap.from > 1_000)).toEqual([]);
  });
});

describe('series', () => {
  const scene = sceneOf(events);
  it('count every record once', () => {
    const counted = ratesOf(scene.history.sent, scene, 500).reduce((sum, point) => sum + point.value / 2, 0);
    expect(counted).toBe(scene.history.sent.length);
  });
  it('give a lag that ends at 0 and is highest when the dead member is replaced', () => {
    const lag = lagOf(scene, 100);
    expect(lag.at(-1)?.value).toBe(0);
    const top = lag.reduce((best, point) => (point.value > best.value ? point : best));
    expect(top.value).toBeGreaterThan(250);
    expect(top.t - (scene.history.faults[0]?.t ?? 0)).toBeGreaterThan(9_000);
  });
});

describe('writing a report', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'muster-report-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('leaves four files, which can be judged again', () => {
    const target = join(dir, 'deep/report');
    expect(writeReport({ dir: target, runs: [run] })).toHaveLength(4);
    expect(readdirSync(target).sort()).toEqual(['events.ndjson', 'index.html', 'summary.md', 'verdict.json']);
    expect(JSON.parse(readFileSync(join(target, 'verdict.json'), 'utf8'))).toEqual(JSON.parse(JSON.stringify(verdict)));
    expect(judge(readEventLog(join(target, 'events.ndjson')))).toEqual(verdict);
  });

  it('replaces an older report', () => {
    writeReport({ dir, runs: [run] });
    writeFileSync(join(dir, 'index.html'), 'old');
    writeReport({ dir, runs: [run] });
    expect(readFileSync(join(dir, 'index.html'), 'utf8')).toContain('<h1>Passed</h1>');
    expect(readdirSync(dir)).toHaveLength(4);
  });

  it('draws the first run that failed, and keeps the logs of all', () => {
    const cut = events.slice(0, -1);
    const failed = { events: cut, verdict: judge(cut) };
    writeReport({ dir, runs: [run, failed, run] });
    expect(readdirSync(dir).sort()).toEqual([
      'events-run-1.ndjson',
      'events-run-3.ndjson',
      'events.ndjson',
      'index.html',
      'summary.md',
      'verdict.json',
    ]);
    const page = readFileSync(join(dir, 'index.html'), 'utf8');
    expect(page).toContain('Over 3 runs');
    expect(page).toContain('everything else on this page is run 2');
    expect(JSON.parse(readFileSync(join(dir, 'verdict.json'), 'utf8'))).toMatchObject({ schemaVersion: 1, verdict: 'failed', passed: 2 });
  });

  it('refuses a folder that is a file, before and after, and leaves it as it was', () => {
    const file = join(dir, 'file');
    writeFileSync(file, 'mine');
    const refusal = /^cannot write the report to .*file: .*; give another folder by --report$/;
    expect(() => prepareReport(file)).toThrow(refusal);
    expect(() => writeReport({ dir: join(file, 'below'), runs: [run] })).toThrow(/give another folder by --report$/);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('leaves nothing half-written when a file cannot take its place', () => {
    mkdirSync(join(dir, 'verdict.json'));
    expect(() => writeReport({ dir, runs: [run] })).toThrow(/cannot write the report/);
    expect(readdirSync(dir)).toEqual(['verdict.json']);
  });

  it('tries the folder beforehand and leaves no trace', () => {
    prepareReport(join(dir, 'new/one'));
    expect(existsSync(join(dir, 'new'))).toBe(false);
    prepareReport(dir);
    expect(readdirSync(dir)).toEqual([]);
  });

  // A real full disk needs the right to mount one.
  const mountable = ((): boolean => {
    const trial = mkdtempSync(join(tmpdir(), 'muster-mount-'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', trial]).status === 0;
    if (mounted) spawnSync('umount', [trial]);
    rmSync(trial, { recursive: true });
    return mounted;
  })();

  it(mountable ? 'refuses a full disk in one sentence' : 'a full disk: NOT PROVED HERE, this user may not mount one', () => {
    if (!mountable) return;
    const small = join(dir, 'small');
    mkdirSync(small);
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]).status).toBe(0);
    try {
      expect(() => writeReport({ dir: small, runs: [run] })).toThrow(
        /^cannot write the report to .*small: (?:Error: )?ENOSPC.*; give another folder by --report$/,
      );
      expect(readdirSync(small)).toEqual([]);
    } finally {
      spawnSync('umount', [small]);
    }
  });
});
