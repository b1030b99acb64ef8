import { MusterError } from '../../../constructs/model/error.js';
import type { Backend, WorkerRole } from '../backend.js';
import type { Scenario } from '../scenario.js';
import { measureClocks } from './clocks.js';
import {
  chooseCommand,
  forceDeleteCommand,
  hasSurge,
  needsNode,
  restartCommand,
  scaleCommand,
  strategyCommand,
  surgeStrategy,
} from './commands.js';
import type { Lookout } from './lookout.js';
import { willChangeTemplate } from './prepare.js';
import { undoRanks, type Session } from './session.js';
import type { PodSignals } from './signals.js';

export type MemberActs = Pick<Backend, 'scale' | 'pods' | 'kill' | 'stop' | 'forceDelete' | 'freeze' | 'thaw' | 'rollout'>;

/** For the last lines of a log that has ended, in ms. */
const readWithinMs = 15_000;
/** For a pod that was asked to end, in ms. */
const goneWithinMs = 90_000;

/** What a drill does to members and producers: as commands, each of which is over when the pods show it. */
export function memberActs(
  session: Session,
  lookout: Lookout,
  signals: PodSignals,
  { scenario, readyWithinMs }: { readonly scenario: Scenario; readonly readyWithinMs: number },
): MemberActs {
  const { tool, undo } = session;
  const { namespace } = tool;
  const { find, until, whyFewer } = lookout;
  const wanted: Record<WorkerRole, number> = { consumer: 0, producer: 0 };
  for (const role of ['consumer', 'producer'] as const) wanted[role] = lookout.of(role)?.deployment.replicas ?? 0;

  const scale = async (role: WorkerRole, count: number): Promise<void> => {
    const { deployment, members } = lookout.of(role) ?? {};
    if (deployment === undefined || members === undefined) return;
    // The load ends: nothing that is measured is disturbed any more, and every node still has somebody to ask.
    if (role === 'producer' && count === 0) lookout.add(await session.through(async () => measureClocks(tool, lookout.all, session.noted)));
    wanted[role] = count;
    members.madeAfter(Date.now());
    try {
      await session.act(scaleCommand(deployment.name, count, namespace));
      const isThere = (): boolean => {
        const left = members.present();
        return left.length === count && left.every((pod) => pod.isRunning && !pod.isEnding);
      };
      if (!(await until(isThere, Math.max(readyWithinMs, count === 0 ? goneWithinMs : 0)))) throw await whyFewer(role, count);
      await until(() => !members.isReading(), readWithinMs);
      if (scenario.steps.some(needsNode)) await signals.open(members.running().map(({ node }) => node));
    } finally {
      members.madeAfter(undefined);
    }
  };
  /** One fewer, and this pod is the one that goes. */
  const without = async (pod: string, role: WorkerRole): Promise<void> => {
    const { deployment, members } = lookout.of(role) ?? {};
    if (deployment === undefined) return;
    members?.ask(pod);
    wanted[role] -= 1;
    await session.act(chooseCommand(pod, namespace));
    await session.act(scaleCommand(deployment.name, wanted[role], namespace));
  };
  const gone = async (pod: string, role: WorkerRole): Promise<boolean> => until(() => lookout.isGone(pod, role), goneWithinMs);

  return {
    scale,
    pods: (role) =>
      lookout
        .of(role)
        ?.members.running()
        .map(({ name }) => name) ?? [],
    kill: async (pod, { replace }) => {
      const { seen, role } = find(pod);
      lookout.of(role)?.members.ask(pod);
      if (replace) return signals.send(seen, 'KILL');
      // Stopped first, so that it hears nothing of its end: the SIGTERM of a pod that is to go would make it leave in order.
      await signals.send(seen, 'STOP');
      await without(pod, role);
      await signals.send(seen, 'KILL');
      if (!(await gone(pod, role))) throw new MusterError('not-reachable', `${pod} was killed, and is still there`);
    },
    stop: async (pod) => {
      const { role } = find(pod);
      await without(pod, role);
      if (!(await gone(pod, role)))
        throw new MusterError(
          'not-reachable',
          `${pod} was not the pod that ${lookout.of(role)?.deployment.name ?? ''} gave up, or it does not end`,
        );
    },
    forceDelete: async (pod) => {
      find(pod);
      await session.act(forceDeleteCommand(pod, namespace));
    },
    freeze: async (pod) => signals.send(find(pod).seen, 'STOP'),
    thaw: async (pod) => {
      const seen = (lookout.of('consumer')?.members ?? lookout.of('producer')?.members)?.find(pod);
      // What its liveness probe ended meanwhile needs no thaw.
      if (seen !== undefined) await signals.send(seen, 'CONT').catch(() => undefined);
    },
    rollout: async ({ maxSurge }) => {
      const { deployment: consumer, members } = lookout.of('consumer') ?? {};
      if (consumer === undefined || members === undefined) return;
      willChangeTemplate(session, consumer);
      if (!hasSurge(consumer, maxSurge)) {
        undo.add('strategy', undoRanks.strategy, strategyCommand(consumer.name, consumer.declaredStrategy, namespace));
        await session.act(strategyCommand(consumer.name, surgeStrategy(maxSurge), namespace));
      }
      const old = new Set(members.present().map(({ uid }) => uid));
      await session.act(restartCommand(consumer.name, namespace));
      const isOver = (): boolean => {
        const left = members.present();
        return left.length === wanted.consumer && left.every((pod) => !old.has(pod.uid) && pod.isReady && !pod.isEnding);
      };
      if (!(await until(isOver, readyWithinMs * Math.max(1, wanted.consumer)))) throw await whyFewer('consumer', wanted.consumer);
    },
  };
}
