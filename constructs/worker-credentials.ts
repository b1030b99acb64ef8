import { elsewhere, listenerFor } from './kafka-endpoint.js';
import type { IKafkaCluster } from './kafka-cluster.js';
import type { IKafkaUser } from './kafka-user.js';
import { MusterError } from './model/error.js';
import type { WorkerVolume } from './worker-volume.js';

/** A worker's way to the brokers: by which listener, and with which Secrets as files. */
export interface WorkerAccess {
  readonly listener: string;
  readonly port: number;
  readonly volumes: readonly WorkerVolume[];
  readonly settings: AccessSettings;
}

/** The contract's settings that say how the worker comes in. */
export interface AccessSettings {
  readonly KAFKA_SECURITY_PROTOCOL: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  readonly KAFKA_SASL_USERNAME?: string;
  readonly KAFKA_SASL_PASSWORD_FILE?: string;
  readonly KAFKA_SSL_CA_FILE?: string;
  readonly KAFKA_SSL_CERTIFICATE_FILE?: string;
  readonly KAFKA_SSL_KEY_FILE?: string;
}

/** Folders in which a worker finds what it shows, and the certificate by which it knows the brokers. */
export const credentialFolders = { user: '/etc/muster/user', ca: '/etc/muster/kafka-ca' } as const;

/**
 * Secrets are mounted as files and never become variables: a variable shows in every description of the pod, and stays as it was when
 * the Secret is renewed.
 */
export function workerAccess(cluster: IKafkaCluster, namespace: string, user?: IKafkaUser, name?: string): WorkerAccess {
  const listener = listenerFor(cluster, user, name);
  if (user !== undefined && namespace !== cluster.namespace) throw new MusterError('bad-input', elsewhere(user, namespace));
  if (listener.tls && namespace !== cluster.namespace) {
    throw new MusterError(
      'bad-input',
      `listener ${listener.name} of Kafka ${cluster.name} has TLS, and a pod in ${namespace} cannot mount the certificate in ${cluster.namespace}: put the worker into the cluster's namespace, or name a listener without TLS`,
    );
  }
  const secrets = [
    ...(user === undefined ? [] : [{ volume: 'user', secretName: user.secretName, mountPath: credentialFolders.user }]),
    ...(listener.tls ? [{ volume: 'kafka-ca', secretName: cluster.caSecret, mountPath: credentialFolders.ca }] : []),
  ];
  const password = user !== undefined && !user.authentication.certificate;
  return {
    listener: listener.name,
    port: listener.port,
    volumes: secrets.map(({ volume, secretName, mountPath }) => ({
      mount: { name: volume, mountPath, readOnly: true },
      volume: { name: volume, secret: { secretName } },
    })),
    settings: {
      KAFKA_SECURITY_PROTOCOL: listener.tls ? (password ? 'SASL_SSL' : 'SSL') : password ? 'SASL_PLAINTEXT' : 'PLAINTEXT',
      ...(listener.tls && { KAFKA_SSL_CA_FILE: `${credentialFolders.ca}/ca.crt` }),
      ...(password && { KAFKA_SASL_USERNAME: user.name, KAFKA_SASL_PASSWORD_FILE: `${credentialFolders.user}/password` }),
      ...(user?.authentication.certificate === true && {
        KAFKA_SSL_CERTIFICATE_FILE: `${credentialFolders.user}/user.crt`,
        KAFKA_SSL_KEY_FILE: `${credentialFolders.user}/user.key`,
      }),
    },
  };
}
