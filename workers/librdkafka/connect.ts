import { answerOf, type NativeClient, type NativeMetadata } from './binding.js';

/**
 * One question to the brokers waits so long, in ms. The binding asks in one of Node's four threads for such work, which others wait for then,
 * and so does the end of the process.
 */
export const questionMs = 2_000;

/**
 * Starts a client of librdkafka, which from now on looks for its brokers until it is closed. The binding's own `connect` asks for metadata too
 * and destroys the client when no broker answers in time; here brokers may come later, so it is given an answer at once.
 */
export async function open(client: NativeClient): Promise<void> {
  const asking = client as { getMetadata?: NativeClient['getMetadata'] };
  asking.getMetadata = (_, done) => {
    done(null, { topics: [] });
  };
  try {
    await answerOf((done) => {
      client.connect({ timeout: 1_000 }, done);
    });
  } finally {
    delete asking.getMetadata;
  }
}

/** Resolves when it is closed, or after `timeoutMs`: what is still held then is given back with the process. */
export async function close(client: NativeClient, timeoutMs: number): Promise<boolean> {
  if (!client.isConnected()) return true;
  return new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => {
      resolve(false);
    }, timeoutMs);
    client.disconnect(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** Partitions of a topic as a broker tells them; 0 when it knows no such topic. Rejects with `NativeError`. */
export async function partitionsOf(client: NativeClient, topic: string): Promise<number> {
  const found = await new Promise<NativeMetadata>((resolve, reject) => {
    client.getMetadata({ topic, timeout: questionMs }, (error, metadata) => {
      if (error) reject(error);
      else resolve(metadata);
    });
  });
  return found.topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
}
