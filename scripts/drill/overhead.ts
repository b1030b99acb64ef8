import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { DrillOverhead } from './events.js';

/** What the drill itself costs the machine on which it measures. */
export type Overhead = Pick<DrillOverhead, 'cpuMs' | 'wallMs' | 'lateP99Ms' | 'lateMaxMs'>;

/** A drill that came this much too late, in ms, to look or to act, says so: what the coordinator did meanwhile is known no better. */
const lateMs = 1_000;

const resolutionMs = 10;

/**
 * Measures this process from now until the returned function is called: its processor time, and by how much its turns came late. What workers write has their own time, so
 * that only faults and what the coordinator says can be late with the drill.
 */
export function watchOverhead(): () => Overhead {
  const began = performance.now();
  const cpu = process.cpuUsage();
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  return () => {
    delay.disable();
    const { user, system } = process.cpuUsage(cpu);
    // The histogram counts its own interval with the delay, in ns.
    const late = (ns: number): number => Math.max(0, Math.round(ns / 1e6 - resolutionMs));
    return {
      cpuMs: Math.round((user + system) / 1_000),
      wallMs: Math.round(performance.now() - began),
      lateP99Ms: late(delay.percentile(99)),
      lateMaxMs: late(delay.max),
    };
  };
}

/** The finding where the drill itself was held up. */
export function lateFinding(overhead: Pick<Overhead, 'lateMaxMs'> | null): string[] {
  return overhead === null || overhead.lateMaxMs <= lateMs
    ? []
    : [
        `the drill itself was held up for ${String(overhead.lateMaxMs)} ms once: faults and what the coordinator says may be as late; run it where the machine has less to do`,
      ];
}
