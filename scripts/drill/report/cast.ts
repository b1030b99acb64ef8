import type { LogLine } from '../events.js';
import { historyOf, type History } from '../history.js';
import { ownedSpans, type OwnedSpan } from '../ownership.js';
import { memberColour, memberLetter, type MemberColour } from './theme.js';

/** A member as the pictures show it. */
export interface Role {
  readonly pod: string;
  readonly letter: string;
  readonly colour: MemberColour;
  /** When it was killed, if it was. */
  readonly killedAt: number | undefined;
}

/** What every picture of a run is drawn from. */
export interface Scene {
  readonly history: History;
  readonly partitions: number;
  readonly spans: readonly OwnedSpan[];
  readonly cast: ReadonlyMap<string, Role>;
  /** The axis begins here … */
  readonly from: number;
  /** … and ends here. */
  readonly to: number;
}

/** @param axis where the axis begins and ends, in ms since the epoch. @default with the log; lanes share that of the whole */
export function sceneOf(events: readonly LogLine[], axis?: { readonly from: number; readonly to: number }): Scene {
  const history = historyOf(events);
  const spans = ownedSpans(history);
  const partitions = Math.max(
    history.run?.partitions ?? 0,
    ...history.changes.map((change) => change.partitions ?? 0),
    ...spans.map((span) => span.partition + 1),
    0,
  );
  return {
    history,
    partitions,
    spans,
    cast: castOf(history),
    from: axis?.from ?? history.from,
    to: axis?.to ?? Math.max(history.to, history.from + 1),
  };
}

/** Members by the order in which their pods were started; of pods nobody saw start, in which they were first seen. */
function castOf(history: History): Map<string, Role> {
  const started = new Map<string, number>();
  for (const pod of history.pods)
    if (pod.role === 'consumer' && pod.state === 'started' && !started.has(pod.pod)) started.set(pod.pod, pod.t);
  const joined = new Map<string, number>();
  const note = (pod: string, t: number): void => {
    if (!joined.has(pod)) joined.set(pod, started.get(pod) ?? t);
  };
  for (const line of history.ownership) if (line.evidence === 'assigned') note(line.member, line.t);
  for (const line of history.processed) note(line.member, line.t);
  for (const group of history.groups) for (const member of group.members) note(member.clientId, group.t);
  return new Map(
    [...joined]
      .sort(([a, at], [b, bt]) => at - bt || a.localeCompare(b, 'en', { numeric: true }))
      .map(([pod], index) => {
        const killedAt = history.faults.find((fault) => fault.kind === 'sigkill' && fault.pod === pod)?.t;
        return [pod, { pod, letter: memberLetter(index), colour: memberColour(index), killedAt }];
      }),
  );
}
