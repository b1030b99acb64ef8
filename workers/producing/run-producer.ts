import { setTimeout as sleep } from 'node:timers/promises';
import type { Transport } from '../client-port.js';
import { createClient } from '../clients.js';
import type { ProducerSettings } from '../config.js';
import { ConfigurationError } from '../configuration-error.js';
import { causeOf } from '../errors.js';
import { evidenceWriter } from '../evidence.js';
import { createFailureLog } from '../failure-log.js';
import { createRegistry, serveHttp } from '../http.js';
import { expandKeys } from '../keys.js';
import type { RecordId } from '../ledger.js';
import { end, exitOnUncaught, stopOnSignal } from '../lifecycle.js';
import { createLogger } from '../logging.js';
import { refusalOf } from '../refusal.js';
import { StartupError, waitForTopics } from '../startup.js';
import { makers } from '../systems/makers.js';
import type { Outgoing } from './outgoing.js';
import { offsetAt } from './delivery.js';
import { producerMetrics } from './producer-metrics.js';
import { deliveryOptions } from './publisher-options.js';
import { createPublisher } from './publisher.js';
import { fillerRecords, numberedRecords, type FillerRecord, type NumberedRecord } from './record-maker.js';
import { createSchedule } from './schedule.js';

/** Records made in one turn of the event loop, so that answers and probes are heard while catching up. */
const mostInOneTurn = 500;
/** Up to this rate, in records a second, a person can read a line for each record. */
const readableRate = 10;
/** Before SHUTDOWN_DEADLINE_MS, in ms: what is not acknowledged by then goes to the failure log. */
const abandonMs = 1_000;

/** Runs the producer until a signal, or until PRODUCER_RECORDS are through. `around` may wrap the transport. */
export async function runProducer(settings: ProducerSettings, around?: (transport: Transport) => Transport): Promise<void> {
  const member = settings.KAFKA_CLIENT_ID;
  const topic = settings.KAFKA_TOPIC;
  const identity = `${member}/${Date.now()}`;
  const logger = createLogger(settings.LOG_LEVEL, { worker: 'producer', clientId: member });
  exitOnUncaught(logger);
  const evidence = evidenceWriter(settings.EVIDENCE);
  const registry = createRegistry(member);
  const stopping = new AbortController();
  const whenStopping = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => {
      resolve();
    });
  });
  let partitions = 0;
  let made = 0;
  let acked = 0;
  let failed = 0;

  const fail = (error: unknown): never => {
    if (error instanceof StartupError) {
      logger.fatal(error.message);
      return end(error.exitCode);
    }
    if (error instanceof ConfigurationError) {
      logger.fatal({ problems: error.problems }, error.message);
      return end(2);
    }
    logger.fatal(causeOf(error).message);
    return end(1);
  };

  const client = await createClient(settings.KAFKA_CLIENT, {
    bootstrapServers: settings.KAFKA_BOOTSTRAP_SERVERS,
    clientId: member,
    requestTimeoutMs: settings.PRODUCER_REQUEST_TIMEOUT_MS,
    security: settings,
    logger,
  }).catch(fail);
  const delivery = deliveryOptions(settings);
  const refusal = (error: Parameters<typeof refusalOf>[0]): string =>
    refusalOf(error, {
      settings,
      topics: [topic],
      operation: 'Write',
      writes: [delivery.retryTopic, delivery.deadLetterTopic].filter((name) => name !== undefined),
    });
  const failureLog = await Promise.resolve(settings.FAILURE_LOG_DIR)
    .then((dir) => (dir === '' ? undefined : createFailureLog(dir)))
    .catch(fail);

  const idOf = (record: Outgoing): RecordId => ({
    topic: record.topic,
    partition: record.partition,
    key: record.key?.toString() ?? '',
    seq: record.seq ?? -1,
    producer: identity,
  });
  const deliveryLevel = settings.PRODUCER_RATE <= readableRate ? 'info' : 'debug';
  const saysDeliveries = logger.isLevelEnabled(deliveryLevel);
  const publisher = createPublisher({
    ...delivery,
    client,
    clientId: member,
    logger,
    registry,
    around,
    failureLog,
    onRefused: (error) => {
      stopping.abort();
      void publisher.abandon(refusal(error)).then(() => {
        logger.fatal({ code: error.code, made, acked, failed }, refusal(error));
        evidence?.({ evidence: 'stopped', t: Date.now(), member, left: true });
        end(2);
      });
    },
    events: {
      sending(records) {
        if (evidence !== undefined) for (const record of records) evidence({ evidence: 'sent', t: Date.now(), member, ...idOf(record) });
      },
      acked(records, offsets) {
        acked += records.length;
        if (evidence === undefined && !saysDeliveries) return;
        for (const [i, record] of records.entries()) {
          const offset = offsetAt(offsets, i);
          evidence?.({ evidence: 'acked', t: Date.now(), member, ...idOf(record), offset });
          if (saysDeliveries)
            logger[deliveryLevel](
              {
                topic,
                partition: record.partition,
                offset,
                timestamp: new Date(record.timestamp).toISOString(),
                key: record.key?.toString(),
              },
              'delivered',
            );
        }
      },
      failed(records, { outcome, reason }, keptIn) {
        failed += records.length;
        if (evidence === undefined) return;
        for (const record of records) evidence({ evidence: 'failed', t: Date.now(), member, ...idOf(record), outcome, reason, keptIn });
      },
    },
  });

  const http = await serveHttp(
    settings.HTTP_PORT,
    () => publisher.problem(),
    () => (stopping.signal.aborted ? 'stopping' : partitions === 0 ? `waiting for topic ${topic}` : undefined),
    registry,
  ).catch(fail);
  logger.info({ port: http.port }, 'serving /live, /ready and /metrics');

  let producing: Promise<void> = Promise.resolve();
  const stop = stopOnSignal(
    {
      async stop() {
        stopping.abort();
        await producing;
        let inTime = true;
        const late = setTimeout(() => {
          inTime = false;
          void publisher.abandon('the process had to end');
        }, settings.SHUTDOWN_DEADLINE_MS - abandonMs);
        await publisher.flush();
        clearTimeout(late);
        await Promise.race([publisher.close(), sleep(abandonMs / 2)]);
        await client.close();
        http.close();
        logger.info({ made, acked, failed }, 'flushed');
        evidence?.({ evidence: 'stopped', t: Date.now(), member, left: true });
        if (!inTime)
          throw new Error(`not all records were acknowledged within the ${settings.SHUTDOWN_DEADLINE_MS} ms of SHUTDOWN_DEADLINE_MS`);
      },
    },
    settings.SHUTDOWN_DEADLINE_MS,
    logger,
  );

  // Brokers slower than the rate fill the buffer again and again: once in ten seconds is enough to know.
  let saidFull = -Infinity;
  const sayFull = (): void => {
    if (performance.now() - saidFull < 10_000) return;
    saidFull = performance.now();
    logger.warn(
      { bufferBytes: settings.PRODUCER_BUFFER_BYTES },
      'the buffer is full: pausing while the brokers take nothing; what becomes due meanwhile is not made up for',
    );
  };

  const produce = async (): Promise<void> => {
    const found = await waitForTopics({
      client,
      topics: [topic],
      bootstrapServers: settings.KAFKA_BOOTSTRAP_SERVERS,
      deadlineMs: settings.KAFKA_STARTUP_DEADLINE_MS,
      signal: stopping.signal,
      logger,
      refusal,
    }).catch(fail);
    if (found === undefined) return;
    partitions = await publisher.ready(topic);
    const own = settings.PRODUCER_PARTITIONS === '' ? undefined : settings.PRODUCER_PARTITIONS.split(',').map(Number);
    const missing = own?.filter((partition) => partition >= partitions) ?? [];
    if (missing.length > 0)
      return fail(
        new ConfigurationError([
          `PRODUCER_PARTITIONS is "${settings.PRODUCER_PARTITIONS}", but ${topic} has partitions 0 to ${partitions - 1}: leave out ${missing.join(', ')}, or give the topic more`,
        ]),
      );
    const keys = expandKeys(settings.PRODUCER_KEYS);
    const next = await recordsOf(settings, keys, identity);
    if (next === undefined) return fail(new ConfigurationError([`PRODUCER_RECORD is "${settings.PRODUCER_RECORD}", which nothing makes`]));
    const exhausted = producerMetrics(registry).exhausted;
    logger.info({ topic, partitions, keys: keys.length, rate: settings.PRODUCER_RATE, record: settings.PRODUCER_RECORD }, 'producing');
    const schedule = createSchedule(settings.PRODUCER_RATE, settings.PRODUCER_RECORDS, performance.now());
    while (!stopping.signal.aborted) {
      let room = publisher.hasRoom();
      for (let n = Math.min(schedule.due(performance.now()), mostInOneTurn); n > 0 && room; n -= 1) {
        const record = next();
        if (record.problem === undefined) publisher.append(record, record.seq, own);
        else publisher.refuse(record, record.problem, record.seq);
        schedule.take();
        made += 1;
        room = publisher.hasRoom();
      }
      if (settings.PRODUCER_RECORDS > 0 && made >= settings.PRODUCER_RECORDS) return;
      if (!room) {
        const since = performance.now();
        sayFull();
        while (!publisher.hasRoom() && !stopping.signal.aborted) await Promise.race([publisher.room(), whenStopping]);
        const pausedMs = performance.now() - since;
        schedule.skip(pausedMs);
        exhausted.inc({ topic }, (pausedMs * settings.PRODUCER_RATE) / 1000);
      }
      await sleep(schedule.wait(performance.now()), undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };

  producing = produce();
  await producing;
  if (stopping.signal.aborted) return;
  await publisher.flush();
  stop('all records are through', failed === 0 ? 0 : 1);
}

/** What makes the records, one a call; undefined when nothing does. */
async function recordsOf(
  settings: ProducerSettings,
  keys: readonly string[],
  producer: string,
): Promise<(() => NumberedRecord | FillerRecord) | undefined> {
  const options = {
    topic: settings.KAFKA_TOPIC,
    keys,
    isKeyed: settings.PRODUCER_KEYED === 'true',
    producer,
    recordBytes: settings.PRODUCER_RECORD_BYTES,
    poisonEvery: settings.PRODUCER_POISON_EVERY,
  };
  if (settings.PRODUCER_RECORD === 'bytes') return fillerRecords(options);
  const make = await makers[settings.PRODUCER_RECORD]?.();
  return make === undefined ? undefined : numberedRecords(make, options);
}
