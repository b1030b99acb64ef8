import type { Finding, Severity } from '../../constructs/model/finding.js';
import type { Target } from '../../constructs/model/system.js';
import { checkManifests, type Checked } from '../check/check.js';
import type { Context } from '../context.js';
import type { Terminal } from '../terminal.js';

export function check({ terminal, host }: Context, args: { path: string[]; target?: string | undefined; json: boolean }): Promise<number> {
  // yargs has compared it with the choices.
  const checked = checkManifests(args.path, { cwd: host.cwd, target: args.target as Target | undefined });
  if (args.json) terminal.data(JSON.stringify({ schemaVersion: 1, findings: checked.findings }, undefined, 2));
  else show(terminal, checked);
  return Promise.resolve(checked.findings.some(({ severity }) => severity === 'error') ? 1 : 0);
}

const colours: Readonly<Record<Severity, number>> = { error: 31, warning: 33, info: 36 };

/** Grouped by file, the file with the worst finding first. */
function show(terminal: Terminal, { findings, files, resources, sets }: Checked): void {
  const byFile = new Map<string, Finding[]>();
  for (const finding of findings) {
    const file = finding.file ?? '';
    byFile.set(file, [...(byFile.get(file) ?? []), finding]);
  }
  const painted = (code: number, text: string): string => (terminal.colour ? `\u001b[${String(code)}m${text}\u001b[0m` : text);
  const text: string[] = [];
  for (const [file, found] of byFile) {
    text.push(painted(1, file));
    for (const { severity, line, resource, path, message, rule } of found) {
      const where = line === undefined ? '' : `line ${String(line)}: `;
      const what =
        resource.kind === 'File' ? '' : `${resource.kind} ${resource.name}${path === '' || message.startsWith(path) ? '' : `, ${path}`}: `;
      text.push(`  ${painted(colours[severity], severity)}: ${where}${what}${message} [${rule}]`);
    }
  }
  if (text.length > 0) terminal.data(text.join('\n'));
  const count = (severity: Severity): number => findings.filter((finding) => finding.severity === severity).length;
  const apart = sets > 1 ? `, ${String(sets)} sets judged apart` : '';
  terminal.say(
    `${counted(count('error'), 'error')}, ${counted(count('warning'), 'warning')}, ${counted(count('info'), 'note')} in ${counted(resources, 'resource')} of ${counted(files, 'file')}${apart}`,
  );
}

const counted = (number: number, what: string): string => `${String(number)} ${what}${number === 1 ? '' : 's'}`;
