import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesise } from '../../apps/synth.js';
import { textAt, type Resource } from '../../constructs/model/resource.js';
import { readEventLog } from '../../scripts/drill/event-log.js';
import type { LogLine } from '../../scripts/drill/events.js';
import type { Verdict } from '../../scripts/drill/verdict.js';
import { connectAdmin } from '../../scripts/kafka/admin.js';
import { planCluster } from '../../scripts/kafka/plan.js';
import { readResources } from '../../scripts/manifests.js';
import { muster, startCli, type CliResult } from '../cli-run.js';
import { until } from '../workers/processes.js';
import { bootstrapOf, startKafka } from './kafka-pods.js';
import { kubectl } from './pods.js';

// Runs inside the cluster that run.sh starts: the drills of `--backend cluster`, by the built command line as a person starts it.
const image = process.env['MUSTER_CLUSTER_IMAGE'] ?? '';
const namespace = 'kafka';
let bootstrap = '';
const topic = 'orders.created';
const group = 'inventory-service';
const workers = ['producer-keyed', 'consumer-basic'] as const;
const sessionMs = 6_000;
const work = mkdtempSync(join(tmpdir(), 'muster-drills-'));

const replicasOf = async (): Promise<string> => {
  const path = '{range .items[*]}{.metadata.name}={.spec.replicas} {end}';
  return (await kubectl(['get', 'deployments', '-n', namespace, '-o', `jsonpath=${path}`])).trim();
};
/** Nothing of a drill is left: replicas, marks, templates, pods on nodes, processes' folders. */
async function expectAsBefore(): Promise<void> {
  expect(await replicasOf()).toBe('consumer-basic=2 producer-keyed=1');
  const deployments = await kubectl(['get', 'deployments', '-n', namespace, '-o', 'json']);
  expect(deployments).not.toContain('muster.dev/before-drill');
  expect(deployments).not.toContain('restartedAt');
  const left = await kubectl(['get', 'pods', '-n', 'default', '-l', 'app.kubernetes.io/managed-by=muster', '-o', 'json']);
  const pods = (JSON.parse(left) as { items: { metadata: { deletionTimestamp?: string } }[] }).items;
  expect(pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined)).toEqual([]);
  expect(readdirSync(work)).not.toContain('.muster');
}
const drill = async (args: readonly string[], env?: NodeJS.ProcessEnv): Promise<CliResult> =>
  muster(['drill', ...args, '--backend', 'cluster', '--namespace', namespace], { cwd: work, ...(env === undefined ? {} : { env }) });
function scenario(name: string, steps: readonly object[]): string {
  const file = join(work, `${name}.json`);
  writeFileSync(file, JSON.stringify({ name, summary: name, holdMs: 3_000, steps }));
  return file;
}
/** Three members for longer than any test waits. */
const long = [
  'drill',
  scenario('long', [
    { do: 'scale', members: 3 },
    { do: 'hold', holdMs: 120_000 },
  ]),
];
const realKubectl = (): string => {
  const found = (process.env['PATH'] ?? '')
    .split(':')
    .map((dir) => join(dir, 'kubectl'))
    .find((one) => existsSync(one));
  if (found === undefined) throw new Error('kubectl is not on PATH');
  return found;
};
const ofKind = <E extends string>(log: readonly LogLine[], event: E): Extract<LogLine, { event: E }>[] =>
  log.filter((line): line is Extract<LogLine, { event: E }> => 'event' in line && line.event === event);

describe('drills on a cluster', () => {
  beforeAll(async () => {
    const out = mkdtempSync(join(tmpdir(), 'muster-cluster-'));
    synthesise({ environments: ['k3s'], image, out });
    const resources = readResources(join(out, 'k3s')).map((resource) => ({ ...resource, file: undefined }));
    rmSync(out, { recursive: true });
    const apply = async (objects: readonly object[]): Promise<string> =>
      await kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    await apply(resources.filter(({ kind }) => kind === 'Namespace'));
    const plan = planCluster(resources);
    // As they are after other tests they are not as they are declared.
    await kubectl(['delete', 'deployment', '-n', namespace, '--ignore-not-found', '--wait', ...workers]);
    await startKafka(plan, namespace, 'localhost/kafka:1', 3);
    bootstrap = bootstrapOf(plan, namespace);
    const admin = await connectAdmin(bootstrap, 30_000);
    await admin.createTopics(plan.topics.filter(({ name }) => name === topic));
    await admin.close();
    await apply(
      resources
        .filter((r) => workers.some((name) => r.metadata.name === name) && textAt(r, 'metadata', 'namespace') === namespace)
        .filter((r) => r.apiVersion !== 'kafka.strimzi.io/v1')
        .map(quicker),
    );
    await kubectl(['scale', '-n', namespace, 'deployment/consumer-basic', '--replicas=2']);
    for (const name of workers) await kubectl(['rollout', 'status', '-n', namespace, '--timeout=120s', `deployment/${name}`]);
  }, 240_000);
  afterAll(() => {
    rmSync(work, { recursive: true });
  });

  it('is dry by default, and refuses a namespace that is not labelled', async () => {
    await kubectl(['label', 'namespace', namespace, 'muster.dev/drills-']);
    const dry = await drill(['scale-and-crash']);
    expect(dry.stdout).toContain('context muster, namespace kafka, by kubectl');
    expect(dry.stdout).toContain('Deployment consumer-basic: 2 replicas');
    expect(dry.stdout).toContain('kubectl scale deployment/consumer-basic --replicas=6 -n kafka');
    expect(dry.stdout).toContain('--execute would refuse');
    const refused = await drill(['scale-and-crash', '--execute']);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('kubectl label namespace kafka muster.dev/drills=true') });
    const cannot = await drill([
      scenario('grow', [
        { do: 'scale', members: 1 },
        { do: 'add-partitions', to: 8 },
      ]),
    ]);
    expect(cannot.stdout).toContain('partitions cannot be taken away again');
    await expectAsBefore();
    await kubectl(['label', 'namespace', namespace, 'muster.dev/drills=true']);
  }, 60_000);

  it('says which rights are missing before it does anything', async () => {
    await kubectl(['create', 'serviceaccount', 'onlooker', '-n', namespace]);
    await kubectl(['create', 'clusterrolebinding', 'onlooker', '--clusterrole=view', `--serviceaccount=${namespace}:onlooker`]);
    await kubectl(['create', 'clusterrole', 'sees-namespaces', '--verb=get', '--resource=namespaces']);
    await kubectl([
      'create',
      'clusterrolebinding',
      'onlooker-2',
      '--clusterrole=sees-namespaces',
      `--serviceaccount=${namespace}:onlooker`,
    ]);
    const token = (await kubectl(['create', 'token', 'onlooker', '-n', namespace])).trim();
    const config = JSON.parse(await kubectl(['config', 'view', '--raw', '--flatten', '-o', 'json'])) as { users: { user: object }[] };
    for (const one of config.users) one.user = { token };
    const file = join(work, 'onlooker.kubeconfig');
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
    const refused = await drill(['scale-and-crash', '--execute'], { ...process.env, KUBECONFIG: file });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('patch deployments.apps/scale in kafka (to scale)');
    expect(refused.stderr).toContain('create pods in default');
    expect(refused.stderr).not.toContain('get pods/log in kafka');
    await expectAsBefore();
  }, 60_000);

  it('ends clearly without kubectl, and takes oc where there is one', async () => {
    const bin = join(work, 'bin');
    mkdirSync(bin);
    const gone = await drill(['scale-and-crash', '--execute'], { ...process.env, PATH: bin });
    expect(gone).toMatchObject({ code: 3, stderr: expect.stringContaining('neither oc nor kubectl can be run here') });
    // Not the real one: a link, to see that the name decides and that the commands are the same.
    const real = realKubectl();
    symlinkSync(real, join(bin, 'kubectl'));
    writeFileSync(join(bin, 'oc'), `#!/bin/sh\nexec ${real} "$@"\n`);
    chmodSync(join(bin, 'oc'), 0o755);
    const dry = await drill(['scale-and-crash'], { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` });
    expect(dry.stdout).toContain('oc scale deployment/consumer-basic --replicas=6 -n kafka');
  }, 60_000);

  it('tells a SIGKILL from the node and a force delete apart, and loses nothing', async () => {
    const file = scenario('crashes', [
      { do: 'scale', members: 2 },
      { do: 'kill', name: 'crash, nobody comes' },
      { do: 'scale', members: 2, name: 'two again' },
      { do: 'kill', replaced: true, name: 'crash, started again in place' },
      { do: 'force-delete', name: 'deleted by force' },
    ]);
    const report = join(work, 'report');
    const run = await drill([file, '--execute', '--hold', '3', '--report', report, '--json']);
    const verdict = JSON.parse(run.stdout) as Verdict;
    const log = readEventLog(join(report, 'events.ndjson'));
    // eslint-disable-next-line no-console -- what was measured is for whoever runs it
    console.log(
      JSON.stringify(
        { verdict: verdict.verdict, reasons: verdict.reasons, faults: verdict.faults, clocks: ofKind(log, 'clock') },
        undefined,
        1,
      ),
    );
    expect({ lost: verdict.lost, reordered: verdict.reordered }).toEqual({ lost: 0, reordered: 0 });
    expect(verdict.acknowledged).toBeGreaterThan(500);
    expect(verdict.processed).toBeGreaterThanOrEqual(verdict.acknowledged);

    const [crash, inPlace, forced] = ofKind(log, 'fault').map(({ pod, t }) => {
      const next = ofKind(log, 'pod').filter((one) => one.pod === pod && one.t >= t);
      const words = log.flatMap((line) => ('evidence' in line && line.member === pod && line.t >= t ? [line] : []));
      return { pod, t, next, end: next.find(({ state }) => state === 'exited'), words };
    });
    // A crash leaves no word behind; what it had done by then is known all the same.
    for (const fault of [crash, inPlace]) expect(fault?.end).toMatchObject({ signal: 'SIGKILL', asked: true });
    expect(crash?.next.map(({ state }) => state)).toEqual(['exited']);
    // The kubelet starts the container again in the same pod, which then leaves in order at the end.
    expect(inPlace?.next.map(({ state }) => state).slice(0, 2)).toEqual(['exited', 'started']);
    const [crashMs, inPlaceMs, forcedMs] = verdict.faults.map(({ recoveryMs }) => recoveryMs ?? NaN);
    expect(crashMs).toBeGreaterThan(sessionMs / 2);
    // The newcomer's join begins a rebalance, which waits for the dead member all the same.
    expect(inPlaceMs).toBeGreaterThan(sessionMs / 2);
    // The kubelet sends SIGTERM even so: a good worker leaves, and nobody waits for its session.
    expect(forced?.words.map(({ evidence }) => evidence)).toContain('stopped');
    expect(forcedMs).toBeLessThan(Math.min(crashMs ?? 0, inPlaceMs ?? 0));

    // One machine, one clock: the bounds hold it, and are narrow.
    for (const { aheadAtLeastMs, aheadAtMostMs } of ofKind(log, 'clock')) {
      expect(aheadAtLeastMs).toBeLessThanOrEqual(0);
      expect(aheadAtMostMs).toBeGreaterThanOrEqual(0);
      expect(aheadAtMostMs - aheadAtLeastMs).toBeLessThan(1_000);
    }
    expect(ofKind(log, 'clock').length).toBeGreaterThanOrEqual(4);
    const commands = ofKind(log, 'command').map(({ command }) => command);
    expect(commands).toContain('kubectl scale deployment/consumer-basic --replicas=1 -n kafka');
    await expectAsBefore();
  }, 300_000);

  it('puts replicas back when a person interrupts', async () => {
    const { child, ended } = startCli([...long, '--execute', '--backend', 'cluster', '--namespace', namespace], { cwd: work });
    await until('three are asked for', async () => (await replicasOf()).includes('consumer-basic=3'), 90_000);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('kubectl scale deployment/consumer-basic --replicas=2 -n kafka'),
    });
    await expectAsBefore();
  }, 180_000);

  it('says what to run by hand when kubectl vanishes, and the next drill refuses until that is done', async () => {
    const bin = join(work, 'bin-for-a-while');
    mkdirSync(bin);
    symlinkSync(realKubectl(), join(bin, 'kubectl'));
    const { child, ended } = startCli([...long, '--execute', '--backend', 'cluster', '--namespace', namespace, '--restore-within', '2s'], {
      cwd: work,
      env: { ...process.env, PATH: bin },
    });
    await until('three are asked for', async () => (await replicasOf()).includes('consumer-basic=3'), 90_000);
    rmSync(join(bin, 'kubectl'));
    child.kill('SIGINT');
    const run = await ended;
    expect(run.code).toBe(130);
    expect(run.stderr).toContain('kubectl cannot be run any more (it is not on PATH)');
    expect(run.stderr).not.toMatch(/\n\s+at /);
    const byHand = run.stderr
      .slice(run.stderr.indexOf('run by hand:'))
      .split('\n')
      .filter((line) => line.startsWith('  kubectl '));
    const again = await drill([...long.slice(1), '--execute']);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('is under way on') });
    for (const command of byHand) await kubectl(command.trim().split(' ').slice(1));
    await expectAsBefore();
  }, 180_000);

  it('gives up on pods that never become ready, with a way to see why', async () => {
    const patch = [{ op: 'replace', path: '/spec/template/spec/containers/0/readinessProbe/httpGet/path', value: '/nobody' }];
    await kubectl(['patch', 'deployment/consumer-basic', '-n', namespace, '--type=json', '-p', JSON.stringify(patch)]);
    const run = await drill([...long.slice(1), '--execute', '--ready-within', '8s', '--bootstrap', bootstrap]);
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(
      /consumer-basic-\S+ runs and is not ready after 8 s; it says: .*"kubectl describe pod\/consumer-basic-\S+ -n kafka"/,
    );
    await expectAsBefore();
    await kubectl(['rollout', 'undo', 'deployment/consumer-basic', '-n', namespace]);
    // A drill that is over leaves nothing that a rollback could bring to light.
    await expectAsBefore();
  }, 180_000);

  it('gives up on pods that cannot start, with the reason', async () => {
    const before = await kubectl([
      'get',
      'deployment/consumer-basic',
      '-n',
      namespace,
      '-o',
      'jsonpath={.spec.template.spec.containers[0].image}',
    ]);
    await kubectl(['set', 'image', '-n', namespace, 'deployment/consumer-basic', 'consumer=registry.example/team/nobody-made-this:1']);
    const run = await drill([
      scenario('stuck', [{ do: 'scale', members: 1 }]),
      '--execute',
      '--ready-within',
      '20s',
      '--bootstrap',
      bootstrap,
    ]);
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/only 0 of 1 pods of consumer-basic run after 20 s; consumer-basic-\S+: (ErrImagePull|ImagePullBackOff)/);
    await expectAsBefore();
    await kubectl(['set', 'image', '-n', namespace, 'deployment/consumer-basic', `consumer=${before}`]);
  }, 240_000);

  it('kills and brings back a broker: nothing acknowledged is lost, and the group stays as it is', async () => {
    const report = join(work, 'broker');
    const steps = [
      { do: 'scale', members: 2 },
      { do: 'kill-broker', broker: 'leader', backAfterMs: 12_000 },
    ];
    const expected = { duplicates: 'none', rebalances: 'none', longestPauseMs: 60_000, leastLoad: 0.2 };
    const file = join(work, 'broker.json');
    writeFileSync(
      file,
      JSON.stringify({ name: 'broker', summary: 'broker', holdMs: 3_000, needs: { brokers: 3 }, steps, expect: expected }),
    );
    const run = await drill([file, '--execute', '--report', report, '--json']);
    const verdict = JSON.parse(run.stdout) as Verdict;
    const { lost, duplicates, reordered, lag, rebalances } = verdict;
    const failovers = verdict.faults.map(({ pod, failoverMs, produceStopMs, lastedMs }) => ({ pod, failoverMs, produceStopMs, lastedMs }));
    // eslint-disable-next-line no-console -- what was measured is for whoever runs it
    console.log(JSON.stringify({ reasons: verdict.reasons, acknowledged: verdict.acknowledged, lost, duplicates, rebalances, failovers }));
    expect({ lost, duplicates, reordered, lag }).toEqual({ lost: 0, duplicates: 0, reordered: 0, lag: 0 });
    expect(verdict.acknowledged).toBeGreaterThan(500);
    const log = readEventLog(join(report, 'events.ndjson'));
    const [killed, started] = ofKind(log, 'fault');
    expect(killed).toMatchObject({ kind: 'broker-sigkill', pod: expect.stringMatching(/^bhf-kafka-broker-\d$/) });
    // The kubelet starts it again at once, not when the drill says so.
    expect(started).toMatchObject({ kind: 'broker-start', broker: killed?.broker });
    expect((started?.t ?? 0) - (killed?.t ?? 0)).toBeLessThan(12_000);
    const after = ofKind(log, 'leaders').filter(({ t }) => t > (killed?.t ?? 0));
    expect(after[0]?.partitions.map(({ leader }) => leader)).not.toContain(killed?.broker);
    expect(after.at(-1)?.partitions.every(({ isr }) => isr.length === 3)).toBe(true);
    await expectAsBefore();
  }, 240_000);

  it("drills anybody's workers, and says what it cannot prove", async () => {
    await kubectl(['rollout', 'status', '-n', namespace, '--timeout=120s', 'deployment/consumer-basic']);
    const args = ['--deployment', 'consumer-basic', '--group', group, '--topic', topic, '--session', '6s', '--bootstrap', bootstrap];
    const report = join(work, 'strangers');
    const run = await drill([
      scenario('strangers', [{ do: 'scale', members: 3 }, { do: 'force-delete' }]),
      ...args,
      '--execute',
      '--report',
      report,
    ]);
    expect(run.stderr).toContain('nothing can be said of lost, repeated or reordered records');
    const log = readEventLog(join(report, 'events.ndjson'));
    expect(ofKind(log, 'run')[0]).toMatchObject({ evidenceFrom: 'coordinator', partitions: 6 });
    expect(log.filter((line) => 'evidence' in line)).toEqual([]);
    expect(ofKind(log, 'offsets').length).toBeGreaterThan(5);
    expect(ofKind(log, 'group').some(({ members }) => members.length === 3)).toBe(true);
    await expectAsBefore();
  }, 240_000);

  it('says what to run by hand when the API server is gone for good', async () => {
    const { ended } = startCli(
      [
        ...[
          'drill',
          scenario('orphan', [
            { do: 'scale', members: 3 },
            { do: 'hold', holdMs: 120_000 },
          ]),
          '--execute',
          '--backend',
          'cluster',
        ],
        ...['--namespace', namespace, '--bootstrap', bootstrap, '--restore-within', '5s'],
      ],
      { cwd: work },
    );
    await until('three are asked for', async () => (await replicasOf()).includes('consumer-basic=3'), 90_000);
    process.kill(apiServer(), 'SIGKILL');
    const run = await ended;
    expect(run.code).toBe(3);
    expect(run.stderr).toContain('run by hand:');
    expect(run.stderr.slice(run.stderr.indexOf('run by hand:'))).toContain('kubectl scale deployment/consumer-basic --replicas=2 -n kafka');
    expect(readdirSync(work)).not.toContain('.muster');
  }, 240_000);
});

/** Less load and a shorter session: more fits into the time of a test. */
function quicker(resource: Resource): object {
  const values: Readonly<Record<string, string>> = {
    PRODUCER_RATE: '40',
    CONSUMER_SESSION_TIMEOUT_MS: String(sessionMs),
    CONSUMER_HEARTBEAT_INTERVAL_MS: '1500',
  };
  return JSON.parse(JSON.stringify(resource), (_, value: unknown) => {
    const { name } = (value ?? {}) as { name?: unknown };
    const set = typeof name === 'string' ? values[name] : undefined;
    return set === undefined ? value : { name, value: set };
  }) as object;
}

/** The API server of this cluster, as those who started it noted: its process id and start time. */
const apiServer = (): number =>
  Number(readFileSync(join(process.env['MUSTER_KUBE_STATE'] ?? '', 'pids/kube-apiserver'), 'utf8').split(' ')[0]);
