import type { Host } from './host.js';
import type { Terminal } from './terminal.js';

/** What every command is given. */
export interface Context {
  readonly host: Host;
  readonly terminal: Terminal;
  /** Fires when the person interrupts. */
  readonly abort: AbortSignal;
}
