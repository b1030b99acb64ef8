import { MusterError } from '../../../constructs/model/error.js';
import type { TopicStep } from '../scenario.js';
import type { Stage } from '../stage.js';
import type { PlannedStep } from '../step-plan.js';

/** Steps that are about a topic, or where its group stands. */
export async function topicStep({ backend }: Stage, { name }: PlannedStep, step: TopicStep): Promise<void> {
  return Promise.reject(new MusterError('bad-input', `step "${name}": ${backend.cannot(step) ?? `"${step.do}" is not taken yet`}`));
}
