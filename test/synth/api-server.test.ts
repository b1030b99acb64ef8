import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentNames, synthesise } from '../../apps/synth.js';
import { checkResources } from '../../constructs/model/check.js';
import { resourcesBelow } from '../../constructs/validation.js';
import { everything, everyWorker } from '../constructs/everything.js';
import { stage } from '../constructs/stage.js';
import { cases } from '../model/cases/all.js';
import type { Change } from '../model/cases/case.js';
import { contracts, resourcesOf, soundSystem, type Loose, type Objects } from '../model/system-fixture.js';

// A real API server with the CRDs of Strimzi, OpenShift, KEDA and the Prometheus operator: what it takes, and whether our own walker is of
// its opinion. A cluster that KUBECONFIG names is asked instead, by dry runs only; it must have the CRDs and the namespace kafka.
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const kube = join(root, '../shared/kube');
const crds = join(root, '../shared/crds/strimzi-1.2.0');
const given = process.env['KUBECONFIG'] !== undefined;
const present = given || (existsSync(join(kube, 'up')) && existsSync(crds));

/** Kinds of OperatorHub: none of the CRDs at hand has them. */
const withoutCrd = /-(operatorgroup|subscription)-/;

(present ? describe : describe.skip)(`a real API server${present ? '' : ' — NOT PROVED HERE: ../shared/kube is absent'}`, () => {
  let state = '';
  let out = '';
  let env: NodeJS.ProcessEnv = {};

  function kubectl(args: readonly string[], input?: string): { ok: boolean; said: string } {
    const { status, stdout, stderr } = spawnSync('kubectl', args, { env, input, encoding: 'utf8' });
    return { ok: status === 0, said: stdout + stderr };
  }
  const dryRun = (object: unknown): { ok: boolean; said: string } =>
    kubectl(['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'], JSON.stringify(object));

  beforeAll(() => {
    state = mkdtempSync(join(tmpdir(), 'muster-kube-'));
    out = mkdtempSync(join(tmpdir(), 'muster-synth-'));
    env = { ...process.env, MUSTER_KUBE_STATE: state };
    synthesise({ out });
    if (given) return;
    const exports = execFileSync(join(kube, 'up'), ['api'], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const shown = execFileSync('bash', ['-c', `${exports}\nprintf '%s\\n%s' "$KUBECONFIG" "$PATH"`], { env, encoding: 'utf8' }).split('\n');
    [env['KUBECONFIG'], env['PATH']] = shown;
    expect(kubectl(['apply', '--server-side', '-f', crds]).ok).toBe(true);
    // Waits for all CRDs; namespaces made after it are treated as OpenShift treats them.
    execFileSync(join(kube, 'openshift'), { env, stdio: 'ignore' });
    expect(kubectl(['apply', '--server-side', '-f', join(out, 'k3s/00-namespace-kafka.yaml')]).ok).toBe(true);
    // Where restricted is enforced, a pod that does not keep to it is refused.
    kubectl(['label', 'namespace', 'kafka', 'pod-security.kubernetes.io/enforce=restricted']);
    kubectl(['apply', '--server-side', '-f', join(out, 'k3s/50-serviceaccount-consumer-basic.yaml')]);
  }, 120_000);

  afterAll(() => {
    if (!given) spawnSync(join(kube, 'down'), { env });
    for (const folder of [state, out]) rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const strictly = ['apply', '--server-side', '--dry-run=server', '--validate=strict'];

  it.each(environmentNames)('takes every manifest of %s, validated strictly', (environment) => {
    const files = readdirSync(join(out, environment)).filter((name) => !withoutCrd.test(name));
    const { ok, said } = kubectl([...strictly, ...files.flatMap((name) => ['-f', join(out, environment, name)])]);
    expect(said).not.toMatch(/warning|would violate/i);
    expect(said.match(/serverside-applied/g)).toHaveLength(files.length);
    expect(ok).toBe(true);
  });

  it('takes every kind with everything that the constructs can say', () => {
    const { chart } = stage();
    const { orders } = everything(chart);
    everyWorker(chart, orders);
    const items = resourcesBelow(chart);
    const { ok, said } = kubectl([...strictly, '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    expect(said).not.toMatch(/warning|would violate|error/i);
    expect(said.match(/serverside-applied/g)).toHaveLength(items.length);
    expect(ok).toBe(true);
  });

  (given ? it.skip : it)('takes the pod of a worker as OpenShift treats it, under restricted-v2', () => {
    const { stdout } = spawnSync(
      'kubectl',
      ['create', '--dry-run=client', '-o', 'json', '-f', join(out, 'k3s/60-deployment-consumer-basic.yaml')],
      { env, encoding: 'utf8' },
    );
    const { spec } = JSON.parse(stdout) as Loose;
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'trial', namespace: 'kafka' }, spec: spec.template.spec };
    expect(dryRun(pod)).toEqual({ ok: true, said: expect.stringContaining('serverside-applied') as unknown as string });
    // A user of its own is outside the range that OpenShift gave the namespace.
    expect(dryRun({ ...pod, spec: { ...pod.spec, securityContext: { ...pod.spec.securityContext, runAsUser: 1001 } } }).ok).toBe(false);
  });

  const changes: Readonly<Record<string, (objects: Objects) => Loose>> = {
    'nothing wrong with a Kafka': (o) => o.kafka,
    'nothing wrong with a node pool': (o) => o.brokers,
    'nothing wrong with a topic': (o) => o.topic,
    'a field that v1 prunes': (o) => (o.kafka.spec.kafka.replicas = 3) && o.kafka,
    ZooKeeper: (o) => (o.kafka.spec.zookeeper = { replicas: 3 }) && o.kafka,
    'a misspelt field': (o) => (o.topic.spec.partition = 6) && o.topic,
    'a value that is not in the list': (o) => (o.kafka.spec.kafka.listeners[0].type = 'intern') && o.kafka,
    'a port below the least': (o) => (o.kafka.spec.kafka.listeners[0].port = 80) && o.kafka,
    'a listener name against the pattern': (o) => (o.kafka.spec.kafka.listeners[0].name = 'Plain') && o.kafka,
    'text for a number': (o) => (o.topic.spec.partitions = '6') && o.topic,
    'no storage': (o) => delete o.brokers.spec.storage && o.brokers,
    'no listener': (o) => (o.kafka.spec.kafka.listeners = []) && o.kafka,
    'any broker option': (o) => (o.kafka.spec.kafka.config = { anything: { goes: 1 } }) && o.kafka,
    'a quantity that is none': (o) => (o.brokers.spec.resources.limits.memory = '2 gigs') && o.brokers,
    'a quantity as a number': (o) => (o.brokers.spec.resources.limits.cpu = 2) && o.brokers,
    'a name with a capital': (o) => (o.topic.metadata.name = 'Orders') && o.topic,
  };
  it.each(Object.keys(changes))('and our walker are of one opinion: %s', (name) => {
    const objects = soundSystem();
    const changed: Loose = changes[name]?.(objects);
    const ours = checkResources(resourcesOf(objects), { contracts }).filter(
      ({ rule, resource }) =>
        /^(field|object|api)-/.test(rule) && resource.kind === changed.kind && resource.name === changed.metadata.name,
    );
    const { ok, said } = dryRun(changed);
    expect({ said, ok }).toEqual({ said, ok: ours.length === 0 });
  });

  /** The objects of a sound system that a change makes or alters, with what the shape rules say of each. */
  function judged(change: Change): { object: Loose; refused: boolean }[] {
    const objects = soundSystem();
    change(objects);
    const sound = new Set(Object.values(soundSystem()).map((object) => JSON.stringify(object)));
    const changed = Object.values(objects)
      .map((object) => JSON.stringify(object))
      .filter((text) => !sound.has(text));
    return changed
      .map((text) => JSON.parse(text) as Loose)
      .map((object) => ({
        object,
        refused: checkResources([object], { contracts }).some(({ rule }) =>
          /^(field-.*|object-name|api-version|metadata-not-text)$/.test(rule),
        ),
      }));
  }
  const all = new Map(
    cases.flatMap(({ accepts, refuses }) => [...judged(accepts), ...judged(refuses)]).map((one) => [JSON.stringify(one.object), one]),
  );
  // Muster has schemas of Strimzi's kinds only: of the others it refuses little, and their cases are shortened.
  const known = [...all.values()].filter(({ object, refused: no }) => no || /^(kafka|core)\.strimzi\.io\//.test(object.apiVersion));
  const refused = known.filter((one) => one.refused).map(({ object }) => object);
  const taken = known.filter((one) => !one.refused).map(({ object }) => object);

  it(`takes what the shape rules let pass, in the cases of all rules (${String(taken.length)})`, () => {
    // There is one namespace.
    const items = taken.map((object: Loose) => ({ ...object, metadata: { ...object.metadata, namespace: 'kafka' } }) as Loose);
    const { said } = kubectl([...strictly, '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    expect(said.split('\n').filter((line) => line !== '' && !/serverside-applied|Warning/.test(line))).toEqual([]);
    expect(said.match(/serverside-applied/g)).toHaveLength(taken.length);
  }, 240_000);

  it(`refuses what the shape rules refuse (${String(refused.length)})`, () => {
    expect(refused.filter((object: unknown) => dryRun(object).ok)).toEqual([]);
  }, 240_000);
});
