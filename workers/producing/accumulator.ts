import type { Outgoing } from './outgoing.js';

/** Records of one partition that leave together. */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly records: Outgoing[];
  bytes: number;
  /** Ms of `performance.now()`. */
  readonly createdAt: number;
}

export interface AccumulatorOptions {
  readonly lingerMs: number;
  readonly batchBytes: number;
  /** What a batch may grow to while the one before it is on its way. @default batchBytes */
  readonly requestBytes?: number | undefined;
  readonly bufferBytes: number;
  /**
   * Resolves when the fate of each record of the batch is known, with those that are to go to another partition, which `partition` says then;
   * does not reject.
   */
  readonly deliver: (batch: Batch) => Promise<readonly Outgoing[]>;
}

interface Lane {
  queue: Batch[];
  busy: boolean;
  timer?: NodeJS.Timeout | undefined;
}

export interface Accumulator {
  /** Takes a record, whatever the buffer holds: ask `hasRoom` first. */
  append(record: Outgoing): void;
  hasRoom(): boolean;
  usedBytes(): number;
  /** Resolves when there may be room again. */
  room(): Promise<void>;
  /** Sends without lingering; resolves when nothing is left. */
  flush(): Promise<void>;
  /** No batch of the topic is to be larger: the broker refuses what is. */
  limit(topic: string, bytes: number): void;
  /** What waits of a topic beyond its partitions goes to where `place` says; what is on its way is not touched. */
  shrink(topic: string, partitions: number, place: (record: Outgoing) => number): void;
  /** Takes out all that is not on its way. */
  drain(): Outgoing[];
}

/**
 * Collects records into batches, each of one partition, and sends at most one batch of a partition at a time: a retry then cannot
 * overtake. What comes meanwhile makes the next batch larger, as far as `requestBytes`.
 */
export function createAccumulator(options: AccumulatorOptions): Accumulator {
  const { lingerMs, batchBytes, bufferBytes, deliver } = options;
  const requestBytes = Math.max(batchBytes, options.requestBytes ?? batchBytes);
  const lanes = new Map<string, Lane[]>();
  const limits = new Map<string, number>();
  let used = 0;
  let flushes = 0;
  let waiting: (() => void)[] = [];

  const laneOf = (topic: string, partition: number): Lane => {
    let ofTopic = lanes.get(topic);
    if (ofTopic === undefined) lanes.set(topic, (ofTopic = []));
    return (ofTopic[partition] ??= { queue: [], busy: false });
  };
  const allLanes = (): Lane[] => [...lanes.values()].flat();

  const wake = (): void => {
    const woken = waiting;
    waiting = [];
    for (const one of woken) one();
  };

  const later = (lane: Lane, ms: number): void => {
    lane.timer ??= setTimeout(() => {
      lane.timer = undefined;
      pump(lane);
    }, ms);
  };

  const pump = (lane: Lane): void => {
    const head = lane.queue[0];
    if (lane.busy || head === undefined) return;
    const isFull = lane.queue.length > 1 || head.bytes >= batchBytes;
    const wait = isFull || flushes > 0 ? 0 : head.createdAt + lingerMs - performance.now();
    if (wait > 0) {
      later(lane, wait);
      return;
    }
    lane.queue.shift();
    lane.busy = true;
    void deliver(head).then((moved) => {
      lane.busy = false;
      used -= head.bytes;
      for (const record of moved) append(record);
      wake();
      pump(lane);
    });
  };

  const append = (record: Outgoing): void => {
    const lane = laneOf(record.topic, record.partition);
    const open = lane.queue.at(-1);
    const most = Math.min(lane.busy ? requestBytes : batchBytes, limits.get(record.topic) ?? Infinity);
    used += record.bytes;
    if (open !== undefined && open.bytes + record.bytes <= most) {
      open.records.push(record);
      open.bytes += record.bytes;
      if (open.bytes < batchBytes) return;
    } else {
      lane.queue.push({
        topic: record.topic,
        partition: record.partition,
        records: [record],
        bytes: record.bytes,
        createdAt: performance.now(),
      });
    }
    if (lane.busy) return;
    // Without linger a record still waits for those made in the same turn of the event loop.
    if (lingerMs === 0) later(lane, 0);
    else pump(lane);
  };

  const changed = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));

  return {
    append,
    hasRoom: () => used < bufferBytes,
    usedBytes: () => used,
    room: changed,
    async flush() {
      flushes += 1;
      for (const lane of allLanes()) {
        clearTimeout(lane.timer);
        lane.timer = undefined;
        pump(lane);
      }
      while (used > 0) await changed();
      flushes -= 1;
    },
    limit(topic, bytes) {
      limits.set(topic, Math.min(bytes, limits.get(topic) ?? Infinity));
    },
    shrink(topic, partitions, place) {
      // Partitions without records have left holes.
      for (const lane of (lanes.get(topic)?.splice(partitions) ?? []).flat())
        for (const batch of lane.queue.splice(0)) {
          used -= batch.bytes;
          for (const record of batch.records) {
            record.partition = place(record);
            append(record);
          }
        }
    },
    drain() {
      const batches = allLanes().flatMap((lane) => lane.queue.splice(0));
      for (const batch of batches) used -= batch.bytes;
      wake();
      return batches.flatMap((batch) => batch.records);
    },
  };
}
