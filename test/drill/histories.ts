import type { DrillEvent, LogLine, RunStarted } from '../../scripts/drill/events.js';
import type { Acked, Processed } from '../../workers/ledger.js';

/** Small histories by hand: one topic, times in ms from 0, one producer unless told otherwise. */
export const topic = 'orders.created';

export function run(given: Partial<RunStarted> = {}): RunStarted {
  return {
    t: 0,
    event: 'run',
    schemaVersion: 1,
    scenario: 'by-hand',
    backend: 'local',
    environment: 'k3s',
    topic,
    partitions: 1,
    group: 'inventory-service',
    client: 'kafkajs',
    protocol: 'eager',
    sessionTimeoutMs: 10_000,
    heartbeatIntervalMs: 3_000,
    fetchMaxWaitMs: 250,
    rate: 100,
    keys: 1,
    workMs: 2,
    commit: 'manual',
    notes: [],
    ...given,
  };
}

interface Place {
  readonly partition?: number;
  readonly key?: string;
  readonly producer?: string;
  readonly topic?: string;
}

const identity = (seq: number, at: Place) => ({
  topic: at.topic ?? topic,
  partition: at.partition ?? 0,
  key: at.key ?? 'k',
  producer: at.producer ?? 'p/1',
  seq,
});

export function sent(t: number, seq: number, at: Place = {}): LogLine {
  return { t, member: 'producer', evidence: 'sent', ...identity(seq, at) };
}
export function acked(t: number, offset: number, seq: number, at: Place = {}): Acked {
  return { t, member: 'producer', evidence: 'acked', offset, ...identity(seq, at) };
}
export function failed(t: number, seq: number, outcome: 'rejected' | 'indeterminate', at: Place = {}): LogLine {
  return { t, member: 'producer', evidence: 'failed', outcome, reason: 'timeout', ...identity(seq, at) };
}
export function processed(t: number, member: string, offset: number, seq: number, at: Place = {}): Processed {
  return { t, member, evidence: 'processed', offset, ...identity(seq, at) };
}
/** A record of a stranger: it carries no sequence. */
export function stranger(t: number, member: string, offset: number, partition = 0): LogLine {
  return { t, member, evidence: 'processed', topic, partition, offset, key: 'k' };
}
export function committed(t: number, member: string, offset: number, partition = 0): LogLine {
  return { t, member, evidence: 'committed', topic, partition, offset };
}
export function assigned(t: number, member: string, partitions: readonly number[]): LogLine {
  return { t, member, evidence: 'assigned', memberId: `${member}-id`, partitions: [{ topic, partitions }] };
}
export function revoked(t: number, member: string): LogLine {
  return { t, member, evidence: 'revoked' };
}
export function group(t: number, state: string, members: Readonly<Record<string, readonly number[]>>): LogLine {
  const listed = Object.entries(members).map(([clientId, partitions]) => ({ memberId: `${clientId}-id`, clientId, partitions }));
  return { t, event: 'group', state, members: listed };
}
export function kill(t: number, pod: string, kind: 'sigkill' | 'sigterm' = 'sigkill'): LogLine {
  return { t, event: 'fault', kind, pod, replaced: false };
}

/** The drill's own events, in every kind of log line. */
export function isEvent(line: LogLine): line is DrillEvent {
  return 'event' in line;
}
