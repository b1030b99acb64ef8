import { ClientError, type ClientOptions, type ClientPort } from '../client-port.js';
import { securityOf } from '../security.js';
import { clientErrorOf } from './client-error.js';
import { createKafka } from './kafka.js';
import { createMembership } from './membership.js';
import { createTransactions } from './transactions.js';
import { createTransport } from './transport.js';

/** The port on kafkajs. @throws ConfigurationError naming the variable whose file cannot be read. */
export function createKafkajsClient(options: ClientOptions): ClientPort {
  const security = securityOf(options.security);
  // A Kafka of its own for each: kafkajs shares committed offsets within one, those of a transaction that is aborted later included.
  const kafka = (): ReturnType<typeof createKafka> =>
    createKafka(options.bootstrapServers, options.clientId, options.requestTimeoutMs, options.logger, security);
  return {
    name: 'kafkajs',
    async partitionsOf(topic) {
      const admin = kafka().admin();
      try {
        await admin.connect();
        const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
        const count = topics[0]?.partitions.length ?? 0;
        if (count === 0) throw new ClientError(`topic ${topic} has no partitions yet`, 'UNKNOWN_TOPIC_OR_PARTITION', 'retriable', false);
        return count;
      } catch (error) {
        throw clientErrorOf(error);
      } finally {
        await admin.disconnect().catch(() => undefined);
      }
    },
    createMembership: (membership) => createMembership(kafka(), membership),
    createTransport: (transport) =>
      createTransport(
        {
          bootstrapServers: options.bootstrapServers,
          clientId: options.clientId,
          requestTimeoutMs: options.requestTimeoutMs,
          security,
          logger: kafka().logger(),
        },
        transport,
      ),
    createTransactions: (transactions) => createTransactions(kafka(), transactions),
    close: () => Promise.resolve(),
  };
}
