/** What the lanes ask of who uses them. */
export interface LanesOptions<R> {
  readonly records: readonly R[];
  /** In work at a time. */
  readonly concurrency: number;
  /** Records of one lane follow each other; undefined: in no lane, so before and after any. */
  readonly laneOf: (record: R) => string | undefined;
  /** Before each record; false: begin none any more. */
  readonly mayBegin: () => boolean | Promise<boolean>;
  /** True: done. False: not now, and no later one of its lane either. */
  readonly work: (record: R, index: number) => boolean | Promise<boolean>;
  /** Told when the first `count` records are done, without a hole. */
  readonly onPrefix: (count: number) => void;
}

/**
 * Works on records of one partition, several at a time, never two of one lane, each lane in its order. Resolves when nothing is in work any
 * more, with the indexes that are done beyond the prefix. When `work` rejects, nothing new is begun, and this rejects when all have ended.
 */
export async function workInLanes<R>({ records, concurrency, laneOf, mayBegin, work, onPrefix }: LanesOptions<R>): Promise<number[]> {
  const isDone = new Array<boolean>(records.length).fill(false);
  let prefix = 0;
  /** Lanes with a record in work, and those behind it. */
  const waiting = new Map<string, number[]>();
  const stuck = new Set<string>();
  let inWork = 0;
  let failure: { error: unknown } | undefined;
  let wake: () => void = () => undefined;
  /** Records whose lane has become free, oldest first; they go before those not looked at yet, for they are older. */
  const ready: number[] = [];

  const ended = (index: number, lane: string | undefined, done: boolean): void => {
    isDone[index] = done;
    if (done && index === prefix) {
      while (prefix < records.length && isDone[prefix] === true) prefix += 1;
      onPrefix(prefix);
    }
    if (lane !== undefined) {
      if (!done) {
        stuck.add(lane);
        waiting.delete(lane);
        return;
      }
      const next = waiting.get(lane)?.shift();
      if (next === undefined) waiting.delete(lane);
      else ready.push(next);
    }
  };

  let next = 0;
  /** The next record that may be begun; undefined when each that is left waits for another. */
  const take = (): number | undefined => {
    const free = ready.shift();
    if (free !== undefined) return free;
    while (next < records.length) {
      const index = next;
      next += 1;
      const lane = laneOf(records[index] as R);
      if (lane === undefined) return index;
      if (stuck.has(lane)) continue;
      const behind = waiting.get(lane);
      if (behind === undefined) {
        waiting.set(lane, []);
        return index;
      }
      behind.push(index);
    }
    return undefined;
  };

  for (;;) {
    if (inWork < concurrency && failure === undefined) {
      const gate = mayBegin();
      if (!(typeof gate === 'boolean' ? gate : await gate)) break;
      const index = take();
      if (index !== undefined) {
        const record = records[index] as R;
        const lane = laneOf(record);
        const working = work(record, index);
        if (typeof working === 'boolean') {
          ended(index, lane, working);
          continue;
        }
        inWork += 1;
        working
          .then(
            (done) => {
              ended(index, lane, done);
            },
            (error: unknown) => {
              failure ??= { error };
              ended(index, lane, false);
            },
          )
          .finally(() => {
            inWork -= 1;
            wake();
          });
        continue;
      }
    }
    if (inWork === 0) break;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  while (inWork > 0)
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  if (failure !== undefined) throw failure.error;
  return isDone.flatMap((done, index) => (done && index >= prefix ? [index] : []));
}
