import { readFileSync } from 'node:fs';

/** What a process used while it was watched; null where the system does not say (it has no /proc). */
export interface Usage {
  readonly cpuSeconds: number | null;
  readonly maxRssBytes: number | null;
}

const sampleMs = 100;
/** Linux counts a process's time in hundredths of a second, whatever the machine. */
const ticksPerSecond = 100;

/** Samples a process until `stop`; what it used after the last sample, at most 100 ms, is not seen. */
export function watchUsage(pid: number): { stop(): Usage } {
  let cpuSeconds: number | null = null;
  let maxRssBytes: number | null = null;
  const first = cpuOf(pid);
  const sample = (): void => {
    const cpu = cpuOf(pid);
    if (cpu !== undefined && first !== undefined) cpuSeconds = cpu - first;
    const rss = rssOf(pid);
    if (rss !== undefined) maxRssBytes = Math.max(maxRssBytes ?? 0, rss);
  };
  sample();
  const timer = setInterval(sample, sampleMs);
  return {
    stop() {
      clearInterval(timer);
      return { cpuSeconds, maxRssBytes };
    },
  };
}

/** Seconds of processor time, own and the system's. */
export function cpuOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return undefined;
  }
}

function rssOf(pid: number): number | undefined {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}
