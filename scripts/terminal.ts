import type { Host } from './host.js';

/** Where commands print: data on standard output, talk on standard error. Nothing else of the tools prints. */
export interface Terminal {
  /** The result: a table, or JSON. */
  data(text: string): void;
  /** A line of talk. */
  say(text: string): void;
  /** How it stands: one line, overwritten by the next talk; nothing where nobody looks. */
  status(text: string): void;
  readonly colour: boolean;
  /** Where standard output is a terminal: a result that replaces the one shown before. */
  readonly screen?: Screen;
}
export interface Screen {
  /** Lines it has. */
  rows(): number;
  show(text: string): void;
}

export function openTerminal(host: Host): Terminal {
  const clear = '\r\u001b[2K';
  let shown = false;
  return {
    colour: host.colour,
    data: (text) => {
      process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    },
    say: (text) => {
      process.stderr.write(`${shown ? clear : ''}${text}\n`);
      shown = false;
    },
    status: (text) => {
      if (!host.terminal) return;
      const width = process.stderr.columns || 80;
      process.stderr.write(`${clear}${text.slice(0, width - 1)}`);
      shown = true;
    },
    ...(host.screen && { screen: openScreen() }),
  };
}

function openScreen(): Screen {
  let isOpen = false;
  const rows = (): number => process.stdout.rows || 24;
  return {
    rows,
    show: (text) => {
      // What was there before goes up, to where a person can scroll back to it.
      const room = isOpen ? '' : '\n'.repeat(rows() - 1);
      isOpen = true;
      const lines = text.split('\n').map((line) => `${line}\u001b[K\n`);
      process.stdout.write(`${room}\u001b[H${lines.join('')}\u001b[J`);
    },
  };
}
