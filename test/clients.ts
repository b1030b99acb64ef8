import { createRequire } from 'node:module';

/** The clients a suite is for. */
export const clientNames = ['kafkajs', 'librdkafka'] as const;
export type ClientName = (typeof clientNames)[number];

/**
 * Whether a suite can run on the client. MUSTER_CLIENTS=kafkajs,librdkafka, as in CI, makes one that is not built a failure and no gap; elsewhere
 * its tests are skipped, by a name that says so.
 */
export function isBuilt(client: ClientName): boolean {
  if (client === 'kafkajs') return true;
  try {
    createRequire(import.meta.url)('@confluentinc/kafka-javascript');
    return true;
  } catch (error) {
    if ((process.env['MUSTER_CLIENTS'] ?? '').split(',').includes(client))
      throw new Error(`MUSTER_CLIENTS asks for ${client}, which is not built: npm run build:librdkafka`, { cause: error });
    return false;
  }
}

/** For the name of a suite. */
export function titleOf(client: ClientName): string {
  return isBuilt(client) ? client : `${client} (skipped: not built here, npm run build:librdkafka)`;
}
