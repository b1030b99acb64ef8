import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { KafkaConfig, SASLOptions } from 'kafkajs';
import { MusterError } from '../../constructs/model/error.js';
import { didYouMean } from '../../constructs/model/suggest.js';

/** Properties that are understood: those of Kafka's own tools, with certificates and keys as PEM. */
const known = [
  'security.protocol',
  'sasl.mechanism',
  'sasl.username',
  'sasl.password',
  'sasl.jaas.config',
  'ssl.truststore.location',
  'ssl.truststore.type',
  'ssl.truststore.certificates',
  'ssl.keystore.location',
  'ssl.keystore.type',
  'ssl.keystore.certificate.chain',
  'ssl.keystore.key',
] as const;
type Property = (typeof known)[number];

/**
 * How to come in, from a file as Kafka's own tools take it (`--command-config client.properties`): a secret is in a file, never on a command line.
 * @throws MusterError `bad-input` for what cannot be read, is not known, or does not go together.
 */
export function readClientProperties(cwd: string, file: string): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  const path = resolve(cwd, file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new MusterError('bad-input', `--command-config ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  return clientSecurity(parse(text, file), (name) => readFileSync(resolve(dirname(path), name), 'utf8'), file);
}

function parse(text: string, file: string): Partial<Record<Property, string>> {
  const properties: Partial<Record<Property, string>> = {};
  // A backslash at the end of a line goes on with the next, as in Java's properties.
  for (const line of text.replaceAll(/\\\r?\n\s*/g, '').split(/\r?\n/)) {
    const found = /^\s*([^#!\s][^=:\s]*)\s*[=:\s]\s*(.*?)\s*$/.exec(line);
    if (found === null) continue;
    const [, name = '', value = ''] = found;
    if (!known.some((property) => property === name))
      throw new MusterError(
        'bad-input',
        `${file} sets ${name}, which is not known here${didYouMean(name, known)}: known are ${known.join(', ')}`,
      );
    properties[name as Property] = value;
  }
  return properties;
}

function clientSecurity(
  properties: Partial<Record<Property, string>>,
  read: (name: string) => string,
  file: string,
): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  const protocol = properties['security.protocol'] ?? 'PLAINTEXT';
  if (!['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'].includes(protocol))
    throw new MusterError('bad-input', `${file}: security.protocol is "${protocol}": give PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL`);
  const pem = (type: string | undefined, what: string): void => {
    if (type !== undefined && type !== 'PEM')
      throw new MusterError(
        'bad-input',
        `${file}: ${what} is "${type}": give PEM files, as Strimzi's Secrets hold them (ca.crt, user.crt, user.key)`,
      );
  };
  const from = (name: string | undefined): string | undefined => {
    if (name === undefined) return undefined;
    try {
      return read(name);
    } catch (cause) {
      throw new MusterError('bad-input', `${file}: ${name} cannot be read: ${(cause as Error).message}`, { cause });
    }
  };
  const tls = (): KafkaConfig['ssl'] => {
    pem(properties['ssl.truststore.type'], 'ssl.truststore.type');
    pem(properties['ssl.keystore.type'], 'ssl.keystore.type');
    const ca = properties['ssl.truststore.certificates'] ?? from(properties['ssl.truststore.location']);
    const keystore = from(properties['ssl.keystore.location']);
    const cert = properties['ssl.keystore.certificate.chain'] ?? keystore;
    const key = properties['ssl.keystore.key'] ?? keystore;
    return { ...(ca !== undefined && { ca: [ca] }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) };
  };
  return {
    ...(protocol.endsWith('SSL') && { ssl: tls() }),
    ...(protocol.startsWith('SASL_') && { sasl: login(properties, file) }),
  };
}

function login(properties: Partial<Record<Property, string>>, file: string): SASLOptions {
  const jaas = properties['sasl.jaas.config'] ?? '';
  const inJaas = (name: string): string | undefined => new RegExp(`${name}\\s*=\\s*"((?:[^"\\\\]|\\\\.)*)"`).exec(jaas)?.[1];
  const username = properties['sasl.username'] ?? inJaas('username');
  const password = properties['sasl.password'] ?? inJaas('password');
  const mechanism = (properties['sasl.mechanism'] ?? '').toLowerCase();
  if (mechanism !== 'plain' && mechanism !== 'scram-sha-256' && mechanism !== 'scram-sha-512')
    throw new MusterError(
      'bad-input',
      `${file}: sasl.mechanism is "${properties['sasl.mechanism'] ?? ''}": give PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512`,
    );
  if (username === undefined || password === undefined)
    throw new MusterError(
      'bad-input',
      `${file}: SASL takes a user and a password: set sasl.jaas.config, or sasl.username and sasl.password`,
    );
  return { mechanism, username, password } as SASLOptions;
}
