import { MusterError } from '../../constructs/model/error.js';
import { planOf, type Plan } from '../../constructs/model/plan.js';
import type { Context } from '../context.js';
import { between } from '../option-values.js';
import { renderPlan } from '../size/plan-table.js';
import { readWorkloadFile, workloadFrom } from '../size/read-workload.js';
import type { Given } from '../size/workload-options.js';

export interface SizeArgs extends Given {
  readonly workload?: string;
  readonly measure?: boolean;
  readonly bootstrap?: string;
  readonly 'measure-seconds'?: number;
  readonly json: boolean;
}

/** `muster size`: partitions, brokers, disks, memory and members, each with its reason. */
export async function size(context: Context, args: SizeArgs): Promise<number> {
  const { workload: file, json, measure = false, bootstrap, 'measure-seconds': seconds = 5, ...options } = args;
  const { host, terminal } = context;
  // What is not on the command line is what the file says.
  const given = { ...(file === undefined ? {} : readWorkloadFile(host.cwd, file)), ...defined(options) };
  const stated = workloadFrom(given);
  // What is wrong with it is known before the brokers start.
  const draft = planOf(stated);
  if (!measure && bootstrap !== undefined)
    throw new MusterError('bad-input', '--bootstrap names the cluster to measure on; add --measure, or leave it out');
  between('--measure-seconds', seconds, 1, 300);
  const measured = measure
    ? await (
        await import('../size/measure.js')
      ).measurePartition(context, { recordBytes: draft.workload.recordBytes, seconds, ...(bootstrap !== undefined && { bootstrap }) })
    : undefined;
  const plan = measured === undefined ? draft : planOf({ ...stated, produceRate: measured.produce, consumeRate: measured.consume });
  if (measured !== undefined) terminal.say(measured.where);
  terminal.data(json ? JSON.stringify(jsonOf(plan), undefined, 2) : renderPlan(plan, terminal));
  return 0;
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
