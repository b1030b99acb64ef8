import type { Reviewer } from '../consequence.js';
import { connectorReviewer, connectReviewer, mirrorReviewer } from './connect.js';
import { kafkaReviewer } from './kafka.js';
import { poolReviewer } from './pool.js';
import { bridgeReviewer, rebalanceReviewer } from './rebalance.js';
import { strimziObjectReviewer } from './strimzi-object.js';
import { topicReviewer } from './topic.js';
import { userReviewer } from './user.js';

/** Those who judge changes of Strimzi's resources. */
export const strimziReviewers: readonly Reviewer[] = [
  kafkaReviewer,
  poolReviewer,
  topicReviewer,
  userReviewer,
  connectReviewer,
  connectorReviewer,
  mirrorReviewer,
  bridgeReviewer,
  rebalanceReviewer,
  strimziObjectReviewer,
];
