import type { Grade } from '../../../scripts/review/grade.js';

/** Manifests before and after, and what a review must say of them. */
export interface ReviewPair {
  readonly name: string;
  /** Where it can be read, or which test tries it, that this is so. */
  readonly source: string;
  readonly before: string;
  readonly after: string;
  /** Manifests that stand on both sides. */
  readonly beside?: string;
  /** All consequences, in the order of the review; each with words that its text, reason or action must have. */
  readonly says: readonly {
    readonly id: string;
    readonly grade: Grade;
    readonly words?: readonly string[];
    readonly not?: readonly string[];
  }[];
}

/** Text of several lines, each that far to the right. */
export const indented = (text: string, spaces: number): string =>
  text
    .trim()
    .split('\n')
    .map((line) => `${' '.repeat(spaces)}${line}`)
    .join('\n');
