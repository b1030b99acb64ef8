import type { ClientError } from './client-port.js';
import type { SecuritySettings } from './security.js';

export interface Refused {
  readonly settings: SecuritySettings & { readonly KAFKA_BOOTSTRAP_SERVERS: string };
  readonly topics: readonly string[];
  readonly groupId?: string | undefined;
  /** What it does with the topics. */
  readonly operation: 'Read' | 'Write';
  /** Topics that it writes beside, dead letters included. */
  readonly writes?: readonly string[] | undefined;
  readonly transactionalIdPrefix?: string | undefined;
}

/** What Kafka refuses, and what to change so that it does not: one line for a person. */
export function refusalOf(error: ClientError, refused: Refused): string {
  const { settings, topics, groupId, operation, writes = [], transactionalIdPrefix } = refused;
  const who = userOf(settings);
  const at = `Kafka at ${settings.KAFKA_BOOTSTRAP_SERVERS}`;
  switch (error.code) {
    case 'TOPIC_AUTHORIZATION_FAILED': {
      const written = writes.length === 0 ? '' : `, and Write and Describe on ${list(writes)}`;
      return `${at} refuses ${who} a topic: grant it ${operation} and Describe on ${list(topics)}${written} (as ACLs of its KafkaUser)`;
    }
    case 'GROUP_AUTHORIZATION_FAILED':
      return `${at} refuses ${who} the group ${groupId ?? ''}: grant it Read on group ${groupId ?? ''} (an ACL of its KafkaUser), or set KAFKA_GROUP_ID to a group it may use`;
    case 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED':
      return `${at} refuses ${who} its transactional ids: grant it Write and Describe on transactional ids that begin with ${transactionalIdPrefix ?? ''}`;
    case 'CLUSTER_AUTHORIZATION_FAILED':
      return `${at} refuses ${who} an operation on the cluster: grant it IdempotentWrite on the cluster`;
    case 'TLS_REFUSED':
      return `no TLS with ${at} (${error.message}): KAFKA_SSL_CA_FILE is "${settings.KAFKA_SSL_CA_FILE}", which must hold the authority of the brokers' certificates${
        settings.KAFKA_SSL_CERTIFICATE_FILE === ''
          ? ', and a listener with mutual TLS needs KAFKA_SSL_CERTIFICATE_FILE and KAFKA_SSL_KEY_FILE'
          : `, and KAFKA_SSL_CERTIFICATE_FILE is "${settings.KAFKA_SSL_CERTIFICATE_FILE}", which must be signed by the authority of the clients`
      }`;
    default:
      return `${at} refuses ${who} (${error.code}: ${error.message}): check KAFKA_SECURITY_PROTOCOL "${settings.KAFKA_SECURITY_PROTOCOL}", KAFKA_SASL_USERNAME and the password in KAFKA_SASL_PASSWORD_FILE "${settings.KAFKA_SASL_PASSWORD_FILE}"`;
  }
}

function userOf(settings: SecuritySettings): string {
  if (settings.KAFKA_SASL_USERNAME !== '') return `user ${settings.KAFKA_SASL_USERNAME}`;
  return settings.KAFKA_SSL_CERTIFICATE_FILE === '' ? 'user ANONYMOUS' : `the user of certificate ${settings.KAFKA_SSL_CERTIFICATE_FILE}`;
}

function list(names: readonly string[]): string {
  return `${names.length === 1 ? 'topic' : 'topics'} ${names.join(', ')}`;
}
