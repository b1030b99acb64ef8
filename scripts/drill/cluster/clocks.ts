import { clockCommand, measureClock, type ClockBounds } from '../../cluster/clock.js';
import type { ClusterTool } from '../../cluster/tool.js';
import type { ClockMeasured } from '../events.js';
import type { Members } from './members.js';

/**
 * How far the clock of every pod that lived is from ours. A node has one clock for all of its pods: one of them is asked. Where none can be asked, the lines
 * themselves bound it: none was written after it came here, nor before the command that made its pod.
 */
export async function measureClocks(
  tool: ClusterTool,
  all: readonly Members[],
  noted: (command: string) => void,
): Promise<ClockMeasured[]> {
  const byNode = new Map<string, ClockBounds>();
  const running = all.flatMap((members) => members.running());
  for (const { node, name, container } of running) {
    if (byNode.has(node)) continue;
    noted(tool.spell(clockCommand(name, tool.namespace, container)));
    const bounds = await measureClock(tool, { name, namespace: tool.namespace, container });
    if (bounds !== undefined) byNode.set(node, bounds);
  }
  const lived = all.flatMap((members) => members.clocks());
  for (const node of new Set(lived.map((life) => life.node))) {
    if (byNode.has(node)) continue;
    const here = lived.filter((life) => life.node === node);
    const aheadAtLeastMs = Math.max(...here.map((life) => life.aheadAtLeastMs));
    const aheadAtMostMs = Math.min(...here.map((life) => life.aheadAtMostMs ?? Infinity));
    if (Number.isFinite(aheadAtLeastMs) && Number.isFinite(aheadAtMostMs)) byNode.set(node, { aheadAtLeastMs, aheadAtMostMs });
  }
  const t = Date.now();
  return [...new Map(lived.map(({ pod, node }) => [pod, node]))].flatMap(([pod, node]): ClockMeasured[] => {
    const bounds = byNode.get(node);
    return bounds === undefined ? [] : [{ t, event: 'clock', pod, ...bounds }];
  });
}
