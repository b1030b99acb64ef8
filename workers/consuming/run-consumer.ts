import { ClientError, type ClientPort, type Membership } from '../client-port.js';
import { createClient } from '../clients.js';
import type { ConsumerSettings } from '../config.js';
import { ConfigurationError } from '../configuration-error.js';
import { causeOf } from '../errors.js';
import { evidenceWriter } from '../evidence.js';
import { createFailureLog } from '../failure-log.js';
import type { HandlerServices, HandlerSettings, OpenHandler, RecordHandler } from '../handler.js';
import { createRegistry, serveHttp } from '../http.js';
import { end, exitOnUncaught, stopOnSignal } from '../lifecycle.js';
import { createLogger } from '../logging.js';
import { createPublisher, type Publisher } from '../producing/publisher.js';
import { refusalOf } from '../refusal.js';
import { StartupError, waitForTopics } from '../startup.js';
import { handlers } from '../systems/index.js';
import { openTracing } from '../tracing.js';
import { createAttempts, type Around, type Publish } from './attempts.js';
import { workByKey } from './by-key.js';
import { autoCommit, commitBeforeWork, commitInTransactions, manualCommit, type CommitPolicy } from './commit-policy.js';
import { createConsumerMetrics } from './consumer-metrics.js';
import { createGroupWork, type Way } from './group-work.js';
import { workInOrder } from './in-order.js';
import { createTransactionalWork, type TransactionalWork } from './in-transactions.js';
import { topicReader } from './read-topic.js';
import { tracedBatch, tracedWork } from './traced-work.js';
import { sayAgainMs } from '../once-in-a-while.js';

/** Ms after which an unanswered request counts as failed: the default of kafkajs and of Java's consumer. */
const requestTimeoutMs = 30_000;
/** Ms that a dead letter, or what a handler publishes, is tried for; a member waits for it before it leaves. */
const publishTimeoutMs = 10_000;
/** transaction.max.timeout.ms of the brokers, where nobody changed it. */
const longestTransactionMs = 900_000;
const leastTransactionMs = 60_000;

/** What a worker of its own puts in the place of what the settings say. */
export interface ConsumerParts {
  /** @default the handler of CONSUMER_HANDLER */
  readonly handler?: RecordHandler | OpenHandler;
  /** @default by CONSUMER_GUARANTEE and CONSUMER_COMMIT */
  readonly commitPolicy?: CommitPolicy;
  /** Runs the work on each record. @default just that */
  readonly around?: Around;
}

/** Runs one member of the group until a signal. */
export async function runConsumer(settings: ConsumerSettings, parts: ConsumerParts = {}): Promise<void> {
  const clientId = settings.KAFKA_CLIENT_ID;
  const groupId = settings.KAFKA_GROUP_ID;
  const topics = settings.KAFKA_TOPIC.split(',');
  const logger = createLogger(settings.LOG_LEVEL, { worker: 'consumer', clientId });
  exitOnUncaught(logger);
  const evidence = evidenceWriter(settings.EVIDENCE);
  const stopping = new AbortController();
  /** What is to be closed, the latest first. */
  const open: (() => unknown)[] = [];
  let left = true;
  // First of all: a signal that comes while the rest is still being built must find somebody who stops it.
  stopOnSignal(
    {
      async stop() {
        stopping.abort();
        let failure: unknown;
        for (let close = open.pop(); close !== undefined; close = open.pop())
          await Promise.resolve(close()).catch((error: unknown) => {
            failure ??= error;
          });
        if (failure !== undefined) throw failure;
        evidence?.({ evidence: 'stopped', t: Date.now(), member: clientId, left });
      },
    },
    settings.SHUTDOWN_DEADLINE_MS,
    logger,
  );
  const transactionalIdPrefix = groupId;
  const refusal = (error: ClientError): string =>
    refusalOf(error, {
      settings,
      topics,
      groupId,
      operation: 'Read',
      writes: [
        ...new Set(
          [settings.CONSUMER_OUTPUT_TOPIC, settings.CONSUMER_BOOKED_TOPIC, settings.CONSUMER_DEAD_LETTER_TOPIC].filter((one) => one !== ''),
        ),
      ],
      transactionalIdPrefix,
    });
  const onFatal = (error: Error): void => {
    if (error instanceof ClientError && error.kind === 'configuration') {
      logger.fatal({ code: error.code }, refusal(error));
      end(2);
    }
    logger.fatal({ err: error }, 'the consumer has crashed for good: ending the process, so that it is replaced');
    end(1);
  };

  try {
    const registry = createRegistry(clientId);
    const metrics = createConsumerMetrics(registry);
    const tracing =
      settings.TRACES_ENDPOINT === ''
        ? undefined
        : await openTracing({ endpoint: settings.TRACES_ENDPOINT, service: groupId, instance: clientId, logger });
    open.push(() => tracing?.close());
    const client: ClientPort = await createClient(settings.KAFKA_CLIENT, {
      bootstrapServers: settings.KAFKA_BOOTSTRAP_SERVERS,
      clientId,
      requestTimeoutMs,
      security: settings,
      logger,
    });
    open.push(() => client.close());
    let publisher: Publisher | undefined;
    open.push(() => publisher?.close());
    const readTopic = topicReader(client, {
      clientId,
      groupId,
      requestTimeoutMs,
      sessionTimeoutMs: settings.CONSUMER_SESSION_TIMEOUT_MS,
      heartbeatIntervalMs: settings.CONSUMER_HEARTBEAT_INTERVAL_MS,
      logger,
    });
    const handler = await openHandler(settings, parts, { logger, registry, readTopic });
    open.push(() => handler.close?.());
    const failureLog = settings.FAILURE_LOG_DIR === '' ? undefined : createFailureLog(settings.FAILURE_LOG_DIR);

    const isExactlyOnce = settings.CONSUMER_GUARANTEE === 'exactly-once';
    const isAtMostOnce = settings.CONSUMER_GUARANTEE === 'at-most-once';
    /** The first that is published makes it; a worker that publishes nothing has no producer. */
    const publish: Publish = (record) => {
      publisher ??= createPublisher({
        client,
        clientId,
        logger,
        registry,
        lingerMs: 0,
        requestTimeoutMs: publishTimeoutMs / 2,
        deliveryTimeoutMs: publishTimeoutMs,
        maxBlockMs: publishTimeoutMs,
      });
      return publisher.publish(record);
    };

    const attempts = createAttempts({
      handle: handler.handle,
      around: parts.around ?? (tracing === undefined ? undefined : tracedWork(tracing, groupId)),
      retries: settings.CONSUMER_RETRIES,
      once: isAtMostOnce,
      inTransaction: isExactlyOnce,
      backoffMs: settings.CONSUMER_RETRY_BACKOFF_MS,
      jitterMs: settings.CONSUMER_RETRY_JITTER_MS,
      deadLetterTopic: settings.CONSUMER_DEAD_LETTER_TOPIC === '' ? undefined : settings.CONSUMER_DEAD_LETTER_TOPIC,
      failureLog,
      holdKeys: settings.CONSUMER_HOLD_KEYS === 'true',
      clientId,
      groupId,
      evidence,
      metrics,
      logger,
      onRefused: onFatal,
    });

    const policy = parts.commitPolicy ?? policyOf(settings);
    const batches =
      settings.CONSUMER_BATCH_RECORDS > 1 && handler.handleBatch !== undefined
        ? {
            handle: tracing === undefined ? handler.handleBatch : tracedBatch(tracing, groupId, handler.handleBatch),
            records: settings.CONSUMER_BATCH_RECORDS,
          }
        : undefined;
    const onBatchRefused = (error: unknown, place: { topic: string; partition: number }, records: readonly unknown[]): void => {
      logger.warn(
        { topic: place.topic, partition: place.partition, records: records.length, reason: causeOf(error).message },
        'the handler refused the batch: each of its records is tried alone',
      );
    };
    let transactional: TransactionalWork | undefined;
    const way: Way = (batch, partition, turn, commits) => {
      if (transactional !== undefined) return transactional.process(batch, partition, turn, commits.wasCommitted);
      const common = {
        attempts,
        publish,
        commitEveryMs: policy.withinBatchMs,
        commit: commits.commitWithin,
        lastCommit: commits.lastCommit,
      };
      if (settings.CONSUMER_ORDER === 'key')
        return workByKey(batch, partition, turn, { ...common, concurrency: settings.CONSUMER_CONCURRENCY });
      return workInOrder(batch, partition, turn, {
        ...common,
        batches,
        commitFirst: policy.beforeWork === true ? commits.commitFirst : undefined,
        onBatchRefused,
      });
    };
    let membership: Membership | undefined;
    const work = createGroupWork({
      clientId,
      policy,
      way,
      commit: (positions) => (membership === undefined ? Promise.resolve() : membership.commit(positions)),
      onGone: (partition) => {
        transactional?.release(partition).catch(() => undefined);
      },
      evidence,
      metrics,
      logger,
    });
    open.push(() => {
      work.close();
    });
    const member = (membership = client.createMembership({
      clientId,
      groupId,
      topics,
      offsetReset: settings.CONSUMER_OFFSET_RESET,
      sessionTimeoutMs: settings.CONSUMER_SESSION_TIMEOUT_MS,
      heartbeatIntervalMs: settings.CONSUMER_HEARTBEAT_INTERVAL_MS,
      maxPollIntervalMs: settings.CONSUMER_MAX_POLL_INTERVAL_MS,
      fetchMaxWaitMs: settings.CONSUMER_FETCH_MAX_WAIT_MS,
      isolation: settings.CONSUMER_ISOLATION,
      assignor: settings.CONSUMER_ASSIGNOR,
      groupProtocol: settings.CONSUMER_GROUP_PROTOCOL,
      instanceId: settings.CONSUMER_GROUP_INSTANCE_ID === '' ? undefined : settings.CONSUMER_GROUP_INSTANCE_ID,
      work,
      logger,
      events: metrics,
      onFatal,
    }));
    if (isExactlyOnce) {
      const transactions = client.createTransactions({
        groupId,
        membership: member,
        compression: 'none',
        timeoutMs: Math.min(longestTransactionMs, Math.max(leastTransactionMs, settings.CONSUMER_MAX_POLL_INTERVAL_MS)),
        transactionalIdPrefix,
      });
      open.push(() => transactions.close());
      transactional = createTransactionalWork({ attempts, transactions, batches, onBatchRefused, onRefused: onFatal, logger });
    }
    open.push(async () => {
      left = false;
      ({ left } = await member.stop());
    });

    const http = await serveHttp(
      settings.HTTP_PORT,
      () => member.problem(),
      () =>
        stopping.signal.aborted ? 'stopping' : member.hasJoined() ? handler.notReady?.() : `not yet in group ${settings.KAFKA_GROUP_ID}`,
      registry,
    );
    open.unshift(() => {
      http.close();
    });
    logger.info({ port: http.port }, 'serving /live, /ready and /metrics');

    const found = await waitForTopics({
      client,
      topics,
      bootstrapServers: settings.KAFKA_BOOTSTRAP_SERVERS,
      deadlineMs: settings.KAFKA_STARTUP_DEADLINE_MS,
      signal: stopping.signal,
      logger,
      refusal,
    });
    if (found === undefined || stopping.signal.aborted) return;
    logger.info({ group: groupId, topics, handler: settings.CONSUMER_HANDLER, guarantee: settings.CONSUMER_GUARANTEE }, 'joining');
    const waiting = setInterval(() => {
      if (member.hasJoined()) clearInterval(waiting);
      else
        logger.warn(
          { group: groupId },
          'waiting: not in the group yet; its coordinator is away, or a member that works holds the rebalance up',
        );
    }, sayAgainMs);
    stopping.signal.addEventListener('abort', () => {
      clearInterval(waiting);
    });
    await member.start();
  } catch (error) {
    if (error instanceof StartupError) {
      logger.fatal(error.message);
      end(error.exitCode);
    }
    if (error instanceof ConfigurationError) {
      logger.fatal({ problems: error.problems }, error.message);
      end(2);
    }
    if (stopping.signal.aborted) return;
    logger.fatal({ err: error }, causeOf(error).message);
    end(1);
  }
}

function policyOf(settings: ConsumerSettings): CommitPolicy {
  switch (settings.CONSUMER_GUARANTEE) {
    case 'at-most-once':
      return commitBeforeWork;
    case 'exactly-once':
      return commitInTransactions;
    case 'at-least-once':
      return settings.CONSUMER_COMMIT === 'auto' ? autoCommit(settings.CONSUMER_AUTO_COMMIT_INTERVAL_MS) : manualCommit;
  }
}

/** @throws ConfigurationError */
async function openHandler(settings: ConsumerSettings, { handler }: ConsumerParts, services: HandlerServices): Promise<OpenHandler> {
  if (typeof handler === 'function') return { handle: handler };
  if (handler !== undefined) return handler;
  const load = handlers[settings.CONSUMER_HANDLER];
  if (load === undefined)
    throw new ConfigurationError([`CONSUMER_HANDLER is "${settings.CONSUMER_HANDLER}", which this build does not have`]);
  const given: HandlerSettings = {
    clientId: settings.KAFKA_CLIENT_ID,
    groupId: settings.KAFKA_GROUP_ID,
    outputTopic: settings.CONSUMER_OUTPUT_TOPIC === '' ? undefined : settings.CONSUMER_OUTPUT_TOPIC,
    bookedTopic: settings.CONSUMER_BOOKED_TOPIC === '' ? undefined : settings.CONSUMER_BOOKED_TOPIC,
    workMs: settings.CONSUMER_WORK_MS,
    database:
      settings.DATABASE_URL === ''
        ? undefined
        : {
            url: settings.DATABASE_URL,
            passwordFile: settings.DATABASE_PASSWORD_FILE === '' ? undefined : settings.DATABASE_PASSWORD_FILE,
          },
    alertAbove: settings.CONSUMER_ALERT_ABOVE,
  };
  const opens = await load();
  return opens(given, services);
}
