import type { LogLine } from '../events.js';
import { crashBoundMs } from '../reasons.js';
import type { Spread } from '../spread.js';
import { count, ms, sizes } from '../table.js';
import type { StepResult, Verdict } from '../verdict.js';
import { sceneOf, type Scene } from './cast.js';
import { loadPicture } from './load-chart.js';
import { stopPicture } from './stop-chart.js';
import { all, el, escape, verbatim, type Markup } from './svg.js';
import { pictureCss, schemeCss } from './theme.js';
import { since, timelinePicture, type Picture } from './timeline.js';

/** Every picture is drawn for three widths of the page, since its labels must not shrink with it. */
const widths = { wide: 1_120, medium: 720, narrow: 340 } as const;

/** One self-contained page: nothing is loaded, and no script is needed to read it. */
export function renderPage(
  events: readonly LogLine[],
  verdict: Verdict,
  among?: { readonly spread: Spread; readonly drawn: number },
): string {
  const scene = sceneOf(events);
  const title = `${verdict.scenario}: ${verdict.verdict}`;
  const body = all([
    header(scene, verdict),
    cards(scene, verdict),
    section(
      'Who owned which partition when',
      'One lane a partition, by the members’ own evidence. The dark line below a bar is records being processed. Seconds since the start of the run.',
      figure(
        (width) => timelinePicture(scene, width),
        `Ownership of ${String(scene.partitions)} partitions over ${((scene.to - scene.from) / 1_000).toFixed(0)} s`,
      ),
      legend(scene),
    ),
    section(
      'Load and lag',
      'Counted twice a second over all partitions.',
      figure((width) => loadPicture(scene, width), 'Produced and processed records a second, and the lag'),
    ),
    section(
      'How long each partition stood still',
      'Longest gap between two processed records, less the gap in production. Logarithmic.',
      figure((width) => stopPicture(verdict.steps.slice(1), width), 'Stop time of each partition in each step'),
      el(
        'p',
        { class: 'legend' },
        verbatim('<span class="dot full">0</span> moved to another member '),
        verbatim('<span class="dot">0</span> stayed with its member'),
      ),
      stopTable(verdict),
    ),
    section(
      'Steps',
      'Rebalance: from the first sign of the change until every partition had its owner. Covered: from the step (or the kill in it) until members and coordinator agree on an exact cover.',
      stepTable(verdict),
    ),
    verdict.faults.length === 0 ? undefined : section('Faults', faultNote(scene), faultTable(verdict)),
    among === undefined
      ? undefined
      : section(
          `Over ${String(among.spread.runs.length)} runs`,
          `${String(among.spread.passed)} passed. Median, lowest and highest; everything else on this page is run ${String(among.drawn)}.`,
          spreadTable(among.spread),
        ),
    section('What was seen of single records', 'partition / offset, to look up in the topic.', exampleTable(verdict)),
    section(
      'What decides these figures',
      'Figures of one run on one machine: compare only what was run with the same settings.',
      facts(scene, verdict),
    ),
  ]);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escape(title)}</title>`,
    `<style>${schemeCss(':root')}${pageCss}${pictureCss}</style>`,
    '</head>',
    `<body><main>${body.markup}</main></body>`,
    '</html>',
    '',
  ].join('\n');
}

function header(scene: Scene, verdict: Verdict): Markup {
  const passed = verdict.verdict === 'passed';
  const run = scene.history.run;
  const where =
    run === undefined
      ? ''
      : `${run.environment} on ${run.backend === 'local' ? 'local brokers' : 'a cluster'}, group ${run.group}, topic ${run.topic}, ${new Date(run.t).toISOString().replace('T', ' ').slice(0, 19)} UTC`;
  return el(
    'header',
    { class: passed ? 'good' : 'bad' },
    el('p', { class: 'where' }, `muster drill ${verdict.scenario}`),
    el('h1', {}, passed ? 'Passed' : 'Failed'),
    el(
      'p',
      { class: 'lead' },
      passed
        ? inWords(verdict)
        : `${verdict.reasons.length === 1 ? 'One thing' : `${String(verdict.reasons.length)} things`} did not hold:`,
    ),
    passed ? undefined : el('ol', {}, ...verdict.reasons.map((reason) => el('li', {}, reason))),
    el('p', { class: 'where' }, where),
  );
}

function inWords(verdict: Verdict): string {
  const twice =
    verdict.duplicates === 0
      ? 'None was processed twice.'
      : `${count(verdict.duplicates)} ${verdict.duplicates === 1 ? 'was' : 'were'} processed twice after a crash; the bound is ${count(verdict.duplicatesBound)}.`;
  return `All ${count(verdict.acknowledged)} acknowledged records were processed, each key in its order. ${twice} Every partition had exactly one owner after every step, and the group committed everything.`;
}

function cards(scene: Scene, verdict: Verdict): Markup {
  const fault = verdict.faults[0];
  const session = scene.history.run?.sessionTimeoutMs ?? 0;
  const list: [string, string, string, boolean][] = [
    ['lost', count(verdict.lost), `of ${count(verdict.acknowledged)} acknowledged`, verdict.lost > 0],
    ['reordered', count(verdict.reordered), 'within a key', verdict.reordered > 0],
    [
      'duplicates',
      count(verdict.duplicates),
      `at most ${count(verdict.duplicatesBound)} allowed`,
      verdict.duplicates > verdict.duplicatesBound,
    ],
    ['zombies', count(verdict.zombies), 'records processed without owning', verdict.zombies > 0],
    ['lag at the end', verdict.lag === null ? '?' : count(verdict.lag), 'records not committed', verdict.lag !== 0],
  ];
  if (fault !== undefined)
    list.push([
      'recovery',
      ms(fault.recoveryMs),
      `after ${fault.kind.toUpperCase()}, session ${ms(session)}`,
      fault.partitions.length > 0 && (fault.recoveryMs ?? Infinity) > crashBoundMs(session),
    ]);
  list.push([
    'stop, moved',
    ms(verdict.stops.moved?.p50 ?? null),
    verdict.stops.moved === null ? 'none moved' : `median; worst ${ms(verdict.stops.moved.max)}`,
    false,
  ]);
  list.push([
    'stop, stayed',
    ms(verdict.stops.unmoved?.p50 ?? null),
    verdict.stops.unmoved === null ? 'none stayed' : `median; worst ${ms(verdict.stops.unmoved.max)}`,
    false,
  ]);
  return el(
    'dl',
    { class: 'cards' },
    ...list.map(([name, value, note, wrong]) =>
      el('div', { class: wrong ? 'wrong' : undefined }, el('dt', {}, name), el('dd', {}, value), el('dd', { class: 'note' }, note)),
    ),
  );
}

function section(title: string, note: string, ...content: readonly (Markup | undefined)[]): Markup {
  return el('section', {}, el('h2', {}, title), el('p', { class: 'note' }, note), ...content);
}

/** The same picture for screens of every width: the style sheet shows one of them. */
function figure(draw: (width: number) => Picture, label: string): Markup {
  const svg = (width: number, kind: string): Markup => {
    const { body, height } = draw(width);
    return el('svg', { class: `pic ${kind}`, viewBox: `0 0 ${String(width)} ${String(height)}`, role: 'img', 'aria-label': label }, body);
  };
  return el('figure', {}, ...Object.entries(widths).map(([kind, width]) => svg(width, kind)));
}

function legend(scene: Scene): Markup {
  return el(
    'p',
    { class: 'legend' },
    ...[...scene.cast.values()].map((role) =>
      el(
        'span',
        {},
        el('b', { style: `background:${role.colour.fill};color:${role.colour.ink}` }, role.letter),
        ` ${role.pod}${role.killedAt === undefined ? '' : ` (killed at ${since(scene, role.killedAt)})`}`,
      ),
    ),
    verbatim(
      '<span><i class="hatch"></i> no running owner</span><span><i class="band"></i> rebalance</span><span><i class="runs"></i> records being processed</span>',
    ),
  );
}

function table(head: readonly string[], rows: readonly (readonly (Markup | string)[])[], numbersFrom = 1): Markup {
  const kind = (column: number): string | undefined => (column >= numbersFrom ? 'n' : undefined);
  return el(
    'div',
    { class: 'scroll' },
    el(
      'table',
      {},
      el('thead', {}, el('tr', {}, ...head.map((cell, column) => el('th', { scope: 'col', class: kind(column) }, cell)))),
      el(
        'tbody',
        {},
        ...rows.map((row) =>
          el(
            'tr',
            {},
            ...row.map((cell, column) => el(column === 0 ? 'th' : 'td', column === 0 ? { scope: 'row' } : { class: kind(column) }, cell)),
          ),
        ),
      ),
    ),
  );
}

function stopTable(verdict: Verdict): Markup {
  const partitions = verdict.steps[0]?.partitions.map((one) => one.partition) ?? [];
  return table(
    ['stop in', ...partitions.map((partition) => `partition ${String(partition)}`)],
    verdict.steps
      .slice(1)
      .map((step) => [
        step.name,
        ...step.partitions.map((one) => el('span', { class: one.moved ? 'm' : 's' }, `${one.moved ? '→ ' : ''}${ms(one.stopMs)}`)),
      ]),
  );
}

function stepTable(verdict: Verdict): Markup {
  return table(
    ['step', 'outcome', 'members', 'partitions each', 'covered in', 'rebalance', 'worst stop, moved', 'worst stop, stayed'],
    verdict.steps.map((step) => [
      step.name,
      el(
        'span',
        { class: step.outcome === 'covered' ? 'ok' : 'wrong' },
        { covered: 'covered', 'not-covered': 'not covered', inconclusive: 'inconclusive' }[step.outcome],
      ),
      count(step.members),
      sizes(step),
      ms(step.coveredMs),
      ms(step.rebalanceMs),
      worst(step, true),
      worst(step, false),
    ]),
    2,
  );
}

function worst(step: StepResult, moved: boolean): string {
  const stops = step.partitions.filter((one) => one.moved === moved).map((one) => one.stopMs);
  return stops.length === 0 ? '-' : ms(Math.max(...stops));
}

function faultNote(scene: Scene): string {
  const session = scene.history.run?.sessionTimeoutMs ?? 0;
  return `Three clocks: detection is fault → the coordinator no longer lists the member, rebalance is removal → an owner for every partition, recovery is fault → first record processed again on the slowest partition it owned. Bound of a recovery: ${ms(crashBoundMs(session))} (2 × session + 5 s).`;
}

function faultTable(verdict: Verdict): Markup {
  return table(
    ['fault', 'member', 'detection', 'rebalance', 'recovery', 'recovery by partition'],
    verdict.faults.map((fault) => [
      fault.kind.toUpperCase(),
      fault.pod,
      ms(fault.detectionMs),
      ms(fault.rebalanceMs),
      ms(fault.recoveryMs),
      fault.partitions.map((one) => `${String(one.partition)}: ${ms(one.recoveryMs)}`).join(', ') || 'it owned nothing',
    ]),
    2,
  );
}

function spreadTable(spread: Spread): Markup {
  return table(
    ['figure', 'median', 'lowest', 'highest', 'runs'],
    spread.figures.map((figure) => {
      const shown = (value: number): string => (figure.unit === 'ms' ? ms(value) : count(value));
      return [figure.name, shown(figure.median), shown(figure.min), shown(figure.max), count(figure.values.length)];
    }),
  );
}

function exampleTable(verdict: Verdict): Markup {
  const { examples } = verdict;
  const kinds: [string, number, string[]][] = [
    ['lost', verdict.lost, examples.lost.map((one) => `${place(one)}, sent by ${one.pod}`)],
    ['processed twice', verdict.duplicates, examples.duplicates.map((one) => `${place(one)}: ${one.before}, then ${one.pod}`)],
    ['reordered', verdict.reordered, examples.reordered.map((one) => `${place(one)} by ${one.pod}`)],
    ['processed without owning', verdict.zombies, examples.zombies.map((one) => `${place(one)} by ${one.pod}, owner ${one.before ?? '?'}`)],
    [
      'committed before processed',
      verdict.commitsAhead,
      examples.commitsAhead.map(
        (one) => `${String(one.partition)}/${String(one.offset)} passed by commit ${String(one.committed)} of ${one.pod}`,
      ),
    ],
  ];
  return table(
    ['kind', 'records', 'examples'],
    kinds.map(([name, total, shown]) => [
      name,
      count(total),
      el(
        'span',
        { class: 'wrap' },
        shown.length === 0 ? 'none' : `${shown.slice(0, 4).join('; ')}${total > 4 ? `; and ${count(total - 4)} more` : ''}`,
      ),
    ]),
    9,
  );
}

function place(one: { readonly partition: number; readonly offset: number; readonly key: string; readonly seq: number }): string {
  return `${String(one.partition)}/${String(one.offset)} (${one.key} #${String(one.seq)})`;
}

function facts(scene: Scene, verdict: Verdict): Markup {
  const run = scene.history.run;
  if (run === undefined) return el('p', {}, 'The event log has no "run" line.');
  const list: [string, string][] = [
    ['client, protocol', `${run.client}, ${run.protocol}`],
    ['session / heartbeat', `${ms(run.sessionTimeoutMs)} / ${ms(run.heartbeatIntervalMs)}`],
    ['longest wait of a fetch', `${ms(run.fetchMaxWaitMs)} (an idle kafkajs member beats only when its fetch returns)`],
    [
      'load',
      `${count(run.rate)} records/s declared, ${verdict.load.measured.toFixed(0)} measured, over ${count(run.keys)} keys; longest pause ${ms(verdict.load.longestGapMs)}`,
    ],
    ['work a record, commit', `${String(run.workMs)} ms, ${run.commit}`],
    ['run', `${ms(verdict.durationMs)} from ${new Date(run.t).toISOString()}`],
    ...run.notes.map((note): [string, string] => ['note', note]),
  ];
  return el('dl', { class: 'facts' }, ...list.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));
}

const pageCss = [
  '*{box-sizing:border-box}html{color-scheme:light dark}',
  'body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}',
  'main{max-width:1168px;margin:0 auto;padding:24px}',
  'header{border-left:6px solid;padding:14px 20px;border-radius:6px}header.good{border-color:var(--good);background:var(--goodbg)}header.bad{border-color:var(--bad);background:var(--badbg)}',
  'h1{font-size:30px;line-height:1.2;margin:2px 0 6px}header.good h1{color:var(--good)}header.bad h1{color:var(--bad)}',
  'h2{font-size:19px;margin:0 0 2px}.lead{font-size:17px;margin:0 0 8px}.where,.note{color:var(--soft);margin:0;font-size:13.5px}ol{margin:0 0 10px;padding-left:22px}li{overflow-wrap:anywhere}',
  'section{margin-top:34px}section>.note{max-width:80ch;margin-bottom:12px}',
  '.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(126px,1fr));gap:10px;margin:18px 0 0}.cards div{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:10px 12px}',
  '.cards dt{font-size:13px;color:var(--soft)}.cards dd{margin:0;font-size:24px;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}.cards dd.note{font-size:12px;font-weight:400}.cards .wrong{border-color:var(--bad);background:var(--badbg)}.cards .wrong dd:not(.note){color:var(--bad)}',
  'figure{margin:0}svg{display:block;width:100%;height:auto}svg.medium,svg.narrow{display:none}@media (max-width:960px){svg.wide{display:none}svg.medium{display:block}}@media (max-width:560px){main{padding:12px}svg.medium{display:none}svg.narrow{display:block}}',
  '.legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin:8px 0 0;font-size:13px;color:var(--soft)}.legend b{display:inline-block;min-width:19px;padding:0 4px;text-align:center;border-radius:3px;line-height:18px;font-size:12px}.legend i{display:inline-block;width:18px;height:14px;vertical-align:-2px;border-radius:2px}',
  '.legend i.hatch{background:repeating-linear-gradient(45deg,var(--bad) 0 2px,transparent 2px 6px)}.legend i.band{background:var(--band);opacity:.5}.legend i.runs{height:3px;background:var(--ink);vertical-align:4px}',
  '.dot{display:inline-block;width:19px;height:19px;line-height:17px;border-radius:50%;text-align:center;font-size:11px;border:1.5px solid var(--done);color:var(--ink)}.dot.full{background:var(--lag);border-color:var(--lag);color:#140800}',
  '.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}th,td{padding:6px 10px;border-bottom:1px solid var(--line);text-align:left;white-space:nowrap;vertical-align:top}thead th{color:var(--soft);font-weight:500;font-size:13px}tbody th{font-weight:600}.n{text-align:right}.wrap{white-space:normal;overflow-wrap:anywhere}',
  '.m{font-weight:650}.s{color:inherit}.ok{color:var(--good)}.wrong{color:var(--bad);font-weight:650}.facts{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;margin:0;font-size:14px}.facts dt{color:var(--soft)}.facts dd{margin:0;overflow-wrap:anywhere}',
  '.scroll+.legend,.legend+.scroll{margin-top:14px}@media (max-width:700px){.facts{grid-template-columns:1fr}.facts dd{margin-bottom:6px}th,td{padding:5px 8px}}',
  '@media print{main{max-width:none;padding:0}section,header,figure{break-inside:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}',
].join('');
