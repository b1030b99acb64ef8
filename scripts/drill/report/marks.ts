import type { FaultInjected, FaultKind } from '../events.js';
import { endOf, isEnding } from '../history.js';
import type { Scene } from './cast.js';

/** Something that was done to the system, as the pictures show it: a line, and where it lasted a band. */
export interface Mark {
  readonly at: number;
  readonly until?: number;
  readonly label: string;
  /** A fault is drawn as an alarm; a change was asked for. */
  readonly kind: 'fault' | 'change';
  /** The pod whose bars it ends. */
  readonly pod?: string;
}

/** Of faults and changes, in order of time; the end of a fault is that of its band. */
export function marksOf(scene: Scene): Mark[] {
  const { faults, changes, stepsEnd } = scene.history;
  const marks = faults
    .filter(({ kind }) => !isEnding(kind))
    .map((fault): Mark => {
      const until = lasts(fault.kind) ? (endOf(scene.history, fault) ?? stepsEnd) : undefined;
      return { at: fault.t, label: labelOf(scene, fault), kind: 'fault', pod: fault.pod, ...(until !== undefined && { until }) };
    });
  for (const change of changes) {
    if (change.kind === 'group-started') continue;
    const started = changes.find((one) => one.kind === 'group-started' && one.t >= change.t);
    const label = { partitions: 'partitions', offsets: 'offsets', rollout: 'rollout', 'group-stopped': 'group stopped' }[change.kind];
    const detail = change.kind === 'group-stopped' ? '' : ` ${change.detail}`;
    const until = change.kind === 'group-stopped' ? (started?.t ?? stepsEnd) : undefined;
    marks.push({ at: change.t, label: `${label}${detail}`, kind: 'change', ...(until !== undefined && { until }) });
  }
  return marks.sort((a, b) => a.at - b.at);
}

/** What it is, as a person calls it. */
export function faultName(kind: FaultKind): string {
  const names: Readonly<Record<FaultKind, string>> = {
    sigkill: 'SIGKILL',
    sigterm: 'SIGTERM',
    'force-delete': 'force delete',
    freeze: 'freeze',
    thaw: 'thaw',
    'producer-sigkill': 'SIGKILL of the producer',
    'broker-sigkill': 'SIGKILL of a broker',
    'broker-start': 'start of a broker',
    'broker-freeze': 'freeze of a broker',
    'broker-thaw': 'thaw of a broker',
  };
  // A log of a later version may name another.
  return (names as Readonly<Record<string, string>>)[kind] ?? kind;
}

const lasts = (kind: FaultKind): boolean => kind === 'freeze' || kind === 'broker-freeze' || kind === 'broker-sigkill';

function labelOf(scene: Scene, fault: FaultInjected): string {
  if (fault.kind === 'producer-sigkill') return 'producer killed';
  if (fault.broker !== undefined) return `broker ${String(fault.broker)} ${fault.kind === 'broker-freeze' ? 'frozen' : 'killed'}`;
  return `${fault.kind === 'freeze' ? 'frozen' : faultName(fault.kind)} ${scene.cast.get(fault.pod)?.letter ?? fault.pod}`;
}
