import { join } from 'node:path';
import { followTool } from './follow-tool.js';
import type { ClusterTool } from './tool.js';

/** A line of a container's log. */
export interface StampedLine {
  /** When the node's container runtime had read it, by the node's clock, ms since the epoch. */
  readonly stampedAt: number;
  readonly text: string;
}

export interface LogFollower {
  /** Lines that came since the last call; none is told twice. */
  poll(): StampedLine[];
  /** When the log ended, by our clock, ms since the epoch; undefined while it is followed. */
  readonly endedAt: number | undefined;
  stop(): void;
}

const againMs = 300;
/** A container's end is told later than its log ends: only after this long is a log that ended one that was cut off. */
const newsMs = 3_000;
/** So often is a log asked for again whose container has ended: the pod object may be gone, and its log with it. */
const triesAtMost = 4;

/**
 * Follows the log of one life of a container by `logs --follow`, into a file of the run: the log goes with the pod, what was read of it stays. A
 * connection that breaks is made again, and goes on behind the last line.
 * @param isOver whether this container is known to have ended; when another one runs in its place its log is the previous one
 */
export function followLog(
  tool: ClusterTool,
  runDir: string,
  pod: { readonly name: string; readonly container: string; readonly life: string },
  isOver: () => 'no' | 'ended' | 'replaced',
): LogFollower {
  let last = '';
  let zone = 'Z';
  let endedAt: number | undefined;
  let tries = 0;
  /** Whether all lines up to the last one known may come again. */
  let again = false;
  const log = followTool(tool, runDir, {
    what: `log of ${pod.name}`,
    output: join(runDir, `log-${pod.name}-${pod.life.slice(-12)}.log`),
    args: () => {
      again = last !== '';
      return [
        'logs',
        '-n',
        tool.namespace,
        pod.name,
        '-c',
        pod.container,
        '--timestamps',
        ...(isOver() === 'replaced' ? ['--previous'] : ['--follow']),
        ...(last === '' ? [] : [`--since-time=${last.slice(0, 19)}${zone}`]),
      ];
    },
    ended: (code) => {
      const at = Date.now();
      return {
        afterMs: code !== 0 ? againMs * (tries + 1) : isOver() === 'no' ? newsMs : 0,
        // A stream that ends in order while the container runs was cut off, by a restart of the API server for example.
        isOver: () => {
          if (isOver() === 'no') return false;
          tries += 1;
          if (code !== 0 && tries <= triesAtMost) return false;
          endedAt = at;
          return true;
        },
      };
    },
  });
  return {
    get endedAt() {
      return endedAt;
    },
    poll: () => {
      const lines: StampedLine[] = [];
      for (const line of log.read()) {
        const stamp = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+)(Z|[+-]\d\d:\d\d) /.exec(line);
        if (stamp === null) {
          lines.push({ stampedAt: Date.now(), text: line });
          continue;
        }
        const [prefix, at = '', offset = 'Z'] = stamp;
        if (again && at <= last) continue;
        again = false;
        last = at;
        zone = offset;
        tries = 0;
        lines.push({ stampedAt: Date.parse(`${at.slice(0, 23)}${offset}`), text: line.slice(prefix.length) });
      }
      return lines;
    },
    stop: log.stop,
  };
}
