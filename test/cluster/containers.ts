import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { synthesise } from '../../apps/synth.js';
import { textAt, type Resource } from '../../constructs/model/resource.js';
import { connectAdmin, type ClusterAdmin } from '../../scripts/kafka/admin.js';
import { planCluster } from '../../scripts/kafka/plan.js';
import { readResources } from '../../scripts/manifests.js';
import type { Evidence } from '../../workers/ledger.js';
import { until } from '../workers/processes.js';
import { bootstrapOf, startKafka } from './kafka-pods.js';
import { kubectl, watchPods, type Life, type PodWatch } from './pods.js';

// Runs inside the cluster that run.sh starts: the image of the Containerfile in the pods of the synthesised manifests, under load from the
// first test to the last, which accounts for every record.
const image = process.env['MUSTER_CLUSTER_IMAGE'] ?? '';
const nodeVersion = process.env['MUSTER_CLUSTER_NODE'] ?? '';
const namespace = 'kafka';
const topic = 'orders.created';
const group = 'inventory-service';
const workers = ['producer-keyed', 'consumer-basic'] as const;

describe('the image of the workers on a cluster', () => {
  let watch: PodWatch;
  let admin: ClusterAdmin;
  /** What happened when, to name the act after which a record came twice. */
  const acts: { readonly t: number; readonly name: string }[] = [];
  const begin = (name: string): void => void acts.push({ t: Date.now(), name });
  const measured: Record<string, number | string> = {};

  const livesOf = (worker: string): Life[] => watch.lives.filter(({ pod }) => pod.startsWith(`${worker}-`));
  const running = (worker: string): Life[] => livesOf(worker).filter(({ ended, readyAt }) => ended === undefined && readyAt !== undefined);
  const linesOf = <K extends Evidence['evidence']>(lives: readonly Life[], kind: K): (Evidence & { evidence: K })[] =>
    lives.flatMap(({ evidence }) => evidence.filter((line): line is Evidence & { evidence: K } => line.evidence === kind));
  const inPod = async (pod: string, script: string): Promise<string> => kubectl(['exec', '-n', namespace, pod, '--', 'node', '-e', script]);
  const onDeployment = async (verb: readonly string[], worker: string, ...rest: string[]): Promise<string> =>
    await kubectl([...verb, '-n', namespace, `deployment/${worker}`, ...rest]);

  /** So many pods are there, all of them ready, and the watch knows it. */
  async function settled(worker: string, count: number): Promise<void> {
    await onDeployment(['rollout', 'status', '--timeout=120s'], worker);
    await until(
      `${String(count)} of ${worker}`,
      async () => {
        const names = await kubectl(['get', 'pods', '-n', namespace, '-l', `app.kubernetes.io/name=${worker}`, '-o', 'name']);
        const seen = running(worker).map(({ pod }) => `pod/${pod}`);
        return seen.length === count && names.trim().split('\n').sort().join() === seen.sort().join();
      },
      90_000,
    );
  }
  /** Every member of the group gets records. */
  async function working(): Promise<void> {
    const before = new Map(running('consumer-basic').map((life) => [life.id, linesOf([life], 'processed').length]));
    await until(
      'every member works',
      () => running('consumer-basic').every((life) => linesOf([life], 'processed').length > (before.get(life.id) ?? 0) + 20),
      60_000,
    );
  }

  beforeAll(async () => {
    const out = mkdtempSync(join(tmpdir(), 'muster-cluster-'));
    synthesise({ environments: ['crc'], image, out });
    const resources = readResources(join(out, 'crc')).map((resource) => ({ ...resource, file: undefined }));
    rmSync(out, { recursive: true });
    const named = (kind: string): Resource[] => resources.filter((resource) => resource.kind === kind);
    const apply = async (objects: readonly object[]): Promise<string> =>
      await kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    await apply(named('Namespace'));
    const plan = planCluster(resources);
    await startKafka(plan, namespace, 'localhost/kafka:1');
    admin = await connectAdmin(bootstrapOf(plan, namespace), 30_000);
    await admin.createTopics(plan.topics.filter(({ name }) => name === topic));

    watch = watchPods(namespace, 'app.kubernetes.io/part-of=orders');
    begin('start');
    const lab = resources.filter(
      (r) =>
        r.apiVersion !== 'kafka.strimzi.io/v1' &&
        workers.some((name) => r.metadata.name === name) &&
        textAt(r, 'metadata', 'namespace') === namespace,
    );
    await apply(lab);
    await onDeployment(['scale'], 'consumer-basic', '--replicas=2');
    await settled('producer-keyed', 1);
    await settled('consumer-basic', 2);
    const ready = [...running('producer-keyed'), ...running('consumer-basic')].map((l) => (l.readyAt ?? 0) - (l.startedAt ?? 0));
    measured['container start to ready, ms'] = ready.join(', ');
  }, 240_000);

  afterAll(async () => {
    // eslint-disable-next-line no-console -- what was measured is for whoever runs it
    console.log(JSON.stringify(measured, undefined, 2));
    await admin?.close();
    await watch?.stop();
  });

  it('runs with any user under restricted-v2: nothing to write but /tmp, node as process 1', async () => {
    await working();
    const namespaceRange = await kubectl([
      'get',
      'namespace',
      namespace,
      '-o',
      'jsonpath={.metadata.annotations.openshift\\.io/sa\\.scc\\.uid-range}',
    ]);
    const [range = ''] = namespaceRange.split('/');
    for (const worker of workers) {
      const [life] = running(worker);
      const seen = JSON.parse(
        await inPod(
          life?.pod ?? '',
          `const fs = require('fs');
           const writes = (path) => { try { fs.writeFileSync(path, ''); return true; } catch (error) { return error.code; } };
           console.log(JSON.stringify({
             uid: process.getuid(), gid: process.getgid(), version: process.version,
             first: fs.readFileSync('/proc/1/cmdline', 'utf8').split('\\0').slice(0, 2),
             app: writes('/app/x'), root: writes('/x'), tmp: writes('/tmp/x'), files: fs.readdirSync('/app').sort(),
           }))`,
        ),
      ) as Record<string, unknown>;
      expect(seen).toEqual({
        uid: Number(range),
        gid: 0,
        version: nodeVersion,
        first: ['node', `build/workers/${worker.split('-')[0] ?? ''}.js`],
        app: 'EROFS',
        root: 'EROFS',
        tmp: true,
        files: ['LICENSE', 'NOTICE', 'build', 'node_modules', 'package.json'],
      });
    }
  }, 90_000);

  it('a pod that is deleted finishes, commits and leaves', async () => {
    begin('delete a consumer');
    const [gone] = running('consumer-basic');
    const t = Date.now();
    await kubectl(['delete', 'pod', '-n', namespace, gone?.pod ?? '']);
    measured['delete a consumer, ms'] = Date.now() - t;
    await until('its end', () => gone?.ended !== undefined);
    expect(gone?.ended).toMatchObject({ exitCode: 0 });
    await until('its last line', () => linesOf([gone as Life], 'stopped').length === 1);
    expect(gone?.evidence.at(-1)).toMatchObject({ evidence: 'stopped', left: true });
    await settled('consumer-basic', 2);
    await working();
  }, 150_000);

  it('a pod that is deleted while it starts goes too, and does not wait for its grace period', async () => {
    begin('delete a consumer that starts');
    const waits: number[] = [];
    for (let i = 0; i < 3; i++) {
      const known = new Set(watch.lives.map(({ id }) => id));
      await kubectl(['delete', 'pod', '-n', namespace, running('consumer-basic')[0]?.pod ?? '']);
      await until('its successor', () => livesOf('consumer-basic').some(({ id, startedAt }) => !known.has(id) && startedAt !== undefined));
      const young = livesOf('consumer-basic').find(({ id }) => !known.has(id));
      // Node.js itself takes a quarter of a second on this fifth of a CPU, and hears nothing before.
      await sleep(500 + i * 500);
      const t = Date.now();
      await kubectl(['delete', 'pod', '-n', namespace, young?.pod ?? '']);
      waits.push(Date.now() - t);
      await settled('consumer-basic', 2);
    }
    measured['delete a consumer that starts, ms'] = waits.join(', ');
    expect(Math.max(...waits)).toBeLessThan(25_000);
  }, 240_000);

  it('a worker that is out of memory is killed, comes again, and nothing is lost', async () => {
    begin('lower the memory limit');
    await onDeployment(['set', 'resources'], 'consumer-basic', '--limits=memory=96Mi,cpu=200m', '--requests=memory=64Mi,cpu=100m');
    await settled('consumer-basic', 2);
    await working();
    begin('out of memory');
    const [victim] = running('consumer-basic');
    // Memory of the container that is nobody's heap: the kernel ends the largest process, which is the worker.
    await expect(
      inPod(
        victim?.pod ?? '',
        `const fs = require('fs'); const file = fs.openSync('/dev/shm/fill', 'w'); fs.unlinkSync('/dev/shm/fill');
         const block = Buffer.alloc(65536, 1);
         try { for (;;) fs.writeSync(file, block); } catch { setTimeout(() => process.exit(0), 5000); }`,
      ),
    ).rejects.toThrow();
    await until('the kill is known', () => victim?.ended !== undefined, 30_000);
    expect(victim?.ended).toMatchObject({ reason: 'OOMKilled', exitCode: 137 });
    expect(linesOf([victim as Life], 'stopped')).toEqual([]);
    await until(
      'the same pod works again',
      () => running('consumer-basic').some(({ pod, id }) => pod === victim?.pod && id !== victim.id),
      60_000,
    );
    await settled('consumer-basic', 2);
    await working();
  }, 240_000);

  it('a worker that hangs is restarted by its liveness probe', async () => {
    begin('hang');
    const [victim] = running('consumer-basic');
    const t = Date.now();
    process.kill(processOf(victim?.id ?? ''), 'SIGSTOP');
    await until('the kubelet restarts it', () => victim?.ended !== undefined, 120_000);
    measured['hang to its end, ms'] = Date.now() - t;
    // Stopped as it is it cannot hear SIGTERM.
    expect(victim?.ended).toMatchObject({ exitCode: 137, reason: 'Error' });
    await until(
      'the same pod works again',
      () => running('consumer-basic').some(({ pod, id }) => pod === victim?.pod && id !== victim.id),
      90_000,
    );
    await settled('consumer-basic', 2);
    await working();
  }, 300_000);

  it('a rolling restart of all workers ends each of them cleanly, one after the other', async () => {
    begin('rolling restart');
    const before = [...running('producer-keyed'), ...running('consumer-basic')];
    for (const worker of workers) await onDeployment(['rollout', 'restart'], worker);
    await settled('consumer-basic', 2);
    await settled('producer-keyed', 1);
    await until('their ends', () => before.every(({ ended }) => ended !== undefined));
    await until('their last lines', () => before.every((life) => linesOf([life], 'stopped').length === 1));
    expect(before.map(({ ended }) => ended?.exitCode)).toEqual([0, 0, 0]);
    expect(before.map(({ evidence }) => evidence.at(-1))).toEqual(
      before.map(() => expect.objectContaining({ evidence: 'stopped', left: true })),
    );
    await working();
  }, 240_000);

  it('needs no shell', async () => {
    begin('no shell');
    const patch = [
      { op: 'add', path: '/spec/template/spec/volumes/-', value: { name: 'none', emptyDir: {} } },
      { op: 'add', path: '/spec/template/spec/containers/0/volumeMounts/-', value: { name: 'none', mountPath: '/bin', readOnly: true } },
    ];
    await onDeployment(['patch'], 'consumer-basic', '--type=json', '-p', JSON.stringify(patch));
    await settled('consumer-basic', 2);
    expect(await inPod(running('consumer-basic')[0]?.pod ?? '', `console.log(require('fs').existsSync('/bin/sh'))`)).toBe('false\n');
    await working();
  }, 180_000);

  it('nothing acknowledged is lost, and records come twice after a crash only', async () => {
    begin('account');
    await onDeployment(['scale'], 'producer-keyed', '--replicas=0');
    await until('the producer has ended', () => livesOf('producer-keyed').every(({ ended }) => ended !== undefined), 60_000);
    await until(
      'everything is read',
      async () => (await admin.offsets(group, topic)).every(({ end, committed }) => end === committed || end === 0),
      60_000,
    );

    const ends = new Map((await admin.offsets(group, topic)).map(({ partition, end }) => [partition, end]));
    const processed = new Map<string, number[]>();
    const keyOf = (r: { partition: number; offset: number }): string => `${String(r.partition)}/${String(r.offset)}`;
    await until('the last lines are here', () => {
      const count = new Set(linesOf(livesOf('consumer-basic'), 'processed').map(keyOf)).size;
      return count >= [...ends.values()].reduce((a, b) => a + b, 0);
    });
    for (const line of linesOf(livesOf('consumer-basic'), 'processed'))
      processed.set(keyOf(line), [...(processed.get(keyOf(line)) ?? []), line.t]);

    // By the topic: every record there is was processed.
    const unseen = [...ends].flatMap(([partition, end]) =>
      Array.from({ length: end }, (_, offset) => keyOf({ partition, offset })).filter((key) => !processed.has(key)),
    );
    expect(unseen).toEqual([]);
    // By the producers' own words: every record that was acknowledged is there, as itself.
    const acked = linesOf(livesOf('producer-keyed'), 'acked');
    const identity = (r: { key: string; seq?: number | undefined; producer?: string | undefined }): string =>
      `${r.producer ?? ''} ${r.key} ${String(r.seq)}`;
    const read = new Map(linesOf(livesOf('consumer-basic'), 'processed').map((line) => [keyOf(line), identity(line)]));
    expect(acked.filter((line) => read.get(keyOf(line)) !== identity(line))).toEqual([]);
    expect(linesOf(livesOf('producer-keyed'), 'failed')).toEqual([]);
    expect(acked.length).toBeGreaterThan(5_000);

    const actAt = (t: number): string => acts.findLast((act) => act.t <= t)?.name ?? '';
    const twice: Record<string, number> = {};
    for (const times of processed.values())
      for (const t of times.sort((a, b) => a - b).slice(1)) twice[actAt(t)] = (twice[actAt(t)] ?? 0) + 1;
    measured['acknowledged'] = acked.length;
    measured['records that came twice'] = JSON.stringify(twice);
    expect(Object.keys(twice).filter((act) => !['out of memory', 'hang'].includes(act))).toEqual([]);
    // At most what a member commits at once: the work of a second, or a poll.
    for (const count of Object.values(twice)) expect(count).toBeLessThanOrEqual(1_000);

    // What Node.js prints about deprecated or odd calls would stand among the lines of evidence.
    expect(watch.lives.flatMap(({ strange }) => strange)).toEqual([]);
  }, 240_000);

  /** The node's own id of the process that is 1 in this container. */
  function processOf(container: string): number {
    const id = container.replace(/^.*:\/\//, '');
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const first = /^NSpid:.*\s1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
        if (first && readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(id)) return Number(pid);
      } catch {
        // It has ended meanwhile.
      }
    }
    throw new Error(`no process of container ${id}`);
  }
});
