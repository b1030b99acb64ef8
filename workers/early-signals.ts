/**
 * Process 1 of a container has no default for SIGTERM: until somebody listens it is not heard, and the pod waits for its whole grace
 * period. Loading a worker takes a second on a fifth of a CPU, so the entry points listen before they load anything: this file imports nothing.
 */
const signals = ['SIGTERM', 'SIGINT'] as const;

function endAtOnce(signal: NodeJS.Signals): never {
  process.stdout.write(
    `${JSON.stringify({ level: 'info', time: new Date().toISOString(), message: `${signal} before anything was begun: ending` })}\n`,
  );
  return process.exit(0);
}

/** Until the worker listens itself, SIGTERM and SIGINT end the process with 0: nothing is begun that could be left undone. */
export function hearSignals(): void {
  for (const signal of signals) process.on(signal, endAtOnce);
}

/** The worker listens from now on. */
export function leaveSignals(): void {
  for (const signal of signals) process.off(signal, endAtOnce);
}
