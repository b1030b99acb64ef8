import { readFileSync } from 'node:fs';
import type { ClientOptions, Compression } from '../client-port.js';
import { ConfigurationError } from '../configuration-error.js';
import { causeOf } from '../errors.js';
import type { SecuritySettings } from '../security.js';
import type { NativeSettings } from './binding.js';

/** How old metadata may grow, in ms: new partitions are noticed that late. As with kafkajs. */
export const metadataMaxAgeMs = 30_000;

/**
 * What every client of librdkafka here is set to. Its defaults wait up to 10 s between attempts to reach a broker; one that comes back is to
 * be noticed within a second.
 */
export function commonSettings(options: ClientOptions): NativeSettings {
  return {
    'bootstrap.servers': options.bootstrapServers,
    'client.id': options.clientId,
    'socket.timeout.ms': Math.max(10, Math.min(300_000, options.requestTimeoutMs)),
    'socket.connection.setup.timeout.ms': Math.max(1_000, Math.min(10_000, options.requestTimeoutMs)),
    'reconnect.backoff.ms': 100,
    'reconnect.backoff.max.ms': 1_000,
    'topic.metadata.refresh.interval.ms': metadataMaxAgeMs,
    'allow.auto.create.topics': false,
    'log.connection.close': false,
    log_level: 6,
    ...securityOf(options.security),
  };
}

/**
 * How librdkafka comes in. Secrets are files, read once, and are handed over as they are: as text, for librdkafka would take a PEM file by
 * its path but a password only so.
 * @throws ConfigurationError naming the variable whose file cannot be read.
 */
function securityOf(settings: SecuritySettings): NativeSettings {
  const protocol = settings.KAFKA_SECURITY_PROTOCOL;
  const file = (name: keyof SecuritySettings): string => {
    try {
      return readFileSync(settings[name], 'utf8');
    } catch (error) {
      throw new ConfigurationError([`${name} is "${settings[name]}", which cannot be read: ${causeOf(error).message}`]);
    }
  };
  const native: Record<string, unknown> = { 'security.protocol': protocol.toLowerCase() };
  if (protocol.endsWith('SSL')) {
    // Without one of its own, the authorities that the system knows.
    if (settings.KAFKA_SSL_CA_FILE !== '') native['ssl.ca.pem'] = file('KAFKA_SSL_CA_FILE');
    if (settings.KAFKA_SSL_CERTIFICATE_FILE !== '') native['ssl.certificate.pem'] = file('KAFKA_SSL_CERTIFICATE_FILE');
    if (settings.KAFKA_SSL_KEY_FILE !== '') native['ssl.key.pem'] = file('KAFKA_SSL_KEY_FILE');
  }
  if (protocol.startsWith('SASL_')) {
    native['sasl.mechanisms'] = 'SCRAM-SHA-512';
    native['sasl.username'] = settings.KAFKA_SASL_USERNAME;
    native['sasl.password'] = file('KAFKA_SASL_PASSWORD_FILE').trimEnd();
  }
  return native;
}

/** What all producers here are set to, those of transactions too. */
export function producerSettings(common: NativeSettings, compression: Compression): NativeSettings {
  return {
    ...common,
    'compression.codec': compression,
    // The core has filled the batch already. Waiting here, even 0.1 ms, halved what a producer gets through.
    'linger.ms': 0,
    'batch.size': 2_097_152,
    'batch.num.messages': 100_000,
    // What a broker finds too large is the broker's to say, and the core's buffer is the one that bounds memory.
    'message.max.bytes': 104_857_600,
    'queue.buffering.max.messages': 0,
    'queue.buffering.max.kbytes': 2_147_483_647,
    'retry.backoff.ms': 100,
    'retry.backoff.max.ms': 1_000,
    // A topic that is not there: the core waits for it, and knows more about it.
    'topic.metadata.propagation.max.ms': 5_000,
    dr_cb: true,
  };
}
