import { MusterError } from '../../constructs/model/error.js';

/** Closes after a failure, and gives what to throw: what could not be closed is told behind what had happened, and does not hide it. */
export async function closedAfter(failure: unknown, close: () => Promise<void>): Promise<unknown> {
  try {
    await close();
    return failure;
  } catch (error) {
    const [first, second] = [failure, error].map((one) => (one instanceof Error ? one.message : String(one)));
    const message = `${first ?? ''}; and ${second ?? ''}`;
    if (!(failure instanceof MusterError) || !(error instanceof MusterError)) return new Error(message, { cause: failure });
    return new MusterError(failure.code === 'interrupted' ? 'interrupted' : error.code, message, { cause: failure });
  }
}
