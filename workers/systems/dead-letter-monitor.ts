import { Counter, Gauge } from 'prom-client';
import { deadLetterHeaders, producerDeadLetterHeaders } from '../dead-letter.js';
import type { OpensHandler } from '../handler.js';
import { headerText, type ConsumedRecord } from '../record.js';

const windowMs = 5 * 60_000;
const checkMs = 1_000;
/** Each pair of labels is a time series for ever: a reason that names an id must not make one a record. */
const mostSeries = 200;
const longestReason = 80;

/** Where a dead letter comes from and why it is one, whoever wrote it. */
export interface DeadLetterOrigin {
  readonly topic: string;
  readonly reason: string;
}

/** S11: counts dead letters by topic and reason, and raises an alert when more than CONSUMER_ALERT_ABOVE came in the last 5 min. */
export const deadLetterMonitor: OpensHandler = ({ alertAbove }, { logger, registry }) => {
  const total = new Counter({
    name: 'dead_letters_total',
    help: 'dead letters by the topic they come from, and why',
    labelNames: ['topic', 'reason'],
    registers: [registry],
  });
  const series = new Set<string>();
  const recent: (DeadLetterOrigin & { readonly at: number })[] = [];
  let isRaised = false;

  const look = (): void => {
    const since = Date.now() - windowMs;
    let gone = 0;
    while ((recent[gone]?.at ?? Infinity) < since) gone += 1;
    recent.splice(0, gone);
    if (recent.length > alertAbove && !isRaised) {
      isRaised = true;
      logger.error({ alert: 'dead-letters', recent: recent.length, above: alertAbove, by: summary(recent) }, 'alert: dead letters come in');
    } else if (recent.length <= alertAbove && isRaised) {
      isRaised = false;
      logger.info({ alert: 'dead-letters', recent: recent.length, above: alertAbove }, 'the alert is over');
    }
  };
  new Gauge({
    name: 'dead_letters_recent',
    help: 'dead letters of the last 5 min',
    registers: [registry],
    collect() {
      look();
      this.set(recent.length);
    },
  });
  new Gauge({
    name: 'dead_letter_alert',
    help: '1 while more dead letters than CONSUMER_ALERT_ABOVE came in the last 5 min',
    registers: [registry],
    collect() {
      this.set(isRaised ? 1 : 0);
    },
  });
  const clock = setInterval(look, checkMs);
  clock.unref();
  return {
    handle(record) {
      const origin = originOf(record);
      const name = `${origin.topic}\n${origin.reason}`;
      const isKnown = series.has(name) || series.size < mostSeries;
      if (isKnown) series.add(name);
      total.inc(isKnown ? { ...origin } : { topic: origin.topic, reason: 'other' });
      // When it died, not when we read it: a monitor that was away does not cry over what is long past.
      const at = Number(record.timestamp);
      let place = recent.length;
      while (place > 0 && (recent[place - 1]?.at ?? 0) > at) place -= 1;
      recent.splice(place, 0, { ...origin, at });
      look();
      return undefined;
    },
    close() {
      clearInterval(clock);
      return Promise.resolve();
    },
  };
};

/** Of a consumer's dead letter, of a producer's, or of anything else that somebody wrote there. */
export function originOf({ headers }: Pick<ConsumedRecord, 'headers'>): DeadLetterOrigin {
  return {
    topic:
      headerText(headers, deadLetterHeaders.originalTopic) ?? headerText(headers, producerDeadLetterHeaders.originalTopic) ?? 'unknown',
    reason: kindOf(headerText(headers, deadLetterHeaders.reason) ?? headerText(headers, producerDeadLetterHeaders.errorType) ?? 'unknown'),
  };
}

/** A reason without what differs from record to record: numbers, ids, what stands in quotes. */
function kindOf(reason: string): string {
  return reason
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '…')
    .replace(/"[^"]*"|'[^']*'/g, '…')
    .replace(/\d+(\.\d+)?/g, '…')
    .slice(0, longestReason);
}

function summary(origins: readonly DeadLetterOrigin[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { topic, reason } of origins) counts[`${topic}: ${reason}`] = (counts[`${topic}: ${reason}`] ?? 0) + 1;
  return Object.fromEntries(
    Object.entries(counts)
      .sort(([, a], [, b]) => b - a)
      .slice(0, 10),
  );
}
