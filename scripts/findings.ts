import type { Finding } from '../constructs/model/finding.js';
import type { Terminal } from './terminal.js';

/** Prints what is wrong with what was synthesised, worst first; what several environments share is said once, and notes are only counted. */
export function showFindings(terminal: Terminal, findings: readonly Finding[], out: string): void {
  for (const severity of ['error', 'warning'] as const) {
    const times = new Map<string, number>();
    for (const f of findings.filter((finding) => finding.severity === severity)) {
      const text = `${severity}: ${f.resource.kind} ${f.resource.name}${f.path === '' ? '' : `, ${f.path}`}: ${f.message} [${f.rule}]`;
      times.set(text, (times.get(text) ?? 0) + 1);
    }
    for (const [text, count] of times) terminal.say(count === 1 ? text : `${text} (in ${String(count)} environments)`);
  }
  const notes = findings.filter((finding) => finding.severity === 'info').length;
  if (notes > 0) terminal.say(`${String(notes)} note${notes === 1 ? '' : 's'}: "muster check ${out}" lists ${notes === 1 ? 'it' : 'them'}`);
}
