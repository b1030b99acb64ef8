import { ClientError, refusals } from '../client-port.js';
import { causeOf, protocolType } from '../errors.js';

/** kafkajs calls these final; a topic that is about to be made, or a leader that is about to be chosen, is not. */
const retriableAllTheSame = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'BROKER_NOT_AVAILABLE', 'CONCURRENT_TRANSACTIONS']);

/** The broker answered, and did not do it. (An answer that metadata may give too proves nothing: kafkajs hides the first error behind it.) */
const surelyNotDone = new Set([
  ...refusals,
  'NOT_ENOUGH_REPLICAS',
  'NOT_LEADER_FOR_PARTITION',
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'CORRUPT_MESSAGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'INVALID_REQUIRED_ACKS',
  'UNSUPPORTED_COMPRESSION_TYPE',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_PRODUCER_EPOCH',
]);

const words: Readonly<Record<string, string>> = {
  KafkaJSRequestTimeoutError: 'TIMED_OUT',
  KafkaJSConnectionError: 'DISCONNECTED',
  KafkaJSConnectionClosedError: 'DISCONNECTED',
  KafkaJSBrokerNotFound: 'DISCONNECTED',
  KafkaJSNoBrokerAvailableError: 'DISCONNECTED',
  KafkaJSGroupCoordinatorNotFound: 'COORDINATOR_NOT_AVAILABLE',
  KafkaJSMetadataNotLoaded: 'UNKNOWN_TOPIC_OR_PARTITION',
  KafkaJSTopicMetadataNotLoaded: 'UNKNOWN_TOPIC_OR_PARTITION',
  KafkaJSSASLAuthenticationError: 'SASL_AUTHENTICATION_FAILED',
};

/** What kafkajs threw, in the words of the port. */
export function clientErrorOf(thrown: unknown): ClientError {
  if (thrown instanceof ClientError) return thrown;
  const error = causeOf(thrown);
  const options = { cause: error };
  const system = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (isTlsRefusal(system, error.message)) return new ClientError(error.message, 'TLS_REFUSED', 'configuration', false, options);
  if (system === 'ENOTFOUND' || system === 'EAI_AGAIN')
    return new ClientError(error.message, 'HOST_NOT_FOUND', 'retriable', false, options);
  const code = protocolType(error) ?? words[error.name] ?? 'UNKNOWN';
  const isRetriable = !('retriable' in error) || error.retriable !== false || retriableAllTheSame.has(code);
  const kind = refusals.has(code) ? 'configuration' : isRetriable ? 'retriable' : 'permanent';
  return new ClientError(error.message, code, kind, !surelyNotDone.has(code), options);
}

/** Codes of Node and OpenSSL. A handshake that is merely cut off is no refusal: a broker that starts does that too. */
function isTlsRefusal(code: string, message: string): boolean {
  return (
    /CERT|UNABLE_TO_(GET|VERIFY)|ALTNAME/.test(code) ||
    /^ERR_SSL_/.test(code) ||
    /self.signed certificate|unable to (get|verify)|certificate has expired|alert (bad|unknown|certificate)/i.test(message)
  );
}
