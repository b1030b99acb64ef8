import { ConfigurationError } from './configuration-error.js';
import type { ClientOptions, ClientPort } from './client-port.js';

export type ClientName = ClientPort['name'];

/**
 * The client of KAFKA_CLIENT. Each is loaded only when it is chosen: librdkafka is native and optional, and what one does not use costs nothing.
 * @throws ConfigurationError when the package of the client is not there, or not built.
 */
export async function createClient(name: ClientName, options: ClientOptions): Promise<ClientPort> {
  if (name === 'kafkajs') {
    const { createKafkajsClient } = await import('./kafkajs/client.js');
    return createKafkajsClient(options);
  }
  const [{ loadBinding }, { createLibrdkafkaClient }] = await Promise.all([
    import('./librdkafka/binding.js'),
    import('./librdkafka/client.js'),
  ]);
  try {
    return createLibrdkafkaClient(await loadBinding(), options);
  } catch (error) {
    if (!(error instanceof Error) || !('isNotBuilt' in error)) throw error;
    throw new ConfigurationError([`KAFKA_CLIENT is "librdkafka", but ${error.message}`]);
  }
}
