import type { Plan } from '../../constructs/model/plan.js';
import type { GroupPlan } from '../../constructs/model/plan-group.js';
import { formatSize } from '../../constructs/model/units.js';
import type { Basis } from '../../constructs/model/workload.js';
import { count, grid, wrap } from '../drill/table.js';

const dim = (text: string, colour: boolean): string => (colour ? `\u001b[2m${text}\u001b[0m` : text);
const basisWords: Readonly<Record<Basis, string>> = { measured: 'measured', stated: 'given, not measured', guessed: 'a guess' };

/** The plan as a person reads it: each number, why, and how it was computed; the groups; what steps are worth; what to mind. */
export function renderPlan(plan: Plan, { colour }: { readonly colour: boolean }): string {
  const { workload, reasons, groups, steps, warnings } = plan;
  const own = reasons.filter(({ of }) => !of.includes('.'));
  const width = Math.max(...own.map(({ of }) => words(of).length));
  const textWidth = Math.max(...own.map(({ text }) => text.length));
  const rate = (value: number, basis: Basis): string => `${formatSize(value)}/s (${basisWords[basis]})`;
  return [
    ...wrap(
      `${formatSize(workload.bytesPerSecond)}/s = ${count(workload.recordsPerSecond)} records/s of ${count(workload.recordBytes)} B${workload.given.recordBytes === undefined ? ' (a guess)' : ''}; one partition takes ${rate(workload.produceBytesPerSecond, workload.produceBasis)} and gives ${rate(workload.consumeBytesPerSecond, workload.consumeBasis)}`,
      'load: ',
    ),
    '',
    ...own.flatMap(({ of, text, driver, formula, source }) => [
      `${words(of).padEnd(width)}  ${text.padEnd(textWidth)}  ${driver}`,
      ...wrap(`${formula} [${source}]`, '    ').map((line) => dim(line, colour)),
    ]),
    '',
    ...grid(
      [
        ['group', 'members', 'does', 'of', 'lag alert', 'catch-up', 'fetched', 'max.poll.records'],
        ...groups.map((group) => groupRow(group, plan)),
      ],
      'left',
    ),
    ...reasons
      .filter(({ of }) => of.endsWith('.capacity'))
      .map(({ of, formula }) => dim(`  ${of.slice(0, -'.capacity'.length)}: ${formula}`, colour)),
    '',
    'step balance: members → worth',
    `  ${steps.map(({ members, worth, active }) => `${String(members)} → ${String(Number(worth.toFixed(2)))}${members > active ? ` (${String(members - active)} idle)` : ''}`).join(' · ')}`,
    ...(warnings.length === 0 ? [] : ['', ...warnings.flatMap(({ level, message }) => wrap(message, `${level}: `))]),
  ].join('\n');
}

/** `storagePerBroker` as `storage per broker`. */
function words(of: string): string {
  return of.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function groupRow(group: GroupPlan, { workload, reasons }: Plan): string[] {
  const catchUp = reasons.find(({ of }) => of === `${group.name}.catchUpMs`)?.text ?? '-';
  return [
    group.name,
    group.members > group.active ? `${String(group.members)} (${String(group.members - group.active)} idle)` : String(group.members),
    group.capacity === undefined ? '-' : `${count(group.capacity)}/s`,
    `${count(workload.recordsPerSecond)}/s`,
    count(group.lagAlert),
    catchUp,
    formatSize(group.memory),
    group.maxPollRecords === undefined ? '-' : count(group.maxPollRecords),
  ];
}
