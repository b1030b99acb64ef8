import { backOff } from './backoff.js';
import { ClientError, type ClientPort } from './client-port.js';
import type { Logger } from './logging.js';
import { sayAgainMs } from './once-in-a-while.js';

/** The process cannot begin; the worker says it in one line and ends with the code. */
export class StartupError extends Error {
  constructor(
    message: string,
    /** 2: Kafka refuses us, and a person must change something; 3: not there within the deadline. */
    readonly exitCode: 2 | 3,
  ) {
    super(message);
    this.name = 'StartupError';
  }
}

export interface StartupOptions {
  readonly client: Pick<ClientPort, 'partitionsOf'>;
  readonly topics: readonly string[];
  /** For the message. */
  readonly bootstrapServers: string;
  /** KAFKA_STARTUP_DEADLINE_MS; 0: for ever. */
  readonly deadlineMs: number;
  /** Aborted: stop waiting. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** What to say when Kafka refuses us. */
  readonly refusal: (error: ClientError) => string;
}

/**
 * Waits until Kafka answers and has the topics; resolves with their numbers of partitions, undefined when it was told to stop.
 * @throws StartupError
 */
export async function waitForTopics(options: StartupOptions): Promise<ReadonlyMap<string, number> | undefined> {
  const { client, topics, bootstrapServers, deadlineMs, signal, logger } = options;
  const since = performance.now();
  const deadline = deadlineMs === 0 ? Infinity : since + deadlineMs;
  const counts = new Map<string, number>();
  let saidAt = -Infinity;
  for (const topic of topics) {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        counts.set(topic, await client.partitionsOf(topic));
        break;
      } catch (thrown) {
        if (!(thrown instanceof ClientError)) throw thrown;
        if (thrown.kind === 'configuration') throw new StartupError(options.refusal(thrown), 2);
        const isMissing = thrown.code === 'UNKNOWN_TOPIC_OR_PARTITION';
        const what = isMissing
          ? `there is no topic ${topic} at ${bootstrapServers}`
          : `no broker answers at ${bootstrapServers} (${thrown.code}: ${thrown.message})`;
        const remedy = isMissing
          ? 'create it, as a KafkaTopic with that name, or set KAFKA_TOPIC to one that is there'
          : 'check KAFKA_BOOTSTRAP_SERVERS, the listener behind it and its KAFKA_SECURITY_PROTOCOL, and that the brokers run';
        const now = performance.now();
        if (now >= deadline)
          throw new StartupError(`${what}, and there was none for the ${deadlineMs} ms of KAFKA_STARTUP_DEADLINE_MS: ${remedy}`, 3);
        if (now - saidAt >= sayAgainMs) {
          saidAt = now;
          logger.warn({ topic, bootstrap: bootstrapServers, waitedMs: Math.round(now - since) }, `waiting: ${what}; ${remedy}`);
        }
        await backOff(attempt, signal);
      }
    }
  }
  return signal.aborted ? undefined : counts;
}
