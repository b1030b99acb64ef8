import type { Finding } from '../constructs/model/finding.js';
import type { Terminal } from './terminal.js';

/** Prints what is wrong with what was synthesised, worst first; what several environments share is said once, and notes are only counted. */
export function showFindings(terminal: Terminal, findings: readonly Finding[], out: string): void {
  for (const severity of ['error', 'warning'] as const) {
    const filesOf = new Map<string, string[]>();
    for (const f of findings.filter((finding) => finding.severity === severity)) {
      const text = `${f.resource.kind} ${f.resource.name}${f.path === '' ? '' : `, ${f.path}`}: ${f.message} [${f.rule}]`;
      filesOf.set(text, [...(filesOf.get(text) ?? []), ...(f.file === undefined ? [] : [f.file])]);
    }
    for (const [text, files] of filesOf) terminal.say(`${severity}: ${text}${files.length === 0 ? '' : ` (${files.join(', ')})`}`);
  }
  const notes = findings.filter((finding) => finding.severity === 'info').length;
  if (notes > 0) terminal.say(`${String(notes)} note${notes === 1 ? '' : 's'}: "muster check ${out}" lists ${notes === 1 ? 'it' : 'them'}`);
}
