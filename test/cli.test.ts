import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { packageDir } from './brokers.js';
import { muster } from './cli-run.js';

/** Every mistake a person can make here ends in one sentence, the right exit code, and nothing left behind. */
describe('mistakes', () => {
  let cwd: string;
  beforeAll(() => {
    cwd = mkdtempSync(join(tmpdir(), 'muster-cli-'));
    cpSync(join(packageDir, 'dist'), join(cwd, 'dist'), { recursive: true });
  });
  afterAll(() => {
    rmSync(cwd, { recursive: true });
  });

  /** A search path that holds only these programs. */
  function pathWith(...programs: string[]): string {
    const dir = mkdtempSync(join(cwd, 'bin-'));
    for (const program of programs)
      symlinkSync(execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim(), join(dir, program));
    return dir;
  }
  const sentence = ({ stderr }: { stderr: string }) => stderr.split('\n').filter((line) => line.startsWith('muster: '));

  it.each([
    ['no command', [], /which command/],
    ['an unknown command', ['drlil'], /command "drlil" is unknown \(did you mean drill\?\)/],
    ['a typo in an option', ['synth', '--evn', 'k3s'], /option "--evn" is unknown \(did you mean env\?\)/],
    ['an unknown environment to synthesise', ['synth', '--env', 'k3'], /"k3" \(did you mean k3s\?\).*crc.*production/],
    [
      'an image without a version',
      ['synth', '--image', 'quay.io/acme/workers'],
      /quay\.io\/acme\/workers names no version.*@sha256:DIGEST/,
    ],
    ['an unknown environment to drill', ['drill', 'scale-and-crash', '--env', 'k3'], /"k3".*\(did you mean k3s\?\).*crc, k3s, production/],
    ['an unknown drill', ['drill', 'scale-and-crsh'], /did you mean scale-and-crash\?/],
    ['an empty folder of manifests', ['up', '--dir', 'bin'], /bin holds no environments; run "muster synth" first/],
    [
      'a number that is none',
      ['drill', 'scale-and-crash', '--runs', 'x'],
      /--runs was given something that is no number: give a whole number from 1 to 1000/,
    ],
    ['a port that cannot be', ['up', '--port', '70000'], /--port 70000 cannot be/],
    ['a choice that is none', ['up', '--roles', 'mixed'], /Given: "mixed".*"compacted", "declared"/],
  ])('%s', async (_, args, message) => {
    const result = await muster(args, { cwd });
    expect(result.stderr).not.toMatch(/\n\s+at /);
    expect(sentence(result)).toHaveLength(1);
    expect(sentence(result)[0]).toMatch(message);
    expect(result.code).toBe(2);
    expect(existsSync(join(cwd, '.muster'))).toBe(false);
  });

  it('Java missing', async () => {
    const result = await muster(['drill', 'scale-and-crash'], { cwd, env: { PATH: pathWith(), HOME: cwd } });
    expect(sentence(result)).toEqual([expect.stringMatching(/Java is missing.*apt-get install openjdk-17-jre-headless/)]);
    expect(result.code).toBe(3);
    expect(existsSync(join(cwd, '.muster'))).toBe(false);
  });

  it('Maven missing', async () => {
    const cache = join(cwd, 'cache');
    const result = await muster(['up'], { cwd, env: { PATH: pathWith('java'), HOME: cwd, XDG_CACHE_HOME: cache } });
    expect(sentence(result)).toEqual([expect.stringMatching(/Maven is missing.*apt-get install maven/)]);
    expect(result.code).toBe(3);
    expect(readdirSync(join(cache, 'muster')).flatMap((dir) => readdirSync(join(cache, 'muster', dir)))).toEqual([]);
  });

  it('a port taken by somebody else', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const result = await muster(['up', '--env', 'crc', '--port', String(port)], { cwd });
    server.close();
    expect(sentence(result)).toEqual([expect.stringMatching(`port ${String(port)} is taken by another program; give another first port`)]);
    expect(result.code).toBe(2);
    expect(existsSync(join(cwd, '.muster'))).toBe(false);
  });

  it('a Kafka that is not there', async () => {
    const result = await muster(['drill', 'scale-and-crash', '--bootstrap', '127.0.0.1:1'], { cwd });
    expect(sentence(result)).toEqual([expect.stringMatching(/no Kafka answers at 127.0.0.1:1/)]);
    expect(result.code).toBe(3);
    expect(existsSync(join(cwd, '.muster'))).toBe(false);
  }, 60_000);

  const edited = (name: string, find: RegExp, edit: (text: string) => string) => {
    const dir = join(cwd, name);
    cpSync(join(cwd, 'dist'), dir, { recursive: true });
    const file = readdirSync(join(dir, 'k3s')).find((f) => find.test(f)) ?? '';
    writeFileSync(join(dir, 'k3s', file), edit(readFileSync(join(dir, 'k3s', file), 'utf8')));
    return name;
  };

  it.each([
    ['no YAML at all', /kafkatopic-orders\.created/, () => '{{{', /is not valid YAML/],
    ['no Kubernetes object', /kafkatopic-orders\.created/, () => 'just: text\n', /no Kubernetes object/],
    [
      'more replicas than brokers',
      /kafkatopic-orders\.created/,
      (text: string) => text.replace('replicas: 3', 'replicas: 5'),
      /5.*3 brokers?/,
    ],
    [
      'an unknown field',
      /kafkatopic-orders\.created/,
      (text: string) => text.replace('partitions: 6', 'partitons: 6'),
      /partitons.*partitions/,
    ],
    [
      'a Kafka version that Strimzi refuses',
      /-kafka-/,
      (text: string) => text.replace('version: 4.3.1', 'version: 4.0.0'),
      /4\.0\.0.*4\.3\.1/,
    ],
  ])('a manifest edited into nonsense: %s', async (name, find, edit, message) => {
    const result = await muster(['drill', 'scale-and-crash', '--dir', edited(name.replaceAll(' ', '-'), find, edit)], { cwd });
    expect(sentence(result)).toHaveLength(1);
    expect(sentence(result)[0]).toMatch(message);
    expect(result.code).toBe(2);
    expect(existsSync(join(cwd, '.muster'))).toBe(false);
  });

  it('a report that cannot be written, before the minutes are spent', async () => {
    writeFileSync(join(cwd, 'file'), '');
    const result = await muster(['drill', 'scale-and-crash', '--report', 'file/report'], { cwd });
    expect(sentence(result)).toEqual([expect.stringMatching(/cannot write the report to .*file\/report/)]);
    expect(result.code).toBe(2);
  });

  it('help is no mistake', async () => {
    for (const args of [
      ['--help'],
      ['drill', '--help'],
      ['synth', '--help'],
      ['up', '--help'],
      ['down', '--help'],
      ['status', '--help'],
      ['check', '--help'],
    ]) {
      const { code, stdout, stderr } = await muster(args, { cwd });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/Options:/);
    }
    expect((await muster(['drill'], { cwd })).stdout).toMatch(/^scale-and-crash/);
  });

  it('nothing is left of all this', () => {
    mkdirSync(join(cwd, 'dist'), { recursive: true });
    expect(existsSync(join(cwd, '.muster'))).toBe(false);
  });
});
