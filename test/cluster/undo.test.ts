import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { undoList, undoRanks } from '../../scripts/drill/cluster/undo.js';
import { openSession, type Session } from '../../scripts/drill/cluster/session.js';
import { scriptedTool, type ScriptedTool } from './scripted-tool.js';

const refused = 'The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?';

let scripted: ScriptedTool;
beforeAll(async () => {
  scripted = await scriptedTool();
});
beforeEach(() => {
  scripted.answer({ when: /./, code: 0 });
  scripted.calls();
});
afterAll(() => {
  scripted.remove();
});

describe('putting back', () => {
  it('goes by rank, whatever came first, and forgets what needs no undoing', async () => {
    const undo = undoList(scripted.tool);
    const own: string[] = [];
    undo.add('mark', undoRanks.mark, ['annotate', 'deployment/c', 'mark-']);
    undo.add('replicas', undoRanks.replicas, ['scale', 'deployment/c', '--replicas=1']);
    undo.add('replicas', undoRanks.replicas, ['scale', 'deployment/c', '--replicas=2']);
    undo.add('template', undoRanks.template, ['rollout', 'undo', 'deployment/c', '--to-revision=3']);
    undo.add('pod', undoRanks.pods, ['delete', 'pod/p']);
    undo.add('thaw', undoRanks.thaw, { command: "ssh n sh <<'END'", run: async () => Promise.resolve(own.push('thaw')) });
    undo.drop('pod');
    expect(undo.byHand()).toEqual([
      "ssh n sh <<'END'",
      'kubectl rollout undo deployment/c --to-revision=3',
      'kubectl scale deployment/c --replicas=2',
      'kubectl annotate deployment/c mark-',
    ]);
    const told: string[] = [];
    expect(await undo.run(0, (command) => told.push(command))).toEqual([]);
    expect(own).toEqual(['thaw']);
    expect(scripted.calls()).toEqual([
      'rollout undo deployment/c --to-revision=3',
      'scale deployment/c --replicas=2',
      'annotate deployment/c mark-',
    ]);
    expect(told).toHaveLength(4);
    expect(undo.byHand()).toEqual([]);
  });

  it('does the rest when one is refused, and says which', async () => {
    scripted.answer({ when: /^rollout/, code: 1, stderr: 'error: unable to find specified revision 3 in history' });
    const undo = undoList(scripted.tool);
    undo.add('template', undoRanks.template, ['rollout', 'undo', 'deployment/c']);
    undo.add('replicas', undoRanks.replicas, ['scale', 'deployment/c', '--replicas=2']);
    const left = await undo.run(60_000, () => undefined);
    expect(left).toEqual([
      { command: 'kubectl rollout undo deployment/c', why: expect.stringContaining('unable to find specified revision') },
    ]);
    expect(scripted.calls()).toEqual(['rollout undo deployment/c', 'scale deployment/c --replicas=2']);
  });

  it('goes on trying while the API server is silent, in the same order', async () => {
    scripted.answer({ when: /^scale/, code: 1, stderr: refused });
    const undo = undoList(scripted.tool);
    undo.add('replicas', undoRanks.replicas, ['scale', 'deployment/c', '--replicas=2']);
    undo.add('mark', undoRanks.mark, ['annotate', 'deployment/c', 'mark-']);
    let tries = 0;
    const left = await undo.run(60_000, () => {
      tries += 1;
      // It is back for the third.
      if (tries === 3) scripted.answer({ when: /^scale/, code: 0 });
    });
    expect(left).toEqual([]);
    expect(scripted.calls()).toEqual([
      'scale deployment/c --replicas=2',
      'scale deployment/c --replicas=2',
      'scale deployment/c --replicas=2',
      'annotate deployment/c mark-',
    ]);
  });

  it('gives up in the end, with everything that is left and why', async () => {
    scripted.answer({ when: /^scale/, code: 1, stderr: refused });
    const undo = undoList(scripted.tool);
    undo.add('mark', undoRanks.mark, ['annotate', 'deployment/c', 'mark-']);
    undo.add('replicas', undoRanks.replicas, ['scale', 'deployment/c', '--replicas=2']);
    expect(await undo.run(0, () => undefined)).toEqual([
      { command: 'kubectl scale deployment/c --replicas=2', why: expect.stringContaining('cluster of context here does not answer') },
      { command: 'kubectl annotate deployment/c mark-', why: expect.stringContaining('does not answer') },
    ]);
  });
});

describe('a session', () => {
  let told: string[];
  const open = (): Session => {
    told = [];
    return openSession(scripted.tool, { tell: (text) => told.push(text), restoreWithinMs: 0 });
  };
  it('says a command before it runs, and notes it', async () => {
    const session = open();
    await session.act(['scale', 'deployment/c', '--replicas=6']);
    expect(told).toEqual(['$ kubectl scale deployment/c --replicas=6']);
    expect(session.poll()).toMatchObject([{ event: 'command', command: 'kubectl scale deployment/c --replicas=6' }]);
    await session.end();
    expect(told).toHaveLength(1);
  });

  it('waits for what is under way, and then acts no more', async () => {
    const session = open();
    session.undo.add('replicas', undoRanks.replicas, ['scale', 'deployment/c', '--replicas=2']);
    let done = false;
    const underWay = session.through(async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      done = true;
    });
    await session.end();
    expect(done).toBe(true);
    await underWay;
    expect(scripted.calls()).toEqual(['scale deployment/c --replicas=2']);
    await expect(session.act(['scale', 'deployment/c', '--replicas=6'])).rejects.toMatchObject({ code: 'interrupted' });
    expect(scripted.calls()).toEqual([]);
  });

  it('says what to run by hand when it cannot put things back', async () => {
    scripted.answer({ when: /^scale/, code: 1, stderr: refused });
    const session = open();
    session.undo.add('replicas', undoRanks.replicas, ['scale', 'deployment/c', '--replicas=2']);
    await expect(session.end()).rejects.toMatchObject({
      code: 'not-reachable',
      message: expect.stringMatching(/run by hand:\n {2}kubectl scale deployment\/c --replicas=2$/),
    });
  });
});
