import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { backOff } from '../backoff.js';
import type { CommitPolicy } from '../consuming/commit-policy.js';
import type { ConsumerMetrics } from '../consuming/consumer-metrics.js';
import { causeOf } from '../errors.js';
import type { WriteEvidence } from '../evidence.js';
import type { RecordHandler } from '../consuming/handler.js';
import { metadataMaxAgeMs } from './kafka.js';
import { fetchedIn, findCoordinator, isCoordinatorGone, roundRobinWith, type Group } from './corrections.js';
import type { Logger } from '../logging.js';
import { isEviction, isRebalance, mustRejoin } from './membership-errors.js';
import { after, createPositions } from '../consuming/positions.js';
import { identityOf } from '../consuming/record-identity.js';

export interface MemberOptions {
  readonly kafka: Kafka;
  readonly clientId: string;
  readonly groupId: string;
  readonly topic: string;
  readonly offsetReset: 'earliest' | 'latest';
  /** Ms. */
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly maxPollIntervalMs: number;
  readonly fetchMaxWaitMs: number;
  readonly handler: RecordHandler;
  readonly commitPolicy: CommitPolicy;
  readonly evidence: WriteEvidence | undefined;
  readonly metrics: ConsumerMetrics;
  readonly logger: Logger;
  /** kafkajs has given up for good; the process must end. */
  readonly onCrash: (error: Error) => void;
}

export interface Member {
  /** Tries until it has joined, or is stopped. */
  start(): Promise<void>;
  /** Ends between two records, commits, leaves the group. */
  stop(): Promise<void>;
  /** Why this member is not to be trusted any more; undefined while it makes progress, whatever its lag, and in a rebalance. */
  problem(): string | undefined;
  hasJoined(): boolean;
}

/** Records that count as one poll, Java's max.poll.records: the clock of max.poll.interval.ms starts anew after as many. */
const maxPollRecords = 500;
/** A poll that took longer, in ms, lets the other partitions have their turn before the rest of the batch. */
const fairTurnMs = 1_000;

/**
 * One member of a consumer group on kafkajs. Its promise: a record's offset is committed only after its handler has finished and its
 * evidence is written; a batch is left between two records when the group changes or the process stops, and the rest of it is not counted as
 * done; a member that is out of the group does not work on.
 */
export function createMember(options: MemberOptions): Member {
  const { clientId, topic, handler, commitPolicy, evidence, metrics, logger, sessionTimeoutMs, heartbeatIntervalMs, maxPollIntervalMs } =
    options;
  const positions = createPositions();
  let group: Group | undefined;
  let phase: 'starting' | 'joining' | 'joined' | 'stopping' = 'starting';
  let generation = 0;
  let owns = false;
  let isStartKnown = true;
  let memberId = '';
  /** Why the batch in hand must end after its record. */
  let interruption: { readonly isEviction: boolean; readonly error?: Error } | undefined;
  let batchInHand: Promise<void> | undefined;
  let join: Promise<void> | undefined;
  let endOfJoin: () => void = () => undefined;
  let pollStarted = 0;
  let lastContact = Date.now();
  let lastSign = performance.now();
  let lastCommit = 0;
  let committing: Promise<void> | undefined;
  let isBeating = false;

  const say = (kind: 'revoked' | 'lost'): void => {
    owns = false;
    positions.clear();
    metrics.assigned([]);
    logger[kind === 'lost' ? 'warn' : 'info']({ memberId }, kind === 'lost' ? 'partitions lost' : 'partitions revoked');
    evidence?.({ evidence: kind, t: Date.now(), member: clientId });
  };

  const interrupt = (error: Error): void => {
    interruption ??= { isEviction: isEviction(error), error };
    // Said at once, also from the timer while a handler still runs: from here on the partitions are somebody else's.
    if (interruption.isEviction && owns) say('lost');
  };

  const sendCommit = async (offsets: { partition: number; offset: string }[]): Promise<void> => {
    if (group === undefined || offsets.length === 0) return;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await group.commitOffsets({ topics: [{ topic, partitions: offsets }] });
        break;
      } catch (error) {
        // Work that cannot be committed must not pile up: this waits for a coordinator, as long as the member has a right to commit.
        if (!isCoordinatorGone(error) || interruption?.isEviction === true) throw error;
        logger.warn({ reason: causeOf(error).message, attempt }, 'commit failed, trying again');
        await backOff(attempt);
        await findCoordinator(group).catch(() => undefined);
      }
    }
    lastContact = Date.now();
    metrics.commit();
    for (const { partition, offset } of offsets) {
      positions.committed(partition, offset);
      evidence?.({ evidence: 'committed', t: Date.now(), member: clientId, topic, partition, offset: Number(offset) });
    }
  };

  /** Commits what is finished. One commit at a time, or an older one could arrive last. */
  const commit = async (): Promise<void> => {
    while (committing !== undefined) await committing.catch(() => undefined);
    lastCommit = Date.now();
    committing = sendCommit(positions.uncommitted());
    try {
      await committing;
    } finally {
      committing = undefined;
    }
  };

  /** Before a record after a long silence: the session may be over, and the partition another's. */
  const confirmMembership = async (): Promise<void> => {
    for (let attempt = 0; interruption === undefined && phase === 'joined'; attempt += 1) {
      try {
        await group?.heartbeat({ interval: 0 });
        if (Date.now() - lastContact <= sessionTimeoutMs) return;
        logger.warn('the coordinator is silent, and the session is over: not working on until it answers');
      } catch (error) {
        if (isEviction(error) || isRebalance(error)) interrupt(causeOf(error));
        else logger.warn({ reason: causeOf(error).message }, 'heartbeat failed, trying again');
      }
      if (interruption === undefined) await backOff(attempt);
    }
  };

  const mustEnd = (): boolean => interruption !== undefined || phase !== 'joined';

  const work = async ({ batch, resolveOffset }: EachBatchPayload): Promise<void> => {
    const { partition, messages } = batch;
    const highWatermark = Number(batch.highWatermark);
    let finished: string | undefined;
    let count = 0;
    try {
      if (commitPolicy.beforeBatch !== undefined)
        await commitPolicy.beforeBatch((of, offset) => sendCommit([{ partition: of, offset }]), partition, after(batch.lastOffset()));
      let firstOfPoll = 0;
      pollStarted = Date.now();
      for (const [i, message] of messages.entries()) {
        const now = Date.now();
        if (now - lastContact > sessionTimeoutMs) await confirmMembership();
        if (mustEnd()) break;
        if (i - firstOfPoll === maxPollRecords) {
          if (now - pollStarted > fairTurnMs) break;
          firstOfPoll = i;
          pollStarted = now;
        }
        const done = handler(message, topic, partition);
        if (done !== undefined) await done;
        evidence?.({
          evidence: 'processed',
          t: Date.now(),
          member: clientId,
          topic,
          partition,
          offset: Number(message.offset),
          ...identityOf(message),
        });
        finished = message.offset;
        count += 1;
        if (!owns) break;
        positions.finished(partition, message.offset);
        if (commitPolicy.withinBatchMs !== undefined && now - lastCommit >= commitPolicy.withinBatchMs && interruption === undefined)
          await commit();
      }
    } finally {
      lastSign = performance.now();
      if (finished !== undefined) {
        metrics.consumed(partition, count, Math.max(0, highWatermark - Number(finished) - 1));
        if (owns) resolveOffset(finished);
      }
    }
    if (owns && (phase === 'stopping' || interruption !== undefined || Date.now() - lastCommit >= commitPolicy.afterBatchMs))
      await commit();
  };

  const eachBatch = async (payload: EachBatchPayload): Promise<void> => {
    // Not ours any more, or left for after the rebalance: nothing of it is resolved, so it is fetched again by whoever owns it then.
    if (mustEnd() || !owns || fetchedIn(payload.batch) !== generation) return;
    let endOfBatch: () => void = () => undefined;
    batchInHand = new Promise((resolve) => {
      endOfBatch = resolve;
    });
    try {
      await work(payload);
    } catch (error) {
      const cause = causeOf(error);
      if (!isEviction(cause) && !isRebalance(cause)) {
        logger.error({ err: cause, partition: payload.batch.partition }, 'the batch ended early; what is not done of it is fetched again');
        throw error;
      }
      interrupt(cause);
    } finally {
      batchInHand = undefined;
      endOfBatch();
    }
    // kafkajs then joins again, under the same member id or a new one, as the error says.
    if (interruption?.error !== undefined && phase === 'joined') throw interruption.error;
  };

  /** Heartbeats while a handler works, for kafkajs has no timer of its own; and max.poll.interval.ms, which it lacks. */
  const tick = async (): Promise<void> => {
    if (batchInHand === undefined || group === undefined || interruption !== undefined || isBeating) return;
    isBeating = true;
    try {
      if (phase === 'joined' && Date.now() - pollStarted > maxPollIntervalMs) {
        const message = `the work since the last poll took longer than the ${maxPollIntervalMs} ms of CONSUMER_MAX_POLL_INTERVAL_MS: leaving the group until it is done; make the work quicker or the interval longer`;
        logger.warn({ memberId }, message);
        interrupt(mustRejoin(message));
        await group.leave();
      } else await group.heartbeat({ interval: heartbeatIntervalMs });
    } catch (error) {
      if (isEviction(error) || isRebalance(error)) interrupt(causeOf(error));
      else logger.warn({ reason: causeOf(error).message }, 'heartbeat failed, trying again');
    } finally {
      isBeating = false;
    }
  };

  /** The clock of a policy that commits by the clock, while no batch comes. */
  const commitWhileIdle = (): void => {
    if (commitPolicy.afterBatchMs === 0 || !owns || batchInHand !== undefined || committing !== undefined || phase !== 'joined') return;
    if (Date.now() - lastCommit < commitPolicy.afterBatchMs) return;
    commit().catch((error: unknown) => {
      logger.warn({ reason: causeOf(error).message }, 'commit failed; the group will say why at the next heartbeat');
    });
  };

  const beforeJoin = async (joining: Group): Promise<boolean> => {
    group = joining;
    if (owns && interruption === undefined) interruption = { isEviction: joining.memberId === null };
    await batchInHand;
    if (owns && joining.memberId !== null && interruption?.isEviction !== true) {
      try {
        await commit();
      } catch (error) {
        if (isEviction(error)) say('lost');
        else logger.warn({ reason: causeOf(error).message }, 'could not commit before the rebalance: what was not committed is done again');
      }
    }
    if (owns) say(joining.memberId === null ? 'lost' : 'revoked');
    if (phase === 'stopping') return false;
    generation += 1;
    interruption = undefined;
    phase = 'joining';
    join ??= new Promise((resolve) => {
      endOfJoin = resolve;
    });
    return true;
  };

  const consumer: Consumer = options.kafka.consumer({
    groupId: options.groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: heartbeatIntervalMs,
    // As Java: whoever works may take as long as a poll may, before a rebalance goes on without it.
    rebalanceTimeout: maxPollIntervalMs,
    maxWaitTimeInMs: options.fetchMaxWaitMs,
    allowAutoTopicCreation: false,
    metadataMaxAge: metadataMaxAgeMs,
    partitionAssigners: [roundRobinWith({ beforeJoin, generation: () => generation })],
    // kafkajs counts retries over the life of the member, not in a row: any bound would end it some day, and a restart leaves the group.
    retry: { retries: Number.MAX_SAFE_INTEGER, initialRetryTime: 100, maxRetryTime: 1_000 },
  });
  const { events } = consumer;
  const sign = (): void => {
    lastSign = performance.now();
  };

  consumer.on(events.GROUP_JOIN, ({ payload }) => {
    sign();
    lastContact = Date.now();
    lastCommit = Date.now();
    memberId = payload.memberId;
    generation += 1;
    interruption = undefined;
    owns = true;
    isStartKnown = false;
    if (phase !== 'stopping') phase = 'joined';
    const partitions = [...(payload.memberAssignment[topic] ?? [])].sort((a, b) => a - b);
    metrics.rebalance();
    metrics.assigned(partitions);
    logger.info({ memberId, partitions, tookMs: payload.duration, isLeader: payload.isLeader }, 'partitions assigned');
    evidence?.({
      evidence: 'assigned',
      t: Date.now(),
      member: clientId,
      memberId,
      partitions: partitions.length > 0 ? [{ topic, partitions }] : [],
    });
    join = undefined;
    endOfJoin();
  });
  consumer.on(events.HEARTBEAT, () => {
    sign();
    lastContact = Date.now();
    metrics.heartbeat();
  });
  consumer.on(events.FETCH_START, sign);
  consumer.on(events.FETCH, () => {
    sign();
    metrics.fetch();
    if (isStartKnown || !owns) return;
    isStartKnown = true;
    const start = group?.offsetManager?.committedOffsets()[topic];
    if (start !== undefined && Object.keys(start).length > 0) logger.info({ offsets: { ...start } }, 'starting offsets');
  });
  consumer.on(events.CRASH, ({ payload }) => {
    sign();
    if (!payload.restart) options.onCrash(causeOf(payload.error));
    else logger.warn({ reason: causeOf(payload.error).message }, 'kafkajs starts its consumer anew');
  });

  const timers = [
    setInterval(() => void tick(), Math.max(10, Math.floor(Math.min(heartbeatIntervalMs, maxPollIntervalMs) / 4))),
    setInterval(commitWhileIdle, 100),
  ];

  // An answer may take the request timeout of 30 s; a join takes as long as the slowest member may work.
  const silenceMs = 30_000 + 2 * sessionTimeoutMs + options.fetchMaxWaitMs;

  return {
    async start() {
      for (let attempt = 0; phase === 'starting'; attempt += 1) {
        try {
          await consumer.connect();
          await consumer.subscribe({ topic, fromBeginning: options.offsetReset === 'earliest' });
          break;
        } catch (error) {
          sign();
          logger.warn({ topic, reason: causeOf(error).message }, 'cannot subscribe yet, trying again');
          await backOff(attempt);
        }
      }
      if (phase !== 'starting') return;
      await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: 1, eachBatch });
    },
    async stop() {
      phase = 'stopping';
      await join;
      await batchInHand;
      for (const timer of timers) clearInterval(timer);
      // Whatever fails, the rest is still tried: a member that leaves without its commit costs a repetition, one that stays costs a session.
      let failure: unknown;
      const attempt = async (step: () => Promise<void>): Promise<void> => {
        await step().catch((error: unknown) => {
          failure ??= error;
        });
      };
      if (owns) await attempt(commit);
      const leaving = group;
      // By us and not by kafkajs, which waits for its fetch first, and swallows the error.
      if (leaving !== undefined && leaving.memberId !== null) await attempt(() => leaving.leave());
      if (owns) say('revoked');
      evidence?.({ evidence: 'stopped', t: Date.now(), member: clientId, left: (leaving?.memberId ?? null) === null });
      await Promise.race([consumer.disconnect(), sleep(2_000)]);
      if (failure !== undefined) throw failure;
    },
    problem() {
      // A handler that never ends; the group has gone on without it, and other fetches may still come and go.
      const working = Date.now() - pollStarted;
      if (batchInHand !== undefined && working > maxPollIntervalMs + silenceMs) return `the handler has not ended for ${working} ms`;
      const silent = performance.now() - lastSign;
      const allowed = phase === 'joining' ? silenceMs + maxPollIntervalMs : silenceMs;
      return silent > allowed ? `no fetch, heartbeat or finished batch for ${Math.round(silent)} ms` : undefined;
    },
    hasJoined: () => phase === 'joined' || (phase === 'joining' && memberId !== ''),
  };
}
