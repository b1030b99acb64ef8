import type { Scene } from './cast.js';
import { all, el, hatching, short, textWidth, ticks } from './svg.js';
import { memberColour } from './theme.js';
import { since, type Picture } from './timeline.js';

const rowHeight = 24;
const barHeight = 14;
const top = 8;

interface Led {
  readonly from: number;
  readonly to: number;
  /** -1: nobody. */
  readonly leader: number;
  readonly inSync: number;
}

/** Who led each partition, on the axis of the timeline; a thin red line below where replicas were missing, hatched where nobody led. */
export function leadersPicture(scene: Scene, width: number): Picture {
  const narrow = width < 600;
  const left = narrow ? 22 : 76;
  const right = narrow ? 4 : 10;
  const x = (t: number): number => left + ((t - scene.from) / (scene.to - scene.from)) * (width - left - right);
  const { leaders, run } = scene.history;
  const partitions = [...new Set(leaders.flatMap((seen) => seen.partitions.map(({ partition }) => partition)))].sort((a, b) => a - b);
  const brokers = [...new Set(leaders.flatMap((seen) => seen.partitions.flatMap(({ leader, isr }) => [leader, ...isr])))]
    .filter((id) => id >= 0)
    .sort((a, b) => a - b);
  const replicas = run?.replicationFactor ?? Math.max(0, ...leaders.flatMap((seen) => seen.partitions.map(({ isr }) => isr.length)));
  const bottom = top + partitions.length * rowHeight;
  const hatchId = `leaderless-${short(width)}`;
  const rows = partitions.map((partition, row) => {
    const y = top + row * rowHeight;
    return all([
      el('text', { x: narrow ? 4 : 0, y: y + 11, class: 's' }, narrow ? String(partition) : `partition ${String(partition)}`),
      ...ledOf(scene, partition).map((led) => {
        const wide = Math.max(0.8, x(led.to) - x(led.from));
        const colour = memberColour(brokers.indexOf(led.leader));
        const label = `broker ${String(led.leader)}`;
        const shown = [label, String(led.leader)].find((one) => textWidth(one, 11) + 6 < wide);
        return all([
          el(
            'rect',
            { x: x(led.from), y, width: wide, height: barHeight, rx: 2, fill: led.leader < 0 ? `url(#${hatchId})` : colour.fill },
            el(
              'title',
              {},
              `partition ${String(partition)}: ${led.leader < 0 ? 'no leader' : label}, ${String(led.inSync)} in sync, ${since(scene, led.from)} to ${since(scene, led.to)}`,
            ),
          ),
          led.leader < 0 || shown === undefined
            ? undefined
            : el('text', { x: x(led.from) + 5, y: y + 11, style: `fill:${colour.ink};font-size:11px;pointer-events:none` }, shown),
          led.inSync >= replicas ? undefined : el('line', { x1: x(led.from), x2: x(led.to), y1: y + 17, y2: y + 17, class: 'kill' }),
        ]);
      }),
    ]);
  });
  const body = all([
    hatching(hatchId),
    ...ticks((scene.to - scene.from) / 1_000, narrow ? 6 : 14).map((second) => {
      const at = x(scene.from + second * 1_000);
      return all([
        el('line', { x1: at, x2: at, y1: top - 4, y2: bottom, class: 'grid' }),
        el('text', { x: at, y: bottom + 14, class: 'xs', 'text-anchor': 'middle' }, `${short(second)} s`),
      ]);
    }),
    ...rows,
  ]);
  return { body, height: bottom + 22 };
}

function ledOf(scene: Scene, partition: number): Led[] {
  const spans: { from: number; to: number; leader: number; inSync: number }[] = [];
  for (const seen of scene.history.leaders) {
    const one = seen.partitions.find((other) => other.partition === partition);
    if (one === undefined) continue;
    const last = spans.at(-1);
    if (last !== undefined) last.to = seen.t;
    if (last?.leader !== one.leader || last.inSync !== one.isr.length)
      spans.push({ from: seen.t, to: scene.to, leader: one.leader, inSync: one.isr.length });
    else last.to = scene.to;
  }
  return spans;
}
