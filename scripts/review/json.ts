import type { Review } from './review.js';

/** A review as `--format json` prints it; the shape is promised by docs/review.md. */
export function reviewJson({ worst, changes, findings }: Review): string {
  return JSON.stringify({ schemaVersion: 1, worst, changes, findings }, undefined, 2);
}
