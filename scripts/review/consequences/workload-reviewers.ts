import type { Reviewer } from '../consequence.js';
import { crdReviewer } from './crd.js';
import { networkPolicyReviewer } from './network-policy.js';
import { otherReviewers } from './other.js';
import { storageReviewers } from './other-storage.js';
import { quotaReviewers } from './quota.js';
import { autoscalerReviewer } from './scaling-autoscaler.js';
import { budgetReviewer } from './scaling-budget.js';
import { secretReviewers } from './secret.js';
import { serviceReviewers } from './service.js';
import { workloadReviewer } from './workload.js';

/** Who judges workloads and the plain objects of Kubernetes and OpenShift. */
export const workloadReviewers: readonly Reviewer[] = [
  workloadReviewer,
  autoscalerReviewer,
  budgetReviewer,
  networkPolicyReviewer,
  ...serviceReviewers,
  ...quotaReviewers,
  ...secretReviewers,
  ...storageReviewers,
  crdReviewer,
  ...otherReviewers,
];
