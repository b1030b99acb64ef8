import type { Finding, Severity } from '../constructs/model/finding.js';
import type { Terminal } from './terminal.js';

const worstFirst: readonly Severity[] = ['error', 'warning', 'info'];

/** Prints findings for a person, worst first; what several environments share is said once. */
export function showFindings(terminal: Terminal, findings: readonly Finding[]): void {
  for (const severity of worstFirst) {
    const times = new Map<string, number>();
    for (const f of findings.filter((finding) => finding.severity === severity)) {
      const text = `${severity}: ${f.resource.kind} ${f.resource.name}${f.path === '' ? '' : `, ${f.path}`}: ${f.message} [${f.rule}]`;
      times.set(text, (times.get(text) ?? 0) + 1);
    }
    for (const [text, count] of times) terminal.say(count === 1 ? text : `${text} (in ${String(count)} environments)`);
  }
}
