import type { LogLine, RunStarted } from './events.js';

/** One lane with the part of the log that is about it: its verdict is that of a log which holds nothing else. */
export interface LaneLog {
  readonly lane: string | undefined;
  readonly events: readonly LogLine[];
}

/**
 * The lanes of a log, in the order of their `run` lines; one, with the whole log, where no line names a lane. Steps, faults of brokers, commands and
 * the end are everybody's. Of pods, and of what members wrote, each lane has its own; of producers, what went to its topic.
 */
export function laneLogs(events: readonly LogLine[]): LaneLog[] {
  const runs = events.filter((line): line is RunStarted => 'event' in line && line.event === 'run');
  const named = runs.filter((run) => run.lane !== undefined);
  if (named.length === 0) return [{ lane: undefined, events }];
  const lanes = new Map<string, string>();
  for (const line of events) {
    if ('event' in line && line.event === 'pod' && line.lane !== undefined) lanes.set(line.pod, line.lane);
  }
  return named.map((run) => ({ lane: run.lane, events: events.filter((line) => isOf(line, run, lanes)) }));
}

/** What nobody claims is everybody's: a lane's verdict then says that it does not fit. */
function isOf(line: LogLine, run: RunStarted, lanes: ReadonlyMap<string, string>): boolean {
  const isMine = (pod: string): boolean => (lanes.get(pod) ?? run.lane) === run.lane;
  if ('evidence' in line) {
    switch (line.evidence) {
      case 'sent':
      case 'acked':
      case 'failed':
        return line.topic === (run.source ?? run.topic);
      case 'processed':
      case 'dead':
      case 'committed':
        return line.topic === run.topic && isMine(line.member);
      case 'assigned':
      case 'revoked':
      case 'lost':
      case 'stopped':
        return isMine(line.member);
    }
  }
  switch (line.event) {
    case 'run':
      return line.lane === run.lane;
    case 'fault':
      // A broker is nobody's own; the producers of another lane may be those that load this one.
      return line.broker !== undefined || line.kind.startsWith('broker-') || isMine(line.pod) || feeds(line.kind, run);
    case 'clock':
      return isMine(line.pod);
    case 'pod':
    case 'change':
    case 'leaders':
    case 'prediction':
    case 'group':
    case 'offsets':
      return line.lane === undefined || line.lane === run.lane;
    case 'step':
    case 'end-of-steps':
    case 'command':
    case 'end':
    case 'overhead':
      return true;
  }
}

const feeds = (kind: string, run: RunStarted): boolean => kind === 'producer-sigkill' && run.source !== undefined;
