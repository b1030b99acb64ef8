import { setImmediate as yieldTurn, setTimeout as sleep } from 'node:timers/promises';
import { NotAMember, type FetchedBatch, type GroupWork, type Position, type Progress, type TopicPartition } from '../client-port.js';
import { causeOf } from '../errors.js';
import type { WriteEvidence } from '../evidence.js';
import type { Logger } from '../logging.js';
import type { CommitPolicy } from './commit-policy.js';
import type { ConsumerMetrics } from './consumer-metrics.js';
import { createPartition, nameOf, positionOf, type Partition } from './partition.js';

/** How a batch is worked on: in order, by key, or in transactions. */
export type Way = (
  batch: FetchedBatch,
  partition: Partition,
  turn: Parameters<GroupWork['process']>[1],
  commits: Commits,
) => Promise<Progress>;

/** What the work on a batch may do about offsets. */
export interface Commits {
  /** Commits what is done, of all partitions, while the batch goes on; ends the batch where the last commit failed. */
  commitWithin(): Promise<void>;
  /** Commits this offset of a partition, whatever is done. */
  commitFirst(partition: Partition, offset: string): Promise<void>;
  /** Ms of `Date.now()`. */
  lastCommit(): number;
  /** A transaction has committed this offset. */
  wasCommitted(partition: Partition, offset: string): void;
}

export interface GroupWorkOptions {
  readonly clientId: string;
  readonly policy: CommitPolicy;
  readonly way: Way;
  /** Commits for the member whose work this is. */
  readonly commit: (positions: readonly Position[]) => Promise<void>;
  /**
   * How long the work goes on beside a commit that is under way, in ms; default 5 000. The coordinator of a cooperative group answers when its rebalance is
   * over, and the partitions that stay must not stand still until then. After that the work waits: what cannot be committed would be done again by others.
   */
  readonly patienceMs?: number;
  /** The partition is not this member's any more. */
  readonly onGone: (partition: Partition) => void;
  readonly evidence: WriteEvidence | undefined;
  readonly metrics: ConsumerMetrics;
  readonly logger: Logger;
}

/** After a commit that failed, in ms; a batch that comes meanwhile is refused. */
const afterFailureMs = 1_000;
/** Between two looks at what waits to be committed. */
const clockMs = 50;
/** As much as the clock of auto.commit.interval.ms would leave uncommitted, and below the least session that brokers allow (6 s). */
const patience = 5_000;
/** A batch whose handler lets no clock run gives a commit this time, in ms, to be sent and answered. */
const answerMs = 100;

export interface RunningGroupWork extends GroupWork {
  /** Stops the clock of a policy that commits by the clock. */
  close(): void;
}

/**
 * The work of a member, whatever client fetches for it. Its promise: an offset is committed only when its record and all before it are done
 * and their evidence is written, unless the policy says otherwise; of a partition that is somebody else's, nothing is committed.
 */
export function createGroupWork(options: GroupWorkOptions): RunningGroupWork {
  const { clientId, policy, way, patienceMs = patience, evidence, metrics, logger } = options;
  const partitions = new Map<string, Partition>();
  let memberId = '';
  let lastCommit = 0;
  let committing: Promise<void> | undefined;
  /** Of the last commit beside the work; whoever brings the next batch is told before it is begun. */
  let failure: Error | undefined;
  let failedAt = -Infinity;

  const wasCommitted = (partition: Partition, offset: string): void => {
    partition.committed = offset;
    const { topic, partition: number } = partition;
    evidence?.({ evidence: 'committed', t: Date.now(), member: clientId, topic, partition: number, offset: Number(offset) });
  };

  const send = async (positions: readonly Position[]): Promise<void> => {
    if (positions.length === 0) return;
    await options.commit(positions);
    metrics.commit();
    for (const position of positions) {
      const partition = partitions.get(nameOf(position));
      if (partition !== undefined) wasCommitted(partition, position.offset);
    }
  };

  /** One commit at a time, or an older one could arrive last. */
  const inTurn = async (positions: () => readonly Position[]): Promise<void> => {
    while (committing !== undefined) await committing.catch(() => undefined);
    lastCommit = Date.now();
    committing = send(positions());
    try {
      await committing;
    } finally {
      committing = undefined;
    }
  };

  const uncommitted = (): Position[] =>
    [...partitions.values()].flatMap((partition) => {
      const position = positionOf(partition);
      return position === undefined || position.offset === partition.committed ? [] : [position];
    });
  const commit = (): Promise<void> => inTurn(uncommitted);

  /** Beside the work. */
  const begin = (): Promise<void> =>
    commit().then(
      () => {
        failure = undefined;
      },
      (error: unknown) => {
        failure = causeOf(error);
        failedAt = Date.now();
        logger.warn({ reason: failure.message }, 'commit failed');
      },
    );
  const isPatient = (): boolean => Date.now() - lastCommit < patienceMs;
  const throwFailure = (): void => {
    const why = failure;
    failure = undefined;
    if (why !== undefined) throw why;
  };

  const commits: Commits = {
    async commitWithin() {
      throwFailure();
      if (committing === undefined) await Promise.race([begin(), sleep(answerMs)]);
      else if (isPatient()) await yieldTurn();
      else await committing.catch(() => undefined);
      throwFailure();
    },
    commitFirst: ({ topic, partition }, offset) => inTurn(() => [{ topic, partition, offset }]),
    lastCommit: () => lastCommit,
    wasCommitted(partition, offset) {
      metrics.commit();
      wasCommitted(partition, offset);
    },
  };

  const commitIfDue = async (): Promise<void> => {
    if (Date.now() - lastCommit < policy.afterBatchMs) return;
    if (committing === undefined) void begin();
    else if (!isPatient()) await committing.catch(() => undefined);
  };

  /** For what is done and was not committed with its batch, for the commit before it was too recent. */
  const clock = setInterval(() => {
    const now = Date.now();
    if (committing !== undefined || partitions.size === 0 || now - lastCommit < policy.afterBatchMs || now - failedAt < afterFailureMs)
      return;
    for (const { status, inHand } of partitions.values())
      // A policy that does not commit within batches knows only whole ones.
      if (status !== 'ours' || (inHand !== undefined && policy.withinBatchMs === undefined)) return;
    if (uncommitted().length > 0) void commitIfDue();
  }, clockMs);

  const tell = (kind: 'revoked' | 'lost', gone: readonly Partition[]): void => {
    if (gone.length === 0) return;
    for (const partition of gone) {
      partition.status = 'gone';
      partitions.delete(nameOf(partition));
      if (kind === 'lost') partition.whenLost.abort();
      options.onGone(partition);
    }
    metrics.assigned([...partitions.values()]);
    const fields = { memberId, partitions: gone.map(nameOf) };
    if (kind === 'lost') logger.warn(fields, 'partitions lost');
    else logger.info(fields, 'partitions revoked');
    // In the evidence these two mean all of them.
    if (partitions.size === 0) evidence?.({ evidence: kind, t: Date.now(), member: clientId });
    else tellAssigned();
  };
  const known = (some: readonly TopicPartition[]): Partition[] => some.flatMap((one) => partitions.get(nameOf(one)) ?? []);

  const tellAssigned = (): void => {
    const topics = new Map<string, number[]>();
    for (const { topic, partition } of partitions.values()) topics.set(topic, [...(topics.get(topic) ?? []), partition]);
    evidence?.({
      evidence: 'assigned',
      t: Date.now(),
      member: clientId,
      memberId,
      partitions: [...topics].map(([topic, numbers]) => ({ topic, partitions: numbers.sort((a, b) => a - b) })),
    });
  };

  return {
    assigned(all, id) {
      memberId = id;
      lastCommit = Date.now();
      failure = undefined;
      const names = new Set(all.map(nameOf));
      const dropped = [...partitions.values()].filter((partition) => !names.has(nameOf(partition)));
      for (const partition of dropped) {
        partition.status = 'gone';
        partitions.delete(nameOf(partition));
        options.onGone(partition);
      }
      for (const one of all) if (!partitions.has(nameOf(one))) partitions.set(nameOf(one), createPartition(one, one.metadata));
      metrics.rebalance();
      metrics.assigned([...partitions.values()]);
      logger.info({ memberId, partitions: [...names] }, 'partitions assigned');
      tellAssigned();
    },
    async revoke(some) {
      const ending = known(some);
      for (const partition of ending) if (partition.status === 'ours') partition.status = 'ending';
      for (const { inHand } of ending) if (inHand !== undefined) await inHand;
      try {
        if (ending.some(({ status }) => status === 'ending')) await commit();
      } catch (error) {
        tell(error instanceof NotAMember ? 'lost' : 'revoked', known(some));
        throw error;
      }
      tell('revoked', known(some));
    },
    lost(some) {
      tell('lost', known(some));
    },
    async process(batch, turn) {
      const partition = partitions.get(nameOf(batch));
      if (partition?.status !== 'ours' || batch.records.length === 0) return { done: undefined };
      throwFailure();
      const before = partition.last;
      const working = way(batch, partition, turn, commits);
      partition.inHand = working.catch(() => undefined);
      try {
        const progress = await working;
        countDone(batch, progress.done);
        if (partitions.has(nameOf(batch)) && partition.last !== before) await commitIfDue();
        return progress;
      } finally {
        partition.inHand = undefined;
      }
    },
    close() {
      clearInterval(clock);
    },
  };

  function countDone(batch: FetchedBatch, done: string | undefined): void {
    if (done === undefined) return;
    const { records, highWatermark } = batch;
    // The last one mostly; a batch that was left is looked through from its end.
    let count = records.length;
    while (count > 0 && records[count - 1]?.offset !== done) count -= 1;
    const last = BigInt(done);
    const lag = highWatermark === undefined ? undefined : Math.max(0, Number(BigInt(highWatermark) - last - 1n));
    metrics.consumed(batch, count, lag);
  }
}
