import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Resource } from '../../constructs/model/resource.js';
import { podTemplate } from '../../scripts/local/deployment.js';
import { serviceResolver } from '../../scripts/local/network.js';
import { LocalDeployment, type PodChange } from '../../scripts/local/pods.js';
import { endAll, registered } from '../../scripts/processes.js';

const deployment = (container: Record<string, unknown>, spec: Record<string, unknown> = {}): Resource => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'worker', namespace: 'kafka' },
  spec: { template: { spec: { containers: [container], ...spec } } },
  file: 'worker.yaml',
});

describe('a Deployment as processes', () => {
  let runDir: string;
  let lines: string[];
  let changes: PodChange[];
  /** Each test's own: what ends late belongs to the test that started it. */
  const around = (own = { lines, changes }) => ({
    runDir,
    workingDir: runDir,
    resolve: serviceResolver(
      { name: 'bhf-kafka', namespace: 'kafka', listeners: [{ name: 'plain', port: 9092, secured: false }] },
      '127.0.0.1:1',
    ),
    overrides: { EXTRA: 'yes' },
    onLine: (pod: string, line: string) => own.lines.push(`${pod}: ${line}`),
    onChange: (change: PodChange) => own.changes.push(change),
  });
  const script = (code: string) => ({
    command: ['node', '-e', code],
    env: [
      { name: 'KAFKA_BOOTSTRAP_SERVERS', value: 'bhf-kafka-kafka-bootstrap.kafka.svc:9092' },
      { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ],
  });
  const until = async (condition: () => boolean) => {
    const deadline = Date.now() + 10_000;
    while (!condition() && Date.now() < deadline) await sleep(20);
    expect(condition()).toBe(true);
  };

  beforeEach(() => {
    runDir = mkdtempSync(join(tmpdir(), 'muster-pods-'));
    lines = [];
    changes = [];
  });
  afterEach(async () => {
    await endAll(runDir);
    rmSync(runDir, { recursive: true });
  });

  it('gives each replica the environment of the manifest, and the pod its name', async () => {
    const pods = new LocalDeployment(
      podTemplate(
        deployment(
          script('console.log(process.env.KAFKA_BOOTSTRAP_SERVERS, process.env.POD, process.env.EXTRA); setInterval(() => {}, 1000)'),
        ),
      ),
      around(),
    );
    await pods.scale(2);
    await until(() => (pods.poll(), lines.length === 2));
    expect(lines.sort()).toEqual(['worker-1: 127.0.0.1:1 worker-1 yes', 'worker-2: 127.0.0.1:1 worker-2 yes']);
    await pods.scale(0);
    expect(changes.filter((c) => c.state === 'exited').map((c) => [c.signal, c.asked])).toEqual([
      ['SIGTERM', true],
      ['SIGTERM', true],
    ]);
    pods.close();
  });

  it('does not inherit the environment of the machine', async () => {
    const pods = new LocalDeployment(
      podTemplate(
        deployment({ command: ['node', '-e', 'console.log(Object.keys(process.env).sort().join()); setInterval(() => {}, 1000)'] }),
      ),
      around(),
    );
    await pods.scale(1);
    await until(() => (pods.poll(), lines.length === 1));
    expect(lines).toEqual(['worker-1: EXTRA,HOME,HOSTNAME,NODE_ENV,PATH']);
    pods.close();
  });

  it('keeps what a process wrote before a SIGKILL, and lets nobody take its place', async () => {
    const pods = new LocalDeployment(
      podTemplate(deployment(script('require("fs").writeSync(1, "last words\\n"); process.kill(process.pid, "SIGSTOP")'))),
      around(),
    );
    await pods.scale(1);
    await until(() => (pods.poll(), lines.length === 1));
    pods.kill('worker-1', 'SIGKILL', { replace: false });
    await until(() => changes.some((c) => c.state === 'exited'));
    expect(pods.names()).toEqual([]);
    expect(changes.at(-1)).toMatchObject({ signal: 'SIGKILL', asked: true });
    pods.close();
  });

  it('replaces a pod that ends by itself, and tells it apart', async () => {
    const pods = new LocalDeployment(
      podTemplate(deployment(script('process.exit(process.env.POD === "worker-1" ? 3 : (setInterval(() => {}, 1000), undefined))'))),
      around(),
    );
    await pods.scale(1);
    await until(() => changes.some((c) => c.state === 'exited'));
    expect(changes.find((c) => c.state === 'exited')).toMatchObject({ pod: 'worker-1', code: 3, asked: false });
    pods.close();
  });

  it('kills a pod that outlives its grace period', async () => {
    const pods = new LocalDeployment(
      podTemplate(
        deployment(script('process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)'), {
          terminationGracePeriodSeconds: 1,
        }),
      ),
      around(),
    );
    await pods.scale(1);
    await until(() => (pods.poll(), lines.length === 1));
    await pods.scale(0);
    await until(() => changes.at(-1)?.signal === 'SIGKILL');
    pods.close();
  });

  it('registers every process it starts', async () => {
    const pods = new LocalDeployment(podTemplate(deployment(script('setInterval(() => {}, 1000)'))), around());
    await pods.scale(3);
    expect(registered(runDir).map((p) => p.what)).toEqual(['pod worker-1', 'pod worker-2', 'pod worker-3']);
    expect(await endAll(runDir)).toBe(3);
    pods.close();
  });

  const named = (kind: string, code: string, more: Record<string, unknown> = {}): Resource => ({
    ...deployment(script(code)),
    kind,
    ...more,
  });

  it('gives the pods of a StatefulSet their names back, and never one name to two', async () => {
    const pods = new LocalDeployment(
      podTemplate(named('StatefulSet', 'console.log(process.env.POD); setInterval(() => {}, 1000)')),
      around(),
    );
    await pods.scale(3);
    await until(() => (pods.poll(), lines.length === 3));
    expect(pods.names()).toEqual(['worker-0', 'worker-1', 'worker-2']);
    pods.kill('worker-1', 'SIGKILL', { replace: true });
    await until(() => (pods.poll(), lines.length === 4));
    expect(lines[3]).toBe('worker-1: worker-1');
    const ofOne = changes.filter((c) => c.pod === 'worker-1').map((c) => c.state);
    expect(ofOne).toEqual(['started', 'exited', 'started']);
    await pods.scale(1);
    expect(pods.names()).toEqual(['worker-0']);
    await pods.scale(2);
    await until(() => pods.names().length === 2);
    expect(pods.names()).toEqual(['worker-0', 'worker-1']);
    await pods.scale(0);
    pods.close();
  });

  it('runs a Job until it ends with 0, and then no more', async () => {
    const once = 'process.exit(process.env.POD === "worker-1" ? 1 : 0)';
    const pods = new LocalDeployment(podTemplate(named('Job', once)), around());
    await pods.scale(1);
    await until(() => pods.isFinished());
    expect(changes.filter((c) => c.state === 'exited').map((c) => [c.pod, c.code])).toEqual([
      ['worker-1', 1],
      ['worker-2', 0],
    ]);
    await pods.scale(1);
    await sleep(200);
    expect(changes.filter((c) => c.state === 'started')).toHaveLength(2);
    pods.close();
  });

  /** A container with a failure log on an emptyDir, and a password in a Secret. */
  const mounted = (): Resource => ({
    ...deployment({}),
    spec: {
      template: {
        spec: {
          containers: [
            {
              command: [
                'node',
                '-e',
                'require("fs").writeFileSync(process.env.LOG + "/x", ""); console.log(process.env.LOG, process.env.PASSWORD); setInterval(() => {}, 1000)',
              ],
              env: [
                { name: 'LOG', value: '/var/muster/failures' },
                { name: 'PASSWORD', value: '/etc/muster/database/password' },
              ],
              volumeMounts: [
                { name: 'failures', mountPath: '/var/muster/failures' },
                { name: 'database', mountPath: '/etc/muster/database/' },
              ],
            },
          ],
          volumes: [
            { name: 'failures', emptyDir: {} },
            { name: 'database', secret: { secretName: 'tables', items: [{ key: 'pw', path: 'password' }] } },
          ],
        },
      },
    },
  });

  it('puts emptyDirs into the run, and Secrets where they are given', async () => {
    const pods = new LocalDeployment(podTemplate(mounted()), { ...around(), secrets: { tables: '/given' } });
    await pods.scale(1);
    await until(() => (pods.poll(), lines.length === 1));
    expect(lines).toEqual([`worker-1: ${runDir}/volumes/worker-1/failures /given/pw`]);
    await pods.scale(0);
    pods.close();
  });

  it('says before anything runs that a Secret is not given, unless the variable is set otherwise', () => {
    const template = podTemplate(mounted());
    expect(() => new LocalDeployment(template, around())).toThrow(
      'Deployment worker (worker.yaml) reads PASSWORD from /etc/muster/database/password, which is in the Secret tables',
    );
    expect(() => new LocalDeployment(template, { ...around(), overrides: { PASSWORD: '' } })).not.toThrow();
  });

  it('runs beside a volume that is not here, as long as no variable leads there', () => {
    const container = { command: ['node'], volumeMounts: [{ name: 'settings', mountPath: '/settings' }] };
    const template = (env: readonly unknown[]) =>
      podTemplate(deployment({ ...container, env }, { volumes: [{ name: 'settings', configMap: {} }] }));
    expect(() => new LocalDeployment(template([]), around())).not.toThrow();
    expect(() => new LocalDeployment(template([{ name: 'FILE', value: '/settings/x' }]), around())).toThrow(
      'reads FILE from /settings/x, on a configMap',
    );
  });

  it.each([
    ['no command', {}, /names no command/],
    [
      'a secret',
      { command: ['node'], env: [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] },
      /PASSWORD takes its value from a secretKeyRef/,
    ],
    [
      'an unknown field',
      { command: ['node'], env: [{ name: 'X', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } }] },
      /known are metadata.name/,
    ],
    ['a number as value', { command: ['node'], env: [{ name: 'X', value: 8080 }] }, /put it in quotes/],
  ])('refuses %s', (_, container, message) => {
    expect(() => podTemplate(deployment(container))).toThrow(message);
  });
});

describe('the bootstrap service on this machine', () => {
  const resolve = serviceResolver(
    { name: 'bhf-kafka', namespace: 'kafka', listeners: [{ name: 'plain', port: 9092, secured: false }] },
    '127.0.0.1:1,127.0.0.1:2',
  );

  it.each([
    'bhf-kafka-kafka-bootstrap:9092',
    'bhf-kafka-kafka-bootstrap.kafka:9092',
    'bhf-kafka-kafka-bootstrap.kafka.svc.cluster.local:9092',
  ])('leads %s to the brokers', (address) => {
    expect(resolve(address)).toBe('127.0.0.1:1,127.0.0.1:2');
  });

  it.each(['bhf-kafka-kafka-bootstrap:9093', 'other-kafka-bootstrap:9092', 'bhf-kafka-kafka-bootstrap.elsewhere:9092', 'earliest'])(
    'leaves %s alone',
    (value) => {
      expect(resolve(value)).toBe(value);
    },
  );
});
