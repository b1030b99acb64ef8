import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, registered, type ProcessRef } from '../scripts/processes.js';
import { packageDir } from './brokers.js';
import { muster, startCli } from './cli-run.js';

/** Whatever becomes of the command line, its processes end with it; and only they. */
describe('nothing is left behind', () => {
  let cwd: string;
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'muster-left-'));
    cpSync(join(packageDir, 'dist'), join(cwd, 'dist'), { recursive: true });
  });
  afterEach(async () => {
    for (const env of ['k3s', 'crc']) await muster(['down', '--env', env], { cwd });
    rmSync(cwd, { recursive: true });
  });

  const runs = (): string[] => (existsSync(join(cwd, '.muster')) ? readdirSync(join(cwd, '.muster')) : []);
  const until = async (condition: () => boolean, ms = 20_000) => {
    const deadline = Date.now() + ms;
    while (!condition() && Date.now() < deadline) await sleep(20);
    expect(condition()).toBe(true);
  };
  /** Starts a drill and waits until its consumer runs. */
  async function drilling() {
    const drill = startCli(['drill', 'scale-and-crash', '--env', 'crc'], { cwd });
    const processes = (): ProcessRef[] => runs().flatMap((run) => registered(join(cwd, '.muster', run)));
    await until(() => processes().some((p) => p.what.startsWith('pod consumer')), 60_000);
    return { ...drill, processes: processes() };
  }

  it('after Ctrl-C', async () => {
    const { child, ended, processes } = await drilling();
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(processes.filter(isAlive)).toEqual([]);
    expect(runs()).toEqual([]);
  }, 90_000);

  it('after a SIGKILL of the command line', async () => {
    const { child, ended, processes } = await drilling();
    expect(processes.filter(isAlive).length).toBeGreaterThanOrEqual(3);
    child.kill('SIGKILL');
    await ended;
    await until(() => processes.filter(isAlive).length === 0 && runs().length === 0);
  }, 90_000);

  it.each(['SIGINT', 'SIGKILL'] as const)(
    'after a %s, though somebody removed the folder of the run',
    async (signal) => {
      const { child, ended, processes } = await drilling();
      rmSync(join(cwd, '.muster'), { recursive: true });
      child.kill(signal);
      await ended;
      await until(() => processes.filter(isAlive).length === 0 && runs().length === 0);
    },
    90_000,
  );

  it('up survives the command, two environments side by side, and down ends one of them', async () => {
    const crc = await muster(['up', '--env', 'crc', '--json'], { cwd });
    const k3s = await muster(['up', '--env', 'k3s', '--json'], { cwd });
    expect([crc.code, k3s.code]).toEqual([0, 0]);
    const state = JSON.parse(k3s.stdout) as {
      schemaVersion: number;
      bootstrap: string;
      brokers: { id: number; pid: number; port: number }[];
    };
    expect(state.schemaVersion).toBe(1);
    expect(state.brokers.map((b) => b.id)).toEqual([0, 1, 2]);
    expect(state.bootstrap).toBe(state.brokers.map((b) => `127.0.0.1:${String(b.port)}`).join());

    expect(JSON.parse((await muster(['status', '--json'], { cwd })).stdout)).toEqual(state);
    expect((await muster(['up', '--env', 'k3s'], { cwd })).stderr).toMatch(/runs already/);
    expect((await muster(['down', '--env', 'k3s', '--json'], { cwd })).stdout).toBe('{"schemaVersion":1,"environment":"k3s","ended":3}\n');
    expect((await muster(['status', '--env', 'k3s'], { cwd })).code).toBe(1);
    expect((await muster(['status', '--env', 'crc'], { cwd })).code).toBe(0);
  }, 90_000);

  it('a stale state is cleaned', async () => {
    await muster(['up', '--env', 'crc'], { cwd });
    const [broker] = (JSON.parse(readFileSync(join(cwd, '.muster/env-crc/state.json'), 'utf8')) as { brokers: { pid: number }[] }).brokers;
    process.kill(broker?.pid ?? 0, 'SIGKILL');
    await until(() => !isAlive(registered(join(cwd, '.muster/env-crc'))[0] ?? { pid: 0, started: '', what: '' }));
    const status = await muster(['status', '--env', 'crc'], { cwd });
    expect([status.code, status.stderr]).toEqual([1, expect.stringMatching(/only 0 of its processes are left/)]);
    const again = await muster(['up', '--env', 'crc'], { cwd });
    expect([again.code, again.stderr]).toEqual([0, expect.stringMatching(/ended and cleaned/)]);
    expect((await muster(['status', '--env', 'crc'], { cwd })).code).toBe(0);
  }, 90_000);
});
