import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageDir } from '../brokers.js';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'muster-cdk8s-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true });
});

/** A project of somebody who uses cdk8s without Muster's constructs, with its plugin. */
function synth(partitions: number): { code: number | null; said: string } {
  const topic = {
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'KafkaTopic',
    metadata: { name: 'a.b.c', labels: { 'strimzi.io/cluster': 'k' } },
    spec: { partitions },
  };
  writeFileSync(
    join(cwd, 'app.mjs'),
    `import { App, ApiObject, Chart } from '${join(packageDir, 'node_modules/cdk8s/lib/index.js')}';
     const app = new App();
     new ApiObject(new Chart(app, 'topics'), 'topic', ${JSON.stringify(topic)});
     app.synth();`,
  );
  writeFileSync(
    join(cwd, 'cdk8s.yaml'),
    JSON.stringify({
      language: 'typescript',
      app: `${process.execPath} app.mjs`,
      validations: [
        {
          package: join(packageDir, 'bin/cdk8s-validation.cjs'),
          version: '0.1.0',
          class: 'MusterValidation',
          properties: { target: 'k8s' },
        },
      ],
    }),
  );
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(packageDir, 'node_modules/cdk8s-cli/bin/cdk8s'), 'synth', '--check-upgrade=false'],
    { cwd, encoding: 'utf8' },
  );
  return { code: status, said: stdout + stderr };
}

it('fails a synthesis of cdk8s on what the rules refuse, and names manifest, field and construct', () => {
  const { code, said } = synth(0);
  expect(said).toMatch(/field-invalid \(error\)/);
  expect(said).toMatch(/Construct Path: topics\/topic/);
  expect(said).toMatch(/Manifest Path: dist\/topics\.k8s\.yaml:\d+/);
  expect(said).toMatch(/> spec\.partitions/);
  expect(said).toMatch(/Recommendation: spec\.partitions is 0: give 1 or more/);
  expect(code).toBe(2);
}, 60_000);

it('lets pass what is right', () => {
  const { code, said } = synth(3);
  expect(said).toMatch(/Status\s+│ success/);
  expect(code).toBe(0);
}, 60_000);
