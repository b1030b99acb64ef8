import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Gauge } from 'prom-client';
import { createAccumulator } from './accumulator.js';
import { backOff } from '../backoff.js';
import type { ProducerSettings } from '../config.js';
import { createDelivery } from './delivery.js';
import { causeOf } from '../errors.js';
import { evidenceWriter } from '../evidence.js';
import { createRegistry, serveHttp } from '../http.js';
import { createKafka } from '../kafkajs/kafka.js';
import { securityOf } from '../security.js';
import { expandKeys } from '../keys.js';
import { end, exitOnUncaught, stopOnSignal } from '../lifecycle.js';
import { createLogger } from '../logging.js';
import { orderMaker } from './orders.js';
import { createSchedule } from './schedule.js';
import { createTransport, type Transport } from '../kafkajs/transport.js';

/** Records made in one turn of the event loop, so that answers and probes are heard while catching up. */
const mostInOneTurn = 500;

/** Runs the keyed producer until a signal, or until PRODUCER_RECORDS are through. `around` may wrap the transport. */
export async function runProducer(
  settings: ProducerSettings,
  around: (transport: Transport) => Transport = (transport) => transport,
): Promise<void> {
  const member = settings.KAFKA_CLIENT_ID;
  const topic = settings.KAFKA_TOPIC;
  const logger = createLogger(settings.LOG_LEVEL, { worker: 'producer', clientId: member });
  exitOnUncaught(logger);
  const evidence = evidenceWriter(settings.EVIDENCE);
  const registry = createRegistry(member);
  const labels = { topic };
  const metric = { registers: [registry], labelNames: ['topic'] };
  const sent = new Counter({ ...metric, name: 'kafka_producer_record_send_total', help: 'records acknowledged' });
  const errors = new Counter({ ...metric, name: 'kafka_producer_record_error_total', help: 'records given up' });
  const retries = new Counter({ ...metric, name: 'kafka_producer_record_retry_total', help: 'records sent again' });
  const exhausted = new Counter({
    ...metric,
    name: 'kafka_producer_buffer_exhausted_total',
    help: 'records that became due while the buffer was full',
  });
  for (const counter of [sent, errors, retries, exhausted]) counter.inc(labels, 0);

  const stopping = new AbortController();
  let partitions = 0;
  let made = 0;
  let acked = 0;
  let failed = 0;
  let lastAnswer = performance.now();

  const kafka = createKafka(settings.KAFKA_BOOTSTRAP_SERVERS, member, settings.PRODUCER_REQUEST_TIMEOUT_MS, logger, securityOf(settings));
  const transport = around(
    createTransport({
      kafka,
      topic,
      acks: settings.PRODUCER_ACKS,
      idempotent: settings.PRODUCER_IDEMPOTENCE === 'true',
      compression: settings.PRODUCER_COMPRESSION,
      requestTimeoutMs: settings.PRODUCER_REQUEST_TIMEOUT_MS,
      onPartitions: (count) => {
        // Partitions only ever grow; a smaller count is metadata that is older.
        if (count <= partitions) return;
        logger.warn(
          { topic, from: partitions, to: count },
          'the number of partitions has changed: most keys move, and a moved key keeps no order across the change until its old partition is read to the end',
        );
        partitions = count;
      },
    }),
  );
  const delivery = createDelivery(transport, settings.PRODUCER_DELIVERY_TIMEOUT_MS, {
    sending(records) {
      if (evidence !== undefined) for (const { id } of records) evidence({ evidence: 'sent', t: Date.now(), member, ...id });
    },
    acked(records, offsets) {
      lastAnswer = performance.now();
      acked += records.length;
      sent.inc(labels, records.length);
      if (evidence !== undefined)
        for (const [i, { id }] of records.entries())
          evidence({ evidence: 'acked', t: Date.now(), member, ...id, offset: offsets[i] ?? -1 });
    },
    retrying(records, error) {
      lastAnswer = performance.now();
      retries.inc(labels, records.length);
      logger.warn(
        { partition: records[0]?.id.partition, records: records.length, reason: error.message },
        'not acknowledged, sending again',
      );
    },
    failed(records, outcome, reason) {
      lastAnswer = performance.now();
      failed += records.length;
      errors.inc(labels, records.length);
      logger.error({ partition: records[0]?.id.partition, records: records.length, outcome, reason }, 'records given up');
      if (evidence !== undefined)
        for (const { id } of records) evidence({ evidence: 'failed', t: Date.now(), member, ...id, outcome, reason });
    },
  });
  const accumulator = createAccumulator({
    lingerMs: settings.PRODUCER_LINGER_MS,
    batchBytes: settings.PRODUCER_BATCH_BYTES,
    bufferBytes: settings.PRODUCER_BUFFER_BYTES,
    deliver: delivery,
  });
  new Gauge({
    name: 'kafka_producer_buffer_available_bytes',
    help: 'bytes of the buffer not in use',
    registers: [registry],
    collect() {
      this.set(settings.PRODUCER_BUFFER_BYTES - accumulator.usedBytes());
    },
  });

  // Twice the longest an attempt may take; without anything to deliver there is no progress to expect.
  const stuckMs = 2 * settings.PRODUCER_REQUEST_TIMEOUT_MS + 10_000;
  const http = await serveHttp(
    settings.HTTP_PORT,
    () => {
      if (accumulator.usedBytes() === 0) lastAnswer = performance.now();
      const silent = performance.now() - lastAnswer;
      return silent > stuckMs ? `no answer and no failure for ${Math.round(silent)} ms` : undefined;
    },
    () => (stopping.signal.aborted ? 'stopping' : partitions === 0 ? `waiting for topic ${topic}` : undefined),
    registry,
  ).catch((error: unknown) => {
    logger.fatal(causeOf(error).message);
    return end(1);
  });
  logger.info({ port: http.port }, 'serving /live, /ready and /metrics');

  let producing: Promise<void> = Promise.resolve();
  const stop = stopOnSignal(
    {
      async stop() {
        stopping.abort();
        await producing;
        await accumulator.flush();
        await transport.close();
        http.close();
        logger.info({ made, acked, failed }, 'flushed');
        evidence?.({ evidence: 'stopped', t: Date.now(), member, left: true });
      },
    },
    settings.SHUTDOWN_DEADLINE_MS,
    logger,
  );

  const findPartitions = async (): Promise<number> => {
    const admin = kafka.admin();
    try {
      for (let attempt = 0; !stopping.signal.aborted; attempt += 1) {
        try {
          await admin.connect();
          const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
          const count = topics[0]?.partitions.length ?? 0;
          if (count > 0) return count;
        } catch (error) {
          logger.warn(
            { topic, bootstrap: settings.KAFKA_BOOTSTRAP_SERVERS, reason: causeOf(error).message },
            'the topic is not there yet, trying again',
          );
        }
        await backOff(attempt, stopping.signal);
      }
      return 0;
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  };

  const whenStopping = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => {
      resolve();
    });
  });
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
    const keys = expandKeys(settings.PRODUCER_KEYS);
    const makeOrder = orderMaker(topic, keys, `${member}/${Date.now()}`, settings.PRODUCER_RECORD_BYTES);
    partitions = await findPartitions();
    if (partitions === 0) return;
    logger.info({ topic, partitions, keys: keys.length, rate: settings.PRODUCER_RATE }, 'producing');
    const schedule = createSchedule(settings.PRODUCER_RATE, settings.PRODUCER_RECORDS, performance.now());
    while (!stopping.signal.aborted) {
      let room = accumulator.hasRoom();
      for (let n = Math.min(schedule.due(performance.now()), mostInOneTurn); n > 0 && room; n -= 1) {
        accumulator.append(makeOrder(partitions));
        schedule.take();
        made += 1;
        room = accumulator.hasRoom();
      }
      if (settings.PRODUCER_RECORDS > 0 && made >= settings.PRODUCER_RECORDS) return;
      if (!room) {
        const since = performance.now();
        sayFull();
        while (!accumulator.hasRoom() && !stopping.signal.aborted) await Promise.race([accumulator.room(), whenStopping]);
        const pausedMs = performance.now() - since;
        schedule.skip(pausedMs);
        exhausted.inc(labels, (pausedMs * settings.PRODUCER_RATE) / 1000);
      }
      await sleep(schedule.wait(performance.now()), undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };

  producing = produce();
  await producing;
  if (stopping.signal.aborted) return;
  await accumulator.flush();
  stop('all records are through', failed === 0 ? 0 : 1);
}
