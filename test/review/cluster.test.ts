import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostFrom } from '../../scripts/host.js';
import { loadAgainstCluster } from '../../scripts/review/cluster.js';
import { review, type Review } from '../../scripts/review/review.js';
import { packageDir } from '../brokers.js';

// A real API server, which fills in its defaults: nothing of that may look like a change.
const kube = join(packageDir, '../shared/kube');
const crds = join(packageDir, '../shared/crds/strimzi-1.2.0');
const present = existsSync(join(kube, 'up')) && existsSync(crds);
const namespace = 'drift';

(present ? describe : describe.skip)(`what a cluster runs as base${present ? '' : ' — NOT PROVED HERE: ../shared/kube is absent'}`, () => {
  let state = '';
  let cwd = '';
  let env: NodeJS.ProcessEnv = {};

  function kubectl(...args: string[]): void {
    const { status, stderr } = spawnSync('kubectl', args, { env, encoding: 'utf8' });
    expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: expect.any(String) as unknown });
  }
  async function against(head: string): Promise<Review & { readonly notes: readonly string[] }> {
    const terminal = { colour: false, data: () => undefined, say: () => undefined, status: () => undefined };
    const context = { host: hostFrom(env, cwd, packageDir), terminal, abort: new AbortController().signal };
    const { pairs, notes } = await loadAgainstCluster(head, 'dist', undefined, context);
    return { ...review(pairs), notes };
  }
  const seen = ({ changes }: Review): string[] =>
    changes.map(({ id, resource, path }) => `${id} ${resource.kind}/${resource.name} ${path}`.trim());

  beforeAll(() => {
    state = mkdtempSync(join(tmpdir(), 'muster-kube-'));
    cwd = mkdtempSync(join(tmpdir(), 'muster-drift-'));
    env = { ...process.env, MUSTER_KUBE_STATE: state };
    const exports = execFileSync(join(kube, 'up'), ['api'], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    [env['KUBECONFIG'], env['PATH']] = execFileSync('bash', ['-c', `${exports}\nprintf '%s\\n%s' "$KUBECONFIG" "$PATH"`], {
      env,
      encoding: 'utf8',
    }).split('\n');
    kubectl('apply', '--server-side', '-f', crds);
    // `kubectl wait` fails at once for a CRD that has no conditions yet.
    const wait = ['wait', '--for', 'condition=established', 'crd', '--all', '--timeout=60s'];
    for (let tries = 0; tries < 20 && spawnSync('kubectl', wait, { env }).status !== 0; tries += 1) spawnSync('sleep', ['0.5']);
    kubectl(...wait);
    // Everything of k3s, in a namespace that the API server has no opinion about.
    mkdirSync(join(cwd, 'head'));
    for (const name of readdirSync(join(packageDir, 'dist/k3s')).filter(
      (file) => !/-(operatorgroup|subscription|scaledobject|pod-?monitor|podmonitor|prometheusrule)-/.test(file),
    )) {
      const text = readFileSync(join(packageDir, 'dist/k3s', name), 'utf8');
      writeFileSync(
        join(cwd, 'head', name),
        text.replace(/namespace: kafka$/gm, `namespace: ${namespace}`).replace(/name: kafka$/gm, `name: ${namespace}`),
      );
    }
    kubectl('create', 'namespace', namespace);
    kubectl('apply', '-f', join(cwd, 'head'));
  }, 180_000);

  afterAll(() => {
    spawnSync(join(kube, 'down'), { env });
    for (const folder of [state, cwd]) rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('is the same right after it was applied', async () => {
    const result = await against('head');
    expect(seen(result)).toEqual([]);
    expect(result.notes[0]).toMatch(/^BASE is what the cluster of context \S+ runs/);
  }, 60_000);

  it('differs by what somebody did by hand, by what head changes, and by what of ours head lacks', async () => {
    cpSync(join(cwd, 'head'), join(cwd, 'next'), { recursive: true });
    const topic = join(cwd, 'next/40-kafkatopic-orders.created.yaml');
    writeFileSync(topic, readFileSync(topic, 'utf8').replace(/partitions: \d+/, 'partitions: 1'));
    rmSync(join(cwd, 'next/50-networkpolicy-airnav.yaml'));
    const deployment = join(cwd, 'next/60-deployment-consumer-basic.yaml');
    // Applied before and no longer there: applying takes it away.
    writeFileSync(deployment, readFileSync(deployment, 'utf8').replace(/ {12}- name: LOG_LEVEL\n.*\n/, ''));
    kubectl('-n', namespace, 'set', 'env', 'deployment/consumer-basic', 'KAFKA_GROUP_ID=other');
    kubectl('-n', namespace, 'create', 'configmap', 'of-somebody-else');
    const found = seen(await against('next'));
    expect(found.some((line) => line.includes('KafkaTopic/orders.created spec.partitions'))).toBe(true);
    expect(found.some((line) => line.includes('NetworkPolicy/airnav'))).toBe(true);
    expect(found.some((line) => /Deployment\/consumer-basic .*KAFKA_GROUP_ID/.test(line))).toBe(true);
    expect(found.some((line) => /Deployment\/consumer-basic .*LOG_LEVEL/.test(line))).toBe(true);
    expect(found.filter((line) => !/KafkaTopic\/orders\.created|NetworkPolicy\/airnav|Deployment\/consumer-basic/.test(line))).toEqual([]);
  }, 60_000);

  it('is new where the cluster does not know the kind, and says so', async () => {
    mkdirSync(join(cwd, 'keda'));
    writeFileSync(
      join(cwd, 'keda/a.yaml'),
      `apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: s, namespace: ${namespace}}\nspec: {scaleTargetRef: {name: x}}\n`,
    );
    const { notes, changes } = await against('keda');
    expect(notes.join(' ')).toMatch(/the cluster does not know ScaledObject/);
    expect(changes.length).toBeGreaterThan(0);
  }, 60_000);

  it('is not reachable without a cluster', async () => {
    const kept = env['KUBECONFIG'];
    const text = readFileSync(kept ?? '', 'utf8').replace(/https:\/\/[^\s"',}]+/, 'https://127.0.0.1:1');
    writeFileSync(join(cwd, 'kubeconfig'), text);
    env['KUBECONFIG'] = join(cwd, 'kubeconfig');
    await expect(against('head')).rejects.toMatchObject({
      code: 'not-reachable',
      message: expect.stringMatching(/cannot be read: .*refused/) as unknown,
    });
    env['KUBECONFIG'] = join(cwd, 'absent');
    await expect(against('head')).rejects.toMatchObject({
      code: 'not-reachable',
      message: expect.stringMatching(/log in \(oc login\)/) as unknown,
    });
    env['KUBECONFIG'] = kept;
  }, 60_000);
});
