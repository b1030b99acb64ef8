import type { RecordId } from '../ledger.js';

/** One record on its way: what goes to the broker, and who it is. */
export interface Outgoing {
  readonly id: RecordId;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Ms since the epoch. */
  readonly timestamp: number;
  /** What it costs of batch and buffer. */
  readonly bytes: number;
}

/** Records of one partition that leave together. */
export interface Batch {
  readonly partition: number;
  readonly records: Outgoing[];
  bytes: number;
  /** Ms of `performance.now()`. */
  readonly createdAt: number;
}

export interface AccumulatorOptions {
  readonly lingerMs: number;
  readonly batchBytes: number;
  readonly bufferBytes: number;
  /** Resolves when the fate of each record of the batch is known; does not reject. */
  readonly deliver: (batch: Batch) => Promise<void>;
}

interface Lane {
  readonly queue: Batch[];
  busy: boolean;
  timer?: NodeJS.Timeout | undefined;
}

export interface Accumulator {
  /** Takes a record, whatever the buffer holds: ask `hasRoom` first. */
  append(record: Outgoing): void;
  hasRoom(): boolean;
  usedBytes(): number;
  /** Resolves when there is room again. */
  room(): Promise<void>;
  /** Sends without lingering from now on; resolves when nothing is left. */
  flush(): Promise<void>;
}

/**
 * Collects records into batches, each of one partition, and sends at most one batch of a partition at a time: a retry then cannot
 * overtake, and kafkajs is never given a send that spans brokers, of which it may lose a part without a word.
 */
export function createAccumulator({ lingerMs, batchBytes, bufferBytes, deliver }: AccumulatorOptions): Accumulator {
  const lanes = new Map<number, Lane>();
  let used = 0;
  let flushing = false;
  let waiting: (() => void)[] = [];

  const laneOf = (partition: number): Lane => {
    const known = lanes.get(partition);
    if (known !== undefined) return known;
    const lane: Lane = { queue: [], busy: false };
    lanes.set(partition, lane);
    return lane;
  };

  const pump = (lane: Lane): void => {
    const head = lane.queue[0];
    if (lane.busy || head === undefined) return;
    const isFull = lane.queue.length > 1 || head.bytes >= batchBytes;
    const wait = isFull || flushing ? 0 : head.createdAt + lingerMs - performance.now();
    if (wait > 0) {
      lane.timer ??= setTimeout(() => {
        lane.timer = undefined;
        pump(lane);
      }, wait);
      return;
    }
    lane.queue.shift();
    lane.busy = true;
    void deliver(head).then(() => {
      lane.busy = false;
      used -= head.bytes;
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
      pump(lane);
    });
  };

  const changed = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));

  return {
    append(record) {
      const lane = laneOf(record.id.partition);
      const open = lane.queue.at(-1);
      if (open !== undefined && open.bytes + record.bytes <= batchBytes) {
        open.records.push(record);
        open.bytes += record.bytes;
      } else {
        lane.queue.push({ partition: record.id.partition, records: [record], bytes: record.bytes, createdAt: performance.now() });
      }
      used += record.bytes;
      // Without linger a record still waits for those made in the same turn of the event loop.
      if (lingerMs === 0 && !lane.busy && lane.timer === undefined) {
        lane.timer = setTimeout(() => {
          lane.timer = undefined;
          pump(lane);
        }, 0);
      } else if (lingerMs > 0) pump(lane);
    },
    hasRoom: () => used < bufferBytes,
    usedBytes: () => used,
    room: changed,
    async flush() {
      flushing = true;
      for (const lane of lanes.values()) {
        clearTimeout(lane.timer);
        lane.timer = undefined;
        pump(lane);
      }
      while (used > 0) await changed();
    },
  };
}
