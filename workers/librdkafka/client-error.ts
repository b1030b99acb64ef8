import { ClientError, refusals } from '../client-port.js';
import type { Binding, NativeError } from './binding.js';

/** Names of librdkafka that differ from those of the protocol, and its local errors in the words of the port. */
const renamed: Readonly<Record<string, string>> = {
  UNKNOWN_TOPIC_OR_PART: 'UNKNOWN_TOPIC_OR_PARTITION',
  _UNKNOWN_TOPIC: 'UNKNOWN_TOPIC_OR_PARTITION',
  _UNKNOWN_PARTITION: 'UNKNOWN_TOPIC_OR_PARTITION',
  MSG_SIZE_TOO_LARGE: 'MESSAGE_TOO_LARGE',
  INVALID_MSG: 'CORRUPT_MESSAGE',
  INVALID_MSG_SIZE: 'INVALID_FETCH_SIZE',
  TOPIC_EXCEPTION: 'INVALID_TOPIC_EXCEPTION',
  _MSG_TIMED_OUT: 'TIMED_OUT',
  _TIMED_OUT: 'TIMED_OUT',
  _TIMED_OUT_QUEUE: 'TIMED_OUT',
  _TRANSPORT: 'DISCONNECTED',
  _ALL_BROKERS_DOWN: 'DISCONNECTED',
  _DESTROY: 'DISCONNECTED',
  _RESOLVE: 'HOST_NOT_FOUND',
  _SSL: 'TLS_REFUSED',
  _AUTHENTICATION: 'SASL_AUTHENTICATION_FAILED',
  _WAIT_COORD: 'COORDINATOR_NOT_AVAILABLE',
  _FENCED: 'PRODUCER_FENCED',
  _QUEUE_FULL: 'BUFFER_FULL',
};

/** The same request will always be refused. Whatever is in no list may go away by itself. */
const permanent = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'INVALID_REQUIRED_ACKS',
  'INVALID_TOPIC_EXCEPTION',
  'UNSUPPORTED_COMPRESSION_TYPE',
  'UNSUPPORTED_VERSION',
  'POLICY_VIOLATION',
]);

/** The leader answered, or nothing was sent. */
const surelyNotDone = new Set([
  ...refusals,
  ...permanent,
  'CORRUPT_MESSAGE',
  'NOT_ENOUGH_REPLICAS',
  'NOT_LEADER_FOR_PARTITION',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'HOST_NOT_FOUND',
  'BUFFER_FULL',
  'PURGE_QUEUE',
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
]);

/** Gives errors of librdkafka, which are numbers, the names that Kafka and the port have for them. */
export interface ErrorNames {
  nameOf(code: number): string;
  clientErrorOf(error: unknown, what?: string): ClientError;
}

export function createErrorNames({ CODES }: Pick<Binding, 'CODES'>): ErrorNames {
  const names = new Map<number, string>();
  for (const [name, code] of Object.entries(CODES.ERRORS)) {
    const plain = name.replace(/^ERR_/, '');
    // Some errors have an older name too, which comes second.
    if (!names.has(code)) names.set(code, renamed[plain] ?? plain.replace(/^_/, ''));
  }
  const nameOf = (code: number): string => names.get(code) ?? 'UNKNOWN';
  return {
    nameOf,
    clientErrorOf(error, what) {
      if (error instanceof ClientError) return error;
      const name = isNative(error) ? nameOf(error.code) : 'UNKNOWN';
      const message = error instanceof Error || isNative(error) ? error.message : String(error);
      return clientError(name, what === undefined ? message : `${what}: ${message}`, error);
    },
  };
}

/** @param name Kafka's, or a word of the port */
export function clientError(name: string, message: string, cause?: unknown): ClientError {
  const kind = refusals.has(name) ? 'configuration' : permanent.has(name) ? 'permanent' : 'retriable';
  return new ClientError(message, name, kind, !surelyNotDone.has(name), { cause });
}

/** Some of the binding's errors are objects of no class. */
export function isNative(error: unknown): error is NativeError {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number';
}
