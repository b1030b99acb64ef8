import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostFrom } from '../scripts/host.js';
import type { ClusterAdmin } from '../scripts/kafka/admin.js';
import { startCluster } from '../scripts/kafka/cluster.js';
import { prepareKafka } from '../scripts/kafka/distribution.js';
import { combinedPlan } from '../scripts/kafka/own-cluster.js';
import { openRun } from '../scripts/run-folder.js';

export const packageDir = join(dirname(fileURLToPath(import.meta.url)), '..');
export const kafkaVersion = '4.3.1';

export interface Brokers {
  readonly bootstrap: string;
  readonly admin: ClusterAdmin;
  /** Sends a signal to one broker. */
  kill(id: number, signal?: NodeJS.Signals): void;
  /** Starts a broker that was killed, on its own data and port. */
  restart(id: number): void;
  stop(): Promise<void>;
}

/** Real brokers for a test, combined roles, each a process; nothing is left when it has stopped, or when the test run dies. */
export async function startBrokers({
  brokers = 1,
  config = {},
  topics = [],
}: {
  brokers?: number;
  config?: Readonly<Record<string, string>>;
  topics?: readonly { name: string; partitions: number; replicas?: number; config?: Readonly<Record<string, string>> }[];
} = {}): Promise<Brokers> {
  const cwd = mkdtempSync(join(tmpdir(), 'muster-test-'));
  const host = hostFrom(process.env, cwd, packageDir);
  const distribution = await prepareKafka(host, kafkaVersion, undefined, () => undefined);
  const run = openRun(cwd, 'test', join(packageDir, 'build/scripts/watchdog.js'));
  const cluster = await startCluster(
    run,
    distribution,
    combinedPlan('test', brokers, kafkaVersion, {
      config,
      topics: topics.map((t) => ({ name: t.name, partitions: t.partitions, replicas: t.replicas ?? 1, config: t.config ?? {} })),
    }),
  );
  return {
    bootstrap: cluster.bootstrap,
    admin: cluster.admin,
    kill: (id, signal = 'SIGKILL') => {
      cluster.signal(id, signal);
    },
    restart: (id) => {
      cluster.restart(id);
    },
    stop: async () => {
      await cluster.admin.close();
      await run.remove();
      rmSync(cwd, { recursive: true, force: true });
    },
  };
}
