import type { LogLine } from '../drill/events.js';

/** Ms from the acknowledgement of each record to its first processing; of clocks of one machine. */
export function handOverMs(events: readonly LogLine[]): number[] {
  const acked = new Map<string, number>();
  for (const line of events) if ('evidence' in line && line.evidence === 'acked') acked.set(placeOf(line), line.t);
  const seen = new Set<string>();
  const took: number[] = [];
  for (const line of events) {
    if (!('evidence' in line) || line.evidence !== 'processed') continue;
    const place = placeOf(line);
    const from = acked.get(place);
    if (from === undefined || seen.has(place)) continue;
    seen.add(place);
    took.push(Math.max(0, line.t - from));
  }
  return took;
}

const placeOf = (line: { topic: string; partition: number; offset: number }): string =>
  `${line.topic}/${String(line.partition)}/${String(line.offset)}`;

/** Records processed a second in each step, over its last two thirds: the first third is the change. */
export function stepRates(events: readonly LogLine[]): { readonly members: number; readonly perSecond: number }[] {
  const steps = events.flatMap((line) => ('event' in line && line.event === 'step' ? [line] : []));
  const end = events.find((line) => 'event' in line && line.event === 'end-of-steps')?.t ?? events.at(-1)?.t ?? 0;
  const times = events.flatMap((line) => ('evidence' in line && line.evidence === 'processed' ? [line.t] : []));
  return steps.map((step, index) => {
    const to = steps[index + 1]?.t ?? end;
    const from = step.t + (to - step.t) / 3;
    const count = times.filter((t) => t >= from && t < to).length;
    return { members: step.members, perSecond: to > from ? (count * 1_000) / (to - from) : 0 };
  });
}
