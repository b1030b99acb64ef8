import type { Reviewer } from '../consequence.js';
import { strimziReviewers } from './strimzi.js';
import { workloadReviewers } from './workload-reviewers.js';

/** Everybody who judges changes. All who judge a kind are asked, and several may speak of one difference. */
export const reviewers: readonly Reviewer[] = [...strimziReviewers, ...workloadReviewers];
