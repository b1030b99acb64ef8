import type { Finding } from '../constructs/model/finding.js';
import type { Terminal } from './terminal.js';

/** Prints findings for a person, worst first. */
export function showFindings(terminal: Terminal, findings: readonly Finding[]): void {
  for (const severity of ['error', 'warning', 'info'] as const) {
    for (const f of findings.filter((finding) => finding.severity === severity)) {
      terminal.say(`${severity}: ${f.resource.kind} ${f.resource.name}${f.path === '' ? '' : `, ${f.path}`}: ${f.message} [${f.rule}]`);
    }
  }
}
