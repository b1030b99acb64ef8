import { converse } from '../processes.js';
import type { ClusterTool } from './tool.js';

/** How far a clock is from ours: its time less ours lies between the two, in ms. */
export interface ClockBounds {
  readonly aheadAtLeastMs: number;
  readonly aheadAtMostMs: number;
}

const questions = 8;
/** For a shell or Node.js to start in a container of little CPU, in ms. */
const startWithinMs = 8_000;
const answerWithinMs = 2_000;

/** Programs that answer each line with the time in ms, for images that have Node.js, and for those that have GNU date. */
const answerers = [
  ['node', '-e', `console.log('ready');process.stdin.on('data',()=>console.log(Date.now()))`],
  ['sh', '-c', 'echo ready; while read line; do date +%s%3N; done'],
] as const;

export const clockCommand = (pod: string, namespace: string, container: string, answerer: readonly string[] = answerers[0]): string[] => [
  'exec',
  '-i',
  '-n',
  namespace,
  pod,
  '-c',
  container,
  '--',
  ...answerer,
];

/**
 * Asks a pod for its time again and again over one `exec`, each answer bracketed by our own clock: every answer bounds the difference, and the tightest
 * bounds hold. Undefined when the pod cannot be asked (no right to exec, neither Node.js nor GNU date in its image). Pods of one node share its clock.
 */
export async function measureClock(
  tool: ClusterTool,
  pod: { readonly name: string; readonly namespace: string; readonly container: string },
): Promise<ClockBounds | undefined> {
  for (const answerer of answerers) {
    const talk = converse(tool.name, tool.argumentsOf(clockCommand(pod.name, pod.namespace, pod.container, answerer)), tool.env);
    try {
      if ((await talk.next(startWithinMs)) !== 'ready') continue;
      let [least, most] = [-Infinity, Infinity];
      for (let question = 0; question < questions; question++) {
        const before = Date.now();
        const theirs = Number(await talk.ask('?', answerWithinMs));
        const after = Date.now();
        if (!Number.isFinite(theirs) || theirs < 1e12) break;
        // Read at some time between the two, and cut to a whole ms on both sides.
        least = Math.max(least, theirs - after - 1);
        most = Math.min(most, theirs - before + 1);
      }
      if (Number.isFinite(least) && least <= most) return { aheadAtLeastMs: least, aheadAtMostMs: most };
    } finally {
      talk.end();
    }
  }
  return undefined;
}
