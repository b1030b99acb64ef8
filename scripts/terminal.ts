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
  };
}
