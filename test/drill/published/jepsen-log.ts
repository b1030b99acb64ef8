import type { LogLine } from '../../../scripts/drill/events.js';
import { acked, committed, failed, processed, run, sent, stranger } from '../histories.js';
import type { JepsenHistory, Read } from './jepsen.js';

/**
 * A history of Jepsen's as a log of ours. A key is a partition and a key; what a process sends to a key are its sequence numbers 0, 1, 2, …; a poll is
 * work on what it yields. Jepsen leaves open what lies above the highest offset read, since its run might have gone on; ours does go on: a last reader
 * drains it, which finds at each offset what was acknowledged there last.
 */
export function logOf({ ops, transactional }: JepsenHistory): LogLine[] {
  const keys = [...new Set(ops.flatMap((op) => [...(op.send ?? []), ...(op.poll ?? [])].map(([key]) => key)))];
  const partitionOf = (key: string): number => keys.indexOf(key);
  const next = new Map<string, number>();
  const identities = new Map<string, { seq: number; producer: string }>();
  const log = new Map<string, Map<number, string | number>>();
  const highest = new Map<string, number>();
  const lines: LogLine[] = [run({ partitions: keys.length, ...(transactional && { guarantee: 'exactly-once' }) })];
  let t = 0;

  const send = (process: number, type: string, key: string, value: string | number, offset: number | undefined): void => {
    const producer = `p${String(process)}/1`;
    const seq = next.get(`${producer} ${key}`) ?? 0;
    next.set(`${producer} ${key}`, seq + 1);
    identities.set(`${key} ${String(value)}`, { seq, producer });
    const at = { partition: partitionOf(key), key, producer };
    lines.push(sent(t, seq, at));
    if (type === 'ok' && offset !== undefined) {
      lines.push(acked(t, offset, seq, at));
      log.set(key, (log.get(key) ?? new Map<number, string | number>()).set(offset, value));
    }
    if (type !== 'ok') lines.push(failed(t, seq, type === 'fail' ? 'rejected' : 'indeterminate', at));
  };
  const read = (member: string, [key, offset, value]: Read): void => {
    t += 1;
    const identity = identities.get(`${key} ${String(value)}`);
    const partition = partitionOf(key);
    lines.push(
      identity === undefined
        ? stranger(t, member, offset, partition)
        : processed(t, member, offset, identity.seq, { partition, key, producer: identity.producer }),
    );
  };

  // Who was written when does not matter to these histories, only who wrote it: a poll may stand before the send it shows.
  for (const op of ops) for (const [key, value, offset] of op.send ?? []) send(op.process, op.type, key, value, offset);
  for (const op of ops) {
    for (const one of op.poll ?? []) {
      read(`c${String(op.process)}`, one);
      highest.set(one[0], Math.max(highest.get(one[0]) ?? -1, one[1]));
    }
    const last = op.poll?.at(-1);
    if (transactional && op.type === 'ok' && last !== undefined)
      lines.push(committed(t, `c${String(op.process)}`, last[1] + 1, partitionOf(last[0])));
  }
  for (const [key, records] of log) {
    for (const [offset, value] of [...records].sort(([a], [b]) => a - b)) {
      if (offset > (highest.get(key) ?? -1)) read('drain', [key, offset, value]);
    }
  }
  return lines;
}
