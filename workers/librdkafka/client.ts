import type { ClientOptions, ClientPort, Membership } from '../client-port.js';
import type { Binding, NativeProducer } from './binding.js';
import { clientError, createErrorNames } from './client-error.js';
import { close, open, partitionsOf, questionMs } from './connect.js';
import { createMembership, type LibrdkafkaMembership } from './membership.js';
import { commonSettings } from './settings.js';
import { createTransactions } from './transactions.js';
import { createTransport, type ClientContext } from './transport.js';
import { watchTroubles, type Troubles } from './troubles.js';

/**
 * The port on librdkafka.
 * @throws ConfigurationError naming the variable whose file cannot be read.
 */
export function createLibrdkafkaClient(binding: Binding, options: ClientOptions): ClientPort {
  const { logger } = options;
  const names = createErrorNames(binding);
  const context: ClientContext = { binding, names, common: commonSettings(options), logger };
  const memberships = new WeakMap<Membership, LibrdkafkaMembership>();
  let asking: { readonly producer: NativeProducer; readonly opened: Promise<void>; readonly troubles: Troubles } | undefined;
  let refuse: (error: Error) => void = () => undefined;

  /** For questions only; made at the first. */
  const ask = (): NonNullable<typeof asking> => {
    if (asking !== undefined) return asking;
    const producer = new binding.Producer(context.common, {});
    const troubles = watchTroubles(producer, logger, (error) => {
      refuse(error);
    });
    asking = { producer, troubles, opened: open(producer) };
    return asking;
  };

  return {
    name: 'librdkafka',
    async partitionsOf(topic) {
      const { producer, opened, troubles } = ask();
      await opened;
      const refused = new Promise<never>((_, reject) => {
        refuse = reject;
      });
      refused.catch(() => undefined);
      try {
        const count = await Promise.race([refused, partitionsOf(producer, topic)]);
        troubles.forget();
        // Metadata as the binding gives it has no errors in it: why there is no such topic is another question.
        return count > 0 ? count : await Promise.race([refused, describe(binding, producer, topic)]);
      } catch (error) {
        // That no broker answered is less than why the connections failed. librdkafka says that once in 30 s, so an older reason counts.
        const known = names.clientErrorOf(error);
        throw known.kind === 'retriable' ? (troubles.last() ?? known) : known;
      }
    },
    createMembership(of) {
      const membership = createMembership(context, of);
      memberships.set(membership, membership);
      return membership;
    },
    createTransport: (of) => createTransport(context, of),
    createTransactions(of) {
      const membership = memberships.get(of.membership);
      if (membership === undefined) throw new Error('the membership is of another client');
      return createTransactions(context, membership, of);
    },
    async close() {
      if (asking !== undefined) await close(asking.producer, 5_000);
    },
  };
}

/** Partitions of a topic; rejects with the brokers' error where there are none. */
function describe(binding: Binding, producer: NativeProducer, topic: string): Promise<number> {
  return new Promise((resolve, reject) => {
    binding.AdminClient.createFrom(producer).describeTopics([topic], { timeout: questionMs }, (error, found) => {
      const refusal = error ?? found[0]?.error;
      const count = found?.[0]?.partitions.length ?? 0;
      if (refusal) reject(refusal);
      else if (count === 0) reject(clientError('UNKNOWN_TOPIC_OR_PARTITION', `the brokers know no topic ${topic}`));
      else resolve(count);
    });
  });
}
