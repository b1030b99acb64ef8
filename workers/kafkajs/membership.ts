import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { backOff } from '../backoff.js';
import {
  NotAMember,
  type ClientError,
  type Membership,
  type MembershipOptions,
  type Position,
  type TopicPartition,
  type Turn,
} from '../client-port.js';
import { causeOf } from '../errors.js';
import { clientErrorOf } from './client-error.js';
import { fetchedIn, findCoordinator, isCoordinatorGone, roundRobinWith, type Group } from './corrections.js';
import { metadataMaxAgeMs } from './kafka.js';
import './fetch-answer.js';
import { isEviction, isRebalance, mustRejoin } from './membership-errors.js';

/** Records that count as one poll, Java's max.poll.records: the clock of max.poll.interval.ms starts anew after as many. */
const maxPollRecords = 500;
/** A batch worked on for longer, in ms, is left for a while where the member has other partitions, which have their turn before the rest of it. */
const fairTurnMs = 1_000;

/**
 * One member of a consumer group on kafkajs. It sees to it that a batch is left between two records when the group changes or the process
 * stops, that the work in hand is committed before, and that a member that is out of the group does not work on.
 */
export function createMembership(kafka: Kafka, options: MembershipOptions): Membership {
  const { topics, work, events: tell, logger, sessionTimeoutMs, heartbeatIntervalMs, maxPollIntervalMs } = options;
  let group: Group | undefined;
  let phase: 'starting' | 'joining' | 'joined' | 'stopping' = 'starting';
  let generation = 0;
  let owned: readonly TopicPartition[] = [];
  let owns = false;
  let memberId = '';
  /** Why the batch in hand must end after its record. */
  let interruption: { readonly isEviction: boolean; readonly error?: Error } | undefined;
  let batchInHand: Promise<void> | undefined;
  let join: Promise<void> | undefined;
  let endOfJoin: () => void = () => undefined;
  let joined: { readonly duration: number; readonly isLeader: boolean } | undefined;
  let pollStarted = 0;
  let lastContact = Date.now();
  let lastSign = performance.now();
  let isBeating = false;
  let isOver = false;
  /** While the member stops: when, in ms of `Date.now()`, it waits for its coordinator no longer. */
  let stopBy = Infinity;
  const resting = new Map<NodeJS.Timeout, () => void>();

  const fatal = (error: Error): void => {
    if (isOver) return;
    isOver = true;
    options.onFatal(error);
  };
  /** True when Kafka refuses us, and the process ends for it. */
  const isRefused = (error: unknown): boolean => {
    const known = clientErrorOf(error);
    if (known.kind === 'configuration') fatal(known);
    return known.kind === 'configuration';
  };

  const lose = (): void => {
    if (!owns) return;
    owns = false;
    work.lost(owned);
  };

  const interrupt = (error: Error): void => {
    interruption ??= { isEviction: isEviction(error), error };
    // Said at once, also from the timer while a handler still runs: from here on the partitions are somebody else's.
    if (isEviction(error)) lose();
  };

  const commit = async (positions: readonly Position[]): Promise<void> => {
    if (positions.length === 0) return;
    const offsets = { topics: byTopic(positions) };
    for (let attempt = 1; ; attempt += 1) {
      if (group === undefined || interruption?.isEviction === true) throw new NotAMember('the group has gone on without this member');
      try {
        await inTime(group.commitOffsets(offsets));
        lastContact = Date.now();
        return;
      } catch (error) {
        if (isEviction(error) || isRebalance(error)) {
          interrupt(causeOf(error));
          throw new NotAMember(causeOf(error).message, { cause: error });
        }
        isRefused(error);
        // Work that cannot be committed must not pile up: this waits for a coordinator, as long as the member has a right to commit.
        if (!isCoordinatorGone(error) || Date.now() >= stopBy) throw clientErrorOf(error);
        logger.warn({ reason: causeOf(error).message, attempt }, 'commit failed, trying again');
        await backOff(attempt);
        await inTime(findCoordinator(group)).catch(() => undefined);
      }
    }
  };

  /** While the member stops, an answer that does not come must not take the time of what is still to be done. */
  const inTime = async <T>(asked: Promise<T>): Promise<T> => {
    let giveUp: () => void = () => undefined;
    const late = new Promise<never>((_, reject) => {
      giveUp = () => {
        reject(coordinatorSilent());
      };
    });
    if (Date.now() >= stopBy) giveUp();
    waiting.add(giveUp);
    asked.catch(() => undefined);
    try {
      return await Promise.race([asked, late]);
    } finally {
      waiting.delete(giveUp);
    }
  };
  const waiting = new Set<() => void>();
  let stopTimer: NodeJS.Timeout | undefined;
  const stopWithin = (ms: number): void => {
    stopBy = Date.now() + ms;
    clearTimeout(stopTimer);
    stopTimer = setTimeout(() => {
      for (const giveUp of waiting) giveUp();
    }, ms);
  };

  const committed = async (partitions: readonly TopicPartition[]): Promise<Position[]> => {
    if (group?.offsetManager === undefined || group.offsetManager === null || partitions.length === 0) return [];
    const coordinator = await group.offsetManager.getCoordinator();
    const { responses } = await coordinator.offsetFetch({
      groupId: options.groupId,
      topics: byTopic(partitions.map(({ topic, partition }) => ({ topic, partition }))),
    });
    return responses.flatMap(({ topic, partitions: found }) =>
      found
        .filter(({ offset }) => offset !== '-1')
        .map(({ partition, offset, metadata }) => ({ topic, partition, offset, metadata: metadata ?? undefined })),
    );
  };

  /** Before a record after a long silence: the session may be over, and the partition another's. */
  const confirm = async (): Promise<void> => {
    for (let attempt = 0; interruption === undefined && phase === 'joined'; attempt += 1) {
      try {
        await group?.heartbeat({ interval: 0 });
        if (Date.now() - lastContact <= sessionTimeoutMs) return;
        logger.warn('the coordinator is silent, and the session is over: not working on until it answers');
      } catch (error) {
        if (isEviction(error) || isRebalance(error)) interrupt(causeOf(error));
        else if (!isRefused(error)) logger.warn({ reason: causeOf(error).message }, 'heartbeat failed, trying again');
      }
      if (interruption === undefined) await backOff(attempt);
    }
  };

  const mustEnd = (): boolean => interruption !== undefined || phase !== 'joined';

  const takeTurn = (): Turn => {
    let records = 0;
    let isOthersTurn = false;
    const began = Date.now();
    pollStarted = began;
    return {
      mustEnd: () => isOthersTurn || mustEnd(),
      beforeRecord(count = 1) {
        const now = Date.now();
        records += count;
        if (owned.length > 1 && now - began > fairTurnMs) isOthersTurn = true;
        if (records > maxPollRecords) {
          records = count;
          pollStarted = now;
        }
        return now - lastContact > sessionTimeoutMs ? confirm() : undefined;
      },
    };
  };

  const rest = ({ topic, partition }: TopicPartition, ms: number, resume: () => void): void => {
    logger.debug({ topic, partition, ms }, 'the partition rests');
    const timer = setTimeout(() => {
      resting.delete(timer);
      resume();
    }, ms);
    resting.set(timer, resume);
  };
  const endRests = (): void => {
    for (const [timer, resume] of resting) {
      clearTimeout(timer);
      resume();
    }
    resting.clear();
  };

  const eachBatch = async ({ batch, resolveOffset, pause }: EachBatchPayload): Promise<void> => {
    // Not ours any more, or left for after the rebalance: nothing of it is resolved, so it is fetched again by whoever owns it then.
    if (mustEnd() || !owns || fetchedIn(batch) !== generation) return;
    let endOfBatch: () => void = () => undefined;
    batchInHand = new Promise((resolve) => {
      endOfBatch = resolve;
    });
    const { topic, partition, messages: records, highWatermark } = batch;
    try {
      const next = String(BigInt(batch.lastOffset()) + 1n);
      const { done, restMs = 0 } = await work.process({ topic, partition, records, highWatermark, next }, takeTurn());
      if (owns && done !== undefined) resolveOffset(done);
      if (owns && restMs > 0) rest(batch, restMs, pause());
    } catch (error) {
      if (!(error instanceof NotAMember)) {
        logger.error({ err: error, topic, partition }, 'the batch ended early; what is not done of it is fetched again');
        throw error;
      }
    } finally {
      lastSign = performance.now();
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
      else if (!isRefused(error)) logger.warn({ reason: causeOf(error).message }, 'heartbeat failed, trying again');
    } finally {
      isBeating = false;
    }
  };

  const beforeJoin = async (joining: Group): Promise<boolean> => {
    group = joining;
    if (owns && interruption === undefined) interruption = { isEviction: joining.memberId === null };
    await batchInHand;
    if (joining.memberId === null || interruption?.isEviction === true) lose();
    else if (owns) {
      await work.revoke(owned).catch((error: unknown) => {
        logger.warn({ reason: causeOf(error).message }, 'could not commit before the rebalance: what was not committed is done again');
      });
      owns = false;
    }
    if (phase === 'stopping') return false;
    endRests();
    generation += 1;
    interruption = undefined;
    phase = 'joining';
    join ??= new Promise((resolve) => {
      endOfJoin = resolve;
    });
    return true;
  };

  const afterJoin = async (of: Group): Promise<void> => {
    const partitions = of
      .assigned()
      .flatMap(({ topic, partitions: numbers }) => numbers.map((partition) => ({ topic, partition })))
      .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
    const positions = await startingPositions(partitions);
    generation += 1;
    interruption = undefined;
    owned = partitions;
    owns = true;
    if (phase !== 'stopping') phase = 'joined';
    const at = new Map(positions.map((position) => [`${position.topic}/${String(position.partition)}`, position]));
    work.assigned(
      partitions.map(({ topic, partition }) => ({ topic, partition, metadata: at.get(`${topic}/${String(partition)}`)?.metadata })),
      memberId,
    );
    logger.debug({ memberId, tookMs: joined?.duration, isLeader: joined?.isLeader }, 'joined');
    if (partitions.length > 0) {
      const offsets = partitions.map(({ topic, partition }) => {
        const name = `${topic}/${String(partition)}`;
        return [name, at.get(name)?.offset ?? options.offsetReset];
      });
      logger.info({ offsets: Object.fromEntries(offsets) as Record<string, string> }, 'starting offsets');
    }
    join = undefined;
    endOfJoin();
  };

  const startingPositions = async (partitions: readonly TopicPartition[]): Promise<Position[]> => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await inTime(committed(partitions));
      } catch (error) {
        if (!isCoordinatorGone(error) || phase === 'stopping') throw error;
        await backOff(attempt);
        if (group !== undefined) await findCoordinator(group).catch(() => undefined);
      }
    }
  };

  const consumer: Consumer = kafka.consumer({
    groupId: options.groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: heartbeatIntervalMs,
    // As Java: whoever works may take as long as a poll may, before a rebalance goes on without it.
    rebalanceTimeout: maxPollIntervalMs,
    maxWaitTimeInMs: options.fetchMaxWaitMs,
    readUncommitted: options.isolation === 'read_uncommitted',
    allowAutoTopicCreation: false,
    metadataMaxAge: metadataMaxAgeMs,
    partitionAssigners: [roundRobinWith({ beforeJoin, afterJoin, generation: () => generation })],
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
    memberId = payload.memberId;
    joined = payload;
  });
  consumer.on(events.HEARTBEAT, () => {
    sign();
    lastContact = Date.now();
    tell.heartbeat();
  });
  consumer.on(events.FETCH_START, sign);
  consumer.on(events.FETCH, () => {
    sign();
    tell.fetch();
  });
  consumer.on(events.CRASH, ({ payload }) => {
    sign();
    if (isRefused(payload.error)) return;
    if (!payload.restart) fatal(causeOf(payload.error));
    else logger.warn({ reason: causeOf(payload.error).message }, 'kafkajs starts its consumer anew');
  });

  const ticking = setInterval(() => void tick(), Math.max(10, Math.floor(Math.min(heartbeatIntervalMs, maxPollIntervalMs) / 4)));

  // An answer may take the request timeout of 30 s; a join takes as long as the slowest member may work.
  const silenceMs = 30_000 + 2 * sessionTimeoutMs + options.fetchMaxWaitMs;

  return {
    async start() {
      for (let attempt = 0; phase === 'starting'; attempt += 1) {
        try {
          await consumer.connect();
          await consumer.subscribe({ topics: [...topics], fromBeginning: options.offsetReset === 'earliest' });
          break;
        } catch (error) {
          sign();
          if (isRefused(error)) return;
          logger.debug({ topics, reason: causeOf(error).message }, 'cannot subscribe yet, trying again');
          await backOff(attempt);
        }
      }
      if (phase !== 'starting') return;
      await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: 1, eachBatch });
    },
    async stop() {
      phase = 'stopping';
      // What is asked of the coordinator may take a session; then it would evict this member anyway.
      stopWithin(sessionTimeoutMs);
      await batchInHand;
      stopWithin(sessionTimeoutMs);
      if (join !== undefined) await inTime(join).catch(() => undefined);
      clearInterval(ticking);
      endRests();
      // Whatever fails, the rest is still tried: a member that leaves without its commit costs a repetition, one that stays costs a session.
      let failure: unknown;
      const attempt = async (step: () => Promise<void>): Promise<void> => {
        await step().catch((error: unknown) => {
          failure ??= error;
        });
      };
      if (owns) await attempt(() => work.revoke(owned));
      owns = false;
      const leaving = group;
      // By us and not by kafkajs, which waits for its fetch first, and swallows the error.
      if (leaving !== undefined && leaving.memberId !== null) await attempt(() => inTime(leaving.leave()));
      clearTimeout(stopTimer);
      await Promise.race([consumer.disconnect().catch(() => undefined), sleep(2_000)]);
      if (failure !== undefined) throw failure;
      return { left: (leaving?.memberId ?? null) === null };
    },
    commit,
    committed,
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

function coordinatorSilent(): ClientError {
  return clientErrorOf(Object.assign(new Error('the coordinator did not answer in time'), { name: 'KafkaJSRequestTimeoutError' }));
}

/** As the protocol wants it: partitions below their topics. */
function byTopic<P extends TopicPartition>(all: readonly P[]): { topic: string; partitions: Omit<P, 'topic'>[] }[] {
  const topics = new Map<string, Omit<P, 'topic'>[]>();
  for (const { topic, ...rest } of all) topics.set(topic, [...(topics.get(topic) ?? []), rest]);
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
}
