import type { History } from './history.js';
import { placeOf, type RecordExample } from './delivery.js';

/** Records that were set aside: accounted for, and neither lost nor processed. */
export interface DeadLetters {
  /** Distinct records. */
  readonly count: number;
  /** Letters beyond the first of a record: as after a crash between letter and commit. */
  readonly repeated: number;
  /** Most frequent reason first. */
  readonly byReason: readonly { readonly reason: string; readonly count: number }[];
  readonly to: { readonly topic: number; readonly file: number };
  /** Set aside by one member, and processed by one. */
  readonly alsoProcessed: readonly RecordExample[];
  readonly examples: readonly (RecordExample & { readonly reason: string })[];
  /** Where each of them lies, by `placeOf`. */
  readonly places: ReadonlySet<number>;
}

/** `note` is told of each record with an identity, and says whether it was processed as well. */
export function deadLettersOf(history: History, note: (producer: string, key: string, seq: number) => boolean): DeadLetters {
  const places = new Set<number>();
  const reasons = new Map<string, number>();
  const to = { topic: 0, file: 0 };
  const alsoProcessed: RecordExample[] = [];
  const examples: (RecordExample & { reason: string })[] = [];
  let repeated = 0;
  for (const line of history.dead) {
    const { partition, offset, key, seq, producer, t, member: pod, reason } = line;
    const place = placeOf(line);
    if (places.has(place)) {
      repeated += 1;
      continue;
    }
    places.add(place);
    to[line.to] += 1;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    const example = { partition, offset, key, seq: seq ?? -1, t, pod };
    examples.push({ ...example, reason });
    if (seq !== undefined && producer !== undefined && note(producer, key, seq)) alsoProcessed.push(example);
  }
  const byReason = [...reasons]
    .map(([reason, count]) => ({ reason, count }))
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
  return { count: places.size, repeated, byReason, to, alsoProcessed, examples, places };
}
