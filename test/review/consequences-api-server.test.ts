import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { otherPairs } from './pairs/other-pairs.js';
import { rolloutPairs } from './pairs/rollout-pairs.js';
import { scalingPairs } from './pairs/scaling-pairs.js';
import { deployment, object } from './pairs/workload-pair.js';
import { workloadPairs } from './pairs/workload-pairs.js';
import type { ReviewPair } from './pairs/review-pair.js';

// What a review says that the API server refuses, a real one is asked: the first state is made, the second applied over it.
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const kube = join(root, '../shared/kube');
const present = existsSync(join(kube, 'up'));

/** Pairs by name, from all that speak of plain Kubernetes. */
const named = (name: string): Pick<ReviewPair, 'before' | 'after'> => {
  const pair = [...workloadPairs, ...otherPairs, ...scalingPairs, ...rolloutPairs].find((one) => one.name === name);
  if (pair === undefined) throw new Error(`there is no pair "${name}"`);
  return pair;
};

/** The same of another object, where two pairs are about one of the same name. */
const renamed = ({ before, after }: Pick<ReviewPair, 'before' | 'after'>, to: string): Pick<ReviewPair, 'before' | 'after'> => ({
  before: before.replace(/name: \S+/, `name: ${to}`),
  after: after.replace(/name: \S+/, `name: ${to}`),
});

const crd = (versions: readonly string[], stored: string): string =>
  object(
    'CustomResourceDefinition',
    'things.muster.dev',
    `group: muster.dev\nscope: Namespaced\nnames: {kind: Thing, plural: things}\nversions: [${versions
      .map((name) => `{name: ${name}, served: true, storage: ${name === stored}, schema: {openAPIV3Schema: {type: object}}}`)
      .join(', ')}]`,
    { apiVersion: 'apiextensions.k8s.io/v1', namespace: '' },
  );
const storageClass = (policy: string): string =>
  object('StorageClass', 'fast', '', {
    apiVersion: 'storage.k8s.io/v1',
    namespace: '',
    rest: `provisioner: example.com/none\nreclaimPolicy: ${policy}`,
  });
const frozen = (value: string): string => object('ConfigMap', 'frozen', '', { rest: `immutable: true\ndata: {a: "${value}"}` });
const ask = (request: string): string =>
  deployment('greedy', { container: `resources: {requests: {memory: ${request}}, limits: {memory: 1Gi}}` });
const claim = (volumeName: string): string =>
  object('PersistentVolumeClaim', 'data', `accessModes: [ReadWriteOnce]\nresources: {requests: {storage: 1Gi}}\n${volumeName}`);

const refused: Readonly<Record<string, { before: string; after: string; says: RegExp }>> = {
  'the selector of a Deployment': { ...named('the selector of a Deployment'), says: /spec\.selector.*immutable/s },
  'labels that the selector misses': { ...named('labels that the selector misses'), says: /selector.*does not match template/s },
  'the claims of a StatefulSet': { ...named('the claims of a StatefulSet'), says: /fields other than 'replicas', 'ordinals', 'template'/ },
  'the template of a Job': { ...named('the template of a Job'), says: /spec\.template.*immutable/s },
  'a smaller claim': { ...named('a smaller claim'), says: /Forbidden|less than/i },
  'another class of storage': { ...renamed(named('another class of storage'), 'other'), says: /immutable/ },
  'the volume of a claim': { before: claim('volumeName: one'), after: claim('volumeName: two'), says: /immutable/ },
  'the role of a binding': { ...named('the role of a binding'), says: /cannot change roleRef/ },
  'the version that is stored goes': { before: crd(['v1', 'v2'], 'v1'), after: crd(['v2'], 'v2'), says: /storedVersions.*must remain/s },
  'the reclaim policy of a StorageClass': { before: storageClass('Delete'), after: storageClass('Retain'), says: /immutable|forbidden/i },
  'an immutable ConfigMap': { before: frozen('1'), after: frozen('2'), says: /immutable/ },
  'a request above its limit': { before: ask('1Gi'), after: ask('2Gi'), says: /less than or equal to/ },
};

const taken: Readonly<Record<string, Pick<ReviewPair, 'before' | 'after'>>> = {
  'an image of anybody’s pods': { before: deployment('shop', { image: 'a:1' }), after: deployment('shop', { image: 'a:2' }) },
  'a quota below what is asked for': {
    before: object('ResourceQuota', 'q', 'hard: {requests.memory: 8Gi}'),
    after: object('ResourceQuota', 'q', 'hard: {requests.memory: 1Gi}'),
  },
};

(present ? describe : describe.skip)(`what the API server refuses${present ? '' : ' — NOT PROVED HERE: ../shared/kube is absent'}`, () => {
  let state = '';
  let env: NodeJS.ProcessEnv = {};
  const apply = (text: string): { ok: boolean; said: string } => {
    const { status, stdout, stderr } = spawnSync('kubectl', ['apply', '--validate=false', '-f', '-'], {
      env,
      input: text,
      encoding: 'utf8',
    });
    return { ok: status === 0, said: stdout + stderr };
  };

  beforeAll(() => {
    state = mkdtempSync(join(tmpdir(), 'muster-kube-'));
    env = { ...process.env, MUSTER_KUBE_STATE: state };
    const exports = execFileSync(join(kube, 'up'), ['api'], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const shown = execFileSync('bash', ['-c', `${exports}\nprintf '%s\\n%s' "$KUBECONFIG" "$PATH"`], { env, encoding: 'utf8' }).split('\n');
    [env['KUBECONFIG'], env['PATH']] = shown;
    apply(object('Namespace', 'kafka', '', { namespace: '' }));
  }, 120_000);

  afterAll(() => {
    spawnSync(join(kube, 'down'), { env });
    rmSync(state, { recursive: true, force: true });
  }, 60_000);

  it.each(Object.entries(refused))(
    '%s',
    (_, { before, after, says }) => {
      expect(apply(before)).toEqual({ ok: true, said: expect.any(String) });
      const { ok, said } = apply(after);
      expect({ ok, said }).toEqual({ ok: false, said: expect.stringMatching(says) });
    },
    30_000,
  );

  it.each(Object.entries(taken))(
    'takes %s',
    (_, { before, after }) => {
      expect(apply(before).ok).toBe(true);
      expect(apply(after)).toEqual({ ok: true, said: expect.stringContaining('configured') });
    },
    30_000,
  );

  it('puts replicas back to 1 where they are taken out of a manifest', () => {
    const four = deployment('scaled', { replicas: 4 });
    expect(apply(four).ok).toBe(true);
    expect(apply(four.replace(/ *replicas: 4\n/, '')).ok).toBe(true);
    const { stdout } = spawnSync('kubectl', ['get', 'deployment', 'scaled', '-n', 'kafka', '-o', 'jsonpath={.spec.replicas}'], {
      env,
      encoding: 'utf8',
    });
    expect(stdout).toBe('1');
  }, 30_000);

  it('deletes every resource of a CRD that goes', () => {
    expect(apply(crd(['v1'], 'v1').replaceAll('thing', 'gadget').replaceAll('Thing', 'Gadget')).ok).toBe(true);
    spawnSync('kubectl', ['wait', '--for=condition=Established', 'crd/gadgets.muster.dev', '--timeout=20s'], { env });
    const gadget = object('Gadget', 'one', '', { apiVersion: 'muster.dev/v1' });
    expect(apply(gadget)).toEqual({ ok: true, said: expect.any(String) });
    spawnSync('kubectl', ['delete', 'crd', 'gadgets.muster.dev', '--timeout=20s'], { env });
    expect(apply(gadget).said).toMatch(/no matches for kind|could not find/);
  }, 60_000);
});
