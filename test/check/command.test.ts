import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageDir } from '../brokers.js';
import { muster } from '../cli-run.js';

const bad =
  'apiVersion: kafka.strimzi.io/v1\nkind: KafkaTopic\nmetadata:\n  name: a.b.c\n  labels: {strimzi.io/cluster: k}\nspec:\n  partitions: 0\n';
let cwd = '';
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'muster-check-'));
  writeFileSync(join(cwd, 'bad.yaml'), bad);
  writeFileSync(join(cwd, 'good.yaml'), bad.replace('partitions: 0', 'partitions: 3').replace('a.b.c', 'a.b.d'));
});
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

it('groups findings by file, worst first, and counts them at the end', async () => {
  const { code, stdout, stderr } = await muster(['check', 'good.yaml', 'bad.yaml', '--target', 'openshift'], { cwd });
  const lines = stdout.trim().split('\n');
  expect(lines[0]).toBe('bad.yaml');
  expect(lines[1]).toMatch(/^ {2}error: line 7: KafkaTopic a\.b\.c: spec\.partitions is 0: give 1 or more \[field-invalid\]$/);
  expect(stderr).toMatch(/^\d+ errors?, \d+ warnings?, \d+ notes? in 2 resources of 2 files\n$/);
  expect(code).toBe(1);
});

it('gives the same as JSON', async () => {
  const { code, stdout, stderr } = await muster(['check', 'bad.yaml', '--json'], { cwd });
  const { schemaVersion, findings } = JSON.parse(stdout) as { schemaVersion: number; findings: object[] };
  expect(schemaVersion).toBe(1);
  expect(findings[0]).toEqual({
    rule: 'field-invalid',
    severity: 'error',
    message: 'spec.partitions is 0: give 1 or more',
    resource: { kind: 'KafkaTopic', name: 'a.b.c' },
    path: 'spec.partitions',
    source: expect.any(String) as unknown,
    file: 'bad.yaml',
    line: 7,
  });
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
});

it('is content with what is right', async () => expect((await muster(['check', 'good.yaml'], { cwd })).code).toBe(0));

it('reads standard input', () => {
  const { status, stdout } = spawnSync(process.execPath, [join(packageDir, 'bin/muster.js'), 'check', '-'], {
    input: bad,
    encoding: 'utf8',
    cwd,
  });
  expect(stdout).toMatch(/^\(stdin\)\n {2}error: line 7: KafkaTopic/);
  expect(status).toBe(1);
});

it.each([
  ['no path', [], /"muster check --help" says what/],
  ['a path that is not there', ['absent'], /there is no absent/],
  ['a target that is none', ['good.yaml', '--target', 'k3s'], /"k3s".*"k8s", "openshift", "crc"/],
])('refuses %s', async (_, args, message) => {
  const { code, stderr } = await muster(['check', ...args], { cwd });
  expect(stderr).toMatch(/^muster: /);
  expect(stderr).toMatch(message);
  expect(code).toBe(2);
});
