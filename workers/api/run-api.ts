import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { ClientError, type ClientPort } from '../client-port.js';
import { createClient } from '../clients.js';
import type { ApiSettings } from '../config.js';
import { ConfigurationError } from '../configuration-error.js';
import { evidenceWriter } from '../evidence.js';
import { createRegistry, listenProblem, probes } from '../http.js';
import { partitionOf } from '../keys.js';
import { producerHeader, sequenceHeader, type RecordId } from '../ledger.js';
import { end, exitOnUncaught, stopOnSignal } from '../lifecycle.js';
import { createLogger } from '../logging.js';
import type { Outgoing } from '../producing/outgoing.js';
import { offsetAt } from '../producing/delivery.js';
import { deliveryOptions } from '../producing/publisher-options.js';
import { createPublisher } from '../producing/publisher.js';
import { refusalOf } from '../refusal.js';
import { waitForTopics } from '../startup.js';
import { carriedOn, openTracing } from '../tracing.js';
import { createBreaker } from './breaker.js';
import { createIntake, NotTaken } from './intake.js';
import { createNumbering } from './numbering.js';
import type { ApiResource } from './resource.js';
import { createApiServer } from './server.js';

/** What may be posted, each in the file of its system. */
const resources: Readonly<Record<ApiSettings['API_RESOURCE'], () => Promise<ApiResource>>> = {
  orders: async () => (await import('../systems/order-api.js')).orders,
  reservations: async () => (await import('../systems/reservations.js')).reservations,
};

/** Ms for which a request waits for a full buffer: the caller can wait as well as we can. */
const maxBlockMs = 100;

/** Takes what is posted until a signal. It stays up without Kafka: a 503 that says why is worth more to a caller than a refused connection. */
export async function runApi(settings: ApiSettings): Promise<void> {
  const { KAFKA_CLIENT_ID: member, KAFKA_TOPIC: topic, KAFKA_BOOTSTRAP_SERVERS: bootstrapServers } = settings;
  const logger = createLogger(settings.LOG_LEVEL, { worker: 'api', clientId: member });
  exitOnUncaught(logger);
  const evidence = evidenceWriter(settings.EVIDENCE);
  const registry = createRegistry(member);
  const resource = await resources[settings.API_RESOURCE]();
  const tracing =
    settings.TRACES_ENDPOINT === ''
      ? carriedOn
      : await openTracing({ endpoint: settings.TRACES_ENDPOINT, service: `${resource.name}-api`, instance: member, logger });
  const refusal = (error: ClientError): string => refusalOf(error, { settings, topics: [topic], operation: 'Write' });
  let client: ClientPort;
  try {
    client = await createClient(settings.KAFKA_CLIENT, {
      bootstrapServers,
      clientId: member,
      requestTimeoutMs: settings.PRODUCER_REQUEST_TIMEOUT_MS,
      security: settings,
      logger,
    });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    logger.fatal({ problems: error.problems }, error.message);
    return end(2);
  }

  const stopping = new AbortController();
  /** Why nothing can be taken yet. */
  let waiting: string | undefined = `waiting for topic ${topic} at ${bootstrapServers}`;
  /** Only to tell which requests share a fate; which partition a record goes to is the publisher's to say. */
  let partitions = 0;
  const breaker = createBreaker();
  const identify = createNumbering(member);

  const publisher = createPublisher({
    ...deliveryOptions(settings),
    client,
    clientId: member,
    logger,
    registry,
    maxBlockMs,
    // Who posted is told.
    callerKeeps: true,
    events:
      evidence === undefined
        ? {}
        : {
            sending(records) {
              for (const record of records) evidence({ evidence: 'sent', t: Date.now(), member, ...idOf(record) });
            },
            acked(records, offsets) {
              for (const [i, record] of records.entries())
                evidence({ evidence: 'acked', t: Date.now(), member, ...idOf(record), offset: offsetAt(offsets, i) });
            },
            failed(records, { outcome, reason }) {
              for (const record of records) evidence({ evidence: 'failed', t: Date.now(), member, ...idOf(record), outcome, reason });
            },
          },
    onRefused(error) {
      logger.fatal({ error: error.code }, refusal(error));
      stop('Kafka refuses us', 2);
    },
  });

  const server = await createApiServer({
    resource,
    bodyBytes: settings.API_BODY_BYTES,
    take: createIntake({
      resource,
      topic,
      breaker,
      tracing,
      partitionOf: (key) => (partitions === 0 ? undefined : partitionOf(key, partitions)),
      notNow: () => waiting ?? (publisher.hasRoom() ? undefined : 'the buffer is full: Kafka takes less than comes in'),
      async publish({ key, value, headers, timestamp }) {
        const { seq, producer } = identify(key);
        const identity = { [sequenceHeader]: String(seq), [producerHeader]: producer };
        try {
          return await publisher.publish({ topic, key, value, headers: { ...headers, ...identity }, timestamp });
        } catch (error) {
          if (!(error instanceof ClientError)) throw error;
          const isTooLarge = error.code === 'MESSAGE_TOO_LARGE' || error.code === 'RECORD_LIST_TOO_LARGE';
          throw new NotTaken(error.message, error.isIndeterminate ? 'indeterminate' : 'rejected', error.kind === 'permanent', isTooLarge);
        }
      },
    }),
    probes: probes(
      () => publisher.problem(),
      // Not while Kafka is away: it is away for every replica, and a router without a ready one answers instead of us, without a reason.
      () => (stopping.signal.aborted ? 'stopping' : waiting),
      registry,
    ),
    health: () => (stopping.signal.aborted ? 'stopping' : (waiting ?? breaker.problem())),
    isStopping: () => stopping.signal.aborted,
    tracing,
    registry,
    logger,
  });
  try {
    await listen(server, settings.HTTP_PORT);
  } catch (error) {
    logger.fatal(listenProblem(settings.HTTP_PORT, error instanceof Error ? error : new Error(String(error))).message);
    return end(1);
  }
  const address = server.server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  logger.info({ port }, `serving POST ${resource.path}, /health, /live, /ready and /metrics`);

  const stop = stopOnSignal(
    {
      async stop() {
        stopping.abort();
        await sleep(settings.API_DRAIN_MS);
        // Waits for the requests in hand; each ends within the delivery timeout.
        await server.close();
        await publisher.close();
        await client.close();
        await tracing.close();
        evidence?.({ evidence: 'stopped', t: Date.now(), member, left: true });
      },
    },
    settings.SHUTDOWN_DEADLINE_MS,
    logger,
  );

  if (settings.KAFKA_STARTUP_DEADLINE_MS > 0)
    setTimeout(() => {
      if (waiting !== undefined)
        logger.error({ waitedMs: settings.KAFKA_STARTUP_DEADLINE_MS }, `${waiting}, still: POST ${resource.path} is answered 503`);
    }, settings.KAFKA_STARTUP_DEADLINE_MS).unref();
  try {
    const counts = await waitForTopics({
      client,
      topics: [topic],
      bootstrapServers,
      deadlineMs: 0,
      signal: stopping.signal,
      logger,
      refusal,
    });
    partitions = counts?.get(topic) ?? 0;
    if (partitions === 0) return;
    await publisher.ready(topic);
  } catch (error) {
    logger.fatal(error instanceof Error ? error.message : String(error));
    stop('Kafka refuses us', 2);
    return;
  }
  waiting = undefined;
  logger.info({ topic, partitions }, `taking ${resource.path.slice(1)} in`);
}

/** On every address, where there is no IPv6 too. */
async function listen(server: FastifyInstance, port: number): Promise<void> {
  try {
    await server.listen({ port, host: '::' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EAFNOSUPPORT')) throw error;
    await server.listen({ port, host: '0.0.0.0' });
  }
}

function idOf({ topic, partition, key, headers }: Outgoing): RecordId {
  return {
    topic,
    partition,
    key: key?.toString() ?? '',
    seq: Number(headers?.[sequenceHeader]),
    producer: String(headers?.[producerHeader]),
  };
}
