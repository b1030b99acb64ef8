import { expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkManifests } from '../../scripts/check/check.js';
import { packageDir } from '../brokers.js';
import { median, printTable, timed } from './timing.js';

// How long `muster check` takes for so many topics beside the rest of k3s, a file each. No test: its times say something only on a quiet
// machine. Run by: npm run test:jest -- --testMatch '**/test/bench/check.ts'
const sizes = [250, 500, 1_000, 2_000] as const;
const runs = 5;

const topic = (i: number): string => `apiVersion: kafka.strimzi.io/v1
kind: KafkaTopic
metadata:
  name: sales.order-${i}.created
  namespace: kafka
  labels:
    strimzi.io/cluster: bhf-kafka
spec:
  partitions: 6
  replicas: 3
  config:
    retention.ms: 604800000
    min.insync.replicas: 2
    compression.type: lz4
`;

it('muster check', () => {
  const rows = sizes.map((topics) => {
    const folder = mkdtempSync(join(tmpdir(), 'muster-bench-'));
    try {
      cpSync(join(packageDir, 'dist/k3s'), folder, { recursive: true });
      for (let i = 0; i < topics; i++) writeFileSync(join(folder, `40-topic-${i}.yaml`), topic(i));
      const whole = Array.from({ length: runs }, () =>
        timed(() => spawnSync(process.execPath, [join(packageDir, 'bin/muster.js'), 'check', folder, '--json'])),
      );
      const inside = Array.from({ length: runs }, () => timed(() => checkManifests([folder], { cwd: packageDir })));
      return { topics, whole: median(whole), inside: median(inside) };
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  const start = median(
    Array.from({ length: runs }, () => timed(() => spawnSync(process.execPath, [join(packageDir, 'bin/muster.js'), '--help']))),
  );
  const cells = ['topics', 'command ms', 'after start ms', 'warm ms'];
  const lines = rows.map(({ topics, whole, inside }) =>
    [topics, whole.toFixed(0), (whole - start).toFixed(0), inside.toFixed(0)].map(String),
  );
  printTable([cells, ...lines]);
  expect((rows.find(({ topics }) => topics === 1_000)?.whole ?? NaN) - start).toBeLessThan(1_000);
}, 120_000);
