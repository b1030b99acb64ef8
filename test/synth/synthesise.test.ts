import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { synthesise } from '../../apps/synth.js';
import { MusterError } from '../../constructs/model/error.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'muster-synth-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const tree = (of: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(of, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map((name) => [name, readFileSync(join(of, name), 'utf8')]),
  );

describe('synthesise', () => {
  it('writes what it says it writes, and finds no error', () => {
    const out = join(folder, 'deep/dist');
    const { written, findings } = synthesise({ out });
    expect(written).toEqual(Object.keys(tree(out)).map((name) => join(out, name)));
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    // The lab on one small machine keeps nothing, and is told so.
    expect(findings.filter(({ severity, rule }) => severity === 'warning' && rule !== 'single-node-ephemeral')).toEqual([]);
    expect(findings.every(({ file }) => file !== undefined && existsSync(file))).toBe(true);
  });

  it('writes the environments asked for, and leaves the others alone', () => {
    synthesise({ out: folder });
    writeFileSync(join(folder, 'crc/00-namespace-kafka.yaml'), 'edited');
    writeFileSync(join(folder, 'k3s/99-removed-since.yaml'), '');
    const { written } = synthesise({ out: folder, environments: ['k3s'] });
    expect(written.map((path) => relative(folder, path))).toEqual(readdirSync(join(folder, 'k3s')).map((name) => join('k3s', name)));
    expect(existsSync(join(folder, 'k3s/99-removed-since.yaml'))).toBe(false);
    expect(readFileSync(join(folder, 'crc/00-namespace-kafka.yaml'), 'utf8')).toBe('edited');
    expect(readdirSync(folder).sort()).toEqual(['crc', 'k3s', 'production']);
  });

  it('refuses an unknown environment, naming those it knows, and writes nothing', () => {
    const make = (): unknown => synthesise({ out: join(folder, 'dist'), environments: ['k3s', 'k8s'] });
    expect(make).toThrow(MusterError);
    expect(make).toThrow('there is no environment "k8s" (did you mean k3s?): choose from crc, k3s, production');
    expect(existsSync(join(folder, 'dist'))).toBe(false);
    expect(() => synthesise({ out: folder, environments: ['constructor'] })).toThrow('there is no environment');
  });

  it('puts the image given into every worker, and builds none that comes from another registry', () => {
    const images = (): (string | undefined)[] =>
      Object.entries(tree(folder)).flatMap(([, text]) => [...text.matchAll(/^ +image: (.+)$/gm)].map(([, image]) => image));
    const digest = `quay.io/acme/muster-workers@sha256:${'0a'.repeat(32)}`;
    synthesise({ out: folder, image: digest });
    expect(new Set(images())).toEqual(new Set([digest]));
    expect(Object.keys(tree(folder)).filter((name) => /buildconfig|imagestream/.test(name))).toEqual([]);

    const built = 'image-registry.openshift-image-registry.svc:5000/kafka/muster-workers:7';
    synthesise({ out: folder, environments: ['crc'], image: built });
    expect(tree(folder)['crc/50-buildconfig-muster-workers.yaml']).toContain('name: muster-workers:7');
  });

  it.each(['quay.io/acme/muster-workers', 'quay.io/acme/muster-workers:latest', 'https://quay.io/a:1', ''])(
    'refuses the image "%s"',
    (image) => {
      expect(() => synthesise({ out: folder, image })).toThrow(MusterError);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it('replaces no folder that holds something else, and none of the others either', () => {
    mkdirSync(join(folder, 'production'));
    writeFileSync(join(folder, 'production/thesis.doc'), 'years of work');
    expect(() => synthesise({ out: folder })).toThrow('thesis.doc was not written by synth');
    expect(readdirSync(folder)).toEqual(['production']);
    expect(readFileSync(join(folder, 'production/thesis.doc'), 'utf8')).toBe('years of work');
  });

  it('says in one sentence that it cannot write', () => {
    writeFileSync(join(folder, 'dist'), 'a file');
    const make = (): unknown => synthesise({ out: join(folder, 'dist') });
    expect(make).toThrow(MusterError);
    expect(make).toThrow('cannot write the manifests');
    expect(readFileSync(join(folder, 'dist'), 'utf8')).toBe('a file');
  });
});

describe('npx cdk8s synth', () => {
  const bundle = join(root, 'build/apps/main.js');

  it('resolves to the command line of cdk8s', () => {
    const version = execFileSync(join(root, 'node_modules/.bin/cdk8s'), ['--version', '--check-upgrade=false'], {
      encoding: 'utf8',
    }).trim();
    const { version: installed } = JSON.parse(readFileSync(join(root, 'node_modules/cdk8s-cli/package.json'), 'utf8')) as {
      version: string;
    };
    expect(version).toBe(installed);
  });

  it('gives byte for byte what synthesise gives, in under 2 s (of a fresh "npm run build")', () => {
    if (!existsSync(bundle)) throw new Error('build/apps/main.js is not there: run "npm run build" first');
    // In a folder of its own: cdk8s deletes its output folder before it begins.
    const app = join(folder, 'app');
    mkdirSync(app);
    writeFileSync(join(app, 'cdk8s.yaml'), readFileSync(join(root, 'cdk8s.yaml')));
    for (const name of ['build', 'node_modules']) symlinkSync(join(root, name), join(app, name));
    const { status, stderr } = spawnSync(join(root, 'node_modules/.bin/cdk8s'), ['synth', '--check-upgrade=false'], {
      cwd: app,
      encoding: 'utf8',
    });
    // The lab of one machine is warned of on purpose: its only broker forgets all.
    const others = stderr.split('\n').filter((line) => line !== '' && !line.includes('[single-node-ephemeral]'));
    expect({ status, others }).toEqual({ status: 0, others: [] });
    synthesise({ out: join(folder, 'dist') });
    expect(tree(join(app, 'dist'))).toEqual(tree(join(folder, 'dist')));

    const started = performance.now();
    expect(spawnSync(process.execPath, [bundle], { env: { ...process.env, CDK8S_OUTDIR: join(folder, 'again') } }).status).toBe(0);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('says in one sentence what is wrong, without a stack', () => {
    writeFileSync(join(folder, 'dist'), 'a file');
    const { status, stderr } = spawnSync(process.execPath, [bundle], {
      encoding: 'utf8',
      env: { ...process.env, CDK8S_OUTDIR: join(folder, 'dist') },
    });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^muster: cannot write the manifests: .+\n$/);
  });
});
