/**
 * The closed list of ways in which Muster refuses to go on, each with its exit code:
 * `bad-input` 2 (what the person gave is wrong), `not-reachable` 3 (a tool, a broker or a cluster that is needed is not there),
 * `interrupted` 130 (Ctrl-C).
 */
export type ErrorCode = 'bad-input' | 'not-reachable' | 'interrupted';

const exitCodes: Readonly<Record<ErrorCode, number>> = { 'bad-input': 2, 'not-reachable': 3, interrupted: 130 };

/** A refusal a person can act on: its message is the whole output, never a stack trace. */
export class MusterError extends Error {
  override readonly name = 'MusterError';
  readonly exitCode: number;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.exitCode = exitCodes[code];
  }
}
