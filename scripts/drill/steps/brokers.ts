import { MusterError } from '../../../constructs/model/error.js';
import type { BrokerStep } from '../scenario.js';
import type { Stage } from '../stage.js';
import type { PlannedStep } from '../step-plan.js';

/** Steps that are about brokers, which all lanes share. */
export async function brokerStep({ backend }: Stage, { name }: PlannedStep, step: BrokerStep): Promise<void> {
  return Promise.reject(new MusterError('bad-input', `step "${name}": ${backend.cannot(step) ?? `"${step.do}" is not taken yet`}`));
}
