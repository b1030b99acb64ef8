/** Grades of a review, worst first. */
export const grades = ['data-loss', 'refused', 'unavailable', 'reorders', 'rebalance', 'rolling', 'safe'] as const;

/**
 * What a change does, at its worst: `data-loss` records or volumes go; `refused` the API server, the operator or Kafka will not do it;
 * `unavailable` writes or reads stop, now or at the next single failure; `reorders` per-key order breaks; `rebalance` a lasting change of
 * members or assignment; `rolling` a restart, with the temporary rebalances it costs; `safe` none of these.
 */
export type Grade = (typeof grades)[number];

/** Whether `a` is at least as bad as `b`. */
export function atLeast(a: Grade, b: Grade): boolean {
  return grades.indexOf(a) <= grades.indexOf(b);
}
