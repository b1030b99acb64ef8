import { join } from 'node:path';
import { at, isRecord, listAt, numberAt, textAt } from '../../constructs/model/resource.js';
import { followTool } from './follow-tool.js';
import type { ClusterTool } from './tool.js';

/** A pod as the API server last told of it; of its containers the one that is watched. */
export interface PodSeen {
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  /** `creationTimestamp`, ms since the epoch, whole seconds. */
  readonly createdAt: number;
  /** Somebody asked it to end. */
  readonly isEnding: boolean;
  readonly isReady: boolean;
  readonly container: string;
  /** Opaque; another one after each restart. Undefined before the first start. */
  readonly containerId: string | undefined;
  readonly image: string;
  readonly isRunning: boolean;
  /** When this container started, ms since the epoch, whole seconds. */
  readonly startedAt: number | undefined;
  readonly ends: readonly ContainerEnd[];
  /** Why it does not start: the waiting reason or what the scheduler says. */
  readonly trouble: string | undefined;
}
export interface ContainerEnd {
  readonly containerId: string;
  readonly exitCode: number;
  readonly reason: string;
}
export interface PodChange {
  readonly kind: 'seen' | 'gone';
  readonly pod: PodSeen;
}

export interface PodWatch {
  /** What changed since the last call. */
  poll(): PodChange[];
  /** Since when the API server has not answered, ms since the epoch; undefined while it does. */
  readonly silentSince: number | undefined;
  /** The last thing the watch said that was no pod. */
  readonly lastWords: string;
  stop(): void;
}

const restartMs = 500;

/**
 * Watches pods by `get pods --watch`, whose output goes to a file of the run; started again whenever it ends, for API servers end watches now and then.
 * @param container the container that matters. @default the first
 */
export function watchPods(tool: ClusterTool, runDir: string, selector: string, container?: string): PodWatch {
  const known = new Map<string, PodSeen>();
  let silentSince: number | undefined;
  let lastWords = '';
  /** Pods of this round: what a new watch does not list is gone. */
  let listed = new Set<string>();
  let roundStartedAt = 0;
  let relisted = true;
  const watch = followTool(tool, runDir, {
    what: `watch of ${selector}`,
    output: join(runDir, `watch-${String(Date.now())}-${selector.replace(/[^\w.-]/g, '_').slice(0, 80)}.log`),
    args: () => {
      roundStartedAt = Date.now();
      listed = new Set();
      relisted = known.size === 0;
      return ['get', 'pods', '-n', tool.namespace, '-l', selector, '--watch', '-o', 'json', '--output-watch-events'];
    },
    ended: () => {
      silentSince ??= Date.now();
      return { afterMs: restartMs };
    },
  });

  return {
    get silentSince() {
      return silentSince;
    },
    get lastWords() {
      return lastWords;
    },
    poll: () => {
      const changes: PodChange[] = [];
      for (const line of watch.read()) {
        const event = line.startsWith('{') ? parse(line) : undefined;
        const pod = event === undefined ? undefined : podOf(at(event, 'object'), container);
        if (pod === undefined) {
          if (line.trim() !== '') lastWords = line;
          continue;
        }
        silentSince = undefined;
        const isGone = textAt(event, 'type') === 'DELETED';
        if (isGone) known.delete(pod.uid);
        else known.set(pod.uid, pod);
        listed.add(pod.uid);
        changes.push({ kind: isGone ? 'gone' : 'seen', pod });
      }
      // A watch that was begun anew lists what is there first: the rest went meanwhile.
      if (!relisted && silentSince === undefined && Date.now() - roundStartedAt > 2_000) {
        relisted = true;
        for (const pod of known.values())
          if (!listed.has(pod.uid)) {
            known.delete(pod.uid);
            changes.push({ kind: 'gone', pod });
          }
      }
      return changes;
    },
    stop: watch.stop,
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

/** Reads a Pod; undefined for anything else. */
export function podOf(object: unknown, container?: string): PodSeen | undefined {
  if (!isRecord(object) || object['kind'] !== 'Pod') return undefined;
  const names = listAt(object, 'spec', 'containers').map((one) => textAt(one, 'name'));
  const name = container ?? names[0] ?? '';
  const status = listAt(object, 'status', 'containerStatuses').find((one) => textAt(one, 'name') === name);
  const conditions = listAt(object, 'status', 'conditions');
  const condition = (type: string): unknown => conditions.find((one) => textAt(one, 'type') === type);
  const scheduled = condition('PodScheduled');
  const waiting = at(status, 'state', 'waiting');
  const startedAt = Date.parse(textAt(status, 'state', 'running', 'startedAt') ?? '');
  const ends = [at(status, 'lastState', 'terminated'), at(status, 'state', 'terminated')].flatMap((end): ContainerEnd[] =>
    isRecord(end)
      ? [{ containerId: textAt(end, 'containerID') ?? '', exitCode: numberAt(end, 'exitCode') ?? -1, reason: textAt(end, 'reason') ?? '' }]
      : [],
  );
  const trouble = isRecord(waiting)
    ? [textAt(waiting, 'reason'), textAt(waiting, 'message')].filter((text) => text !== undefined).join(': ')
    : textAt(scheduled, 'status') === 'False'
      ? `${textAt(scheduled, 'reason') ?? 'not scheduled'}: ${textAt(scheduled, 'message') ?? ''}`
      : undefined;
  return {
    name: textAt(object, 'metadata', 'name') ?? '',
    uid: textAt(object, 'metadata', 'uid') ?? '',
    node: textAt(object, 'spec', 'nodeName') ?? '',
    createdAt: Date.parse(textAt(object, 'metadata', 'creationTimestamp') ?? ''),
    isEnding: textAt(object, 'metadata', 'deletionTimestamp') !== undefined,
    isReady: textAt(condition('Ready'), 'status') === 'True',
    container: name,
    containerId: textAt(status, 'containerID'),
    image: textAt(listAt(object, 'spec', 'containers')[names.indexOf(name)], 'image') ?? '',
    isRunning: isRecord(at(status, 'state', 'running')),
    startedAt: Number.isNaN(startedAt) ? undefined : startedAt,
    ends,
    trouble,
  };
}
