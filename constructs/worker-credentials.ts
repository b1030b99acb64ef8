import type { k8s } from 'cdk8s-plus-28';
import { elsewhere, listenerFor } from './kafka-endpoint.js';
import type { IKafkaCluster } from './kafka-cluster.js';
import type { IKafkaUser } from './kafka-user.js';
import { MusterError } from './model/error.js';

/** A worker's way to the brokers: by which listener, and with which Secrets as files. */
export interface WorkerAccess {
  readonly listener: string;
  readonly port: number;
  readonly volumes: readonly k8s.Volume[];
  readonly mounts: readonly k8s.VolumeMount[];
}

/** Folders in which a worker finds what it shows, and the certificate by which it knows the brokers. */
export const credentialFolders = { user: '/etc/muster/user', ca: '/etc/muster/kafka-ca' } as const;

/**
 * Secrets are mounted as files and never become variables: a variable shows in every description of the pod, and stays as it was when
 * the Secret is renewed.
 */
export function workerAccess(cluster: IKafkaCluster, namespace: string, user?: IKafkaUser, name?: string): WorkerAccess {
  // Without a user and a name, as ever: the first listener.
  const chosen =
    user === undefined ? (cluster.listeners.find((one) => one.name === name) ?? cluster.listeners[0]) : listenerFor(cluster, user, name);
  if (chosen === undefined) throw new MusterError('bad-input', `kafka cluster ${cluster.name} has no listener`);
  if (user === undefined) return { listener: name ?? chosen.name, port: chosen.port, volumes: [], mounts: [] };
  if (namespace !== cluster.namespace) throw new MusterError('bad-input', elsewhere(user, namespace));
  const secrets = [
    { volume: 'user', secretName: user.secretName, mountPath: credentialFolders.user },
    ...(chosen.tls ? [{ volume: 'kafka-ca', secretName: cluster.caSecret, mountPath: credentialFolders.ca }] : []),
  ];
  return {
    listener: chosen.name,
    port: chosen.port,
    volumes: secrets.map(({ volume, secretName }) => ({ name: volume, secret: { secretName } })),
    mounts: secrets.map(({ volume, mountPath }) => ({ name: volume, mountPath, readOnly: true })),
  };
}
