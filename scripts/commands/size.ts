import { planOf, type Plan } from '../../constructs/model/plan.js';
import type { Context } from '../command-line.js';
import { renderPlan } from '../size/plan-table.js';
import { readWorkloadFile, workloadFrom } from '../size/read-workload.js';
import type { Given } from '../size/workload-options.js';

export interface SizeArgs extends Given {
  readonly workload?: string;
  readonly json: boolean;
}

/** `muster size`: partitions, brokers, disks, memory and members, each with its reason. */
export function size({ host, terminal }: Context, { workload: file, json, ...options }: SizeArgs): Promise<number> {
  // What is not on the command line is what the file says.
  const given = { ...(file === undefined ? {} : readWorkloadFile(host.cwd, file)), ...defined(options) };
  const plan = planOf(workloadFrom(given));
  terminal.data(json ? JSON.stringify(jsonOf(plan), undefined, 2) : renderPlan(plan, terminal));
  return Promise.resolve(0);
}

const defined = (options: Given): Given => Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

function jsonOf({ workload, ...plan }: Plan): object {
  return {
    schemaVersion: 1,
    ...plan,
    rates: {
      targetBytesPerSecond: workload.bytesPerSecond,
      targetRecordsPerSecond: workload.recordsPerSecond,
      produce: { bytesPerSecond: workload.produceBytesPerSecond, basis: workload.produceBasis },
      consume: { bytesPerSecond: workload.consumeBytesPerSecond, basis: workload.consumeBasis },
    },
    // JSON has no Infinity.
    reasons: plan.reasons.map((reason) => ({ ...reason, value: Number.isFinite(reason.value) ? reason.value : null })),
  };
}
