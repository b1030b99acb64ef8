import { ConfigurationError } from './configuration-error.js';
import { end } from './lifecycle.js';
import { createLogger } from './logging.js';

/** Starts a worker; a configuration it cannot take is said in one line, all problems at once, and ends the process with 2. */
export async function start<S>(worker: string, read: () => S, run: (settings: S) => Promise<void>): Promise<void> {
  let settings: S;
  try {
    settings = read();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    createLogger('info', { worker }).fatal({ problems: error.problems }, error.message);
    return end(2);
  }
  await run(settings);
}
