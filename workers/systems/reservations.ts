import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Gauge } from 'prom-client';
import type { ApiResource } from '../api/resource.js';
import { ConfigurationError } from '../configuration-error.js';
import { PermanentError, type OpensHandler, type RecordContext } from '../handler.js';
import { padding, type MakesRecords } from '../producing/record-maker.js';
import { headerText, type ConsumedRecord } from '../record.js';
import { traceOf } from '../tracing.js';
import { eventOf, numberOf, textOf, type Event } from './event.js';
import type { Verdict, Wanted } from './reservation-book.js';

const mostGuests = 100;

/** S15: what is posted to /reservations. */
export const reservations: ApiResource = {
  path: '/reservations',
  name: 'reservation',
  keyField: 'restaurantId',
  fields: {
    restaurantId: {
      schema: { type: 'string', minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f]*$' },
      wanted: 'a text of 1 to 200 characters, such as "restaurant-7"',
    },
    slot: {
      schema: { type: 'string', format: 'date-time', maxLength: 40 },
      wanted: 'a time with its zone, such as "2026-12-31T20:00:00Z"',
    },
    partySize: {
      schema: { type: 'integer', minimum: 1, maximum: mostGuests },
      wanted: `a whole number of guests from 1 to ${mostGuests}, such as 4`,
    },
  },
};

/** A slot each half second of the clock, so that tables do not run out: two days of load, then the same slots come again. */
const slotMs = 500;
const slots = 345_600;
const firstSlot = Date.UTC(2027, 0, 1);
const halfHourMs = 1_800_000;
/** What everybody wants, and what is full after as many reservations as there are tables. */
const newYearsEve = '2026-12-31T20:00:00.000Z';

/** S15: a reservation at the restaurant that is the key. One in a hundred is for New Year's Eve: a double booking, once that is full. */
export const makeReservation: MakesRecords = ({ key, seq, correlationId, timestamp, recordBytes }) => {
  const slot = seq % 100 === 99 ? newYearsEve : new Date(firstSlot + (Math.floor(timestamp / slotMs) % slots) * halfHourMs).toISOString();
  const start = `{"reservationId":"${correlationId}","restaurantId":${JSON.stringify(key)},"slot":"${slot}","partySize":${1 + (seq % 8)},"note":"`;
  return { value: `${start}${padding(recordBytes, Buffer.byteLength(start) + 2)}"}` };
};

/** @throws PermanentError when the record is no reservation. */
function wantedOf(event: Event): Wanted {
  const slot = new Date(textOf(event, 'slot'));
  if (Number.isNaN(slot.getTime()))
    throw new PermanentError(`the field slot is ${JSON.stringify(event['slot'])}: a time is wanted, as ${newYearsEve}`);
  const partySize = numberOf(event, 'partySize');
  if (!Number.isInteger(partySize)) throw new PermanentError(`the field partySize is ${partySize}: a whole number is wanted`);
  return {
    reservationId: textOf(event, 'reservationId'),
    restaurantId: textOf(event, 'restaurantId'),
    slot: slot.toISOString(),
    partySize,
  };
}

/** Which request a record goes back to: of a batch, each verdict says its own. */
function origin({ headers }: ConsumedRecord): Record<string, string> {
  const correlationId = headerText(headers, 'correlation-id');
  return { ...traceOf(headers), ...(correlationId !== undefined && { 'correlation-id': correlationId }) };
}

/**
 * Checks and reserves under a database transaction, then says what it came to: what was turned away to CONSUMER_OUTPUT_TOPIC, what was
 * booked to CONSUMER_BOOKED_TOPIC. A double booking is a result, not an error. A record that comes again finds its verdict in the book, and
 * the same is said again.
 */
export const inventoryChecker: OpensHandler = async (settings, { logger, registry }) => {
  const { database, outputTopic, bookedTopic, workMs } = settings;
  if (database === undefined || outputTopic === undefined)
    throw new ConfigurationError(['inventory-checker needs DATABASE_URL, and CONSUMER_OUTPUT_TOPIC for what was booked twice: set both']);
  // PostgreSQL's client is loaded by whoever books, and by no other worker of this system.
  const { openReservationBook } = await import('./reservation-book.js');
  const book = openReservationBook({ ...database, applicationName: settings.clientId, logger });
  const decided = new Counter({ name: 'reservations_decided_total', help: 'verdicts', labelNames: ['verdict'], registers: [registry] });

  const say = async (event: Event, verdict: Verdict, record: ConsumedRecord, { publish }: RecordContext, headers = {}): Promise<void> => {
    decided.inc({ verdict });
    const topic = verdict === 'rejected' ? outputTopic : bookedTopic;
    if (topic === undefined) return;
    const reason = verdict === 'rejected' ? { reason: 'no table is free in this slot' } : {};
    await publish({ topic, key: record.key, value: JSON.stringify({ ...event, verdict, ...reason }), headers });
  };
  return {
    async handle(record, context) {
      const event = eventOf(record);
      const wanted = wantedOf(event);
      if (workMs > 0) await sleep(workMs);
      const [verdict = 'rejected'] = await book.book([wanted]);
      await say(event, verdict, record, context);
    },
    // One transaction, and one wait for what else the work is, for all of them: this is what carries 1 000 reservations a second.
    async handleBatch(records, context) {
      const events = records.map(eventOf);
      const wanted = events.map(wantedOf);
      if (workMs > 0) await sleep(workMs);
      const verdicts = await book.book(wanted);
      // Begun in their order, which keeps it for each restaurant; awaited together.
      await Promise.all(records.map((record, i) => say(events[i] ?? {}, verdicts[i] ?? 'rejected', record, context, origin(record))));
    },
    notReady: () => book.problem(),
    close: () => book.close(),
  };
};

/**
 * Tells the guest. Only a record with a verdict is a confirmation or a refusal; a reservation that nobody has decided about yet, as it
 * stands in reservations.created, is acknowledged and nothing more: to confirm it would confirm double bookings too.
 */
export const confirmationSender: OpensHandler = ({ workMs }, { logger, registry }) => {
  const sent = new Counter({
    name: 'confirmations_sent_total',
    help: 'messages to guests',
    labelNames: ['message'],
    registers: [registry],
  });
  const messages: Readonly<Record<string, string>> = { booked: 'confirmation', rejected: 'refusal' };
  return {
    async handle(record) {
      const event = eventOf(record);
      const reservationId = textOf(event, 'reservationId');
      const message = messages[String(event['verdict'])] ?? 'receipt';
      if (workMs > 0) await sleep(workMs);
      // A record that comes again sends again, under the same id: whoever delivers messages can drop the second.
      logger.debug({ messageId: `${message}-${reservationId}` }, 'sent');
      sent.inc({ message });
    },
  };
};

/** Each restaurant is a time series for ever, and their names come from outside. */
const mostSeries = 1_000;

/** How many reservations each restaurant was asked for. */
export const analyticsAggregator: OpensHandler = ({ workMs }, { registry }) => {
  const total = new Counter({
    name: 'reservations_total',
    help: 'reservations asked for',
    labelNames: ['restaurant'],
    registers: [registry],
  });
  const series = new Set<string>();
  const add = (event: Event): void => {
    const restaurant = textOf(event, 'restaurantId');
    const isShown = series.has(restaurant) || series.size < mostSeries;
    if (isShown) series.add(restaurant);
    total.inc({ restaurant: isShown ? restaurant : 'other' });
  };
  return handledTogether(workMs, add);
};

/** Which restaurants are asked for most; in memory, so a restart learns anew. */
export const recommendationUpdater: OpensHandler = ({ workMs }, { registry }) => {
  const wanted = new Map<string, number>();
  new Gauge({
    name: 'recommendation_top_share',
    help: 'share of the reservations seen that the most wanted restaurant has',
    registers: [registry],
    collect() {
      const counts = [...wanted.values()];
      const sum = counts.reduce((all, count) => all + count, 0);
      this.set(sum === 0 ? 0 : Math.max(...counts) / sum);
    },
  });
  return handledTogether(workMs, (event) => {
    const restaurant = textOf(event, 'restaurantId');
    if (wanted.has(restaurant) || wanted.size < mostSeries) wanted.set(restaurant, (wanted.get(restaurant) ?? 0) + 1);
  });
};

/** Work that takes as long for many records as for one, as one insert of many rows does. */
function handledTogether(workMs: number, add: (event: Event) => void): ReturnType<OpensHandler> {
  const handleBatch = async (records: readonly ConsumedRecord[]): Promise<void> => {
    // Read all before any counts: what cannot be read makes each be tried alone, and none is to count twice.
    const events = records.map(eventOf);
    for (const event of events) textOf(event, 'restaurantId');
    if (workMs > 0) await sleep(workMs);
    for (const event of events) add(event);
  };
  return { handle: (record) => handleBatch([record]), handleBatch };
}
