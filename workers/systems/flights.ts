import { setTimeout as sleep } from 'node:timers/promises';
import { Gauge } from 'prom-client';
import type { OpensHandler } from '../handler.js';
import { padding, type MakesRecords } from '../producing/record-maker.js';
import { eventOf, numberOf, textOf } from './event.js';

/** S2: where a flight is. It crosses the map in 180 records, each flight on a line of its own. */
export const makeFlightPosition: MakesRecords = ({ key, seq, timestamp, recordBytes }) => {
  const latitude = 40 + ((key.length * 7 + seq) % 150) / 10;
  const longitude = -180 + ((seq * 2) % 360);
  const altitude = 9_000 + ((seq * 100) % 3_000);
  const start = `{"flight":${JSON.stringify(key)},"latitude":${latitude},"longitude":${longitude},"altitude_m":${altitude},"seen_at":${timestamp},"note":"`;
  return { value: `${start}${padding(recordBytes, Buffer.byteLength(start) + 2)}"}` };
};

/** Flights that are remembered at most, the longest unseen forgotten first. */
const mostFlights = 100_000;

/** S2: takes the positions of one feed in. A position that cannot be is a dead letter, and is never passed over in silence. */
export const flightProcessor: OpensHandler = ({ workMs }, { registry }) => {
  const lastSeen = new Map<string, number>();
  new Gauge({
    name: 'flights_tracked',
    help: 'flights of which this member has seen a position',
    registers: [registry],
    collect() {
      this.set(lastSeen.size);
    },
  });
  return {
    async handle(record) {
      const event = eventOf(record);
      const flight = textOf(event, 'flight');
      numberOf(event, 'latitude', -90, 90);
      numberOf(event, 'longitude', -180, 180);
      const seenAt = numberOf(event, 'seen_at', 0);
      if (workMs > 0) await sleep(workMs);
      const known = lastSeen.get(flight) ?? 0;
      // A record that comes again after a crash is older than what is known: it must not turn a flight back.
      if (seenAt < known) return;
      lastSeen.delete(flight);
      lastSeen.set(flight, seenAt);
      const [oldest] = lastSeen.keys();
      if (lastSeen.size > mostFlights && oldest !== undefined) lastSeen.delete(oldest);
    },
  };
};
