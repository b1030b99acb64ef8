/** Kafka's own system tests give a group this long to agree after a join, in ms. */
export const joinBoundMs = 30_000;
/** And this long after a crash, in ms: twice the session and 5 s. */
export function crashBoundMs(sessionTimeoutMs: number): number {
  return 2 * sessionTimeoutMs + 5_000;
}
/** Fewer records than this on a partition tell nothing of a step. */
export const fewestTelling = 5;
