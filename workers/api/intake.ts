import { randomUUID } from 'node:crypto';
import type { TracedWork, Tracing } from '../tracing.js';
import type { Breaker } from './breaker.js';
import { idOf } from './record-id.js';
import type { ApiResource, Body } from './resource.js';

export interface Posted {
  readonly body: Body;
  /** Absent: one is made, and told with an answer that needs it. */
  readonly idempotencyKey: string | undefined;
  readonly correlationId: string;
  readonly work: TracedWork;
}

/** What became of what was posted. */
export type Outcome =
  | { readonly kind: 'taken'; readonly id: string }
  | {
      /** Kafka does not take it now. `isIndeterminate`: it may have been taken all the same. */
      readonly kind: 'not-now';
      readonly id: string;
      readonly idempotencyKey: string;
      readonly isIndeterminate: boolean;
      readonly reason: string;
      readonly retryAfterS: number;
    }
  /** It cannot be written as JSON again. */
  | { readonly kind: 'unwritable'; readonly reason: string }
  /** Kafka will never take it. */
  | { readonly kind: 'never'; readonly isTooLarge: boolean; readonly reason: string };

export interface KeyedRecord {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timestamp: number;
}

/** How a record was not taken. */
export class NotTaken extends Error {
  override name = 'NotTaken';
  constructor(
    message: string,
    readonly outcome: 'rejected' | 'indeterminate',
    /** Kafka will never take this one, whereas others may come through. */
    readonly isOfRecord: boolean,
    readonly isTooLarge: boolean,
  ) {
    super(message);
  }
}

export interface IntakeOptions {
  readonly resource: ApiResource;
  readonly topic: string;
  readonly breaker: Breaker;
  readonly tracing: Tracing;
  /** The partition a key goes to; undefined while the topic is not known. */
  readonly partitionOf: (key: string) => number | undefined;
  /** Why nothing is taken at all now, the buffer is full say. */
  readonly notNow: () => string | undefined;
  /** Resolves when Kafka has acknowledged; rejects with `NotTaken`. */
  readonly publish: (record: KeyedRecord) => Promise<{ readonly partition: number; readonly offset: number }>;
}

/** Seconds after which a refused request is worth repeating. */
const retryAfterS = 1;

/** Makes a record of what was posted, and sees it acknowledged. Never rejects for a reason that has to do with Kafka. */
export function createIntake(options: IntakeOptions): (posted: Posted) => Promise<Outcome> {
  const { resource, topic, breaker, tracing, partitionOf, notNow, publish } = options;
  return async ({ body, idempotencyKey = randomUUID(), correlationId, work }) => {
    const key = String(body[resource.keyField]);
    const id = idOf(resource.path, key, idempotencyKey);
    const refused = (reason: string, isIndeterminate: boolean): Outcome => ({
      kind: 'not-now',
      id,
      idempotencyKey,
      isIndeterminate,
      reason,
      retryAfterS,
    });
    const timestamp = Date.now();
    let value: string;
    try {
      value = JSON.stringify({ ...body, [`${resource.name}Id`]: id, createdAt: new Date(timestamp).toISOString() });
    } catch (error) {
      // What nests thousands deep is read by a parser, and is too much for who writes it.
      if (!(error instanceof RangeError)) throw error;
      return {
        kind: 'unwritable',
        reason: 'the body is nested too deeply: send lists and objects within each other a hundred deep at most',
      };
    }
    const reason = notNow();
    if (reason !== undefined) return refused(reason, false);
    const partition = partitionOf(key);
    if (partition === undefined) return refused(`topic ${topic} is not there yet`, false);
    const closed = breaker.refuses(partition);
    if (closed !== undefined) return refused(closed, false);
    const sending = tracing.begin(`send ${topic}`, 'producer', work.headers, {
      'messaging.system': 'kafka',
      'messaging.operation.type': 'send',
      'messaging.operation.name': 'send',
      'messaging.destination.name': topic,
      'messaging.kafka.message.key': key,
      'messaging.message.conversation_id': correlationId,
    });
    try {
      const published = await publish({
        key,
        value,
        headers: {
          'correlation-id': correlationId,
          source: `${resource.name}-api`,
          timestamp: new Date(timestamp).toISOString(),
          ...sending.headers,
        },
        timestamp,
      });
      breaker.succeeded(partition);
      sending.set({
        'messaging.destination.partition.id': String(published.partition),
        'messaging.kafka.offset': published.offset,
      });
      sending.end();
      return { kind: 'taken', id };
    } catch (error) {
      sending.end(error instanceof Error ? error : new Error(String(error)));
      if (!(error instanceof NotTaken)) throw error;
      if (error.isOfRecord) {
        // Kafka has answered: what is wrong with this record says nothing about the next.
        breaker.succeeded(partition);
        return { kind: 'never', isTooLarge: error.isTooLarge, reason: error.message };
      }
      breaker.failed(partition, error.message);
      return refused(error.message, error.outcome === 'indeterminate');
    }
  };
}
