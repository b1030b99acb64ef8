import type { Reviewer } from '../consequence.js';

/** Everybody who judges changes. All who judge a kind are asked, and several may speak of one difference. */
export const reviewers: readonly Reviewer[] = [];
