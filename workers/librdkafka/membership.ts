import { setTimeout as sleep } from 'node:timers/promises';
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
import type { NativeConsumer, NativeError, NativeMessage, NativePartition, NativeSettings } from './binding.js';
import { clientError, isNative } from './client-error.js';
import { createCommits } from './commits.js';
import { close, open, questionMs } from './connect.js';
import { createPartitionBuffer, type PartitionBuffer } from './partition-buffer.js';
import type { ClientContext } from './transport.js';
import { watchTroubles } from './troubles.js';

/** Records that count as one poll, Java's max.poll.records: the clock of max.poll.interval.ms starts anew after as many. */
const maxPollRecords = 500;
/** A batch worked on for longer, in ms, is left for a while where the member has other partitions, which have their turn before the rest of it. */
const fairTurnMs = 1_000;
/** Longest wait of one poll of librdkafka, in ms: so long may it take until a new assignment begins. */
const pollMs = 100;
/** What is held in this process of all partitions together, in bytes; librdkafka holds up to `queuedKiB` more. */
const heldBytes = 33_554_432;
const heldRecords = 5_000;
const queuedKiB = 16_384;

/** For librdkafka to resume its fetches after an assignment, in ms. */
const resumedMs = 20;

/** The group went on without this member. */
const evictions = new Set(['UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID', 'FENCED_MEMBER_EPOCH', 'ASSIGNMENT_LOST']);
/** The group is changing. An eager member has nothing left to commit then; another one keeps its partitions, and tries again after it. */
const changes = new Set(['ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS', 'STALE_MEMBER_EPOCH']);

/** Refusals of a join that no waiting changes; librdkafka would ask on for ever. */
const hopeless = new Set([
  'INVALID_SESSION_TIMEOUT',
  'INCONSISTENT_GROUP_PROTOCOL',
  'INVALID_GROUP_ID',
  'GROUP_MAX_SIZE_REACHED',
  'UNSUPPORTED_ASSIGNOR',
  'UNSUPPORTED_VERSION',
]);

export interface LibrdkafkaMembership extends Membership {
  /** For transactions, which commit in the name of the group's member. */
  readonly consumer: NativeConsumer;
  /** Done with partitions that are given, before their committed offsets are asked for; what it rejects with is tried again. */
  beforePositions(prepare: (partitions: readonly TopicPartition[]) => Promise<void>): void;
}

/**
 * One member of a consumer group on librdkafka. It is polled all the time, also while a handler works: that is how rebalances and the outcome
 * of commits are learnt. What the polls bring waits here, partition by partition, and a partition of which enough waits is paused; one batch
 * is worked on at a time. Heartbeats are librdkafka's own, from a thread that no handler holds up.
 */
export function createMembership(context: ClientContext, options: MembershipOptions): LibrdkafkaMembership {
  const { binding, names } = context;
  const { work, events: tell, logger, sessionTimeoutMs, maxPollIntervalMs } = options;
  const owned = new Map<string, PartitionBuffer>();
  const commits = createCommits();
  const isConsumerProtocol = options.groupProtocol === 'consumer';
  let phase: 'starting' | 'running' | 'stopping' | 'over' = 'starting';
  let isCooperative = false;
  let hasJoined = false;
  let isRejoinDue = false;
  let isFatal = false;
  let isFrozen = false;
  /** The coordinator did not answer while the member stopped: what was not committed is done again. */
  let silence: ClientError | undefined;
  let batchInHand: { readonly of: PartitionBuffer; readonly ended: Promise<void> } | undefined;
  let rebalances: Promise<void> = Promise.resolve();
  let polling: Promise<void> | undefined;
  let working: Promise<void> | undefined;
  let pollStarted = 0;
  let lastTick = Date.now();
  let lastSign = performance.now();
  /** While the member stops: when, in ms of `Date.now()`, it waits for its coordinator no longer. */
  let stopBy = Infinity;
  const waits = new Set<(ms: number) => void>();
  let wake: () => void = () => undefined;
  let joined: () => void = () => undefined;
  /** Done between two polls, so that no record of before is taken for one of after. */
  let betweenPolls: (() => void)[] = [];
  let prepare: (partitions: readonly TopicPartition[]) => Promise<void> = () => Promise.resolve();

  const fatal = (error: Error): void => {
    if (isFatal || phase === 'stopping' || phase === 'over') return;
    isFatal = true;
    phase = 'over';
    joined();
    // Whoever hears of it ends the process, which a poll under way in a thread of its own would crash.
    void Promise.race([polling, sleep(10 * pollMs)]).then(() => {
      options.onFatal(error);
    });
  };

  const consumer = new binding.KafkaConsumer(
    {
      ...consumerSettings(context.common, options),
      rebalance_cb: (error: NativeError, partitions: readonly NativePartition[]) => {
        rebalances = rebalances.then(() => rebalance(error, partitions)).catch(fatal);
      },
      offset_commit_cb: (error: NativeError | undefined, offsets: readonly NativePartition[]) => {
        commits.answered(error, offsets);
      },
    },
    { 'auto.offset.reset': options.offsetReset },
  );
  const troubles = watchTroubles(consumer, logger, fatal);

  // ---- rebalances

  const rebalance = async (error: NativeError, partitions: readonly NativePartition[]): Promise<void> => {
    lastSign = performance.now();
    const kind = names.nameOf(error.code);
    if (kind === 'ASSIGN_PARTITIONS') await assign(partitions);
    else if (kind === 'REVOKE_PARTITIONS') await unassign(partitions);
    else fatal(names.clientErrorOf(error, 'the rebalance failed'));
  };

  const assign = async (partitions: readonly NativePartition[]): Promise<void> => {
    isCooperative = consumer.rebalanceProtocol() === 'COOPERATIVE';
    const found = phase === 'running' ? await startingPositions(partitions) : [];
    await new Promise<void>((resolve) => {
      betweenPolls.push(() => {
        const at = new Map(found.map((position) => [keyOf(position), position]));
        const given = partitions.map(({ topic, partition }) => {
          const offset = at.get(keyOf({ topic, partition }))?.offset;
          return { topic, partition, offset: offset === undefined ? startOf(options.offsetReset) : Number(offset) };
        });
        if (!isCooperative) owned.clear();
        for (const one of given) owned.set(keyOf(one), createPartitionBuffer(one.topic, one.partition));
        if (phase === 'running') {
          const whole = [...owned.values()].sort(byPartition);
          // The binding does not tell the member's id.
          work.assigned(
            whole.map((one) => ({ topic: one.topic, partition: one.partition, metadata: at.get(keyOf(one))?.metadata })),
            '',
          );
          if (given.length > 0) {
            const offsets = given.map((one) => [
              `${one.topic}/${String(one.partition)}`,
              at.get(keyOf(one))?.offset ?? options.offsetReset,
            ]);
            logger.info({ offsets: Object.fromEntries(offsets) as Record<string, string> }, 'starting offsets');
          }
        }
        if (isCooperative) {
          consumer.incrementalAssign(given);
          wakeFetches();
        } else consumer.assign(given);
        hasJoined = true;
        joined();
        resolve();
      });
      if (polling === undefined) runBetweenPolls();
    });
  };

  const unassign = async (partitions: readonly NativePartition[]): Promise<void> => {
    const leaving = partitions.flatMap((one) => owned.get(keyOf(one)) ?? []);
    if (consumer.assignmentLost()) lose(leaving);
    else if (leaving.length > 0) {
      for (const one of leaving) one.isLeaving = true;
      const watch = setInterval(() => {
        // Whoever works longer than the group waits is evicted meanwhile.
        if (consumer.assignmentLost()) lose(leaving);
      }, 100);
      try {
        if (batchInHand !== undefined && leaving.includes(batchInHand.of)) await batchInHand.ended;
        if (leaving.some((one) => !one.isOver)) await work.revoke(leaving.map(plain));
      } catch (error) {
        logger.warn({ reason: causeOf(error).message }, 'could not commit before the rebalance: what was not committed is done again');
      } finally {
        clearInterval(watch);
      }
      giveUp(leaving);
    }
    if (isCooperative) {
      consumer.incrementalUnassign(partitions.map(plain));
      wakeFetches();
    } else consumer.unassign();
  };

  /**
   * librdkafka pauses the fetches of all partitions when a rebalance begins, also of those that stay, and goes on when something next wakes the thread of their
   * broker, which may be a second later. A question to the leaders wakes them at once; its answer is of no use.
   */
  const wakeFetches = (): void => {
    setTimeout(() => {
      const staying = [...owned.values()].filter((one) => !one.isLeaving);
      if (phase !== 'running' || staying.length === 0) return;
      consumer.offsetsForTimes(
        staying.map((one) => ({ ...plain(one), offset: Date.now() })),
        questionMs,
        () => undefined,
      );
    }, resumedMs);
  };

  const giveUp = (partitions: readonly PartitionBuffer[]): void => {
    const paused = partitions.filter((one) => one.isPaused).map(plain);
    if (paused.length > 0) consumer.resume(paused);
    for (const one of partitions) {
      one.isLeaving = true;
      one.isOver = true;
      if (owned.get(keyOf(one)) === one) owned.delete(keyOf(one));
    }
  };

  const lose = (partitions: readonly PartitionBuffer[]): void => {
    const losing = partitions.filter((one) => !one.isOver);
    if (losing.length === 0) return;
    giveUp(losing);
    work.lost(losing.map(plain));
  };

  const startingPositions = async (partitions: readonly TopicPartition[]): Promise<Position[]> => {
    for (let attempt = 0; phase === 'running'; attempt += 1) {
      try {
        await prepare(partitions);
        return await committed(partitions);
      } catch (error) {
        const known = names.clientErrorOf(error);
        if (known.kind === 'configuration') fatal(known);
        logger.debug({ reason: known.message }, 'the committed offsets are not to be had yet, trying again');
        await backOff(attempt);
      }
    }
    return [];
  };

  const committed = async (partitions: readonly TopicPartition[]): Promise<Position[]> => {
    if (partitions.length === 0) return [];
    const found = await new Promise<readonly unknown[]>((resolve, reject) => {
      consumer.committed(partitions.map(plain), questionMs, (error, answer) => {
        if (error) reject(error);
        else resolve(answer);
      });
    });
    return found.flatMap((one) => {
      if (one instanceof Error) throw one;
      const { topic, partition, offset, metadata } = one as NativePartition;
      return offset === undefined || offset < 0 ? [] : [{ topic, partition, offset: String(offset), metadata }];
    });
  };

  // ---- polls

  const poll = async (): Promise<void> => {
    for (let failures = 0; phase === 'running' || phase === 'stopping';) {
      try {
        const messages = await new Promise<readonly NativeMessage[]>((resolve, reject) => {
          consumer.consume(1_000, (error, found) => {
            if (error) reject(error);
            else resolve(found);
          });
        });
        failures = 0;
        lastSign = performance.now();
        if (messages.length > 0) take(messages);
      } catch (error) {
        weigh(error);
        failures += 1;
        await backOff(failures);
      }
      runBetweenPolls();
    }
    runBetweenPolls();
  };

  const runBetweenPolls = (): void => {
    const due = betweenPolls;
    betweenPolls = [];
    for (const act of due) act();
  };

  const take = (messages: readonly NativeMessage[]): void => {
    tell.fetch();
    for (const message of messages) {
      const buffer = owned.get(keyOf(message));
      if (buffer !== undefined && !buffer.isLeaving) buffer.push(message);
    }
    const limit = limitOf(owned.size);
    const full = [...owned.values()].filter((one) => !one.isPaused && (one.size >= heldRecords || one.bytes >= limit));
    for (const one of full) one.isPaused = true;
    if (full.length > 0) consumer.pause(full.map(plain));
    wake();
  };

  const resumeIfRoom = (buffer: PartitionBuffer): void => {
    if (!buffer.isPaused || buffer.isOver || buffer.size > heldRecords / 4 || buffer.bytes > limitOf(owned.size) / 4) return;
    buffer.isPaused = false;
    consumer.resume([plain(buffer)]);
  };

  /** What a poll says besides records. */
  const weigh = (error: unknown): void => {
    const known = names.clientErrorOf(error);
    if (isNative(error) && (names.nameOf(error.code) === 'FATAL' || evictions.has(known.code)))
      fatal(new Error(`librdkafka has given this member up: ${troubles.last()?.message ?? error.message}`, { cause: error }));
    else if (known.kind === 'configuration' || hopeless.has(known.code)) fatal(known);
    else if (known.code === 'MAX_POLL_EXCEEDED') logger.warn({ reason: known.message }, 'this process did not poll in time');
    else logger.debug({ code: known.code, reason: known.message }, 'poll failed, trying again');
  };

  // ---- work

  const workOn = async (buffer: PartitionBuffer): Promise<void> => {
    const records = buffer.waiting();
    const { topic, partition } = buffer;
    let ended: () => void = () => undefined;
    batchInHand = {
      of: buffer,
      ended: new Promise((resolve) => {
        ended = resolve;
      }),
    };
    try {
      const { done, restMs = 0 } = await work.process(
        { topic, partition, records, highWatermark: highWatermarkOf(buffer) },
        takeTurn(buffer),
      );
      if (buffer.isOver) return;
      if (done !== undefined) buffer.done(done);
      if (restMs > 0) buffer.restsUntil = Date.now() + restMs;
      resumeIfRoom(buffer);
    } catch (error) {
      if (error instanceof NotAMember) return;
      logger.error({ err: causeOf(error), topic, partition }, 'the batch ended early; what is not done of it comes again');
      buffer.restsUntil = Date.now() + 1_000;
    } finally {
      lastSign = performance.now();
      batchInHand = undefined;
      ended();
      if (isRejoinDue && phase === 'running') {
        isRejoinDue = false;
        consumer.subscribe(options.topics);
      }
    }
  };

  const workAll = async (): Promise<void> => {
    let last = '';
    while (phase === 'running') {
      const now = Date.now();
      const ready = [...owned.values()].filter((one) => one.size > 0 && !one.isLeaving).sort(byPartition);
      const due = ready.filter((one) => one.restsUntil <= now);
      // In turn, beginning after the one before.
      const next = due.find((one) => keyOf(one) > last) ?? due[0];
      if (next !== undefined) {
        last = keyOf(next);
        await workOn(next);
        continue;
      }
      const untilRested = Math.min(...ready.map((one) => one.restsUntil - now), 1_000);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, untilRested);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };

  const highWatermarkOf = ({ topic, partition }: TopicPartition): string | undefined => {
    try {
      return String(consumer.getWatermarkOffsets(topic, partition).highOffset);
    } catch {
      return undefined;
    }
  };

  const takeTurn = (buffer: PartitionBuffer): Turn => {
    let records = 0;
    let isOthersTurn = false;
    const began = Date.now();
    pollStarted = began;
    return {
      mustEnd: () => isOthersTurn || buffer.isLeaving || phase !== 'running',
      beforeRecord(count = 1) {
        const now = Date.now();
        records += count;
        if (owned.size > 1 && now - began > fairTurnMs) isOthersTurn = true;
        if (records > maxPollRecords) {
          records = count;
          pollStarted = now;
        }
        return isFrozen || now - lastTick > sessionTimeoutMs ? confirm(buffer) : undefined;
      },
    };
  };

  /**
   * After this process stood still for a session, its partitions are others' already. librdkafka, which stood still too, finds out by its own
   * clock or at its next heartbeat.
   */
  const confirm = async (buffer: PartitionBuffer): Promise<void> => {
    logger.warn('this process stood still longer than the session: not working on until librdkafka has heard from the coordinator');
    const until = Date.now() + 2 * options.heartbeatIntervalMs + 1_000;
    while (Date.now() < until && !buffer.isLeaving && phase === 'running') await sleep(50);
    isFrozen = false;
  };

  const tick = (): void => {
    const now = Date.now();
    if (now - lastTick > sessionTimeoutMs) isFrozen = true;
    lastTick = now;
    if (batchInHand === undefined || isRejoinDue || phase !== 'running' || now - pollStarted <= maxPollIntervalMs) return;
    const message = `the work since the last poll took longer than the ${maxPollIntervalMs} ms of CONSUMER_MAX_POLL_INTERVAL_MS: leaving the group until it is done; make the work quicker or the interval longer`;
    logger.warn(message);
    isRejoinDue = true;
    lose([...owned.values()]);
    consumer.unsubscribe();
  };
  const ticking = setInterval(tick, Math.max(10, Math.min(250, Math.floor(Math.min(sessionTimeoutMs, maxPollIntervalMs) / 4))));

  // ---- commits

  const commit = async (positions: readonly Position[]): Promise<void> => {
    if (positions.length === 0) return;
    const buffers = positions.map((one) => owned.get(keyOf(one)));
    for (let attempt = 0; ; attempt += 1) {
      if (buffers.some((one) => one === undefined || one.isOver)) throw new NotAMember('the group has gone on without this member');
      try {
        await inTime(commits.commit(consumer, positions));
        lastSign = performance.now();
        return;
      } catch (error) {
        const known = names.clientErrorOf(error);
        if (known.code === 'TIMED_OUT' && phase === 'stopping') silence = known;
        if (evictions.has(known.code) || (changes.has(known.code) && !isCooperative)) throw new NotAMember(known.message, { cause: error });
        if (known.kind === 'configuration') fatal(known);
        if (known.kind !== 'retriable' || silence !== undefined || Date.now() >= stopBy) throw known;
        if (!changes.has(known.code)) logger.warn({ reason: known.message, attempt }, 'commit failed, trying again');
        await backOff(attempt);
      }
    }
  };

  /** While the member stops, an answer that does not come must not take the time of what is still to be done. */
  const inTime = <T>(asked: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const limit = (ms: number): void => {
        timer ??= setTimeout(() => {
          reject(clientError('TIMED_OUT', 'the coordinator did not answer in time'));
        }, ms);
      };
      waits.add(limit);
      if (stopBy !== Infinity) limit(Math.max(0, stopBy - Date.now()));
      const settled = (): void => {
        clearTimeout(timer);
        waits.delete(limit);
      };
      asked.finally(settled).then(resolve, reject);
    });
  const limitWaits = (ms: number): void => {
    stopBy = Date.now() + ms;
    for (const limit of waits) limit(ms);
  };

  // An answer may take the request timeout of 30 s; a join takes as long as the slowest member may work.
  const silenceMs = 30_000 + 2 * sessionTimeoutMs + options.fetchMaxWaitMs;

  return {
    consumer,
    beforePositions(act) {
      prepare = act;
    },
    async start() {
      if (phase !== 'starting') return;
      if (isConsumerProtocol)
        logger.info(
          'group.protocol consumer: the session and the heartbeat are the broker’s (group.consumer.session.timeout.ms and …heartbeat.interval.ms), those of CONSUMER_… do nothing',
        );
      if (options.instanceId !== undefined)
        logger.info(
          { instanceId: options.instanceId },
          'a static member does not leave the group when it stops: its partitions wait for it until the session is over',
        );
      await open(consumer);
      phase = 'running';
      const first = new Promise<void>((resolve) => {
        joined = resolve;
      });
      consumer.setDefaultConsumeTimeout(pollMs);
      consumer.setDefaultIsTimeoutOnlyForFirstMessage(true);
      consumer.subscribe(options.topics);
      polling = poll();
      working = workAll();
      await first;
    },
    async stop() {
      const wasRunning = phase === 'running';
      phase = 'stopping';
      wake();
      joined();
      if (!wasRunning) {
        clearInterval(ticking);
        phase = 'over';
        await close(consumer, 2_000);
        return { left: false };
      }
      // What is in hand takes its time; a commit that waits for a coordinator does not.
      for (const limit of waits) limit(sessionTimeoutMs);
      const began = Date.now();
      await working;
      limitWaits(Math.max(500, sessionTimeoutMs - (silence === undefined ? 0 : Date.now() - began)));
      await inTime(rebalances).catch(() => undefined);
      let failure: unknown;
      const leaving = [...owned.values()];
      for (const one of leaving) one.isLeaving = true;
      if (leaving.length > 0)
        await work.revoke(leaving.map(plain)).catch((error: unknown) => {
          failure = error;
        });
      // Also of a commit that was under way: should the session end meanwhile, nothing is left to commit, and what was done is done again all the same.
      failure ??= silence;
      // The coordinator is asked something first: one that answers also hears that we leave.
      const isHeard =
        silence === undefined &&
        (await committed(options.topics.slice(0, 1).map((topic) => ({ topic, partition: 0 }))).then(
          () => true,
          () => false,
        ));
      giveUp(leaving);
      clearInterval(ticking);
      phase = 'over';
      await polling;
      polling = undefined;
      // To close means to tell the coordinator, and to wait for it.
      const isClosed = isHeard && (await close(consumer, 5_000));
      if (failure !== undefined) throw failure;
      return { left: hasJoined && isHeard && isClosed && options.instanceId === undefined };
    },
    commit,
    committed,
    problem() {
      const workedMs = Date.now() - pollStarted;
      if (batchInHand !== undefined && workedMs > maxPollIntervalMs + silenceMs) return `the handler has not ended for ${workedMs} ms`;
      const silent = performance.now() - lastSign;
      return phase === 'running' && silent > silenceMs ? `no poll or finished batch for ${Math.round(silent)} ms` : undefined;
    },
    hasJoined: () => hasJoined,
  };
}

function consumerSettings(common: NativeSettings, options: MembershipOptions): NativeSettings {
  return {
    ...common,
    'group.id': options.groupId,
    'group.protocol': options.groupProtocol,
    ...(options.groupProtocol === 'classic' && {
      'session.timeout.ms': options.sessionTimeoutMs,
      'heartbeat.interval.ms': options.heartbeatIntervalMs,
      'partition.assignment.strategy': options.assignor,
    }),
    ...(options.instanceId !== undefined && { 'group.instance.id': options.instanceId }),
    // As Java: whoever works may take as long as a poll may, before a rebalance goes on without it.
    'max.poll.interval.ms': Math.max(options.maxPollIntervalMs, options.sessionTimeoutMs),
    'enable.auto.commit': false,
    'enable.auto.offset.store': false,
    'enable.partition.eof': false,
    'isolation.level': options.isolation,
    'fetch.wait.max.ms': options.fetchMaxWaitMs,
    'fetch.message.max.bytes': 1_048_576,
    'queued.max.messages.kbytes': queuedKiB,
    'queued.min.messages': 20_000,
    // The default waits a second before it fetches on after the queue was full.
    'fetch.queue.backoff.ms': 20,
  };
}

const limitOf = (partitions: number): number => Math.max(262_144, Math.min(4_194_304, heldBytes / Math.max(1, partitions)));

/** OFFSET_BEGINNING and OFFSET_END of librdkafka. */
const startOf = (reset: 'earliest' | 'latest'): number => (reset === 'earliest' ? -2 : -1);

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${String(partition).padStart(6, '0')}`;
const plain = ({ topic, partition }: TopicPartition): TopicPartition => ({ topic, partition });
const byPartition = (a: TopicPartition, b: TopicPartition): number => (keyOf(a) < keyOf(b) ? -1 : 1);
