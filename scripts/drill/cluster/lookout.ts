import { setTimeout as sleep } from 'node:timers/promises';
import { MusterError } from '../../../constructs/model/error.js';
import type { PodSeen } from '../../cluster/pod-watch.js';
import type { WorkerRole } from '../backend.js';
import type { LogLine } from '../events.js';
import { followMembers, type Members } from './members.js';
import type { Session } from './session.js';
import type { ClusterTarget, DeploymentNow } from './target.js';

/** So long may the API server be silent before the drill is given up, in ms. */
const silenceAtMostMs = 15_000;

/** What is seen of both Deployments' pods while a drill runs. */
export interface Lookout {
  /** Those that there are: strangers' producers are nobody's business. */
  readonly all: readonly Members[];
  of(role: WorkerRole): { readonly deployment: DeploymentNow; readonly members: Members } | undefined;
  /** @throws MusterError `bad-input` when it is gone */
  find(pod: string): { readonly seen: PodSeen; readonly role: WorkerRole };
  /** Nothing of it is left, and its log has been read. */
  isGone(pod: string, role: WorkerRole): boolean;
  look(): void;
  /**
   * What was seen since the last call, with the commands of the session.
   * @throws MusterError `not-reachable` when the API server is silent, or a pod does not become ready
   */
  poll(): LogLine[];
  /** Lines for the next poll. */
  add(lines: readonly LogLine[]): void;
  /** Looks until it holds; false when time is up. */
  until(holds: () => boolean, withinMs: number): Promise<boolean>;
  /** Why there are not as many as were asked for. */
  whyFewer(role: WorkerRole, count: number): Promise<MusterError>;
  lastWords(pod: string): string;
  stop(): void;
}

export function openLookout(
  session: Session,
  { consumer, producer, areStrangers }: ClusterTarget,
  options: { readonly runDir: string; readonly readyWithinMs: number; readonly abort: AbortSignal },
): Lookout {
  const { tool } = session;
  const { namespace } = tool;
  const { readyWithinMs } = options;
  const opened: Partial<Record<WorkerRole, { readonly deployment: DeploymentNow; readonly members: Members }>> = {};
  for (const [role, deployment] of [
    ['producer', producer],
    ['consumer', consumer],
  ] as const) {
    if (deployment === undefined) continue;
    const { selector, container } = deployment;
    opened[role] = { deployment, members: followMembers(tool, options.runDir, role, { selector, container, readLogs: !areStrangers }) };
    session.noted(tool.spell(['get', 'pods', '-n', namespace, '-l', selector, '--watch', '-o', 'json', '--output-watch-events']));
  }
  const all = Object.values(opened).map(({ members }) => members);
  const roles = Object.keys(opened) as WorkerRole[];
  const pending: LogLine[] = [];

  const look = (): void => {
    for (const members of all) pending.push(...members.poll());
    pending.push(...session.poll());
  };
  const refuseSilence = (): void => {
    const since = Math.max(0, ...all.map(({ silentSince }) => silentSince ?? 0));
    if (since > 0 && Date.now() - since > silenceAtMostMs)
      throw new MusterError(
        'not-reachable',
        `the cluster of context ${tool.context ?? '(none)'} has not answered for ${String(silenceAtMostMs / 1000)} s, and a drill that cannot see is no drill`,
      );
  };
  const replicaFailure = async (name: string): Promise<string> => {
    const path = '{.status.conditions[?(@.type=="ReplicaFailure")].message}';
    const said = await tool.run(['get', `deployment/${name}`, '-n', namespace, '-o', `jsonpath=${path}`]).catch(() => '');
    return said === '' ? 'no pod says why' : said;
  };
  return {
    all,
    of: (role) => opened[role],
    find: (pod) => {
      for (const role of roles) {
        const seen = opened[role]?.members.find(pod);
        if (seen !== undefined) return { seen, role };
      }
      throw new MusterError('bad-input', `there is no pod ${pod} any more`);
    },
    isGone: (pod, role) => {
      const members = opened[role]?.members;
      return members === undefined || (members.find(pod) === undefined && !members.isReading());
    },
    look,
    poll: () => {
      look();
      refuseSilence();
      for (const members of all) {
        const late = members.neverReady(readyWithinMs);
        if (late !== undefined)
          throw new MusterError(
            'not-reachable',
            `${late.pod} runs and is not ready after ${String(readyWithinMs / 1000)} s; it says: ${late.words}; what its probe says: "${tool.spell(['describe', `pod/${late.pod}`, '-n', namespace])}"`,
          );
      }
      return pending.splice(0);
    },
    add: (lines) => void pending.push(...lines),
    until: async (holds, withinMs) => {
      for (const deadline = Date.now() + withinMs; ; await sleep(50)) {
        options.abort.throwIfAborted();
        look();
        refuseSilence();
        if (holds()) return true;
        if (Date.now() > deadline) return false;
      }
    },
    whyFewer: async (role, count) => {
      const { deployment, members } = opened[role] ?? {};
      const name = deployment?.name ?? '';
      const waiting = members?.present().find((pod) => !pod.isRunning && !pod.isEnding);
      const reason = waiting !== undefined ? `${waiting.name}: ${waiting.trouble ?? 'it does not start'}` : await replicaFailure(name);
      return new MusterError(
        'not-reachable',
        `only ${String(members?.running().length ?? 0)} of ${String(count)} pods of ${name} run after ${String(readyWithinMs / 1000)} s; ${reason}`,
      );
    },
    lastWords: (pod) => {
      look();
      return all.map((members) => members.lastWords(pod)).find((words) => words !== undefined) ?? 'it said nothing';
    },
    stop: () => {
      for (const members of all) members.stop();
    },
  };
}
