import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostFrom } from '../../scripts/host.js';
import { loadSides, type Loaded } from '../../scripts/review/load.js';

// Real repositories: what git says of revisions, shallow clones and folders is what counts.
let folder = '';
const topic = (partitions: number, name = 'orders'): string =>
  `apiVersion: kafka.strimzi.io/v1\nkind: KafkaTopic\nmetadata: {name: ${name}, labels: {strimzi.io/cluster: k}}\nspec: {partitions: ${partitions}}\n`;

function git(cwd: string, ...args: string[]): void {
  const identity = [
    '-c',
    'user.name=test',
    '-c',
    'user.email=test@example.org',
    '-c',
    'init.defaultBranch=main',
    '-c',
    'protocol.file.allow=always',
  ];
  execFileSync('git', [...identity, ...args], { cwd, stdio: 'ignore' });
}

function write(path: string, content: string | Buffer): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), content);
}

async function load(base: string, head: string, cwd = 'repository', dir = 'dist'): Promise<Loaded> {
  const terminal = { colour: false, data: () => undefined, say: () => undefined, status: () => undefined };
  const host = hostFrom(process.env, join(folder, cwd), '');
  return loadSides(base, head, dir, { host, terminal, abort: new AbortController().signal });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-review-'));
  write('repository/README.md', 'before any manifest');
  git(join(folder, 'repository'), 'init');
  const commit = (tag: string): void => {
    git(join(folder, 'repository'), 'add', '-A');
    git(join(folder, 'repository'), 'commit', '-m', tag);
    git(join(folder, 'repository'), 'tag', tag);
  };
  commit('empty');
  write('repository/dist/k3s/topic.yaml', topic(6));
  write('repository/dist/k3s/accent é.yaml', topic(1, 'accent'));
  write('repository/dist/.hidden/topic.yaml', topic(1, 'hidden'));
  write('repository/elsewhere/topic.yaml', topic(1, 'elsewhere'));
  symlinkSync('k3s/topic.yaml', join(folder, 'repository/dist/link.yaml'));
  commit('one');
  write('repository/dist/k3s/topic.yaml', topic(4));
  write('repository/dist/production/topic.yaml', topic(12));
  rmSync(join(folder, 'repository/dist/link.yaml'));
  commit('two');
  write('repository/dist/k3s/binary.yaml', Buffer.from([0xff, 0xfe, 0, 1]));
  commit('binary');
  write('repository/dist/k3s/binary.yaml', 'a: [1');
  commit('garbage');
  rmSync(join(folder, 'repository/dist/k3s/binary.yaml'));
  commit('last');
  git(folder, 'clone', '--depth', '1', `file://${join(folder, 'repository')}`, 'shallow');
  mkdirSync(join(folder, 'plain/empty'), { recursive: true });
  write('plain/a/topic.yaml', topic(6));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('two revisions', () => {
  it('are read with the folders that are environments, and without what nobody means', async () => {
    const { pairs, base, head, notes } = await load('one', 'two');
    expect(pairs.map(({ name, base: olds, head: news }) => [name, olds.length, news.length])).toEqual([
      ['k3s', 2, 2],
      ['production', 0, 1],
    ]);
    expect(base).toMatch(/^one \([0-9a-f]{9}\)$/);
    expect(head).toMatch(/^two \(/);
    expect(notes).toEqual([]);
  });

  it('may name a folder of their own, from a folder below too', async () => {
    const { pairs } = await load('two:../dist/production', 'two:../elsewhere', 'repository/dist');
    expect(pairs.map(({ base, head }) => [base[0]?.spec, head[0]?.metadata.name])).toEqual([[{ partitions: 12 }, 'elsewhere']]);
  });

  it('or a revision and a folder', async () => {
    const { pairs } = await load('two', 'dist');
    expect(pairs.map(({ name }) => name)).toEqual(['k3s', 'production']);
  });

  it('with no manifests before: everything is new', async () => {
    const { pairs, notes } = await load('empty', 'two');
    expect(pairs.every(({ base }) => base.length === 0)).toBe(true);
    expect(notes).toEqual([expect.stringMatching(/^empty \([0-9a-f]{9}\) has no manifests in dist: everything is new$/)]);
  });
});

it.each<readonly [string, string, string, string, RegExp]>([
  [
    'a revision that is not there',
    'absent',
    'two',
    'repository',
    /^absent is neither a folder or file here nor a revision.*"git fetch origin"/,
  ],
  ['a revision beyond a shallow clone', 'HEAD~2', 'HEAD', 'shallow', /this clone is shallow.*git fetch --unshallow.*fetch-depth: 0/],
  ['no repository', 'main', 'a', 'plain', /there is no folder or file main, and here is no git repository/],
  ['what looks like an option', '--all', 'two', 'repository', /"--all" is no revision/],
  ['binary data', 'two', 'binary', 'repository', /^binary:dist\/k3s\/binary\.yaml is no UTF-8 text/],
  ['garbage', 'two', 'garbage', 'repository', /^garbage:dist\/k3s\/binary\.yaml, line \d+, is not valid YAML/],
  ['garbage in base', 'garbage', 'two', 'repository', /^garbage:dist\/k3s\/binary\.yaml/],
  ['no manifests in head', 'two', 'empty', 'repository', /^empty \(.*\) has no manifests in dist: name their folder with --dir/],
  ['a folder without manifests', 'a', 'empty', 'plain', /empty holds no manifests/],
])('refuses %s in one sentence', async (_, base, head, cwd, message) => {
  const refusal = load(base, head, cwd);
  await expect(refusal).rejects.toMatchObject({ code: 'bad-input', message: expect.stringMatching(message) as unknown });
});
