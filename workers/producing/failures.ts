import { ClientError } from '../client-port.js';
import type { NewRecord } from '../record.js';

/** Why a record was given up. */
export interface Failure {
  /** Kafka's name of the error, or a word for it. */
  readonly code: string;
  readonly kind: 'retriable' | 'permanent' | 'configuration';
  /** `rejected`: it is not in the topic, for certain. `indeterminate`: it may be. */
  readonly outcome: 'rejected' | 'indeterminate';
  readonly reason: string;
  readonly retries: number;
}

/** Why a record was not acknowledged: S8's class, and whether it may be in the topic all the same. */
export class PublishError extends ClientError {
  override name = 'PublishError';
  constructor(
    readonly topic: string,
    failure: Pick<Failure, 'code' | 'kind' | 'outcome' | 'reason'>,
  ) {
    super(failure.reason, failure.code, failure.kind, failure.outcome === 'indeterminate');
  }
}

export const isContent = (value: unknown): boolean => typeof value === 'string' || Buffer.isBuffer(value);

/** What of a record is neither text nor bytes, whatever its type says. */
export function unsendablePart(record: NewRecord): string | undefined {
  if (record.value !== null && !isContent(record.value))
    return `the value is ${typeof record.value}, neither text nor bytes: serialise it first`;
  if (record.key !== null && !isContent(record.key)) return `the key is ${typeof record.key}, neither text nor bytes`;
  for (const [name, value] of Object.entries(record.headers ?? {}))
    if (!isContent(value)) return `the header "${name}" is ${typeof value}, neither text nor bytes`;
  return undefined;
}

export const unserialisable = (reason: string): Failure => ({
  code: 'NOT_SERIALISABLE',
  kind: 'permanent',
  outcome: 'rejected',
  reason,
  retries: 0,
});
