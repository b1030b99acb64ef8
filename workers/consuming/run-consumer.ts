import { autoCommit, manualCommit, type CommitPolicy } from './commit-policy.js';
import type { ConsumerSettings } from '../config.js';
import { createConsumerMetrics } from './consumer-metrics.js';
import { causeOf } from '../errors.js';
import { evidenceWriter } from '../evidence.js';
import { simulatedWork, type RecordHandler } from './handler.js';
import { createRegistry, serveHttp } from '../http.js';
import { createKafka } from '../kafkajs/kafka.js';
import { securityOf } from '../security.js';
import { end, exitOnUncaught, stopOnSignal } from '../lifecycle.js';
import { createLogger } from '../logging.js';
import { createMember } from '../kafkajs/member.js';

/** Ms after which an unanswered request counts as failed: the default of kafkajs and of Java's consumer. */
const requestTimeoutMs = 30_000;

export interface ConsumerParts {
  /** @default work that takes CONSUMER_WORK_MS */
  readonly handler?: RecordHandler;
  /** @default by CONSUMER_COMMIT */
  readonly commitPolicy?: CommitPolicy;
}

/** Runs one member of the group until a signal. */
export async function runConsumer(settings: ConsumerSettings, parts: ConsumerParts = {}): Promise<void> {
  const clientId = settings.KAFKA_CLIENT_ID;
  const logger = createLogger(settings.LOG_LEVEL, { worker: 'consumer', clientId });
  exitOnUncaught(logger);
  const registry = createRegistry(clientId);
  const member = createMember({
    kafka: createKafka(settings.KAFKA_BOOTSTRAP_SERVERS, clientId, requestTimeoutMs, logger, securityOf(settings)),
    clientId,
    groupId: settings.KAFKA_GROUP_ID,
    topic: settings.KAFKA_TOPIC,
    offsetReset: settings.CONSUMER_OFFSET_RESET,
    sessionTimeoutMs: settings.CONSUMER_SESSION_TIMEOUT_MS,
    heartbeatIntervalMs: settings.CONSUMER_HEARTBEAT_INTERVAL_MS,
    maxPollIntervalMs: settings.CONSUMER_MAX_POLL_INTERVAL_MS,
    fetchMaxWaitMs: settings.CONSUMER_FETCH_MAX_WAIT_MS,
    handler: parts.handler ?? simulatedWork(settings.CONSUMER_WORK_MS),
    commitPolicy:
      parts.commitPolicy ?? (settings.CONSUMER_COMMIT === 'auto' ? autoCommit(settings.CONSUMER_AUTO_COMMIT_INTERVAL_MS) : manualCommit),
    evidence: evidenceWriter(settings.EVIDENCE),
    metrics: createConsumerMetrics(registry, settings.KAFKA_TOPIC),
    logger,
    onCrash: (error) => {
      logger.fatal({ err: error }, 'the consumer has crashed for good: ending the process, so that it is replaced');
      end(1);
    },
  });
  let isStopping = false;
  const http = await serveHttp(
    settings.HTTP_PORT,
    () => member.problem(),
    () => (isStopping ? 'stopping' : member.hasJoined() ? undefined : `not yet in group ${settings.KAFKA_GROUP_ID}`),
    registry,
  ).catch((error: unknown) => {
    logger.fatal(causeOf(error).message);
    return end(1);
  });
  logger.info({ port: http.port }, 'serving /live, /ready and /metrics');
  stopOnSignal(
    {
      async stop() {
        isStopping = true;
        await member.stop();
        http.close();
      },
    },
    settings.SHUTDOWN_DEADLINE_MS,
    logger,
  );
  logger.info({ group: settings.KAFKA_GROUP_ID, topic: settings.KAFKA_TOPIC, commit: settings.CONSUMER_COMMIT }, 'joining');
  await member.start();
}
