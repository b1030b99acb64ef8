import type { ClientError } from '../client-port.js';
import type { Logger } from '../logging.js';
import type { NativeClient, NativeLog } from './binding.js';
import { onceIn, sayAgainMs } from '../once-in-a-while.js';
import { clientError } from './client-error.js';

/**
 * librdkafka tries wrong credentials and wrong certificates again for ever, and its error events carry neither a code nor the reason: both
 * stand only in what it logs when a connection fails. This reads them there.
 */
export interface Troubles {
  /** Why the last connection failed; undefined when none has since `forget`. */
  last(): ClientError | undefined;
  forget(): void;
}

/**
 * @param onRefused told when Kafka, or TLS, refuses us: nothing will be taken until a person changes something.
 * @param onTrouble told of what may go away by itself.
 */
export function watchTroubles(
  client: NativeClient,
  logger: Logger,
  onRefused: (error: ClientError) => void,
  onTrouble?: (error: ClientError) => void,
): Troubles {
  let last: ClientError | undefined;
  const isNews = onceIn(sayAgainMs);
  client.on('event.log', (log) => {
    const trouble = troubleIn(log);
    if (trouble === undefined) {
      if (log.severity <= 4) logger.warn({ librdkafka: log.fac }, plain(log.message));
      else if (log.severity <= 6) logger.debug({ librdkafka: log.fac }, plain(log.message));
      return;
    }
    last = trouble;
    if (trouble.kind === 'configuration') onRefused(trouble);
    else {
      const news = isNews(trouble.message);
      logger[news === undefined ? 'debug' : 'warn']({ librdkafka: log.fac, code: trouble.code, ...news }, trouble.message);
      onTrouble?.(trouble);
    }
  });
  return {
    last: () => last,
    forget() {
      last = undefined;
    },
  };
}

/** The failure of a connection, out of a log line; undefined for any other line. */
export function troubleIn({ fac, message }: Pick<NativeLog, 'fac' | 'message'>): ClientError | undefined {
  const text = plain(message);
  if (fac === 'FATAL') {
    // What is written after is only that it was fatal.
    const [, kind] = /Broker: (Topic|Group|Cluster|Transactional Id) authorization failed/.exec(text) ?? [];
    return kind === undefined ? undefined : clientError(`${kind.toUpperCase().replace(' ', '_')}_AUTHORIZATION_FAILED`, text);
  }
  if (fac !== 'FAIL' && fac !== 'ERROR') return undefined;
  if (/SASL \S*\s?(authentication|mechanism)|SaslAuthenticateRequest failed|Unsupported SASL mechanism/i.test(text))
    return clientError('SASL_AUTHENTICATION_FAILED', text);
  // A handshake that is merely cut off is no refusal: a broker that starts does that too.
  if (/certificate|SSL alert|unknown ca|wrong version number/i.test(text)) return clientError('TLS_REFUSED', text);
  if (/Failed to resolve/.test(text)) return clientError('HOST_NOT_FOUND', text);
  return clientError('DISCONNECTED', text);
}

/** Without the name of the thread, and without what only librdkafka's authors need. */
function plain(message: string): string {
  return message.replace(/^\[thrd:[^\]]*\]: /, '').replace(/ \(after \d+ms in state (\w+)[^)]*\)$/, ' (while in $1)');
}
