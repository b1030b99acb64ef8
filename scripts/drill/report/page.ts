import { lanesCompared } from '../compare.js';
import type { CommandRun, LogLine } from '../events.js';
import { laneLogs } from '../lanes.js';
import type { Spread } from '../spread.js';
import { count, ms, overheadText } from '../table.js';
import type { Verdict } from '../verdict.js';
import { figure, section } from './blocks.js';
import { sceneOf, type Scene } from './cast.js';
import { htmlDocument } from './document.js';
import { besides, cards, header } from './head.js';
import { leadersPicture } from './leaders-chart.js';
import { loadPicture } from './load-chart.js';
import { marksOf } from './marks.js';
import { stopPicture } from './stop-chart.js';
import { all, el, verbatim, type Markup } from './svg.js';
import {
  catchUpTable,
  comparedTable,
  exampleTable,
  faultNote,
  faultTable,
  predictionTable,
  spreadTable,
  stepTable,
  stopTable,
} from './tables.js';
import { since, timelinePicture } from './timeline.js';

/** A run as one self-contained page; lanes follow each other on one axis of time. */
export function renderPage(
  events: readonly LogLine[],
  verdict: Verdict,
  among?: { readonly spread: Spread; readonly drawn: number },
): string {
  const whole = sceneOf(events);
  const lanes = (verdict.lanes ?? []).map((one) => ({
    verdict: one,
    scene: sceneOf(laneLogs(events).find(({ lane }) => lane === one.lane)?.events ?? [], whole),
  }));
  const [first] = lanes;
  const beside = lanesCompared([verdict]);
  const body = all([
    header(first?.scene ?? whole, verdict),
    ...(first === undefined ? [cards(whole, verdict)] : []),
    el('div', {}, ...besides(verdict)),
    beside === undefined
      ? undefined
      : section('Side by side', 'The same steps and the same faults at the same moment; below, each by itself.', comparedTable(beside)),
    ...(first === undefined
      ? runSections(whole, verdict)
      : lanes.map((lane) =>
          el(
            'div',
            { class: 'lane' },
            el('h2', {}, lane.verdict.lane ?? ''),
            el('p', { class: lane.verdict.verdict === 'passed' ? 'ok' : 'wrong' }, lane.verdict.verdict === 'passed' ? 'passed' : 'failed'),
            cards(lane.scene, lane.verdict),
            ...runSections(lane.scene, lane.verdict),
          ),
        )),
    among === undefined
      ? undefined
      : section(
          `Over ${String(among.spread.runs.length)} runs`,
          `${String(among.spread.passed)} passed. Median, lowest and highest; everything else on this page is run ${String(among.drawn)}.`,
          spreadTable(among.spread),
        ),
    commandSection(events),
  ]);
  return htmlDocument(`${verdict.scenario}: ${verdict.verdict}`, body);
}

/** Everything that is about one group and its topic. */
function runSections(scene: Scene, verdict: Verdict): (Markup | undefined)[] {
  const { history } = scene;
  return [
    section(
      'Who owned which partition when',
      `One lane a partition, ${history.run?.evidenceFrom === 'coordinator' ? 'by what the coordinator says' : 'by the members’ own evidence'}. The dark line below a bar is records being processed. Seconds since the start of the run.`,
      figure(
        (width) => timelinePicture(scene, width),
        `Ownership of ${String(scene.partitions)} partitions over ${((scene.to - scene.from) / 1_000).toFixed(0)} s`,
      ),
      legend(scene),
    ),
    history.leaders.length === 0
      ? undefined
      : section(
          'Who led each partition',
          'By the brokers’ metadata. The red line below a bar: replicas were missing from the in-sync set. Hatched: nobody led.',
          figure((width) => leadersPicture(scene, width), 'Leaders of the partitions'),
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
      'Rebalance: from the first sign of the change until every partition had its owner. Covered: from the step (or the fault in it) until members and coordinator agree on an exact cover.',
      stepTable(verdict),
    ),
    verdict.faults.length === 0 ? undefined : section('Faults', faultNote(scene, verdict), faultTable(verdict)),
    verdict.catchUps.length === 0 ? undefined : section('Stopped and started again', undefined, catchUpTable(verdict)),
    verdict.predictions.length === 0
      ? undefined
      : section(
          'Foretold and measured',
          'What the model foretold before the run. One that does not hold is a finding.',
          predictionTable(verdict),
        ),
    section('What was seen of single records', 'partition / offset, to look up in the topic.', exampleTable(verdict)),
    section(
      'What decides these figures',
      'Figures of one run on one machine: compare only what was run with the same settings.',
      facts(scene, verdict),
    ),
  ];
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
    marksOf(scene).some(({ until }) => until !== undefined)
      ? verbatim('<span class="marks"><i></i> frozen, away or stopped</span>')
      : undefined,
  );
}

function facts(scene: Scene, verdict: Verdict): Markup {
  const run = scene.history.run;
  if (run === undefined) return el('p', {}, 'The event log has no "run" line.');
  const { failedSends } = verdict;
  const kept = failedSends.keptIn.map((one) => `${count(one.count)} in ${one.place}`).join(', ');
  const list: [string, string][] = [
    ['client, protocol', `${run.client}, ${run.protocol}`],
    ['session / heartbeat', `${ms(run.sessionTimeoutMs)} / ${ms(run.heartbeatIntervalMs)}`],
    ['longest wait of a fetch', `${ms(run.fetchMaxWaitMs)} (an idle kafkajs member beats only when its fetch returns)`],
    [
      'load',
      `${count(run.rate)} records/s declared, ${verdict.load.measured.toFixed(0)} measured, over ${count(run.keys)} keys; longest pause ${ms(verdict.load.longestGapMs)}`,
    ],
    ['work a record, commit', `${String(run.workMs)} ms, ${run.commit}`],
    ...(run.acks === undefined
      ? []
      : [
          [
            'acks, replicas, min in sync',
            `${run.acks}, ${String(run.replicationFactor ?? '?')}, ${String(run.minInsyncReplicas ?? '?')}`,
          ] satisfies [string, string],
        ]),
    ...(failedSends.rejected + failedSends.indeterminate === 0
      ? []
      : [
          [
            'sends not acknowledged',
            `${count(failedSends.rejected)} refused, ${count(failedSends.indeterminate)} nobody knows of${kept === '' ? '' : `; kept: ${kept}`}: none of them is a loss`,
          ] satisfies [string, string],
        ]),
    [
      'clocks',
      verdict.clockUncertaintyMs === 0
        ? 'one machine, one clock'
        : `times of two pods may be wrong against each other by ${ms(verdict.clockUncertaintyMs)}; no figure is finer than that`,
    ],
    ...(verdict.overhead === null ? [] : [['the drill itself', overheadText(verdict.overhead)] satisfies [string, string]]),
    ['run', `${ms(verdict.durationMs)} from ${new Date(run.t).toISOString()}`],
    ...run.notes.map((note): [string, string] => ['note', note]),
  ];
  return el('dl', { class: 'facts' }, ...list.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));
}

function commandSection(events: readonly LogLine[]): Markup | undefined {
  const commands = events.filter((line): line is CommandRun => 'event' in line && line.event === 'command');
  if (commands.length === 0) return undefined;
  return section(
    'What was run',
    'Every command that changed the cluster, to repeat by hand.',
    el('pre', {}, commands.map(({ command }) => command).join('\n')),
  );
}
