import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchUsage } from '../bench/usage.js';
import type { Context } from '../context.js';
import { persist } from '../kafka/admin.js';
import { onOwnCluster } from '../kafka/own-cluster.js';
import { probePartition } from '../kafka/rate-probe.js';
import { launch } from '../processes.js';
import type { MeasureName, Measures } from './claim.js';

const recordBytes = 100;
const idleSeconds = 15;
const settleWithinMs = 30_000;

/** Takes the measurements that are asked for, on brokers of its own. */
export async function measure(context: Context, wanted: ReadonlySet<MeasureName>): Promise<Measures> {
  const idle = wanted.has('idle-member') ? await idleMember(context) : undefined;
  const rate = wanted.has('partition-rate') ? await partitionRate(context) : undefined;
  return { ...(idle !== undefined && { 'idle-member': idle }), ...(rate !== undefined && { 'partition-rate': rate }) };
}

/** The second of two members on a topic of one partition, once the group is settled. */
async function idleMember(context: Context): Promise<Measures['idle-member']> {
  const { host, terminal, abort } = context;
  return onOwnCluster(context, { name: 'claims', brokers: 1 }, async ({ cluster, run }) => {
    const topic = { name: 'idle', partitions: 1, replicas: 1, config: {} };
    await cluster.admin.createTopics([topic]);
    const members = ['one', 'two'].map((name) => ({
      name,
      process: launch(run.dir, {
        what: `member ${name}`,
        command: process.execPath,
        args: ['build/workers/consumer.js'],
        cwd: host.packageDir,
        env: {
          KAFKA_BOOTSTRAP_SERVERS: cluster.bootstrap,
          KAFKA_CLIENT_ID: name,
          KAFKA_TOPIC: topic.name,
          KAFKA_GROUP_ID: 'idle',
          HTTP_PORT: '0',
        },
        output: join(run.dir, `member-${name}.log`),
      }),
    }));
    const deadline = Date.now() + settleWithinMs;
    const idle = async (): Promise<string | undefined> => {
      // The coordinator of a group that is new takes a moment to be.
      const group = await persist(async () => cluster.admin.group('idle', topic.name));
      return group.members.length === 2 && group.state === 'Stable'
        ? group.members.find(({ partitions }) => partitions.length === 0)?.clientId
        : undefined;
    };
    for (let who = await idle(); Date.now() < deadline; who = await idle()) {
      abort.throwIfAborted();
      const found = members.find(({ name }) => name === who);
      if (found === undefined) {
        await sleep(200, undefined, { signal: abort });
        continue;
      }
      terminal.say(`an idle member, watched for ${String(idleSeconds)} s`);
      // What starting took is not what idling costs.
      await sleep(2_000, undefined, { signal: abort });
      const usage = watchUsage(found.process.ref.pid);
      await sleep(idleSeconds * 1_000, undefined, { signal: abort });
      const { cpuSeconds, maxRssBytes } = usage.stop();
      if (cpuSeconds === null || maxRssBytes === null) return undefined;
      return { cores: cpuSeconds / idleSeconds, mebibytes: maxRssBytes / 1_048_576, seconds: idleSeconds };
    }
    return undefined;
  });
}

async function partitionRate(context: Context): Promise<Measures['partition-rate']> {
  const { terminal, abort } = context;
  return onOwnCluster(context, { name: 'claims', brokers: 3 }, async ({ cluster }) => {
    const probed = await probePartition({ bootstrap: cluster.bootstrap, recordBytes, seconds: 5, tell: terminal.say, abort });
    return { produce: probed.produceRate / recordBytes, consume: probed.consumeRate / recordBytes, replicas: probed.replicas };
  });
}
