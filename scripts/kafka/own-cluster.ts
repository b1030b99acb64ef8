import { join } from 'node:path';
import { defaultStrimziVersion, newestKafka } from '../../constructs/model/versions.js';
import type { Context } from '../context.js';
import { cleanLeftovers, openRun, type RunFolder } from '../run-folder.js';
import { startCluster, type LocalCluster } from './cluster.js';
import { prepareKafka, type Distribution } from './distribution.js';
import type { ClusterPlan } from './plan.js';

/** Brokers that live as long as one piece of work. */
export interface OwnCluster {
  readonly cluster: LocalCluster;
  readonly distribution: Distribution;
  readonly run: RunFolder;
}

/** Starts brokers of this machine for a piece of work, and removes them whatever happens. @param name of the run, for a person who looks into `.muster` */
export async function onOwnCluster<T>(
  { host, terminal, abort }: Context,
  { name, brokers }: { readonly name: string; readonly brokers: number },
  work: (own: OwnCluster) => Promise<T>,
): Promise<T> {
  await cleanLeftovers(host.cwd);
  const kafkaVersion = newestKafka(defaultStrimziVersion);
  const distribution = await prepareKafka(host, kafkaVersion, undefined, terminal.say, abort);
  const run = openRun(host.cwd, name, join(host.packageDir, 'build/scripts/watchdog.js'));
  try {
    const cluster = await startCluster(run, distribution, combinedPlan(name, brokers, kafkaVersion), { abort });
    try {
      return await work({ cluster, distribution, run });
    } finally {
      await cluster.admin.close();
    }
  } finally {
    await run.remove();
  }
}

/** Brokers that are controllers as well, each a process, ready for work that begins at once. `config` is beside or instead of what stands here. */
export function combinedPlan(
  name: string,
  brokers: number,
  kafkaVersion: string,
  { config = {}, topics = [] }: Partial<Pick<ClusterPlan, 'config' | 'topics'>> = {},
): ClusterPlan {
  const replication = String(Math.min(3, brokers));
  return {
    name,
    namespace: undefined,
    kafkaVersion,
    metadataVersion: undefined,
    nodes: Array.from({ length: brokers }, (_, id) => ({
      id,
      pod: `${name}-${String(id)}`,
      roles: ['broker', 'controller'] as const,
      volumes: 1,
    })),
    config: {
      'auto.create.topics.enable': 'false',
      'offsets.topic.replication.factor': replication,
      'transaction.state.log.replication.factor': replication,
      'transaction.state.log.min.isr': '1',
      'group.initial.rebalance.delay.ms': '0',
      ...config,
    },
    listeners: [],
    topics,
  };
}
