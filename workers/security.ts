import { readFileSync } from 'node:fs';
import type { KafkaConfig } from 'kafkajs';
import { ConfigurationError } from './configuration-error.js';
import { causeOf } from './errors.js';

/** The settings that say how a worker comes in. */
export interface SecuritySettings {
  readonly KAFKA_SECURITY_PROTOCOL: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  readonly KAFKA_SASL_USERNAME: string;
  readonly KAFKA_SASL_PASSWORD_FILE: string;
  readonly KAFKA_SSL_CA_FILE: string;
  readonly KAFKA_SSL_CERTIFICATE_FILE: string;
  readonly KAFKA_SSL_KEY_FILE: string;
}

export type Security = Pick<KafkaConfig, 'ssl' | 'sasl'>;

/** What is wrong with the settings taken together; the files themselves are looked at when they are read. */
export function securityProblems(settings: SecuritySettings): string[] {
  const protocol = settings.KAFKA_SECURITY_PROTOCOL;
  const { sasl, tls } = partsOf(protocol);
  const problems: string[] = [];
  for (const name of ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD_FILE'] as const) {
    if (sasl && settings[name] === '') problems.push(`${name} is missing: KAFKA_SECURITY_PROTOCOL is "${protocol}", which takes a user`);
    if (!sasl && settings[name] !== '') problems.push(unused(name, protocol, 'SASL_SSL'));
  }
  for (const name of ['KAFKA_SSL_CA_FILE', 'KAFKA_SSL_CERTIFICATE_FILE', 'KAFKA_SSL_KEY_FILE'] as const)
    if (!tls && settings[name] !== '') problems.push(unused(name, protocol, 'SSL'));
  if ((settings.KAFKA_SSL_CERTIFICATE_FILE === '') !== (settings.KAFKA_SSL_KEY_FILE === ''))
    problems.push('KAFKA_SSL_CERTIFICATE_FILE and KAFKA_SSL_KEY_FILE go together: set both or none');
  return problems;
}

/**
 * How kafkajs comes in. Files are read once: when Strimzi renews a Secret, the next start of the worker has the new one.
 * @throws ConfigurationError naming the variable whose file cannot be read.
 */
export function securityOf(settings: SecuritySettings): Security {
  const { sasl, tls } = partsOf(settings.KAFKA_SECURITY_PROTOCOL);
  const file = (name: keyof SecuritySettings): string | undefined => {
    if (settings[name] === '') return undefined;
    try {
      return readFileSync(settings[name], 'utf8');
    } catch (error) {
      throw new ConfigurationError([`${name} is "${settings[name]}", which cannot be read: ${causeOf(error).message}`]);
    }
  };
  const ca = tls ? file('KAFKA_SSL_CA_FILE') : undefined;
  return {
    ...(tls && {
      ssl: {
        // Without one of its own, the authorities that Node knows.
        ...(ca !== undefined && { ca: [ca] }),
        cert: file('KAFKA_SSL_CERTIFICATE_FILE'),
        key: file('KAFKA_SSL_KEY_FILE'),
      },
    }),
    ...(sasl && {
      sasl: {
        mechanism: 'scram-sha-512',
        username: settings.KAFKA_SASL_USERNAME,
        password: (file('KAFKA_SASL_PASSWORD_FILE') ?? '').trimEnd(),
      },
    }),
  };
}

const partsOf = (protocol: SecuritySettings['KAFKA_SECURITY_PROTOCOL']): { sasl: boolean; tls: boolean } => ({
  sasl: protocol.startsWith('SASL_'),
  tls: protocol.endsWith('SSL'),
});

const unused = (name: string, protocol: string, other: string): string =>
  `${name} is set, but KAFKA_SECURITY_PROTOCOL is "${protocol}", where it does nothing: remove it, or set KAFKA_SECURITY_PROTOCOL=${other}`;
