import type { IKafkaCluster } from './kafka-cluster.js';
import type { IKafkaListener } from './kafka-listener.js';
import type { IKafkaUser } from './kafka-user.js';
import { MusterError } from './model/error.js';

/** The fields by which Strimzi's Connect, MirrorMaker 2 and Bridge reach a Kafka. */
export interface ClientSpec {
  readonly bootstrapServers: string;
  readonly tls?: object;
  readonly authentication?: object;
}

/** A Kafka as a client in some namespace reaches it, and as whom. */
export interface IKafkaEndpoint {
  /** Undefined where it is none of ours, or everybody may come in. */
  readonly user: IKafkaUser | undefined;
  clientSpec(namespace: string): ClientSpec;
}

export interface ClusterEndpointProps {
  /** Who comes in. @default nobody in particular */
  readonly user?: IKafkaUser;
  /** Name of the listener. @default the user's, or the first that asks for nothing */
  readonly listener?: string;
}

/** A Kafka that is not declared here. */
export interface ExternalKafka {
  /** host:port list. */
  readonly bootstrapServers: string;
  /** Secret with the certificates to trust under `*.crt`; TLS is on where it is given. @default no TLS */
  readonly trustedSecret?: string;
  /** `authentication`, in Strimzi's own words. @default none */
  readonly authentication?: object;
}

/** The two kinds of Kafka a client can be pointed to. */
export class KafkaEndpoint implements IKafkaEndpoint {
  /** A cluster that is declared here, inside the same Kubernetes cluster. */
  static of(cluster: IKafkaCluster, { user, listener }: ClusterEndpointProps = {}): KafkaEndpoint {
    const way = listenerFor(cluster, user, listener);
    return new KafkaEndpoint(user, (namespace) => {
      if (user !== undefined && namespace !== cluster.namespace) throw new MusterError('bad-input', elsewhere(user, namespace));
      return {
        bootstrapServers: cluster.bootstrapServers(namespace, way.name),
        tls: way.tls ? { trustedCertificates: [{ secretName: cluster.caSecret, pattern: '*.crt' }] } : undefined,
        authentication: user && authenticationOf(user),
      };
    });
  }

  static external({ bootstrapServers, trustedSecret, authentication }: ExternalKafka): KafkaEndpoint {
    const tls = trustedSecret === undefined ? undefined : { trustedCertificates: [{ secretName: trustedSecret, pattern: '*.crt' }] };
    return new KafkaEndpoint(undefined, () => ({ bootstrapServers, tls, authentication }));
  }

  private constructor(
    readonly user: IKafkaUser | undefined,
    readonly clientSpec: (namespace: string) => ClientSpec,
  ) {}
}

/**
 * The listener by which a client comes in: the one named, or the first inside the Kubernetes cluster that asks for what the client has.
 * @throws MusterError `bad-input` when there is none, or it asks for something else.
 */
export function listenerFor(cluster: IKafkaCluster, user?: IKafkaUser, name?: string): IKafkaListener {
  const wanted = user?.authentication.listenerType;
  const has = cluster.listeners.map((listener) => `${listener.name} (${listener.authentication?.type ?? 'no authentication'})`).join(', ');
  const chosen = cluster.listeners.find((listener) =>
    name === undefined ? listener.internal && listener.authentication?.type === wanted : listener.name === name,
  );
  if (chosen === undefined) {
    throw new MusterError(
      'bad-input',
      name === undefined
        ? `kafka cluster ${cluster.name} has no listener inside the cluster for ${user === undefined ? 'a client without a user' : `user ${user.name} (${wanted ?? ''})`}: it has ${has}`
        : `kafka cluster ${cluster.name} has no listener "${name}": it has ${cluster.listeners.map((listener) => listener.name).join(', ')}`,
    );
  }
  if (chosen.authentication?.type !== wanted) {
    throw new MusterError(
      'bad-input',
      `listener ${chosen.name} of Kafka ${cluster.name} asks for ${chosen.authentication?.type ?? 'no authentication'}, the client has ${wanted ?? 'none'}: choose another of ${has}`,
    );
  }
  return chosen;
}

/** Why a Secret cannot be had. */
export const elsewhere = (user: IKafkaUser, namespace: string): string =>
  `user ${user.name} has its Secret in namespace ${user.cluster.namespace}, and a pod in ${namespace} cannot mount it: put the client into the cluster's namespace`;

function authenticationOf({ name, secretName, authentication }: IKafkaUser): object {
  return authentication.certificate
    ? { type: 'tls', certificateAndKey: { secretName, certificate: 'user.crt', key: 'user.key' } }
    : { type: authentication.listenerType, username: name, passwordSecret: { secretName, password: 'password' } };
}
