import type { Reviewer } from '../consequence.js';

/** Everybody who judges changes. Each difference is told by whoever explains it first, in this order. */
export const reviewers: readonly Reviewer[] = [];
