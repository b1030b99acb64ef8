import type { Reviewer } from '../consequence.js';
import { minInsyncConsequences, replicaConsequences } from './topic-durability.js';
import { identityConsequences, topicAdded, topicRemoved } from './topic-identity.js';
import { optionConsequences } from './topic-options.js';
import { partitionConsequences } from './topic-partitions.js';
import { retentionConsequences } from './topic-retention.js';

/** What a change of a KafkaTopic does to the topic, its records and those who use it. */
export const topicReviewer: Reviewer = {
  kinds: ['KafkaTopic'],
  judge: (change, states) => {
    if (change.how === 'added') return topicAdded(change, states);
    if (change.how === 'removed') return topicRemoved(change, states);
    return [
      identityConsequences,
      partitionConsequences,
      replicaConsequences,
      minInsyncConsequences,
      retentionConsequences,
      optionConsequences,
    ].flatMap((judge) => judge(change, states));
  },
};
