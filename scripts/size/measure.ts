import type { PartitionRate } from '../../constructs/model/workload.js';
import type { Context } from '../context.js';
import { onOwnCluster } from '../kafka/own-cluster.js';
import { probePartition, type ProbeResult } from '../kafka/rate-probe.js';

export interface MeasuredPartition {
  readonly produce: PartitionRate;
  readonly consume: PartitionRate;
  /** On what it was measured, for a person. */
  readonly where: string;
}

/** Measures one partition on the cluster at `bootstrap`, or on a broker of this machine that is started for it and removed. */
export async function measurePartition(
  context: Context,
  options: { readonly bootstrap?: string; readonly recordBytes: number; readonly seconds: number },
): Promise<MeasuredPartition> {
  const { bootstrap, recordBytes, seconds } = options;
  const probe = async (address: string): Promise<ProbeResult> =>
    probePartition({ bootstrap: address, recordBytes, seconds, tell: context.terminal.say, abort: context.abort });
  if (bootstrap !== undefined) {
    const result = await probe(bootstrap);
    return measured(result, `${bootstrap}, ${String(result.brokers)} brokers, replication factor ${String(result.replicas)}`);
  }
  return measured(
    await onOwnCluster(context, { name: 'measure', brokers: 1 }, async ({ cluster }) => probe(cluster.bootstrap)),
    'one broker on this machine with one replica: replication and a network cost more',
  );
}

const measured = ({ produceRate, consumeRate, records }: ProbeResult, on: string): MeasuredPartition => ({
  produce: { rate: { unit: 'bytes', perSecond: produceRate }, basis: 'measured' },
  consume: { rate: { unit: 'bytes', perSecond: consumeRate }, basis: 'measured' },
  where: `measured with ${String(records)} records on ${on}`,
});
