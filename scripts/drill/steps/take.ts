import type { Step } from '../scenario.js';
import type { Stage } from '../stage.js';
import type { PlannedStep } from '../step-plan.js';
import { brokerStep } from './brokers.js';
import { memberStep } from './members.js';
import { topicStep } from './topic.js';

/** Takes a step: of brokers, of the topic and its offsets, or of members. */
export async function takeStep(stage: Stage, planned: PlannedStep): Promise<void> {
  const { step } = planned;
  if (isBrokerStep(step)) await brokerStep(stage, planned, step);
  else if (isTopicStep(step)) await topicStep(stage, planned, step);
  else await memberStep(stage, planned, step);
}

type BrokerDo = Parameters<typeof brokerStep>[2]['do'];
type TopicDo = Parameters<typeof topicStep>[2]['do'];
const brokerDos: Readonly<Record<BrokerDo, true>> = {
  'kill-broker': true,
  'freeze-broker': true,
  'lose-brokers': true,
  'kill-leader-ahead': true,
};
const topicDos: Readonly<Record<TopicDo, true>> = { 'add-partitions': true, reset: true };

function isBrokerStep(step: Step): step is Parameters<typeof brokerStep>[2] {
  return Object.hasOwn(brokerDos, step.do);
}

function isTopicStep(step: Step): step is Parameters<typeof topicStep>[2] {
  return Object.hasOwn(topicDos, step.do);
}
