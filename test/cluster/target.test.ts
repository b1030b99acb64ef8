import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { catalogue } from '../../scripts/drill/catalogue.js';
import { refuseScenario, rightsFor } from '../../scripts/drill/cluster/commands.js';
import { dryRun, renderDryRun } from '../../scripts/drill/cluster/dry-run.js';
import { settingsFor } from '../../scripts/drill/cluster/facts.js';
import { beforeIn, markValue } from '../../scripts/drill/cluster/mark.js';
import { refuseTarget } from '../../scripts/drill/cluster/prepare.js';
import { findTarget } from '../../scripts/drill/cluster/target.js';
import type { Scenario, Step } from '../../scripts/drill/scenario.js';
import { deployment, scriptedTool, type ScriptedTool } from './scripted-tool.js';

const kafka = { KAFKA_BOOTSTRAP_SERVERS: 'shop-kafka-bootstrap.streams:9092', KAFKA_TOPIC: 'orders' };
const consumer = (more: Parameters<typeof deployment>[3] = {}): object =>
  deployment('reads', 'consumer', { ...kafka, KAFKA_GROUP_ID: 'stock' }, more);
const producer = deployment('writes', 'producer', { ...kafka, PRODUCER_RATE: '40' }, { replicas: 1 });
const named = (name: string): Scenario => {
  const found = catalogue.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};
const options = { tell: (): void => undefined, abort: new AbortController().signal };

describe('what is drilled on a cluster', () => {
  let scripted: ScriptedTool;
  const there = (...items: readonly object[]): void => {
    scripted.answer({ when: /^get deployments/, stdout: { items } });
  };
  const brokers = (count: number): void => {
    const items = Array.from({ length: count }, (_, id) => ({
      metadata: { name: `shop-broker-${String(id)}`, uid: String(id) },
      spec: { nodeName: 'n', containers: [{ name: 'kafka' }] },
    }));
    scripted.answer({ when: /^get pods -n streams -l strimzi\.io\/cluster=shop,strimzi\.io\/broker-role=true/, stdout: { items } });
  };
  beforeAll(async () => {
    scripted = await scriptedTool();
  });
  beforeEach(() => {
    there(producer, consumer());
    scripted.answer(
      { when: /^get namespace shop/, stdout: { metadata: { labels: { 'muster.dev/drills': 'true' } } } },
      { when: /^get horizontalpodautoscalers/, stdout: { items: [] } },
    );
    brokers(3);
    scripted.calls();
  });
  afterAll(() => {
    scripted.remove();
  });
  const found = async (more: Parameters<typeof findTarget>[1] = {}): ReturnType<typeof findTarget> => findTarget(scripted.tool, more);

  it('is found by the labels of the workers, with the group and the topic of their settings', async () => {
    expect(await found()).toMatchObject({
      namespaceAllows: true,
      areStrangers: false,
      group: 'stock',
      topic: 'orders',
      bootstrap: kafka.KAFKA_BOOTSTRAP_SERVERS,
      consumer: { name: 'reads', replicas: 2, ready: 2, selector: 'app=reads', container: 'consumer', revision: '3', keepsRevisions: true },
      producer: { name: 'writes', replicas: 1 },
    });
  });

  it('holds nothing of Secrets and ConfigMaps', async () => {
    there(producer, consumer({ extraEnv: [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 's', key: 'hunter2' } } }] }));
    expect(JSON.stringify(await found())).not.toContain('hunter2');
  });

  it('refuses two that do not belong together, and what is not there', async () => {
    there(producer, deployment('reads', 'consumer', { ...kafka, KAFKA_TOPIC: 'returns', KAFKA_GROUP_ID: 'stock' }));
    await expect(found()).rejects.toThrow(/writes writes orders, and reads reads returns: name two that belong together/);
    there();
    await expect(found()).rejects.toThrow(/namespace shop has no Deployments: apply an environment first/);
  });

  it("takes anybody's workers by all three names, and their producers where one is named", async () => {
    there(deployment('billing', 'web'), deployment('feed', 'web'));
    const three = { deployment: 'billing', group: 'g', topic: 't' };
    expect(await found(three)).toMatchObject({ areStrangers: true, producer: undefined, group: 'g', topic: 't' });
    expect((await found({ ...three, producer: 'feed' })).producer?.name).toBe('feed');
    await expect(found({ deployment: 'billing', group: 'g' })).rejects.toThrow(/name all three/);
    await expect(found({ ...three, deployment: 'biling' })).rejects.toThrow(
      /no Deployment "biling" \(did you mean billing\?\); there are billing, feed/,
    );
  });

  it('is refused without the label, under an autoscaler, and while another drill goes on', async () => {
    await refuseTarget(scripted.tool, await found());
    scripted.answer({
      when: /^get horizontalpodautoscalers/,
      stdout: { items: [{ metadata: { name: 'keda-hpa-reads' }, spec: { scaleTargetRef: { kind: 'Deployment', name: 'reads' } } }] },
    });
    await expect(refuseTarget(scripted.tool, await found())).rejects.toThrow(
      /kubectl annotate scaledobject\/reads autoscaling.keda.sh\/paused=true/,
    );
    scripted.answer({ when: /^get horizontalpodautoscalers/, code: 1, stderr: 'Error from server (Forbidden): no' });
    await refuseTarget(scripted.tool, await found());

    const before = markValue({ replicas: 4, revision: '2', by: 'ann@desk', at: '2026-01-01T00:00:00.123Z' });
    there(producer, consumer({ labels: { 'muster.dev/before-drill': before } }));
    await expect(refuseTarget(scripted.tool, await found())).rejects.toThrow(
      /drill of ann_desk is under way on reads since 2026-01-01T00:00:00Z.*--replicas=4 -n shop; kubectl rollout undo deployment\/reads --to-revision=2.*kubectl label deployment\/reads muster.dev\/before-drill- -n shop/,
    );

    scripted.answer({ when: /^get namespace shop/, stdout: { metadata: {} } });
    await expect(refuseTarget(scripted.tool, await found())).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('kubectl label namespace shop muster.dev/drills=true'),
    });
    scripted.answer({ when: /^get namespace shop/, code: 1, stderr: 'Error from server (Forbidden): namespaces "shop" is forbidden: no' });
    await expect(found()).rejects.toThrow(/whether namespace shop is meant for drills cannot be read: you may not do this/);
  });

  it('is noted in a label, which holds what has to be put back', () => {
    const before = { replicas: 12, revision: '345', by: 'ann-b_c', at: '2026-11-21T20:08:21Z' };
    expect(beforeIn(markValue(before))).toEqual(before);
    const { revision, ...without } = before;
    expect(revision).toBeDefined();
    expect(beforeIn(markValue(without))).toEqual(without);
    const long = markValue({ ...before, by: `root@${'x'.repeat(10)}..${'-'.repeat(40)}` });
    expect(long).toMatch(/^[A-Za-z0-9][\w.-]{0,61}[A-Za-z0-9]$/);
    expect(beforeIn(long)).toMatchObject({ replicas: 12, revision: '345', at: before.at });
    expect(beforeIn('yes')).toBeUndefined();
  });

  it('sets on the Deployments what the scenario wants and they do not say', async () => {
    const target = await found();
    expect(settingsFor(named('crash-replaced'), target, { rate: 40 })).toEqual({
      consumer: expect.objectContaining({ CONSUMER_SESSION_TIMEOUT_MS: '6000', EVIDENCE: 'stdout' }),
      producer: { EVIDENCE: 'stdout' },
    });
    expect(settingsFor(named('crash-replaced'), target, { rate: 50 }).producer).toEqual({ PRODUCER_RATE: '50', EVIDENCE: 'stdout' });
    expect(settingsFor(named('crash-replaced'), { ...target, areStrangers: true }, { rate: 50 })).toEqual({ consumer: {}, producer: {} });
  });

  it('a dry run changes nothing, and says each command and what stands in the way', async () => {
    const run = await dryRun(scripted.host, named('scale-and-crash'), options);
    expect(scripted.calls().filter((call) => !/^(get|version|config|--context here config) /.test(call))).toEqual([]);
    expect(run).toMatchObject({ context: 'here', namespace: 'shop', tool: 'kubectl', group: 'stock', topic: 'orders', refusals: [] });
    const text = renderDryRun(run);
    const inOrder = ['--replicas=0', '--replicas=1', 'kill -STOP', 'pod-deletion-cost=-1000', 'kill -KILL', '--replicas=6', '--replicas=8'];
    const places = inOrder.map((part) => text.indexOf(part));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(run.steps.at(-1)?.commands).toEqual([
      'kubectl rollout undo deployment/writes --to-revision=3 -n shop',
      'kubectl rollout undo deployment/reads --to-revision=3 -n shop',
      'kubectl scale deployment/writes --replicas=1 -n shop',
      'kubectl scale deployment/reads --replicas=2 -n shop',
    ]);
  });

  it('a dry run shows the shell of the node as it would be called', async () => {
    const run = await dryRun(scripted.host, named('crash-replaced'), { ...options, nodeShell: 'ssh root@{node} sh' });
    expect(renderDryRun(run)).toContain("ssh root@NODE sh <<'END'");
    expect(renderDryRun(run)).not.toContain('privileged');
  });

  it('breaks brokers only where their pods are, as many as the scenario needs', async () => {
    expect((await dryRun(scripted.host, named('broker-kill'), options)).refusals).toEqual([]);
    for (const [count, words] of [
      [0, 'there are no pods with'],
      [1, 'there is 1 of the pods with'],
    ] as const) {
      brokers(count);
      const { refusals } = await dryRun(scripted.host, named('broker-kill'), options);
      expect(refusals).toEqual([expect.stringContaining(words)]);
      expect(refusals[0]).toContain('strimzi.io/cluster=shop,strimzi.io/broker-role=true in namespace streams');
      expect(refusals[0]).toContain('--backend local');
    }
    expect((await dryRun(scripted.host, named('scale-and-crash'), options)).refusals).toEqual([]);
  });
});

describe('what a drill may do on a cluster', () => {
  const target = undefined;
  const scenario = (...steps: readonly Step[]): Scenario => ({ name: 's', summary: 's', steps });

  it('is not what cannot be undone, nor what a kubelet undoes at once', () => {
    for (const [step, why] of [
      [{ do: 'add-partitions', to: 8 }, /partitions cannot be taken away again/],
      [{ do: 'reset', to: 'beginning' }, /not a drill's to change/],
      [{ do: 'lose-brokers', left: 1, backAfterMs: 1 }, /nobody can hold it down/],
      [{ do: 'kill-producer' }, /give it with --producer/],
    ] as const)
      expect(() => {
        refuseScenario(scenario(step), target);
      }).toThrow(why);
    expect(() => {
      refuseScenario({ ...scenario(), lanes: [{ name: 'a' }, { name: 'b' }] }, target);
    }).toThrow(/several systems side by side/);
    expect(() => {
      refuseScenario({ ...scenario(), broker: { 'min.insync.replicas': '1' } }, target);
    }).toThrow(/configuration of the brokers/);
    refuseScenario(named('scale-and-crash'), target);
  });

  it('asks for every right of its steps and for no other', () => {
    const rights = (steps: readonly Step[], more: Partial<Parameters<typeof rightsFor>[0]> = {}): string[] =>
      rightsFor({
        steps,
        nodeNamespace: 'default',
        brokersNamespace: 'streams',
        changesTemplate: false,
        tunnels: false,
        readsLogs: false,
        applies: false,
        ...more,
      }).map(({ verb, resource, namespace }) => `${verb} ${resource}${namespace === undefined ? '' : ` in ${namespace}`}`);
    const always = ['watch pods', 'list pods', 'get deployments.apps', 'patch deployments.apps', 'patch deployments.apps/scale'];
    const onNode = ['create pods in default', 'create pods/exec in default', 'delete pods in default'];
    expect(rights([{ do: 'scale', members: 2 }])).toEqual(always);
    expect(rights([{ do: 'force-delete' }])).toEqual([...always, 'delete pods']);
    expect(rights([{ do: 'stop' }])).toEqual([...always, 'patch pods']);
    expect(rights([{ do: 'kill' }])).toEqual([...always, 'patch pods', ...onNode]);
    expect(rights([{ do: 'kill', replaced: true }], { nodeNamespace: undefined })).toEqual(always);
    expect(rights([{ do: 'kill-broker', broker: 'leader', backAfterMs: 1 }])).toEqual([...always, 'list pods in streams', ...onNode]);
    expect(rights([], { tunnels: true, readsLogs: true, changesTemplate: true, applies: true })).toEqual([
      ...always,
      'get pods/log',
      'list replicasets.apps',
      'create pods/portforward',
      'create deployments.apps',
      'delete deployments.apps',
    ]);
  });
});
