import { constants } from 'node:os';
import { leaveSignals } from './early-signals.js';
import type { Logger } from './logging.js';

export interface Worker {
  /** Drains and leaves. Called once. */
  stop(): Promise<void>;
}

/** Ends the process. Everything written before is out already: logs and evidence are synchronous. */
export type End = (code: number) => never;
export const end: End = (code) => process.exit(code);

/**
 * Ties a worker to the signals of its pod. SIGTERM or SIGINT: `stop`, then exit 0; exit 1 when it fails or takes longer than the deadline
 * (in ms); a second signal ends the process at once. The function returned stops in the same way without a signal, with the exit code given.
 */
export function stopOnSignal(worker: Worker, deadlineMs: number, logger: Logger): (reason: string, code?: number) => void {
  let stopping = false;
  const stop = (reason: string, code = 0): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ reason, deadlineMs }, 'stopping');
    const deadline = setTimeout(() => {
      logger.fatal(
        { deadlineMs },
        'could not stop in time: what was in hand is given up; raise SHUTDOWN_DEADLINE_MS if the work of one record takes that long',
      );
      end(1);
    }, deadlineMs);
    worker.stop().then(
      () => {
        clearTimeout(deadline);
        logger.info({ code }, 'stopped');
        end(code);
      },
      (error: unknown) => {
        logger.fatal({ err: error }, 'could not stop cleanly');
        end(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) {
        logger.warn({ signal }, 'second signal: ending at once');
        end(128 + constants.signals[signal]);
      }
      stop(signal);
    });
  }
  leaveSignals();
  return stop;
}

/** What no code of ours caught: the process must not live on half dead. */
export function exitOnUncaught(logger: Logger): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      logger.fatal({ err: error }, event);
      end(1);
    });
  }
}
