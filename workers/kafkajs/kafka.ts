import { Kafka } from 'kafkajs';
// Topics may be stored compressed (compression.type), so a consumer needs all of them whatever the producer does.
import './codecs.js';
import './corrections.js';
import { kafkajsLevel, kafkajsLog, type Logger } from '../logging.js';
import type { Security } from '../security.js';

/** How old metadata may grow, in ms: new partitions are noticed that late. Java's clients wait five minutes. */
export const metadataMaxAgeMs = 30_000;

/** @param requestTimeoutMs ms after which an unanswered request counts as failed. */
export function createKafka(
  bootstrapServers: string,
  clientId: string,
  requestTimeoutMs: number,
  logger: Logger,
  security: Security = {},
): Kafka {
  return new Kafka({
    ...security,
    brokers: bootstrapServers.split(','),
    clientId,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: 2_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 },
    logLevel: logger.isLevelEnabled('debug') ? kafkajsLevel.INFO : kafkajsLevel.WARN,
    logCreator: kafkajsLog(logger),
  });
}
