import { ruleFacts } from '../constructs/model/check.js';
import { strimziChecks, type StrimziCheck, type StrimziCheckRow } from '../constructs/model/strimzi-checks.js';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '\\<');
const line = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A short name for a link: the class, or the page and its section. */
function linked(source: string): string {
  if (!/^https?:/.test(source)) return cell(source);
  const { hostname, pathname, hash } = new URL(source);
  const last = pathname.split('/').filter(Boolean).at(-1) ?? '';
  const name = hostname === 'github.com' ? last.replace(/\.java$/, '') : `${hostname}${hash === '' ? ` ${last}` : ` ${hash}`}`;
  return `[${name.trim()}](${source})`;
}

const checks: readonly (readonly [string, StrimziCheckRow])[] = Object.entries(strimziChecks);

const whatOf = ({ what, covers }: (typeof ruleFacts)[number]): string => {
  const [first] = covers;
  return what ?? (first === undefined ? '' : strimziChecks[first].what);
};

const levels: Readonly<Record<StrimziCheckRow['level'], string>> = {
  refused: 'the API server refuses',
  pruned: 'the API server drops it',
  error: 'Ready=False',
  warning: 'a warning in the status',
  log: 'a line in the operator’s log',
  silent: 'nothing',
};

function covering(check: string, row: StrimziCheckRow): string {
  const ids = ruleFacts.filter(({ covers }) => covers.includes(check as StrimziCheck)).map(({ id }) => `\`${id}\``);
  return ids.length > 0 ? ids.join(', ') : `none: ${row.live ?? '?'}`;
}

/** `docs/rules.md`: every rule, and what of Strimzi's own checks it covers. */
export function rulesPage(): string {
  return `# The rules of muster check

Made from the rules by \`node scripts/write-rules-page.js\`; a test proves it fresh.
An error stops synthesis and fails the check: the API server, an operator or Kafka refuses, or records are at risk for sure.
A warning is what an operator warns of, or drops in silence. An info is a note.

${line('rule', 'severity', 'what', 'source')}
${line('---', '---', '---', '---')}
${ruleFacts.map((facts) => line(`\`${facts.id}\``, facts.severity, cell(whatOf(facts)), linked(facts.source))).join('\n')}

## What Strimzi 1.2.0 checks, and what it lets through

Read in its source; then what happens to the object on a cluster, and the rules that say it before.

${line('check', 'on the cluster', 'where', 'rules')}
${line('---', '---', '---', '---')}
${checks.map(([check, row]) => line(cell(row.what), levels[row.level], cell(row.where), cell(covering(check, row)))).join('\n')}
`;
}
