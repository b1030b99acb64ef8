import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { muster } from '../cli-run.js';

const topic = (name: string, partitions: number): string =>
  `apiVersion: kafka.strimzi.io/v1\nkind: KafkaTopic\nmetadata:\n  name: ${name}\n  labels: {strimzi.io/cluster: k}\nspec:\n  partitions: ${partitions}\n  replicas: 3\n`;
let cwd = '';
const write = (path: string, text: string): void => {
  mkdirSync(join(cwd, path, '..'), { recursive: true });
  writeFileSync(join(cwd, path), text);
};
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'muster-review-'));
  write('old/topic.yaml', topic('orders', 6));
  write('new/topic.yaml', topic('orders', 4));
});
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

it('says what a change does, on standard output', async () => {
  const { code, stdout, stderr } = await muster(['review', 'old', 'new'], { cwd });
  expect(stdout).toMatch(/^refused KafkaTopic orders, spec\.partitions: 6 → 4 \[topic-partitions-down\]\n/);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

it('says nothing where nothing changed', async () => {
  expect(await muster(['review', 'old', 'old'], { cwd })).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(await muster(['review', 'old', 'old', '--format', 'markdown', '--fail-on', 'safe'], { cwd })).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
  const { stdout } = await muster(['review', 'old', 'old', '--json'], { cwd });
  expect(JSON.parse(stdout)).toEqual({ schemaVersion: 1, worst: null, changes: [], findings: [] });
});

it('gives the same as JSON', async () => {
  const { stdout } = await muster(['review', 'old', 'new', '--format', 'json'], { cwd });
  const { schemaVersion, worst, changes } = JSON.parse(stdout) as { schemaVersion: number; worst: string; changes: object[] };
  expect({ schemaVersion, worst }).toEqual({ schemaVersion: 1, worst: 'refused' });
  const text = expect.any(String) as unknown;
  expect(changes[0]).toMatchObject({
    resource: { kind: 'KafkaTopic', name: 'orders' },
    path: 'spec.partitions',
    before: 6,
    after: 4,
    grade: 'refused',
    consequence: text,
    action: text,
    id: 'topic-partitions-down',
    source: text,
  });
});

describe('--fail-on', () => {
  it.each([
    ['data-loss', 0],
    ['refused', 1],
    ['safe', 1],
  ])('%s: exit code %i for what is refused', async (grade, expected) =>
    expect((await muster(['review', 'old', 'new', '--fail-on', grade], { cwd })).code).toBe(expected),
  );

  it('lets an exception pass, and says which ones are over', async () => {
    const entry = (until: string): string =>
      `- {id: topic-partitions-down, resource: KafkaTopic/ord*, reason: to be recreated, until: ${until}}\n`;
    write('exceptions.yaml', `exceptions:\n${entry('2999-12-31')}${entry('2020-01-01')}`);
    const { code, stdout, stderr } = await muster(['review', 'old', 'new', '--fail-on', 'refused', '--exceptions', 'exceptions.yaml'], {
      cwd,
    });
    expect(stdout).toMatch(/Let pass by an exception:\n.*to be recreated \(until 2999-12-31\)/);
    expect(stderr).toMatch(/entry 2 .* ended on 2020-01-01/);
    expect(code).toBe(0);
  });
});

it.each<readonly [string, readonly string[], RegExp]>([
  ['no side', [], /name BASE and HEAD/],
  ['one folder', ['old'], /old is a folder or file here, with which is it to be compared/],
  ['three', ['old', 'new', 'old'], /3 are too many/],
  ['what is neither folder nor revision', ['absent', 'new'], /absent.*revision/],
  ['a grade that is none', ['old', 'new', '--fail-on', 'bad'], /"bad".*"data-loss"/],
  ['exceptions that are not there', ['old', 'new', '--exceptions', 'absent.yaml'], /there is no absent\.yaml/],
  ['two sides beside the cluster', ['old', 'new', '--base', 'cluster'], /name HEAD only/],
])('refuses %s', async (_, args, message) => {
  const { code, stdout, stderr } = await muster(['review', ...args], { cwd });
  expect(stderr).toMatch(/^muster: /);
  expect(stderr).toMatch(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

it('compares a thousand with a thousand resources in seconds', async () => {
  for (let i = 0; i < 1_000; i++) {
    write(`many/${i}.yaml`, topic(`topic-${i}`, 6));
    write(`more/${i}.yaml`, topic(`topic-${i}`, 8));
  }
  const started = Date.now();
  const { stdout } = await muster(['review', 'many', 'more', '--json'], { cwd });
  // Under 2 s on a quiet machine; here others may be at work.
  expect(Date.now() - started).toBeLessThan(30_000);
  expect((JSON.parse(stdout) as { changes: object[] }).changes.length).toBeGreaterThanOrEqual(1_000);
}, 60_000);
