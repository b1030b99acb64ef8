import { parseEvidence } from '../../../workers/ledger.js';
import { followLog, type LogFollower } from '../../cluster/log-follower.js';
import { watchPods, type PodSeen, type PodWatch } from '../../cluster/pod-watch.js';
import type { ClusterTool } from '../../cluster/tool.js';
import { lastWordsIn } from '../last-words.js';
import type { LogLine } from '../events.js';
import type { WorkerRole } from '../backend.js';

/** One life of a worker: a container from its start to its end. A pod whose container is restarted in place has several. */
interface Life {
  pod: PodSeen;
  readonly id: string;
  readonly follower: LogFollower | undefined;
  readonly seenAt: number;
  /** When we gave the command that made it, ms since the epoch; undefined when that cannot be told for sure. */
  readonly madeAfter: number | undefined;
  wasReady: boolean;
  isOver: 'no' | 'ended' | 'replaced';
  end: { readonly code: number | null; readonly signal: string | null; readonly reason: string } | undefined;
  endTold: boolean;
  firstStamp: number | undefined;
  /** Largest difference of a line's own time and the time at which it came here, ms. */
  aheadAtLeast: number;
}

/** The pods of one Deployment while a drill runs: who is there, what each wrote, how each ended. */
export interface Members {
  /** What happened since the last call: evidence, pods that started and ended. */
  poll(): LogLine[];
  /** Pods that run and were not asked to end, the oldest first. */
  running(): PodSeen[];
  /** Pods of which anything is left. */
  present(): PodSeen[];
  find(name: string): PodSeen | undefined;
  /** The log of a container that has ended is still being read. */
  isReading(): boolean;
  /** The drill ends it: its next end is no accident. */
  ask(pod: string): void;
  /** From now on new pods are the effect of a command given at this time; undefined: of nothing known. */
  madeAfter(t: number | undefined): void;
  /** A pod that runs and has never been ready for this long, ms; with what it says. */
  neverReady(forMs: number): { readonly pod: string; readonly words: string } | undefined;
  /** Undefined for a pod that said nothing, or is of another Deployment. */
  lastWords(pod: string): string | undefined;
  /** Every pod that lived, with the node it was on and what its lines tell of its clock. */
  clocks(): { readonly pod: string; readonly node: string; readonly aheadAtLeastMs: number; readonly aheadAtMostMs: number | undefined }[];
  readonly silentSince: number | undefined;
  stop(): void;
}

const wordsKept = 20;

/** @param readLogs false for strangers, whose logs hold no evidence */
export function followMembers(
  tool: ClusterTool,
  runDir: string,
  role: WorkerRole,
  { selector, container, readLogs }: { readonly selector: string; readonly container: string; readonly readLogs: boolean },
): Members {
  const watch: PodWatch = watchPods(tool, runDir, selector, container);
  const lives = new Map<string, Life>();
  /** By uid: pods that are not gone. */
  const pods = new Map<string, PodSeen>();
  const words = new Map<string, string[]>();
  const asked = new Set<string>();
  let pending: LogLine[] = [];
  let madeAfter: number | undefined;

  const livesOf = (uid: string): Life[] => [...lives.values()].filter(({ pod }) => pod.uid === uid);

  function see(pod: PodSeen): void {
    pods.set(pod.uid, pod);
    for (const life of livesOf(pod.uid)) {
      life.pod = pod;
      const end = pod.ends.find(({ containerId }) => containerId === life.id);
      if (end !== undefined && life.end === undefined) life.end = endOf(end);
      if (life.end !== undefined && life.isOver === 'no') life.isOver = 'ended';
      if (pod.containerId !== life.id && pod.isRunning) life.isOver = 'replaced';
    }
    const id = pod.containerId;
    if (id === undefined || lives.has(id) || !(pod.isRunning || pod.ends.some((end) => end.containerId === id))) return;
    // The end of the life before is told first: it is the same pod.
    tellEnds(true);
    const life: Life = {
      pod,
      id,
      seenAt: Date.now(),
      madeAfter,
      follower: readLogs
        ? followLog(tool, runDir, { name: pod.name, container: pod.container, life: id }, () => lives.get(id)?.isOver ?? 'no')
        : undefined,
      wasReady: false,
      isOver: 'no',
      end: undefined,
      endTold: false,
      firstStamp: undefined,
      aheadAtLeast: -Infinity,
    };
    lives.set(id, life);
    pending.push({ t: Date.now(), event: 'pod', pod: pod.name, role, state: 'started' });
  }

  /** A pod that is gone for the API server may live on: a force delete asks nobody. Its end is that of its log. */
  function tellEnds(now: boolean): void {
    for (const life of lives.values()) {
      if (life.endTold || life.isOver === 'no') continue;
      const logEnded = life.follower === undefined || life.follower.endedAt !== undefined;
      if (!logEnded && !(now && life.end !== undefined)) continue;
      life.endTold = true;
      const isAsked = asked.delete(life.pod.name) || life.pod.isEnding;
      pending.push({
        t: life.follower?.endedAt ?? Date.now(),
        event: 'pod',
        pod: life.pod.name,
        role,
        state: 'exited',
        code: life.end?.code ?? null,
        signal: life.end === undefined && isAsked ? 'SIGTERM' : (life.end?.signal ?? null),
        ...(isAsked ? { asked: true } : {}),
      });
      if (life.end?.reason === 'OOMKilled') remember(life.pod.name, 'killed for want of memory (OOMKilled)');
    }
  }

  function remember(pod: string, text: string): void {
    words.set(pod, [...(words.get(pod) ?? []).slice(1 - wordsKept), text]);
  }

  function readLogsOf(life: Life): void {
    for (const { stampedAt, text } of life.follower?.poll() ?? []) {
      life.firstStamp ??= stampedAt;
      life.aheadAtLeast = Math.max(life.aheadAtLeast, stampedAt - Date.now());
      const evidence = parseEvidence(text);
      if (evidence !== undefined) pending.push(evidence);
      else remember(life.pod.name, text);
    }
  }

  return {
    get silentSince() {
      return watch.silentSince;
    },
    poll: () => {
      for (const { kind, pod } of watch.poll()) {
        if (kind === 'seen') see(pod);
        else {
          see({ ...pod, isEnding: true });
          pods.delete(pod.uid);
          for (const life of livesOf(pod.uid)) if (life.isOver === 'no') life.isOver = 'ended';
        }
      }
      for (const life of lives.values()) {
        readLogsOf(life);
        if (life.pod.isReady && life.pod.containerId === life.id) life.wasReady = true;
      }
      tellEnds(false);
      const lines = pending;
      pending = [];
      return lines;
    },
    running: () =>
      [...pods.values()]
        .filter((pod) => pod.isRunning && !pod.isEnding)
        .sort((a, b) => (a.startedAt ?? a.createdAt) - (b.startedAt ?? b.createdAt) || seenAt(a) - seenAt(b)),
    present: () => [...pods.values()],
    find: (name) => [...pods.values()].find((pod) => pod.name === name),
    isReading: () =>
      [...lives.values()].some(({ isOver, follower }) => isOver !== 'no' && follower !== undefined && follower.endedAt === undefined),
    ask: (pod) => void asked.add(pod),
    madeAfter: (t) => {
      madeAfter = t;
    },
    neverReady: (forMs) => {
      const late = [...lives.values()].find(
        ({ pod, id, wasReady, isOver, seenAt: at }) =>
          isOver === 'no' && !wasReady && pod.isRunning && !pod.isEnding && pod.containerId === id && Date.now() - at > forMs,
      );
      return late === undefined ? undefined : { pod: late.pod.name, words: lastWordsIn(words.get(late.pod.name) ?? []) };
    },
    lastWords: (pod) => {
      const said = words.get(pod);
      return said === undefined ? undefined : lastWordsIn(said);
    },
    clocks: () =>
      [...lives.values()].map(({ pod, aheadAtLeast, firstStamp, madeAfter: after }) => ({
        pod: pod.name,
        node: pod.node,
        aheadAtLeastMs: aheadAtLeast,
        aheadAtMostMs: firstStamp === undefined || after === undefined ? undefined : firstStamp - after,
      })),
    stop: () => {
      watch.stop();
      for (const { follower } of lives.values()) follower?.stop();
    },
  };

  function seenAt(pod: PodSeen): number {
    return lives.get(pod.containerId ?? '')?.seenAt ?? 0;
  }
}

const signals: Readonly<Record<number, string>> = { 130: 'SIGINT', 134: 'SIGABRT', 137: 'SIGKILL', 139: 'SIGSEGV', 143: 'SIGTERM' };

/** A container that a signal ended has its number and 128 for an exit code. */
function endOf({ exitCode, reason }: { exitCode: number; reason: string }): NonNullable<Life['end']> {
  const signal = signals[exitCode];
  return { code: signal === undefined ? exitCode : null, signal: signal ?? null, reason };
}
