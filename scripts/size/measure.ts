import { join } from 'node:path';
import { defaultStrimziVersion, newestKafka } from '../../constructs/model/versions.js';
import type { PartitionRate } from '../../constructs/model/workload.js';
import type { Context } from '../context.js';
import { startCluster } from '../kafka/cluster.js';
import { prepareKafka } from '../kafka/distribution.js';
import type { ClusterPlan } from '../kafka/plan.js';
import { probePartition, type ProbeResult } from '../kafka/rate-probe.js';
import { cleanLeftovers, openRun } from '../run-folder.js';

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
  return measured(await onOwnBroker(context, probe), 'one broker on this machine with one replica: replication and a network cost more');
}

const measured = ({ produceRate, consumeRate, records }: ProbeResult, on: string): MeasuredPartition => ({
  produce: { rate: { unit: 'bytes', perSecond: produceRate }, basis: 'measured' },
  consume: { rate: { unit: 'bytes', perSecond: consumeRate }, basis: 'measured' },
  where: `measured with ${String(records)} records on ${on}`,
});

async function onOwnBroker<T>({ host, terminal, abort }: Context, work: (bootstrap: string) => Promise<T>): Promise<T> {
  await cleanLeftovers(host.cwd);
  const plan = singleBroker(newestKafka(defaultStrimziVersion));
  const distribution = await prepareKafka(host, plan.kafkaVersion, plan.metadataVersion, terminal.say, abort);
  const run = openRun(host.cwd, 'measure', join(host.packageDir, 'build/scripts/watchdog.js'));
  try {
    const cluster = await startCluster(run, distribution, plan, { abort });
    await cluster.admin.close();
    return await work(cluster.bootstrap);
  } finally {
    await run.remove();
  }
}

const singleBroker = (kafkaVersion: string): ClusterPlan => ({
  name: 'measure',
  namespace: undefined,
  kafkaVersion,
  metadataVersion: undefined,
  nodes: [{ id: 0, pod: 'measure-0', roles: ['broker', 'controller'], volumes: 1 }],
  config: {
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
  },
  listeners: [],
  topics: [],
});
