import { numberAt } from '../../../constructs/model/resource.js';
import { settingOf, type TopicView } from '../../../constructs/model/system.js';
import type { Side } from '../change.js';
import { indexOf, integer } from './workload-index.js';

/** What the producers among the manifests say they write. */
export interface Load {
  /** Records a second, over all replicas. */
  readonly rate: number;
  /** In the time asked for. */
  readonly records: number;
  readonly bytes: number;
}

/**
 * What a topic takes in `ms`, by the rates its producers declare; undefined where none does, or where it is kept for ever.
 * Producers that end after a number of records hold no rate.
 */
export function recordsIn(side: Side, topic: TopicView, ms: number): Load | undefined {
  if (ms < 0) return undefined;
  const writers = (indexOf(side).writers.get(topic.name) ?? []).filter(
    (worker) => worker.component === 'producer' && worker.topic?.name === topic.name && settingOf(worker, 'PRODUCER_RECORDS') === '0',
  );
  let rate = 0;
  let bytes = 0;
  for (const worker of writers) {
    const own = (integer(worker, 'PRODUCER_RATE') ?? 0) * (numberAt(worker.resource, 'spec', 'replicas') ?? 1);
    rate += own;
    bytes += own * (integer(worker, 'PRODUCER_RECORD_BYTES') ?? 0);
  }
  return rate === 0 ? undefined : { rate, records: (rate * ms) / 1000, bytes: (bytes * ms) / 1000 };
}
