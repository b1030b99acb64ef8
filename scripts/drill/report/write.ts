import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../../../constructs/model/error.js';
import { compare, type ComparedGroup } from '../compare.js';
import { comparisonMarkdown } from '../compare-text.js';
import { formatEventLog } from '../event-log.js';
import type { LogLine } from '../events.js';
import { spreadOf } from '../spread.js';
import type { Verdict } from '../verdict.js';
import { renderComparison } from './comparison-page.js';
import { renderPage } from './page.js';
import { runMarkdown, spreadMarkdown } from './summary.js';

export interface Run {
  readonly events: readonly LogLine[];
  readonly verdict: Verdict;
}
export interface Report {
  readonly dir: string;
  /** In order. Of several, the first that failed is drawn, else the last. */
  readonly runs: readonly Run[];
}

/**
 * Writes `events.ndjson` and `verdict.json` (the JSON of the command), `summary.md` for a pull request, and `index.html`; of several runs the other event logs too, as
 * `events-run-N.ndjson`. Gives the paths. All or nothing: every file is written beside its place first and only then renamed.
 */
export function writeReport({ dir, runs }: Report): string[] {
  const failed = runs.findIndex((run) => run.verdict.verdict === 'failed');
  const drawn = failed < 0 ? runs.length - 1 : failed;
  const run = runs[drawn];
  if (run === undefined) return [];
  const spread = runs.length > 1 ? spreadOf(runs.map((one) => one.verdict)) : undefined;
  const files: (readonly [string, () => string])[] = [
    ['events.ndjson', () => formatEventLog(run.events)],
    ['verdict.json', () => `${JSON.stringify(spread ?? run.verdict, undefined, 2)}\n`],
    ['summary.md', () => (spread === undefined ? runMarkdown(run.verdict) : spreadMarkdown(spread))],
    ['index.html', () => renderPage(run.events, run.verdict, spread === undefined ? undefined : { spread, drawn: drawn + 1 })],
  ];
  runs.forEach((other, index) => {
    if (index !== drawn) files.push([`events-run-${String(index + 1)}.ndjson`, () => formatEventLog(other.events)]);
  });
  allOrNothing(dir, files);
  return files.map(([name]) => join(dir, name));
}

/**
 * Writes the variants side by side: `index.html`, `comparison.json` and `summary.md` with the same figures, and the event log of each run as
 * `events-LABEL-run-N.ndjson`. Gives the paths. All or nothing, as `writeReport`.
 */
export function writeComparison(dir: string, groups: readonly ComparedGroup[]): string[] {
  const comparison = compare(groups);
  const files: (readonly [string, () => string])[] = [
    ['comparison.json', () => `${JSON.stringify(comparison, undefined, 2)}\n`],
    ['summary.md', () => comparisonMarkdown(comparison)],
    ['index.html', () => renderComparison(groups)],
    ...groups.flatMap(({ label, runs }) =>
      runs.map(
        (run, index) =>
          [`events-${label.replace(/[^\w.-]+/g, '-')}-run-${String(index + 1)}.ndjson`, () => formatEventLog(run.events)] as const,
      ),
    ),
  ];
  allOrNothing(dir, files);
  return files.map(([name]) => join(dir, name));
}

/** Fails now, if `writeReport` would fail later for the folder's sake; leaves nothing behind. */
export function prepareReport(dir: string): void {
  const created = allOrNothing(dir, [['.trial', () => 'trial\n']]);
  rmSync(join(dir, '.trial'), { force: true });
  if (created !== undefined) rmSync(created, { recursive: true, force: true });
}

/** Gives the first folder that had to be made. */
function allOrNothing(dir: string, files: readonly (readonly [string, () => string])[]): string | undefined {
  const beside = (name: string): string => join(dir, `.${name}.${String(process.pid)}.tmp`);
  let created: string | undefined;
  try {
    created = mkdirSync(dir, { recursive: true });
    for (const [name, content] of files) {
      // A rename onto a folder would fail, and it would fail half-way.
      if (statSync(join(dir, name), { throwIfNoEntry: false })?.isDirectory() === true) throw new Error(`${name} is a folder there`);
      writeFileSync(beside(name), content());
    }
    for (const [name] of files) renameSync(beside(name), join(dir, name));
    return created;
  } catch (cause) {
    discard(files.map(([name]) => beside(name)));
    if (created !== undefined) discard([created]);
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new MusterError('bad-input', `cannot write the report to ${dir}: ${why}; give another folder by --report`, { cause });
  }
}

/** What cannot be removed was not made: below a file, or without the right to write. */
function discard(paths: readonly string[]): void {
  for (const path of paths) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      continue;
    }
  }
}
